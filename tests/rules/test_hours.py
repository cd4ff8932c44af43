"""How attendance becomes minutes, and what deserves a second look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.attendance.rules import Method
from timebank.hours.flags import Attention
from timebank.hours.rules import (
    RecordStatus,
    SheetStatus,
    booking_key,
    checked_reason,
    entry_mode,
    record_of,
    sheet_status,
    stay,
    urgency,
)
from timebank.kernel.errors import Invalid
from timebank.projects.rules import AttendanceMode

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


@pytest.mark.parametrize(
    ("out_policy", "mode"),
    [
        ("zero 2026-1", Method.POLICY),
        ("shift_end 2026-1", Method.POLICY),
        ("default_minutes 2026-1", Method.POLICY),
        ("in_only 2026-1", Method.VENUE_CODE),
        ("presence 2026-1", Method.VENUE_CODE),
        ("next_shift 2026-1", Method.VENUE_CODE),
    ],
)
def test_an_end_by_policy_is_the_weakest_where_something_was_forgotten(out_policy: str, mode: Method) -> None:
    assert entry_mode(Method.VENUE_CODE, Method.POLICY, out_policy) == mode


@pytest.mark.parametrize(
    ("mode", "came", "went", "minutes"),
    [
        (AttendanceMode.IN_AND_OUT, 20, 100, 80),
        (AttendanceMode.IN_ONLY, 20, 180, 160),
        (AttendanceMode.IN_ONLY, 20, 100, 80),
        (AttendanceMode.PRESENCE, 170, 170, 180),
        (AttendanceMode.PRESENCE, -10, 30, 180),
        (AttendanceMode.PRESENCE, 20, None, 0),
    ],
)
def test_each_mode_counts_its_own_way(
    mode: AttendanceMode, came: float, went: float | None, minutes: int
) -> None:
    counted = stay(at(came), None if went is None else at(went), START, END, mode)
    assert counted.minutes == minutes


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
        (Method.PRINTED_CODE, Method.VENUE_CODE, Method.PRINTED_CODE),
        (Method.ORGANIZER, Method.PRINTED_CODE, Method.ORGANIZER),
    ],
)
def test_the_weaker_evidence_names_the_record(
    in_method: Method, out_method: Method | None, mode: Method
) -> None:
    assert entry_mode(in_method, out_method) == mode


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
