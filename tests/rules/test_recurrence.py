"""Recurrence: month and year ends, leap years, and zones whose clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from timebank.kernel.errors import Invalid
from timebank.projects.rules import at_wall_time, occurrences, read_rule, rule_text, simple_rule

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NINE = time(9)


def days(
    rule: str,
    first: str,
    *,
    left_out: tuple[str, ...] = (),
    zone: ZoneInfo = SHANGHAI,
    begins: time = NINE,
    most: int = 60,
) -> list[str]:
    skipped = [date.fromisoformat(day) for day in left_out]
    found = occurrences(
        read_rule(rule), date.fromisoformat(first), begins, left_out=skipped, zone=zone, most=most
    )
    return [day.isoformat() for day in found]


@pytest.mark.parametrize(
    ("rule", "first", "wanted"),
    [
        ("FREQ=DAILY;COUNT=4", "2026-12-30", "2026-12-30 2026-12-31 2027-01-01 2027-01-02"),
        ("FREQ=DAILY;INTERVAL=2;UNTIL=20270104", "2026-12-29", "2026-12-29 2026-12-31 2027-01-02 2027-01-04"),
        ("FREQ=WEEKLY;COUNT=3", "2026-12-24", "2026-12-24 2026-12-31 2027-01-07"),
        ("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3", "2026-12-31", "2026-12-31 2027-01-04 2027-01-07"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "2026-12-29", "2027-01-04 2027-01-11"),
        ("FREQ=MONTHLY;COUNT=4", "2026-12-31", "2026-12-31 2027-01-31 2027-03-31 2027-05-31"),
        ("FREQ=MONTHLY;COUNT=3", "2028-01-30", "2028-01-30 2028-03-30 2028-04-30"),
        ("FREQ=MONTHLY;BYMONTHDAY=29;COUNT=3", "2028-01-29", "2028-01-29 2028-02-29 2028-03-29"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=29;COUNT=2", "2028-02-29", "2028-02-29 2032-02-29"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-12-31", "2026-12-31 2027-01-31 2027-02-28"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "2026-11-01", "2026-11-27 2026-12-25 2027-01-29"),
        ("FREQ=MONTHLY;BYDAY=5SA;COUNT=2", "2026-11-01", "2027-01-30 2027-05-29"),
        ("RRULE:FREQ=MONTHLY;BYDAY=1SA;UNTIL=20270102", "2026-11-27", "2026-12-05 2027-01-02"),
    ],
)
def test_month_and_year_ends(rule: str, first: str, wanted: str) -> None:
    assert days(rule, first) == wanted.split()


def test_dates_left_out_are_counted_and_then_left_out() -> None:
    assert days("FREQ=DAILY;COUNT=3", "2026-12-30", left_out=("2026-12-31",)) == ["2026-12-30", "2027-01-01"]
    text = rule_text("freq=daily;count=3", [date(2027, 1, 1), date(2026, 12, 31)])
    assert text == "RRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20261231,20270101"
    with pytest.raises(Invalid, match="no-occurrence"):
        days("FREQ=DAILY;COUNT=1", "2026-12-30", left_out=("2026-12-30",))


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20261231", "2026-12-31"),
        ("20261231T090000", "2026-12-31"),
        ("20261231T085959", "2026-12-30"),
        ("20261231T010000Z", "2026-12-31"),  # 09:00 in Shanghai
        ("20261231T005959Z", "2026-12-30"),
    ],
)
def test_until_is_a_local_date_a_local_time_or_an_instant(until: str, last: str) -> None:
    assert days(f"FREQ=DAILY;UNTIL={until}", "2026-12-29")[-1] == last


def instants(first: str, begins: time, zone: ZoneInfo, count: int = 3) -> list[str]:
    found = days(f"FREQ=DAILY;COUNT={count}", first, zone=zone, begins=begins)
    return [f"{at_wall_time(date.fromisoformat(day), begins, zone):%d %H:%M}" for day in found]


def test_wall_time_stays_where_the_clock_is_changed() -> None:
    assert instants("2027-03-27", NINE, BERLIN) == ["27 08:00", "28 07:00", "29 07:00"]
    assert instants("2026-10-24", NINE, BERLIN) == ["24 07:00", "25 08:00", "26 08:00"]
    assert instants("2027-03-27", NINE, SHANGHAI) == ["27 01:00", "28 01:00", "29 01:00"]


def test_a_wall_time_in_the_gap_lies_later_by_the_gap() -> None:
    at = at_wall_time(date(2026, 3, 29), time(2, 30), BERLIN)
    assert at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert at.astimezone(BERLIN).time() == time(3, 30)
    assert instants("2026-03-28", time(2, 30), BERLIN) == ["28 01:30", "29 01:30", "30 00:30"]


def test_a_wall_time_that_exists_twice_is_the_first() -> None:
    at = at_wall_time(date(2026, 10, 25), time(2, 30), BERLIN)
    assert at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert at.astimezone(BERLIN).fold == 0


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("", "bad-recurrence"),
        ("every monday", "bad-recurrence"),
        ("COUNT=3", "bad-recurrence"),
        ("FREQ=HOURLY;COUNT=3", "bad-recurrence"),
        ("FREQ=DAILY;COUNT=0", "bad-recurrence"),
        ("FREQ=DAILY;COUNT=三", "bad-recurrence"),
        ("FREQ=DAILY;COUNT=3;COUNT=4", "bad-recurrence"),
        ("FREQ=DAILY;COUNT=3;BYHOUR=9", "bad-recurrence"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=3", "bad-recurrence"),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", "bad-recurrence"),
        ("FREQ=DAILY;BYMONTHDAY=31;COUNT=3", "bad-recurrence"),
        ("FREQ=MONTHLY;BYMONTHDAY=32;COUNT=3", "bad-recurrence"),
        ("FREQ=DAILY;UNTIL=20261301", "bad-recurrence"),
        ("FREQ=DAILY;UNTIL=tomorrow", "bad-recurrence"),
        ("FREQ=DAILY;INTERVAL=367;COUNT=3", "bad-recurrence"),
        ("FREQ=DAILY", "recurrence-without-end"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "recurrence-two-ends"),
        ("FREQ=DAILY;COUNT=61", "too-many-occurrences 60"),
        ("FREQ=DAILY;UNTIL=99991231", "too-many-occurrences 60"),
        ("FREQ=DAILY;UNTIL=20260101", "no-occurrence"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;COUNT=1", "no-occurrence"),
    ],
)
def test_rules_that_are_refused(rule: str, code: str) -> None:
    with pytest.raises(Invalid) as told:
        days(rule, "2026-11-27")
    assert told.value.fields == {"rule": [code]}


def test_the_rule_of_a_form() -> None:
    assert (
        simple_rule("WEEKLY", interval=2, weekdays=["TH", "MO"], count=None, until=date(2027, 1, 31))
        == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270131"
    )
    assert simple_rule("MONTHLY", interval=1, weekdays=["MO"], count=3, until=None) == "FREQ=MONTHLY;COUNT=3"
