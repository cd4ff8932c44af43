"""States of a project, what it must say, and what a shift must keep to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from timebank.kernel.errors import Conflict, Invalid
from timebank.projects.rules import (
    FINAL,
    TRANSITIONS,
    Action,
    Facts,
    ProjectKind,
    ProjectStatus,
    SelfCheck,
    check_past_times,
    check_reason,
    check_shift_numbers,
    check_shift_times,
    checked_answers,
    checked_facts,
    checked_title,
    new_project_no,
    next_status,
    possible_actions,
    require_answered,
)
from timebank.projects.rules.states import BY_TIME

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FIVE = ["legal", "schooling", "emergency", "counselling", "environment"]
GOOD: dict[str, Any] = {
    "name": " 午餐陪伴 ",
    "region_code": 511102001001,
    "place": "社区一楼",
    "content": "陪伴老人用餐。",
    "categories": ["elder_help", "neighbour_help"],
    "recipients": ["living_alone"],
    "risk": "地面湿滑。",
    "safeguards": ["insurance"],
    "leader_name": "王队长",
    "earns_credit": True,
}


@pytest.mark.parametrize("status", ProjectStatus)
@pytest.mark.parametrize("action", Action)
def test_only_what_the_table_says_is_possible(status: ProjectStatus, action: Action) -> None:
    if (status, action) in TRANSITIONS:
        assert next_status(status, action) is TRANSITIONS[status, action]
        assert (action in possible_actions(status)) is (action not in BY_TIME)
        return
    assert action not in possible_actions(status)
    with pytest.raises(Conflict) as told:
        next_status(status, action)
    assert told.value.code == "wrong-project-status"


def test_an_approved_project_keeps_the_facts_that_were_approved() -> None:
    assert Action.EDIT not in possible_actions(ProjectStatus.RECRUITING)
    assert Action.EDIT not in possible_actions(ProjectStatus.SUBMITTED)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_the_end_is_the_end(status: ProjectStatus) -> None:
    assert possible_actions(status) == ()


def test_facts_are_tidied() -> None:
    tidy = checked_facts(cast(Facts, GOOD))
    assert tidy["name"] == "午餐陪伴"
    assert tidy["categories"] == ["neighbour_help", "elder_help"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "  ", "required"),
        ("name", "长" * 101, "too-long 100"),
        ("place", "", "required"),
        ("content", "", "required"),
        ("risk", "", "required"),
        ("leader_name", "", "required"),
        ("categories", [], "required"),
        ("categories", ["nothing"], "not-a-choice"),
        (
            "categories",
            ["legal", "schooling", "emergency", "environment", "orphan_care"],
            "too-many-chosen 4",
        ),
        ("recipients", [], "required"),
        ("recipients", ["everybody"], "not-a-choice"),
        ("safeguards", [], "required"),
        ("safeguards", ["luck"], "not-a-choice"),
    ],
)
def test_a_project_states_what_the_order_asks_for(field: str, value: object, code: str) -> None:
    with pytest.raises(Invalid) as told:
        checked_facts(cast(Facts, {**GOOD, field: value}))
    assert told.value.fields == {field: [code]}


def local(hour: int, minute: int = 0, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "field", "code"),
    [
        (NOW, NOW + timedelta(hours=1), "starts_at", "in-the-past"),
        (local(9), local(9), "ends_at", "ends-before-start"),
        (local(9), local(8), "ends_at", "ends-before-start"),
        (local(22), local(0, 30, day=23), "ends_at", "crosses-midnight"),
        (local(22), local(0, 0, day=23), "ends_at", "crosses-midnight"),
    ],
)
def test_a_shift_keeps_to_one_day(starts_at: datetime, ends_at: datetime, field: str, code: str) -> None:
    with pytest.raises(Invalid) as told:
        check_shift_times(starts_at, ends_at, NOW, SHANGHAI)
    assert told.value.fields == {field: [code]}


def test_a_day_is_a_local_day() -> None:
    check_shift_times(local(0, 0), local(23, 59), NOW, SHANGHAI)
    with pytest.raises(Invalid):
        check_shift_times(local(0, 0), local(23, 59), NOW, ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("numbers", "field"),
    [
        ((0, 60, 240), "capacity"),
        ((5001, 60, 240), "capacity"),
        ((1, -1, 240), "opens_minutes"),
        ((1, 241, 240), "opens_minutes"),
        ((1, 60, -1), "closes_minutes"),
        ((1, 60, 721), "closes_minutes"),
    ],
)
def test_numbers_of_a_shift_have_bounds(numbers: tuple[int, int, int], field: str) -> None:
    check_shift_numbers(1, 0, 0)
    check_shift_numbers(5000, 240, 720)
    with pytest.raises(Invalid) as told:
        check_shift_numbers(*numbers)
    assert list(told.value.fields) == [field]


def test_titles_and_reasons() -> None:
    assert checked_title(" 上午场 ") == "上午场"
    assert check_reason(" 日期有误 ") == "日期有误"
    for title in ("", "长" * 101):
        with pytest.raises(Invalid):
            checked_title(title)
    for reason in ("", "一", "长" * 201):
        with pytest.raises(Invalid):
            check_reason(reason)


def test_project_numbers_name_county_and_year() -> None:
    number = new_project_no(511102, 2026)
    assert number.startswith("5111022026")
    assert len(number) == 18
    assert number.isdigit()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"is_dangerous": True, "insurance": "人身意外险"}, {}),
        ({"is_dangerous": True}, {"insurance": ["insurance-statement-needed"]}),
        (
            {"is_dangerous": True, "insurance": "人身意外险", "safeguards": ["water"]},
            {"safeguards": ["insurance-needed"]},
        ),
        ({"with_minors": True}, {"supervision": ["supervision-needed"]}),
        ({"with_minors": True, "supervision": "两名成人始终在场"}, {}),
        ({"supervision": "长" * 1001}, {"supervision": ["too-long 1000"]}),
        ({"contact_phone": "０８３３－２４４０１２３"}, {}),
        ({"contact_phone": "call me"}, {"contact_phone": ["not-a-phone-number"]}),
        ({"contact_phone_public": True}, {"contact_phone": ["required"]}),
        ({"fund_source": "luck"}, {"fund_source": ["not-a-choice"]}),
        ({"skills": ["luck"]}, {"skills": ["not-a-choice"]}),
        ({"skills": ["first_aid"]}, {}),
        ({"name": "植树活动补录"}, {"name": ["make-up-in-name"]}),
    ],
)
def test_danger_minors_and_contact(changes: dict[str, object], fields: dict[str, list[str]]) -> None:
    given = cast(Facts, {**GOOD, **changes})
    if not fields:
        assert checked_facts(given)["fund_source"] == "own"
        return
    with pytest.raises(Invalid) as told:
        checked_facts(given)
    assert told.value.fields == fields


def test_only_a_make_up_project_is_called_one() -> None:
    named = cast(Facts, {**GOOD, "name": "植树活动补录"})
    assert checked_facts(named, ProjectKind.MAKE_UP)["name"] == "植树活动补录"


CHECK = SelfCheck("1", date(2021, 2, 1), ("unpaid",), ("dinner",), "MCA Order 67 Art. 19")


@pytest.mark.parametrize(
    ("answers", "fields"),
    [
        ({"unpaid": "yes", "dinner": "no"}, {}),
        ({"unpaid": "yes"}, {"dinner": ["required"]}),
        ({"unpaid": "no", "dinner": "yes"}, {"unpaid": ["not-volunteering"], "dinner": ["not-volunteering"]}),
        ({"unpaid": "perhaps", "dinner": "no"}, {"unpaid": ["not-a-choice"]}),
        ({"unpaid": "yes", "dinner": "no", "paid": "no"}, {"paid": ["unknown-field"]}),
    ],
)
def test_the_self_check_takes_what_volunteering_answers(
    answers: dict[str, str], fields: dict[str, list[str]]
) -> None:
    if not fields:
        assert checked_answers(CHECK, answers) == answers
        require_answered(CHECK, "1")
        return
    with pytest.raises(Invalid) as told:
        checked_answers(CHECK, answers)
    assert told.value.fields == fields


def test_answers_to_older_questions_do_not_count() -> None:
    for version in (None, "0"):
        with pytest.raises(Conflict, match="self-check-needed"):
            require_answered(CHECK, version)


@pytest.mark.parametrize(
    ("day", "ends", "fields"),
    [
        (21, 9, {}),
        (1, 9, {}),
        (21, 11, {"ends_at": ["not-in-the-past"]}),
        (21, 7, {"ends_at": ["ends-before-start"]}),
    ],
)
def test_a_make_up_shift_lies_in_the_past(day: int, ends: int, fields: dict[str, list[str]]) -> None:
    times = (local(8, day=day), local(ends, day=day))
    if not fields:
        check_past_times(*times, NOW, SHANGHAI, 20)
        return
    with pytest.raises(Invalid) as told:
        check_past_times(*times, NOW, SHANGHAI, 20)
    assert told.value.fields == fields


def test_a_make_up_shift_lies_not_too_far_back() -> None:
    check_past_times(local(0, 0, day=1), local(9, day=1), NOW, SHANGHAI, 20)
    with pytest.raises(Invalid) as told:
        check_past_times(local(23, 0, day=1), local(23, 59, day=1), NOW, SHANGHAI, 19)
    assert told.value.fields == {"starts_at": ["too-far-back 19"]}
