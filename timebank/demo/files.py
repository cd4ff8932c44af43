"""Files of people: one of a village whose people were registered, one whose dry run found mistakes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import partial

from timebank.demo.accounts import AUTHORITY, NORTH_WORKER, TOWNSHIP_WORKER
from timebank.demo.cast import MASSES, Person, document_of, phone_of, signed_in
from timebank.demo.scene import Scene
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.volunteers.imports import Sheet
from timebank.volunteers.queries import by_number
from timebank.volunteers.rules import IdentityMethod
from timebank.volunteers.rules.importing import Column as C
from timebank.volunteers.usecases import (
    Upload,
    advance_import,
    approve,
    move_import,
    record_consents,
    stage_import,
)

VILLAGERS = ("代国华", "代永贵", "干素珍", "毛德清", "帅淑英", "宿光明", "税玉兰", "辜正华")
STUDENTS = ("牟思齐", "阳嘉怡", "兰子墨", "车雨欣", "古一凡", "柳诗语")
FIRST_SERIAL = 300
CAME = 3
"""How many of the villagers have come to the window since."""
Rows = list[dict[str, str]]


def schedule(scene: Scene) -> None:
    """The village's file some days ago, the students' yesterday."""
    at, hour = scene.timeline.at, scene.at_hour
    at(hour(6, 15), partial(_import_villagers, scene))
    at(hour(3, 10), partial(_receive, scene))
    at(hour(1, 16), partial(_try_students, scene))


def _import_villagers(scene: Scene) -> None:
    by, code = signed_in(NORTH_WORKER.phone), scene.town.north.village.code
    file = _upload(by, code, "村志愿者花名册.xlsx", villagers(code))
    perform(by, move_import, volunteer_import=file, move="start")
    _work_on(file)


def _try_students(scene: Scene) -> None:
    county, community = scene.town.north.county.code, scene.town.north.second.code
    known = scene.person(1020)
    _upload(signed_in(AUTHORITY.phone), county, "大学生志愿者.csv", students(community, known))


def _upload(by: Actor, region: int, name: str, rows: Rows) -> Key:
    """The file as it is read from a spreadsheet whose headings stand in the first line; then the dry run."""
    content = json.dumps(rows, ensure_ascii=False).encode()
    upload = Upload(name, len(content), hashlib.sha256(content).hexdigest())
    form = name.rpartition(".")[2]
    key = perform(
        by,
        stage_import,
        region=region,
        file=upload,
        sheet=lambda: Sheet(form, [], iter(list(enumerate(rows, start=2)))),
    )
    _work_on(key)
    return key


def _work_on(file: Key) -> None:
    while perform(SYSTEM, advance_import, volunteer_import=file):
        pass


def _receive(scene: Scene) -> None:
    """The first of the villagers sign the consents at the window and are registered."""
    for row in villagers(scene.town.north.village.code)[:CAME]:
        person = by_number(row[C.DOCUMENT_NUMBER])
        if person is not None:
            _sign(person)


def _sign(person: Key) -> None:
    purposes = ["privacy", "sensitive"]
    perform(signed_in(NORTH_WORKER.phone), record_consents, volunteer=person, purposes=purposes)
    method = IdentityMethod.IN_PERSON
    perform(signed_in(TOWNSHIP_WORKER.phone), approve, volunteer=person, method=method)


# --- rows -------------------------------------------------------------------------------------------


def villagers(community: int) -> Rows:
    """Nothing is wrong with these."""
    return [_row(number, name, community, 1950 + number) for number, name in enumerate(VILLAGERS)]


def students(community: int, known: Person) -> Rows:
    """Two can be registered; one is known, the others have each a mistake that happens in such files."""
    rows = [_row(number, name, community, 2004) for number, name in enumerate(STUDENTS, start=20)]
    rows.append({**_row(0, known.name, community, 1950), C.DOCUMENT_NUMBER: known.document})
    wrong: tuple[Mapping[str, str], ...] = (
        {C.DOCUMENT_NUMBER: rows[0][C.DOCUMENT_NUMBER][:15] + "000"},
        {C.PHONE: "1288000"},
        {C.REGION_CODE: "滨江路社区"},
        {C.POLITICAL_STATUS: ""},
    )
    for row, changes in zip(rows, wrong, strict=False):
        row.update(changes)
    return [{name: text for name, text in row.items() if text} for row in rows]


def _row(number: int, name: str, community: int, year: int) -> dict[str, str]:
    serial = FIRST_SERIAL + number
    return {
        C.NAME: name,
        C.DOCUMENT_NUMBER: document_of(serial, date(year, 5, 1 + number % 28)),
        C.PHONE: phone_of(3000 + number),
        C.REGION_CODE: f"{community:012d}",
        C.POLITICAL_STATUS: MASSES,
        C.CATEGORIES: "neighbour_help,environment",
    }
