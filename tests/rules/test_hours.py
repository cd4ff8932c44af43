"""How attendance becomes minutes, and what deserves a second look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.attendance.rules import Method
from timebank.hours.rules import (
    Attention,
    RecordStatus,
    SheetStatus,
    attention_of,
    booking_key,
    checked_reason,
    entry_mode,
    record_of,
    sheet_status,
    stay,
    urgency,
)
from timebank.kernel.errors import Invalid

START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
END = START + timedelta(hours=3)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("came", "went", "minutes"),
    [
        (0, 180, 180),
        (-30, 180, 180),
        (0, 240, 180),
        (10.5, 70.4, 59),
        (10, 70, 60),
        (-60, -30, 0),
        (190, 200, 0),
        (0, None, 0),
        (5, 5.9, 0),
    ],
)
def test_minutes_inside_the_shift_count(came: float, went: float | None, minutes: int) -> None:
    counted = stay(at(came), None if went is None else at(went), START, END)
    assert counted.minutes == minutes
    assert START <= counted.started_at <= counted.ended_at <= END


@given(st.integers(-10_000, 20_000), st.integers(0, 20_000))
def test_no_visit_counts_more_than_it_lasted_or_than_the_shift(came: int, seconds: int) -> None:
    begin = START + timedelta(seconds=came)
    counted = stay(begin, begin + timedelta(seconds=seconds), START, END)
    assert 0 <= counted.minutes <= min(180, seconds // 60)


@pytest.mark.parametrize(
    ("in_method", "out_method", "mode"),
    [
        (Method.VENUE_CODE, Method.VENUE_CODE, Method.VENUE_CODE),
        (Method.VENUE_CODE, None, Method.VENUE_CODE),
        (Method.VENUE_CODE, Method.PERSONAL_CODE, Method.PERSONAL_CODE),
        (Method.PERSONAL_CODE, Method.ORGANIZER, Method.ORGANIZER),
    ],
)
def test_the_weaker_evidence_names_the_record(
    in_method: Method, out_method: Method | None, mode: Method
) -> None:
    assert entry_mode(in_method, out_method) == mode


@pytest.mark.parametrize(
    ("given_", "marks"),
    [
        ({}, []),
        ({"is_open": True, "minutes": 0}, [Attention.NO_CHECK_OUT]),
        ({"minutes": 480}, []),
        ({"minutes": 481}, [Attention.LONG_DAY]),
        ({"minutes": 241, "other_minutes": 240}, [Attention.LONG_DAY]),
        ({"minutes": 9}, [Attention.SHORT_VISIT]),
        ({"minutes": 10}, []),
        ({"mode": Method.ORGANIZER}, [Attention.ENTERED_BY_ORGANIZER]),
        ({"mode": Method.PERSONAL_CODE}, []),
    ],
)
def test_what_deserves_a_second_look(given_: dict[str, object], marks: list[Attention]) -> None:
    usual = {"minutes": 120, "other_minutes": 0, "is_open": False, "mode": Method.VENUE_CODE}
    assert attention_of(**{**usual, **given_}, long_day=480, short_visit=10) == marks


def test_what_needs_a_decision_comes_first() -> None:
    cases = [
        (RecordStatus.RETURNED, []),
        (RecordStatus.TO_SUBMIT, [Attention.NO_CHECK_OUT, Attention.ENTERED_BY_ORGANIZER]),
        (RecordStatus.TO_SUBMIT, [Attention.LONG_DAY]),
        (RecordStatus.SUBMITTED, [Attention.ENTERED_BY_ORGANIZER]),
        (RecordStatus.TO_SUBMIT, []),
    ]
    places = [urgency(*case) for case in cases]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ({}, SheetStatus.SETTLED),
        ({"to_submit": 2, "confirmed": 1}, SheetStatus.TO_SUBMIT),
        ({"returned": 1, "confirmed": 9}, SheetStatus.TO_SUBMIT),
        ({"submitted": 1, "returned": 3}, SheetStatus.SUBMITTED),
        ({"confirmed": 2, "not_recognised": 1}, SheetStatus.SETTLED),
    ],
)
def test_how_far_a_shift_is(counts: dict[str, int], status: SheetStatus) -> None:
    assert sheet_status(counts) == status


def test_a_booking_key_names_its_record() -> None:
    record = UUID(int=7)
    assert record_of(booking_key(record, "service_time")) == record
    assert record_of("reversal:00000000-0000-0000-0000-000000000007") is None
    assert record_of("record:nonsense:service_time") is None


@pytest.mark.parametrize("reason", ["", "  ", "x", "x" * 201])
def test_a_reason_is_needed(reason: str) -> None:
    with pytest.raises(Invalid, match="reason-needed"):
        checked_reason(reason)
