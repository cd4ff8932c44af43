"""How counts add up the tree, how far a target is, and how a target file is read."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.kernel.region_code import ancestors
from timebank.statistics.rules import (
    Counts,
    Indicator,
    TargetFault,
    TargetRow,
    days_to_compute,
    people_needed,
    read_share,
    read_target,
    roll_up,
)

DIGITS = st.sampled_from([0, 1, 2])
CODES = st.builds(
    lambda p, c, n, t, v: (11 + p) * 10**10 + c * 10**8 + n * 10**6 + t * 10**3 + v,
    DIGITS,
    DIGITS,
    DIGITS,
    DIGITS,
    DIGITS,
)
ROW = {
    "document": "乐市民政发〔2018〕28号",
    "indicator": "registered_share",
    "region_code": "511100000000",
    "share_percent": "13",
    "deadline_on": "2020-12-31",
    "quotation": "城乡社区注册志愿者人数占本地区居民比例达到13%",
}


def test_counts_of_an_indicator_are_numerator_and_what_was_left_out() -> None:
    counts = Counts(1, 2, 3, 4, 5, 6)
    assert [counts.of(indicator) for indicator in Indicator] == [(1, 2), (3, 4), (5, 6)]


def test_a_region_is_given_out_when_all_below_it_is_known() -> None:
    leaves = [
        (511102001001, Counts(1), "own"),
        (511102001002, Counts(2), None),
        (511111000000, Counts(4), "county"),
    ]
    assert [(code, counts.registered, own) for code, counts, own in roll_up(leaves)] == [
        (511102001001, 1, "own"),
        (511102001002, 2, None),
        (511102001000, 3, None),
        (511102000000, 3, None),
        (511111000000, 4, "county"),
        (511100000000, 7, None),
        (510000000000, 7, None),
        (0, 7, None),
    ]


def test_an_empty_country_is_still_a_country() -> None:
    assert list(roll_up([])) == [(0, Counts(), None)]


@given(st.dictionaries(CODES, st.integers(0, 9)))
def test_rolling_up_is_adding_to_every_ancestor(leaves: dict[int, int]) -> None:
    expected: dict[int, int] = defaultdict(int, {0: 0})
    for code, number in leaves.items():
        for step in (0, *ancestors(code), code):
            expected[step] += number
    found = list(roll_up((code, Counts(number), code) for code, number in sorted(leaves.items())))
    assert {code: counts.registered for code, counts, _ in found} == expected
    assert len(found) == len(expected)
    assert all(own == (code if code in leaves else None) for code, _, own in found)


@pytest.mark.parametrize(
    ("target", "residents", "people"),
    [(1300, 814597, 105898), (1300, 100, 13), (1300, 101, 14), (3000, 0, 0), (10000, 7, 7)],
)
def test_people_that_a_target_needs(target: int, residents: int, people: int) -> None:
    assert people_needed(target, residents) == people


def test_in_january_the_old_year_is_computed_once_more() -> None:
    assert days_to_compute(date(2027, 1, 12)) == (date(2026, 12, 31), date(2027, 1, 12))
    assert days_to_compute(date(2026, 11, 21)) == (date(2026, 11, 21),)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("13", 1300),
        ("13%", 1300),
        ("12.5 %", 1250),
        ("80％", 8000),
        ("100", 10000),
        ("0", None),
        ("-1", None),
        ("101", None),
        ("13.001", None),
        ("many", None),
        ("", None),
        ("NaN", None),
        ("1e999", None),
    ],
)
def test_shares_are_read_in_per_cent(text: str, points: int | None) -> None:
    assert read_share(text) == points


def test_a_target_row() -> None:
    assert read_target(ROW) == TargetRow(
        ROW["document"], Indicator.REGISTERED_SHARE, 511100000000, 1300, date(2020, 12, 31), ROW["quotation"]
    )


@pytest.mark.parametrize(
    ("column", "text", "fault"),
    [
        ("document", "", TargetFault.BAD_DOCUMENT),
        ("document", "长" * 201, TargetFault.BAD_DOCUMENT),
        ("indicator", "happiness", TargetFault.UNKNOWN_INDICATOR),
        ("region_code", "5111", TargetFault.UNKNOWN_REGION),
        ("share_percent", "much", TargetFault.BAD_SHARE),
        ("deadline_on", "soon", TargetFault.BAD_DEADLINE),
        ("quotation", "", TargetFault.BAD_QUOTATION),
    ],
)
def test_what_is_wrong_with_a_target_row(column: str, text: str, fault: TargetFault) -> None:
    assert read_target({**ROW, column: text}) == fault
