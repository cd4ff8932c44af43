"""Cells and rows of files: what spreadsheets make of them, what is taken and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.support.make_people import document_number
from timebank.kernel.errors import Conflict
from timebank.volunteers.rules.documents import Stated, check_document
from timebank.volunteers.rules.importing import (
    FINISHED,
    MOVES,
    Column,
    ImportStatus,
    Vocabulary,
    application_of,
    cell_faults,
    cell_text,
    cell_value,
    contradictions,
    document_key,
    moved,
    phone_key,
    possible_moves,
    refined,
    word_key,
)

TODAY = date(2026, 11, 21)
NUMBER = document_number(1, date(1990, 3, 7))
WORDS = Vocabulary(
    {},
    {
        Column.SEX: {"男": "1", "male": "1", "女": "2", "1": "1"},
        Column.SKILLS: {"急救": "first_aid", "firstaid": "first_aid", "文艺": "arts"},
    },
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("", ""),
        (None, ""),
        ("  张小山\u3000", "张小山"),
        ("张\u200b小\ufeff山", "张小山"),
        ("某路\t1号\x00", "某路 1号"),
        (12900000001.0, "12900000001"),
        (511102001001.0, "511102001001"),
        (19900307.0, "19900307"),
        (1.5, "1.5"),
        (-3.0, "-3"),
        (1.10105194912310021e17, "1.10105194912310E+17"),
        (True, "true"),
        (7, "7"),
        (date(1990, 3, 7), "1990-03-07"),
        (datetime.fromisoformat("1990-03-07"), "1990-03-07"),
        (datetime.fromisoformat("1990-03-07T08:30"), "1990-03-07 08:30:00"),
        ("长" * 2000, "长" * 1000),
    ],
)
def test_a_cell_becomes_a_text(cell: object, text: str) -> None:
    assert cell_text(cell) == text


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("姓名*", "姓名"),
        (" 证件 号码：", "证件号码"),
        ("Ｎａｍｅ", "name"),
        ("Kind of document", "kindofdocument"),
    ],
)
def test_a_heading_is_known_however_it_is_written(written: str, known: str) -> None:
    assert word_key(written) == known


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (Column.BORN_ON, "1990-03-07", "1990-03-07"),
        (Column.BORN_ON, "1990/3/7", "1990-03-07"),
        (Column.BORN_ON, "1990.3.7", "1990-03-07"),
        (Column.BORN_ON, "1990年3月7日", "1990-03-07"),
        (Column.BORN_ON, "19900307", "1990-03-07"),
        (Column.BORN_ON, "1990-03-07 00:00:00", "1990-03-07"),
        (Column.BORN_ON, "1990-02-30", "1990-02-30"),
        (Column.BORN_ON, "32939", "32939"),
        (Column.SEX, " Male ", "1"),
        (Column.SEX, "女", "2"),
        (Column.SEX, "1", "1"),
        (Column.SEX, "其他", "其他"),
        (Column.SKILLS, "急救、文艺", "first_aid,arts"),
        (Column.SKILLS, "First aid; 文艺\n急救", "first_aid,arts,first_aid"),
        (Column.SKILLS, "急救，飞行", "first_aid,飞行"),
        (Column.NAME, "男", "男"),
    ],
)
def test_words_become_codes_and_dates_iso(column: Column, text: str, value: str) -> None:
    assert cell_value(column, text, WORDS) == value


SOUND = {"name": "张小山", "document_number": NUMBER, "region_code": "511102001001", "political_status": "13"}


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {}),
        ({"name": None}, {"name": "required"}),
        (
            {"document_number": None, "region_code": None},
            {"document_number": "required", "region_code": "required"},
        ),
        ({"political_status": None}, {"political_status": "required"}),
        ({"document_number": "1.1010519E+17"}, {"document_number": "number-damaged"}),
        ({"document_number": "1E+17"}, {"document_number": "number-damaged"}),
        ({"document_number": "1.10105194912310e17"}, {"document_number": "number-damaged"}),
        ({"document_number": "E12345678"}, {}),
        ({"document_number": "1E234567"}, {}),
        ({"phone": "1.29E+10"}, {"phone": "number-damaged"}),
        ({"guardian_document_number": "9.9E+17"}, {"guardian_document_number": "number-damaged"}),
        ({"national_no": "5.1E+20"}, {"national_no": "number-damaged"}),
        ({"born_on": "1990-02-30"}, {"born_on": "not-a-date"}),
        ({"born_on": "1990-02-28"}, {}),
    ],
)
def test_faults_of_cells(changes: dict[str, str | None], faults: dict[str, str]) -> None:
    values = {name: text for name, text in (SOUND | changes).items() if text is not None}
    assert cell_faults(values) == faults


def test_a_number_with_noughts_for_its_end_was_damaged() -> None:
    lost = {"document_number": NUMBER[:15] + "000"}
    assert refined("document_number", "document-check", lost) == "number-damaged"
    assert (
        refined("document_number", "document-check", {"document_number": NUMBER[:17] + "9"})
        == "document-check"
    )
    assert refined("document_number", "document-date", lost) == "document-date"


def test_a_row_becomes_a_registration_from_a_file() -> None:
    said = application_of(
        {
            **SOUND,
            "phone": "12900000001",
            "skills": "first_aid,arts",
            "born_on": "1990-03-07",
            "guardian_name": "张大山",
            "guardian_phone": "12900000002",
            "national_no": "5111020001",
            "emergency_name": "李四",
            "emergency_phone": "12900000003",
        },
        511102001001,
    )
    assert (said.channel, said.consents, said.password, said.identity_method) == ("import", [], None, None)
    assert (said.region_code, said.service_region_code) == (511102001001, None)
    assert (said.document_type, said.skills, said.born_on) == (
        "resident_id",
        ["first_aid", "arts"],
        date(1990, 3, 7),
    )
    assert said.guardian is not None
    assert (said.guardian.name, said.guardian.relation, said.guardian.document_type) == (
        "张大山",
        "",
        "resident_id",
    )
    assert said.national_no == "5111020001"


def test_a_row_without_a_guardian_names_none() -> None:
    assert application_of({**SOUND, "guardian_document_type": "passport"}, 1).guardian is None


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, {}),
        ({"born_on": "1990-03-07", "sex": "1"}, {}),
        ({"born_on": "1990-03-08"}, {"born_on": "differs-from-document"}),
        ({"sex": "2"}, {"sex": "differs-from-document"}),
        ({"sex": "9"}, {}),
        ({"sex": "其他"}, {}),
    ],
)
def test_what_contradicts_the_document_is_seen(values: dict[str, str], found: dict[str, str]) -> None:
    document = check_document("resident_id", NUMBER, TODAY, demo=True, stated=Stated())
    assert contradictions(values, document) == found


SAME = [
    ({"document_number": NUMBER}, {"document_number": NUMBER.lower()}),
    (
        {"document_number": NUMBER},
        {"document_number": f" {NUMBER[:6]} {NUMBER[6:]}", "document_type": "resident_id"},
    ),
    (
        {"document_number": "e12345", "document_type": "passport", "nationality": "kor"},
        {"document_number": "E12345", "document_type": "passport", "nationality": "KOR"},
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_document_is_known_in_a_file(one: dict[str, str], other: dict[str, str]) -> None:
    assert document_key(one) == document_key(other) is not None


def test_passports_of_two_countries_are_two_documents() -> None:
    given: list[dict[str, str]] = [
        {"document_number": "E12345", "document_type": "passport", "nationality": country}
        for country in ("KOR", "JPN")
    ]
    assert document_key(given[0]) != document_key(given[1])
    assert document_key({}) is None


@pytest.mark.parametrize(
    ("values", "phone"),
    [
        ({"phone": "+86 129 0000 0001", "document_number": NUMBER}, "12900000001"),
        ({"phone": "12900000001"}, "12900000001"),
        ({"phone": "12900000001", "document_number": document_number(1, date(2012, 11, 22))}, None),
        ({"phone": "12900000001", "document_number": document_number(1, date(2012, 11, 21))}, "12900000001"),
        ({"phone": "12900000001", "document_number": "E12345", "born_on": "2020-01-01"}, None),
        ({"phone": "110"}, None),
        ({}, None),
    ],
)
def test_whose_phone_counts_as_an_account(values: dict[str, str], phone: str | None) -> None:
    assert phone_key(values, 14, TODAY, demo=True) == phone


@pytest.mark.parametrize("status", list(ImportStatus))
@pytest.mark.parametrize("move", list(MOVES))
def test_moves_between_states(status: ImportStatus, move: str) -> None:
    allowed: dict[str, Any] = {
        "start": {"checked": "running"},
        "pause": {"running": "paused"},
        "resume": {"paused": "running"},
        "cancel": dict.fromkeys(("checking", "checked", "running", "paused"), "cancelled"),
    }
    if status in allowed[move]:
        assert moved(status, move) == allowed[move][status]
        assert move in possible_moves(status)
        return
    assert move not in possible_moves(status)
    with pytest.raises(Conflict, match="wrong-status"):
        moved(status, move)


def test_nothing_can_be_done_with_what_is_over() -> None:
    assert [possible_moves(status) for status in FINISHED] == [[], []]
