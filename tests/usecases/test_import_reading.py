"""Files of all kinds are read as the same rows: encodings, separators, languages, workbooks, the template."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime

import openpyxl
import pytest
from flask_babel import force_locale

from tests.support import make_files as files
from tests.support import make_people as make
from timebank.kernel.errors import Invalid
from timebank.volunteers.imports import digest_of, read_sheet
from timebank.volunteers.imports import workbook as workbooks
from timebank.volunteers.rules.importing import Column
from timebank.web.imports.files import template_to
from timebank.web.imports.vocabulary import choices, vocabulary

pytestmark = [
    pytest.mark.usefixtures("doors", "app_context"),
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

PEOPLE = list(files.people(3))
READ = {
    "name": "赵安安",
    "document_number": PEOPLE[0][1],
    "phone": "12100000000",
    "region_code": "511102001002",
    "political_status": "13",
    "skills": "first_aid,arts",
    "categories": "elder_care",
    "address": "泊水街道某路1号",
}


def read(content: bytes) -> list[tuple[int, dict[str, str]]]:
    return [(line, dict(values)) for line, values in read_sheet(io.BytesIO(content), vocabulary()).rows]


def refusal(content: bytes) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read(content)
    return refused.value.fields["file"]


def text(*lines: str) -> bytes:
    return "\n".join(lines).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_csv_of_every_encoding(encoding: str) -> None:
    found = read(files.csv_bytes(PEOPLE, encoding=encoding))
    assert [line for line, _ in found] == [2, 3, 4]
    assert found[0][1] == READ


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_every_separator(separator: str) -> None:
    cells = [
        separator.join(row).replace(",", "") if separator != "," else separator.join(row) for row in PEOPLE
    ]
    found = read(text(separator.join(files.HEADINGS), *cells))
    assert found[0][1] == READ


def test_a_workbook_of_somebody_else() -> None:
    found = read(files.xlsx_bytes(PEOPLE))
    assert [line for line, _ in found] == [2, 3, 4]
    assert found[0][1] == READ


def test_numbers_and_dates_of_a_workbook() -> None:
    headings = ("姓名", "证件类型", "证件号码", "国籍", "出生日期", "性别", "社区", "手机", "政治面貌")
    row = ("金某某", "护照", "M12345678", "KOR", date(1990, 3, 7), "男", 511102001001, 12900000001, "群众")
    [(line, values)] = read(files.xlsx_bytes([row], headings))
    assert line == 2
    assert values == {
        "name": "金某某",
        "document_type": "passport",
        "document_number": "M12345678",
        "nationality": "KOR",
        "born_on": "1990-03-07",
        "sex": "1",
        "region_code": "511102001001",
        "phone": "12900000001",
        "political_status": "13",
    }


def test_a_number_that_the_workbook_damaged_is_seen() -> None:
    row = list(PEOPLE[0])
    [(_, values)] = read(files.xlsx_bytes([[row[0], int(row[1][:17] + "1"), *row[2:]]]))
    assert values["document_number"].endswith("E+17")


def test_headings_in_english_in_any_order_and_with_others_between() -> None:
    given = text(
        "Political status,Remark,NAME *,Document number:,Community or village,Kind of document",
        f"None of these (the masses),x,张小山,{PEOPLE[0][1]},高墩子社区,Resident identity card",
        "",
        f"13,,李四,{PEOPLE[1][1]},511102001001,resident_id",
    )
    sheet = read_sheet(io.BytesIO(given), vocabulary())
    assert sheet.ignored == ["Remark"]
    first, second = list(sheet.rows)
    assert (first[0], second[0]) == (2, 4)
    assert first[1]["region_code"] == "高墩子社区"
    assert {values["document_type"] for _, values in (first, second)} == {"resident_id"}
    assert {values["political_status"] for _, values in (first, second)} == {"13"}


def test_a_heading_below_empty_rows_is_found() -> None:
    found = read(text(",,,", ",,,", "姓名,身份证号,社区,政治面貌", f"张小山,{PEOPLE[0][1]},高墩子社区,党员"))
    assert found == [
        (
            4,
            {
                "name": "张小山",
                "document_number": PEOPLE[0][1],
                "region_code": "高墩子社区",
                "political_status": "01",
            },
        )
    ]


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"", ["file-empty"]),
        (b"\n\n,,\n", ["file-empty"]),
        (
            text("姓名,手机号码"),
            ["no-column-document-number", "no-column-region-code", "no-column-political-status"],
        ),
        (text("姓名,身份证号,社区,政治面貌,证件号码"), ["heading-repeated"]),
        ("姓名".encode() + b"\xff\xfe\xff", ["encoding-unknown"]),
        (b"PK\x03\x04 no workbook", ["file-unreadable"]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ["old-workbook"]),
    ],
)
def test_what_cannot_be_read_is_said(content: bytes, codes: list[str]) -> None:
    assert refusal(content) == codes


def zipped(parts: Iterable[tuple[str, bytes]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    assert refusal(zipped([("letter.txt", b"hello")])) == ["file-unreadable"]


def test_a_workbook_too_large_to_unpack_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped([("xl/worksheets/sheet1.xml", b"0" * 3_000_000)])
    assert len(bomb) < 10_000
    monkeypatch.setattr(workbooks, "UNPACKED_MOST", 1_000_000)
    assert refusal(bomb) == ["file-too-large"]


def test_a_part_that_is_larger_than_it_says_is_refused() -> None:
    bomb = bytearray(zipped([("xl/worksheets/sheet1.xml", b"0" * 1_000_000)]))
    size = (1_000_000).to_bytes(4, "little")
    lie = bytes(bomb).replace(size, (10).to_bytes(4, "little"))
    assert refusal(lie) == ["file-unreadable"]


def test_too_many_rows_are_refused_before_a_workbook_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    assert refusal(files.xlsx_bytes(PEOPLE)) == ["too-many-rows 2"]


def test_a_file_is_known_by_its_content() -> None:
    first, again, other = (digest_of(io.BytesIO(content)) for content in (b"one", b"one", b"two"))
    assert first == again
    assert first[0] != other[0]
    assert first[1] == 3


# --- the template -----------------------------------------------------------------------------------


def template(language: str, form: str = "xlsx") -> io.BytesIO:
    make.region_tree()
    file = io.BytesIO()
    with force_locale(language):
        template_to(file, form, make.NORTH)
    file.seek(0)
    return file


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_what_is_filled_into_the_template_is_read(language: str) -> None:
    book = openpyxl.load_workbook(template(language))
    sheet = book.worksheets[0]
    with force_locale(language):
        words = {column: dict(choices(column)) for column in (Column.DOCUMENT_TYPE, Column.AVAILABILITY)}
        party = dict(choices(Column.POLITICAL_STATUS))["01"]
    cells = {
        Column.NAME: "张小山",
        Column.DOCUMENT_TYPE: words[Column.DOCUMENT_TYPE]["taiwan_permit"],
        Column.DOCUMENT_NUMBER: "01234567",
        Column.BORN_ON: datetime.fromisoformat("1990-03-07"),
        Column.REGION_CODE: f"高墩子社区 {make.NORTH_COMMUNITY}",
        Column.POLITICAL_STATUS: party,
        Column.AVAILABILITY: words[Column.AVAILABILITY]["sat-morning"],
        Column.NATIONAL_NO: "00012345678901234567",
    }
    for place, column in enumerate(Column, start=1):
        if column in cells:
            sheet.cell(2, place, cells[column])
    filled = io.BytesIO()
    book.save(filled)
    [(line, values)] = read(filled.getvalue())
    assert line == 2
    assert values == {
        "name": "张小山",
        "document_type": "taiwan_permit",
        "document_number": "01234567",
        "born_on": "1990-03-07",
        "region_code": f"高墩子社区 {make.NORTH_COMMUNITY}",
        "political_status": "01",
        "availability": "sat-morning",
        "national_no": "00012345678901234567",
    }


def test_the_template_offers_lists_and_keeps_numbers_as_text() -> None:
    book = openpyxl.load_workbook(template("zh_Hans_CN"))
    sheet, explanations, lists = book.worksheets
    assert (sheet.title, explanations.title, lists.sheet_state) == ("志愿者", "填写说明", "hidden")
    widths = sheet.column_dimensions.values()
    assert {each.number_format for each in widths} == {"@"}
    assert max(each.max for each in widths) == len(Column)
    offered = {str(each.sqref).split(":")[0][:-1]: each for each in sheet.data_validations.dataValidation}
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    lists_of = {name: offered[letter] for name, letter in heads.items() if offered[letter].type == "list"}
    assert {"证件类型", "性别", "政治面貌", "学历", "职业", "社区或村", "监护人与本人关系"} <= set(lists_of)
    places = [cell.value for cell in lists[heads["社区或村"]] if cell.value]
    assert places == [f"高墩子社区 {make.NORTH_COMMUNITY}", f"铁牛门社区 {make.NORTH_SECOND}"]
    told = [row[0].value for row in explanations.iter_rows(min_row=2, max_row=len(Column) + 1)]
    assert told == list(heads)


def test_the_template_as_csv_has_the_same_headings() -> None:
    lines = template("en", "csv").getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[:3] == ["Name", "Kind of document", "Document number"]
    assert len(lines) == 1
