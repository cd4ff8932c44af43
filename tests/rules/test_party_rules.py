"""Rules of party organisations, reports, lists of numbers, and figures about few people."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.kernel.errors import Conflict, Invalid
from timebank.party.rules import (
    FEWEST,
    LONGEST_LIST,
    Kind,
    PartyPolicy,
    ReportStatus,
    check_name,
    check_parent,
    check_reason,
    check_step,
    check_unit,
    period_of,
    read_numbers,
    veiled,
)

C, G, B = Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH


@pytest.mark.parametrize(
    ("kind", "parent", "fits"),
    [
        (C, C, True),
        (G, C, True),
        (B, C, True),
        (B, G, True),
        (G, G, False),
        (B, B, False),
        (C, G, False),
        (C, B, False),
        (G, B, False),
    ],
)
def test_a_branch_stands_under_a_committee_never_the_other_way(kind: Kind, parent: Kind, fits: bool) -> None:
    if fits:
        check_parent(kind, parent)
        return
    with pytest.raises(Invalid, match="parent-too-low"):
        check_parent(kind, parent)


@pytest.mark.parametrize(("counts", "counted"), [(False, ("01",)), (True, ("01", "02"))])
def test_the_policy_says_whether_probationary_members_count(counts: bool, counted: tuple[str, ...]) -> None:
    assert PartyPolicy("v", date(2026, 1, 1), counts, "来源").counted == counted


STEPS = {
    ("reported", "confirmed"),
    ("reported", "refused"),
    ("reported", "ended"),
    ("confirmed", "ended"),
}


@pytest.mark.parametrize("before", ReportStatus)
@pytest.mark.parametrize("after", [ReportStatus.CONFIRMED, ReportStatus.REFUSED, ReportStatus.ENDED])
def test_the_states_of_a_report(before: ReportStatus, after: ReportStatus) -> None:
    if (before, after) in STEPS:
        check_step(before, after)
        return
    with pytest.raises(Conflict, match="wrong-report-status"):
        check_step(before, after)


@pytest.mark.parametrize(
    ("year", "quarter", "start", "end"),
    [
        (2026, None, date(2026, 1, 1), date(2026, 12, 31)),
        (2026, 1, date(2026, 1, 1), date(2026, 3, 31)),
        (2026, 2, date(2026, 4, 1), date(2026, 6, 30)),
        (2026, 3, date(2026, 7, 1), date(2026, 9, 30)),
        (2024, 4, date(2024, 10, 1), date(2024, 12, 31)),
    ],
)
def test_periods(year: int, quarter: int | None, start: date, end: date) -> None:
    assert period_of(year, quarter) == (start, end)


@pytest.mark.parametrize(
    ("groups", "hidden"),
    [
        ([], set()),
        ([(0, 0)], set()),
        ([(5, 5)], set()),
        ([(4, 0)], {0}),
        ([(9, 4)], {0}),
        ([(9, 4), (20, 8)], {0, 1}),
        ([(9, 4), (20, 8), (12, 6)], {0, 2}),
        ([(3, 1), (2, 0), (20, 8)], {0, 1}),
        ([(3, 1), (0, 0), (0, 0)], {0}),
    ],
)
def test_few_people_are_not_shown(groups: list[tuple[int, ...]], hidden: set[int]) -> None:
    assert veiled(groups) == hidden


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8))
def test_no_small_number_is_left_and_none_follows_from_the_total(groups: list[tuple[int, int]]) -> None:
    hidden = veiled(groups)
    shown = [counts for at, counts in enumerate(groups) if at not in hidden]
    assert not any(0 < count < FEWEST for counts in shown for count in counts)
    assert len(hidden) != 1 or not any(any(counts) for counts in shown)


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        ("511102ABCDEFGHJK", ["511102ABCDEFGHJK"]),
        ("a1\nb2\n\n c3 ", ["a1", "b2", "c3"]),
        ("志愿者编号,姓名\na1,张三\nb2,李四", ["a1", "b2"]),
        ("志愿者编号\na1".encode("gb18030"), ["a1"]),
        ("\ufeff志愿者编号\r\na1\r\n".encode(), ["a1"]),
        ("'990101199003070012", ["990101199003070012"]),
        ('"a1","x,\ny"\nb2', ["a1", "b2"]),
    ],
)
def test_lists_of_numbers(content: bytes | str, numbers: list[str]) -> None:
    assert read_numbers(content) == numbers


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "required"),
        ("\n \n", "required"),
        ("姓名\n", "required"),
        (b"\xff\xff\xff1", "not-a-table"),
        ("1\n" * (LONGEST_LIST + 1), f"too-many-lines {LONGEST_LIST}"),
    ],
)
def test_what_is_no_list_of_numbers(content: bytes | str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_numbers(content)
    assert (refused.value.code, set(refused.value.fields)) == (code, {"numbers"})


def test_texts() -> None:
    assert check_name("  第一   党支部 ") == "第一 党支部"
    assert check_unit("  ") is None
    assert check_unit(" 区 图书馆 ") == "区 图书馆"
    assert check_reason(" 组织关系已转出 ") == "组织关系已转出"
    for check, wrong in (
        (check_name, "一"),
        (check_name, "长" * 101),
        (check_unit, "长" * 101),
        (check_reason, "x"),
    ):
        with pytest.raises(Invalid):
            check(wrong)
