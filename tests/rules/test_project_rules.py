"""States of a project, what it must say, and what a shift must keep to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from timebank.kernel.errors import Conflict, Invalid
from timebank.projects.rules import (
    FINAL,
    TRANSITIONS,
    Action,
    Facts,
    ProjectStatus,
    check_reason,
    check_shift_numbers,
    check_shift_times,
    checked_facts,
    checked_title,
    new_project_no,
    next_status,
    possible_actions,
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


@pytest.mark.parametrize("status", FINAL)
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
