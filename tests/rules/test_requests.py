"""Rules of moves, corrections and proposals, and of the states they lead through."""

from __future__ import annotations

from datetime import date

import pytest

from timebank.kernel.errors import Conflict, Invalid
from timebank.volunteers.rules import (
    Action,
    RegistrationPolicy,
    RequestStatus,
    Status,
    Wanted,
    check_changeable,
    check_date,
    check_line,
    check_open,
    check_reason,
    mask_name,
    next_status,
    possible_actions,
    year_of_birth,
)

POLICY = RegistrationPolicy("test", date(2017, 12, 1), 18, 14, 4, 10, 10, 15, 7, 30, "test")


@pytest.mark.parametrize(
    ("asked", "move", "correction", "keep"),
    [
        (date(2026, 11, 21), date(2026, 12, 1), date(2026, 12, 6), date(2026, 11, 28)),
        (date(2028, 2, 25), date(2028, 3, 6), date(2028, 3, 11), date(2028, 3, 3)),
        (date(2026, 12, 31), date(2027, 1, 10), date(2027, 1, 15), date(2027, 1, 7)),
    ],
)
def test_deadlines_are_calendar_days(asked: date, move: date, correction: date, keep: date) -> None:
    found = (POLICY.move_due(asked), POLICY.correction_due(asked), POLICY.cooling_ends(asked))
    assert found == (move, correction, keep)


@pytest.mark.parametrize("status", sorted(set(RequestStatus) - {RequestStatus.OPEN}))
def test_only_what_is_open_is_decided(status: RequestStatus) -> None:
    check_open(RequestStatus.OPEN)
    with pytest.raises(Conflict, match="already-decided"):
        check_open(status)


@pytest.mark.parametrize(
    ("field", "kind", "number", "inside"),
    [
        ("born_on", "resident_id", "990101199003070011", True),
        ("sex", "residence_permit", "810000199003070011", True),
        ("sex", "permanent_residence", "911000199003070011", True),
        ("born_on", "permanent_residence", "KOR990000000001", False),
        ("born_on", "passport", "K1234567", False),
        ("sex", "home_return_permit", "H12345678", False),
        ("sex", "taiwan_permit", "12345678", False),
        ("name", "resident_id", "990101199003070011", False),
    ],
)
def test_what_stands_inside_a_number_is_corrected_with_it(
    field: str, kind: str, number: str, inside: bool
) -> None:
    if not inside:
        check_changeable(field, kind, number)
        return
    with pytest.raises(Invalid, match="stands-in-document"):
        check_changeable(field, kind, number)


@pytest.mark.parametrize(
    "wanted",
    [Wanted("张大山"), Wanted("K1234567", "passport", "KOR"), Wanted("x", None, "KOR"), Wanted("")],
)
def test_what_is_wanted_is_written_and_read(wanted: Wanted) -> None:
    assert Wanted.read(wanted.written()) == wanted


def test_a_line_break_does_not_move_the_parts() -> None:
    assert Wanted.read(Wanted("张\n山", "passport").written()) == Wanted("张 山", "passport")


@pytest.mark.parametrize(
    ("text", "code"), [("", "required"), (" \n ", "required"), ("长" * 201, "too-long 200")]
)
def test_a_line_is_neither_empty_nor_long(text: str, code: str) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        check_line(text, "wrong")
    assert set(refused.value.fields) == {"wrong"}
    assert check_line("  一  二 ", "wrong") == "一 二"


@pytest.mark.parametrize("text", ["", "7.3.1990", "1990-02-30", "1990"])
def test_a_date_is_written_in_one_way(text: str) -> None:
    with pytest.raises(Invalid, match="not-a-date"):
        check_date(text)
    assert check_date(" 1990-03-07 ") == date(1990, 3, 7)


@pytest.mark.parametrize(
    ("born_on", "left"), [(date(1990, 3, 7), date(1990, 1, 1)), (date(2000, 2, 29), date(2000, 1, 1))]
)
def test_of_a_birth_date_the_year_stays(born_on: date, left: date) -> None:
    assert year_of_birth(born_on) == left


def test_a_reason_names_its_own_field() -> None:
    with pytest.raises(Invalid) as refused:
        check_reason("", "note")
    assert refused.value.fields == {"note": ["reason-needed"]}


def test_no_name_has_no_mask() -> None:
    assert mask_name("") == ""


@pytest.mark.parametrize("before", [Status.REGISTERED, Status.SUSPENDED, Status.CLOSING])
def test_a_death_is_undone_to_what_was_before(before: Status) -> None:
    assert next_status(before, Action.RECORD_DEATH) is Status.DECEASED
    assert next_status(Status.DECEASED, Action.UNDO_DEATH, before) is before
    with pytest.raises(Conflict, match="wrong-status"):
        next_status(Status.DECEASED, Action.UNDO_DEATH)


@pytest.mark.parametrize("status", [Status.CLOSED, Status.MERGED])
def test_what_is_closed_or_merged_stays_so(status: Status) -> None:
    assert possible_actions(status) == []


def test_the_dead_only_come_back_by_a_mistake() -> None:
    assert possible_actions(Status.DECEASED) == [Action.UNDO_DEATH]
