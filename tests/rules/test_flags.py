"""What is doubtful about a record, and the figures that say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from timebank.attendance.rules import Method, distance_m
from timebank.hours.flags import (
    HELD,
    Attention,
    Limits,
    Served,
    Signs,
    attention_of,
    impossible_travel,
    is_held,
    night_minutes,
    overlap,
    running,
)

LIMITS = Limits(
    long_day_minutes=480,
    short_visit_minutes=10,
    fastest_kmh=120,
    far_minutes=20,
    people_per_device=3,
    far_from_venue_m=2000,
    late_entry_hours=72,
    most_manual_percent=30,
    manual_share_people=5,
    night_from_minute=0,
    night_until_minute=300,
    running_days=14,
)
USUAL = Signs(minutes=120, mode=Method.VENUE_CODE)
START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
NORTH, SOUTH = 511102, 511112
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("given", "marks"),
    [
        ({}, {}),
        ({"is_open": True, "minutes": 0}, {Attention.NO_CHECK_OUT: {}}),
        ({"minutes": 480}, {}),
        ({"minutes": 481}, {Attention.LONG_DAY: {"minutes": 481, "most": 480}}),
        ({"minutes": 241, "other_minutes": 240}, {Attention.LONG_DAY: {"minutes": 481, "most": 480}}),
        ({"minutes": 9}, {Attention.SHORT_VISIT: {"minutes": 9, "least": 10}}),
        ({"minutes": 10}, {}),
        ({"overlap_minutes": 1}, {Attention.OVERLAP: {"minutes": 1}}),
        ({"travel": {"minutes": 3}}, {Attention.IMPOSSIBLE_SPEED: {"minutes": 3}}),
        ({"device_people": 3}, {}),
        ({"device_people": 4}, {Attention.SHARED_DEVICE: {"people": 4, "most": 3}}),
        ({"distance_m": 2000}, {}),
        ({"distance_m": 2001}, {Attention.FAR_FROM_VENUE: {"metres": 2001, "most": 2000}}),
        ({"distance_m": 2300, "radius_m": 300}, {}),
        (
            {"distance_m": 2301, "radius_m": 300},
            {Attention.FAR_FROM_VENUE: {"metres": 2301, "most": 2300}},
        ),
        ({"entered_hours_late": 71}, {}),
        ({"entered_hours_late": 72}, {Attention.LATE_ENTRY: {"hours": 72, "most": 72}}),
        ({"manual_percent": 100}, {}),
        ({"mode": Method.ORGANIZER, "manual_percent": 30}, {Attention.ENTERED_BY_ORGANIZER: {}}),
        (
            {"mode": Method.ORGANIZER, "manual_percent": 31},
            {Attention.MANUAL_SHARE: {"percent": 31, "most": 30}, Attention.ENTERED_BY_ORGANIZER: {}},
        ),
        ({"night_minutes": 1}, {Attention.NIGHT: {"minutes": 1}}),
        ({"running_days": 14}, {}),
        ({"running_days": 15}, {Attention.MANY_DAYS: {"days": 15, "most": 14}}),
        ({"is_closed_by_policy": True, "minutes": 0}, {Attention.CLOSED_BY_POLICY: {}}),
        ({"is_closed_by_policy": True, "mode": Method.POLICY}, {Attention.CLOSED_BY_POLICY: {}}),
        ({"mode": Method.PERSONAL_CODE}, {}),
    ],
)
def test_what_deserves_a_second_look(given: dict[str, object], marks: dict[Attention, object]) -> None:
    assert attention_of(replace(USUAL, **given), LIMITS) == marks  # type: ignore[arg-type]


def test_marks_come_in_order_and_some_hold_the_record() -> None:
    signs = replace(USUAL, minutes=500, mode=Method.ORGANIZER, manual_percent=90, night_minutes=3)
    marks = list(attention_of(signs, LIMITS))
    assert marks == [mark for mark in Attention if mark in marks]
    assert is_held(marks)
    assert is_held([Attention.FAR_FROM_VENUE])
    assert not is_held([mark for mark in Attention if mark not in HELD])
    assert not is_held([])


def served(begin: float, end: float, county: int = NORTH, north: float | None = None) -> Served:
    """From so many minutes to so many, so many kilometres north of a place."""
    hour = timedelta(minutes=1)
    if north is None:
        return Served(START + begin * hour, START + end * hour, county)
    return Served(START + begin * hour, START + end * hour, county, 29.5 + north / 111.195, 103.7, 0)


@pytest.mark.parametrize(
    ("one", "other", "minutes"),
    [
        (served(0, 60), served(60, 120), 0),
        (served(0, 60), served(59, 120), 1),
        (served(0, 60), served(59.5, 120), 0),
        (served(0, 180), served(60, 90), 30),
        (served(0, 60), served(200, 260), 0),
    ],
)
def test_what_two_stretches_share(one: Served, other: Served, minutes: int) -> None:
    assert overlap(one, other) == overlap(other, one) == minutes


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (served(0, 60, north=0), served(70, 90, north=19.9), None),
        (served(0, 60, north=0), served(70, 90, north=21), {"metres": 21000, "minutes": 10, "kmh": 120}),
        (served(0, 60, north=0), served(60, 90, north=0), None),
        (served(0, 60, north=0), served(60, 90, north=1), {"metres": 1000, "minutes": 0, "kmh": 120}),
        (served(0, 60, north=0), served(30, 90, north=90), None),  # overlap says it
        (served(0, 60, NORTH), served(79, 90, SOUTH), {"minutes": 19, "least": 20}),
        (served(0, 60, NORTH), served(80, 90, SOUTH), None),
        (served(0, 60, NORTH), served(60, 90, NORTH), None),
        (served(0, 60, NORTH, north=0), served(62, 90, SOUTH, north=1), None),  # neighbours at a border
        (served(0, 60, NORTH, north=0), served(61, 90, SOUTH), {"minutes": 1, "least": 20}),
    ],
)
def test_nobody_is_faster_than_a_car(one: Served, other: Served, found: dict[str, int] | None) -> None:
    assert impossible_travel(one, other, LIMITS) == impossible_travel(other, one, LIMITS)
    told = impossible_travel(one, other, LIMITS)
    if found and "metres" in found:
        assert told
        assert abs(told.pop("metres") - found.pop("metres")) < 20
    assert told == found


def test_the_radius_of_both_places_is_given_away() -> None:
    near = replace(served(60, 90, north=1), radius_m=600)
    assert impossible_travel(replace(served(0, 60, north=0), radius_m=600), near, LIMITS) is None


@pytest.mark.parametrize(
    ("day", "zone", "begin", "end", "minutes"),
    [
        (date(2026, 11, 21), SHANGHAI, "2026-11-21T04:00+08:00", "2026-11-21T06:00+08:00", 60),
        (date(2026, 11, 21), SHANGHAI, "2026-11-21T05:00+08:00", "2026-11-21T08:00+08:00", 0),
        (date(2026, 11, 21), SHANGHAI, "2026-11-21T20:00+08:00", "2026-11-21T23:59+08:00", 0),
        (date(2026, 12, 31), SHANGHAI, "2026-12-31T00:00+08:00", "2026-12-31T00:30+08:00", 30),
        # 25 October 2026: from 0 to 5 by the clock are six hours; 28 March 2027: four
        (date(2026, 10, 25), BERLIN, "2026-10-25T00:00+02:00", "2026-10-25T06:00+01:00", 360),
        (date(2027, 3, 28), BERLIN, "2027-03-28T00:00+01:00", "2027-03-28T06:00+02:00", 240),
    ],
)
def test_night_is_by_the_clock_on_the_wall(
    day: date, zone: ZoneInfo, begin: str, end: str, minutes: int
) -> None:
    stretch = Served(datetime.fromisoformat(begin), datetime.fromisoformat(end), NORTH)
    assert night_minutes(stretch, day, zone, LIMITS) == minutes


def test_days_one_after_the_other() -> None:
    day = date(2027, 1, 2)
    before = {day - timedelta(days=number) for number in (1, 2, 3, 5)}
    assert running(before, day) == 4
    assert running(set(), day) == 1
    assert running({day, day + timedelta(days=1)}, day) == 2
    after = {day + timedelta(days=number) for number in (1, 2, 4)}
    assert running(before | after, day) == 6  # whichever day's hours are made last


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((29.5521, 103.7661), (29.5521, 103.7661), 0),
        ((0, 0), (0, 1), 111_195),
        ((0, 0), (1, 0), 111_195),
        ((0, 179.5), (0, -179.5), 111_195),  # across the date line
        ((90, 0), (-90, 0), 20_015_115),
        ((0, 0), (0, 180), 20_015_115),
        ((29.5521, 103.7661), (29.5521, 103.7692), 300),
        ((30.6586, 104.0648), (29.5521, 103.7661), 126_386),  # Chengdu, Leshan
    ],
)
def test_distances(one: tuple[float, float], other: tuple[float, float], metres: int) -> None:
    assert distance_m(*one, *other) == distance_m(*other, *one)
    assert abs(distance_m(*one, *other) - metres) <= max(1, metres // 1000)
