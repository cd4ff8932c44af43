"""Files of people who can be nobody, of any length, for imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl

from tests.support.make_people import NORTH, NORTH_COMMUNITY, NORTH_SECOND
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.volunteers import usecases
from timebank.volunteers.imports import Sheet, digest_of, read_sheet
from timebank.volunteers.rules import check_sign
from timebank.volunteers.usecases import Upload
from timebank.web.imports.vocabulary import vocabulary

HEADINGS = ("姓名", "证件号码", "手机号码", "社区或村", "政治面貌", "专业技能", "服务类别", "详细地址")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "安邦昌春达恩芳刚桂海慧建静兰丽明宁鹏琴荣书天文晓雅远志中"
FIRST_BIRTH = date(1950, 1, 1)
BIRTHS = 20_000
"""Days on which people of the file were born, up to 2004."""


def person(number: int, community: str = f"{NORTH_COMMUNITY:012}") -> tuple[str, ...]:
    """The cells of a person under `HEADINGS`: valid, and different for each number below 20 million."""
    born_on = FIRST_BIRTH + timedelta(days=number % BIRTHS)
    first = f"990101{born_on:%Y%m%d}{number // BIRTHS:03}"
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number // 7 % len(GIVEN)] + GIVEN[number % len(GIVEN)]
    phone = f"12{100_000_000 + number:09}"
    where = community if number % 3 else f"{NORTH_SECOND:012}"
    address = f"泊水街道某路{number % 300 + 1}号"
    return name, first + check_sign(first), phone, where, "群众", "急救、文艺", "扶老", address


def people(count: int, start: int = 0) -> Iterator[tuple[str, ...]]:
    """Many of them."""
    return (person(number) for number in range(start, start + count))


def csv_bytes(
    rows: Iterable[Iterable[object]], headings: Iterable[str] = HEADINGS, encoding: str = "utf-8-sig"
) -> bytes:
    """A CSV file of these rows."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(headings)
    table.writerows(rows)
    return text.getvalue().encode(encoding)


def csv_file(path: Path, count: int) -> Path:
    """A CSV file of so many people, written row by row."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADINGS)
        table.writerows(people(count))
    return path


def xlsx_bytes(rows: Iterable[Iterable[object]], headings: Iterable[str] = HEADINGS) -> bytes:
    """A workbook of these rows, numbers as numbers, as somebody's own spreadsheet has it."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def stage(actor: Actor, content: bytes, name: str = "名单.csv", region: int = NORTH) -> Key:
    """Upload a file as somebody."""
    file = io.BytesIO(content)
    digest, size = digest_of(file)

    def sheet() -> Sheet:
        file.seek(0)
        return read_sheet(file, vocabulary())

    given = Upload(name, size, digest)
    return perform(actor, usecases.stage_import, region=region, file=given, sheet=sheet)


def work_on(key: Key) -> None:
    """What the worker does until there is nothing to do."""
    while perform(SYSTEM, usecases.advance_import, volunteer_import=key):
        pass


def checked(actor: Actor, content: bytes, **given: Any) -> Key:
    """An import whose dry run is over."""
    key = stage(actor, content, **given)
    work_on(key)
    return key


def imported(actor: Actor, content: bytes, **given: Any) -> Key:
    """An import that is done."""
    key = checked(actor, content, **given)
    perform(actor, usecases.move_import, volunteer_import=key, move="start")
    work_on(key)
    return key
