"""A series of shifts put on other days: same days apart, same time on the wall, whatever month or clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.kernel.clock import local_date
from timebank.kernel.errors import Invalid
from timebank.projects.rules import Moment, PlannedShift, moment_of, moment_on, sessions_of, times_on

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def shift(zone: ZoneInfo, day: str, starts: str, ends: str) -> tuple[datetime, datetime, dict[str, Any]]:
    on = date.fromisoformat(day)
    starts_at, ends_at = (
        datetime.combine(on, time.fromisoformat(text), zone).astimezone(UTC) for text in (starts, ends)
    )
    return starts_at, ends_at, {"title": day}


def days_on(plan: list[PlannedShift], first: str, zone: ZoneInfo) -> list[str]:
    return [local_date(times_on(each, date.fromisoformat(first), zone)[0], zone).isoformat() for each in plan]


@pytest.mark.parametrize(
    ("days", "first", "copied"),
    [
        (["2026-01-31", "2026-02-01"], "2026-02-28", ["2026-02-28", "2026-03-01"]),
        (["2027-12-31", "2028-01-07"], "2028-02-29", ["2028-02-29", "2028-03-07"]),
        (
            ["2028-02-28", "2028-02-29", "2028-03-01"],
            "2027-02-27",
            ["2027-02-27", "2027-02-28", "2027-03-01"],
        ),
        (["2026-03-31", "2026-04-30"], "2026-12-31", ["2026-12-31", "2027-01-30"]),
        (["2026-01-31"], "2026-04-30", ["2026-04-30"]),
    ],
)
def test_days_stay_as_far_apart_as_they_were(days: list[str], first: str, copied: list[str]) -> None:
    plan = sessions_of([shift(SHANGHAI, day, "09:00", "11:30") for day in reversed(days)], SHANGHAI)
    assert days_on(plan, first, SHANGHAI) == copied


@pytest.mark.parametrize(
    ("source", "first", "starts_at", "ends_at"),
    [
        # from winter into summer and back: the wall says the same, UTC does not
        (("2026-03-28", "09:00", "11:00"), "2026-03-29", "07:00", "09:00"),
        (("2026-03-29", "09:00", "11:00"), "2026-03-28", "08:00", "10:00"),
        (("2026-10-24", "09:00", "11:00"), "2026-10-25", "08:00", "10:00"),
        (("2026-10-25", "09:00", "11:00"), "2026-10-24", "07:00", "09:00"),
        # over the hour that is left out (29 March), and the hour that comes twice (25 October)
        (("2026-03-22", "01:00", "04:00"), "2026-03-29", "00:00", "02:00"),
        (("2026-10-18", "01:00", "04:00"), "2026-10-25", "23:00", "03:00"),
        # a start that the clock leaves out
        (("2026-03-22", "02:30", "05:00"), "2026-03-29", "01:30", "03:00"),
    ],
)
def test_the_wall_keeps_its_time_over_both_changes(
    source: tuple[str, str, str], first: str, starts_at: str, ends_at: str
) -> None:
    (planned,) = sessions_of([shift(BERLIN, *source)], BERLIN)
    found = times_on(planned, date.fromisoformat(first), BERLIN)
    assert [f"{each:%H:%M}" for each in found] == [starts_at, ends_at]


def test_a_shift_over_the_hour_that_comes_twice_still_ends_after_it_starts() -> None:
    starts_at = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 02:45 in summer time
    (planned,) = sessions_of([(starts_at, starts_at + timedelta(minutes=30), {})], BERLIN)  # to 02:15 again
    begins, ends = times_on(planned, date(2026, 11, 8), BERLIN)
    assert (f"{begins:%H:%M}", ends - begins) == ("01:45", timedelta(minutes=30))


ZONES = st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/Santiago"), ZoneInfo("UTC")])
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
STARTS = st.integers(0, 20 * 365 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(ZONES, st.lists(st.tuples(STARTS, st.integers(5, 600)), min_size=1, max_size=5), DAYS)
def test_a_series_moves_by_days_alone(zone: ZoneInfo, drawn: list[tuple[datetime, int]], first: date) -> None:
    shifts = [(start, start + timedelta(minutes=length), {"n": n}) for n, (start, length) in enumerate(drawn)]
    plan = sessions_of(shifts, zone)
    assert plan[0].day == 0
    moved = local_date(min(start for start, _length in drawn), zone)
    for planned in plan:
        before = shifts[planned.kept["n"]][0]
        starts_at, ends_at = times_on(planned, first, zone)
        assert starts_at.tzinfo == ends_at.tzinfo == UTC
        assert ends_at > starts_at
        wanted = first + (local_date(before, zone) - moved)
        naive = datetime.combine(wanted, before.astimezone(zone).time())
        if naive.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive:
            assert starts_at.astimezone(zone).replace(tzinfo=None) == naive


def test_a_template_reads_what_it_wrote() -> None:
    (planned,) = sessions_of([shift(SHANGHAI, "2026-01-31", "09:00", "11:30")], SHANGHAI)
    assert PlannedShift(**planned.as_json()) == planned
    moment = moment_of(datetime(2026, 1, 24, 0, 30, tzinfo=UTC), date(2026, 1, 31), SHANGHAI)
    assert Moment(**moment.as_json()) == moment == Moment(-7, "08:30:00")
    assert moment_on(moment, date(2026, 3, 1), SHANGHAI) == datetime(2026, 2, 22, 0, 30, tzinfo=UTC)


def test_a_day_beyond_the_calendar_is_refused() -> None:
    (first, second) = sessions_of(
        [shift(SHANGHAI, "2026-01-30", "09:00", "11:30"), shift(SHANGHAI, "2026-01-31", "09:00", "11:30")],
        SHANGHAI,
    )
    for ask in (
        lambda: times_on(second, date.max, SHANGHAI),
        lambda: moment_on(Moment(1, "08:00:00"), date.max, SHANGHAI),
    ):
        with pytest.raises(Invalid) as told:
            ask()
        assert told.value.fields == {"first_day": ["not-a-date"]}
    assert first.day == 0
