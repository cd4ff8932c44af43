"""Stars by a dated table of thresholds."""

from __future__ import annotations

from datetime import date

import pytest

from timebank.recognition.rules import Threshold, in_force, next_after, stars_for


def table(version: str, hours: tuple[int, ...], since: date, until: date | None = None) -> list[Threshold]:
    return [
        Threshold(version, stars, each * 60, since, until, "a document")
        for stars, each in enumerate(hours, 1)
    ]


NATIONAL = table("national-2012", (100, 300, 600, 1000, 1500), date(2012, 10, 23))
OLD = table("old", (50, 100), date(2000, 1, 1), date(2012, 10, 22))
LATER = table("later", (80, 200), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("minutes", "stars"),
    [
        (0, 0),
        (5999, 0),
        (6000, 1),
        (17_999, 1),
        (18_000, 2),
        (36_000, 3),
        (60_000, 4),
        (90_000, 5),
        (10**6, 5),
    ],
)
def test_stars_by_minutes(minutes: int, stars: int) -> None:
    assert stars_for(minutes, NATIONAL) == stars


def test_the_version_of_the_day_counts() -> None:
    everything = LATER + NATIONAL + OLD
    assert in_force(everything, date(2012, 10, 22)) == OLD
    assert in_force(everything, date(2026, 12, 31)) == NATIONAL
    assert in_force(everything, date(2027, 1, 1)) == LATER
    assert in_force(everything, date(1999, 1, 1)) == []


def test_the_next_star() -> None:
    following = next_after(6000, NATIONAL)
    assert following is not None
    assert (following.stars, following.minutes) == (2, 18_000)
    assert next_after(90_000, NATIONAL) is None
    assert stars_for(10**6, []) == 0
