"""Shifts: states, times, places, attendance mode and closing policy."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from timebank.kernel.clock import local_date
from timebank.kernel.errors import Invalid

LONGEST_TITLE = 100
LARGEST_SHIFT = 5000
LONGEST_OPENS_MINUTES = 240
LONGEST_CLOSES_MINUTES = 720


class ShiftStatus(StrEnum):
    """States of a shift."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class AttendanceMode(StrEnum):
    """What a shift asks of people to prove that they served; chosen for each shift."""

    IN_AND_OUT = "in_and_out"
    """Check-in and check-out; the time between them counts."""
    IN_ONLY = "in_only"
    """Check-in alone; whoever came stays until the shift's end."""
    PRESENCE = "presence"
    """Having been there, whenever the scan was made; the whole shift counts."""


class ClosingPolicy(StrEnum):
    """What becomes of a check-out that was forgotten when the gate closes."""

    ZERO = "zero"
    """Nothing counts until the person has appealed and the organizer has set a time."""
    SHIFT_END = "shift_end"
    """The person left at the end of the shift."""
    DEFAULT_MINUTES = "default_minutes"
    """The person stayed for the minutes that the shift names."""


class PrintedCode(StrEnum):
    """Whether a shift also takes a code printed on paper, which stays the same, and what it asks for then."""

    OFF = "off"
    PLACE = "place"
    """The phone says where it is, and that is near the venue."""
    ORGANIZER = "organizer"
    """The organizer confirms each scan."""


def checked_title(text: str) -> str:
    """The name of a shift, 1 to 100 characters. Raises Invalid with field `title`."""
    title = text.strip()
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid(fields={"title": [f"too-long {LONGEST_TITLE}" if title else "required"]})
    return title


def check_shift_times(starts_at: datetime, ends_at: datetime, now: datetime, zone: ZoneInfo) -> None:
    """A shift lies ahead, ends after it starts, and on the same local date (domain.md §3: same day).

    Raises Invalid with the field at fault.
    """
    if starts_at <= now:
        raise Invalid("in-the-past", field="starts_at")
    _check_one_day(starts_at, ends_at, zone)


def check_past_times(
    starts_at: datetime, ends_at: datetime, now: datetime, zone: ZoneInfo, days_back: int
) -> None:
    """A shift of a make-up project is over, not older than `days_back` local days, and on one local date.

    Raises Invalid with the field at fault.
    """
    _check_one_day(starts_at, ends_at, zone)
    if ends_at > now:
        raise Invalid("not-in-the-past", field="ends_at")
    if local_date(starts_at, zone) < earliest_day(local_date(now, zone), days_back):
        raise Invalid(f"too-far-back {days_back}", field="starts_at")


def earliest_day(today: date, days_back: int) -> date:
    """The first day on which a shift of a make-up project may lie."""
    return today - timedelta(days=days_back)


def _check_one_day(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> None:
    if ends_at <= starts_at:
        raise Invalid("ends-before-start", field="ends_at")
    if local_date(starts_at, zone) != local_date(ends_at, zone):
        raise Invalid("crosses-midnight", field="ends_at")


def check_shift_numbers(capacity: int, opens_minutes: int, closes_minutes: int) -> None:
    """Places and gate window within bounds. Raises Invalid naming every field that is not."""
    bounds = {
        "capacity": (capacity, 1, LARGEST_SHIFT),
        "opens_minutes": (opens_minutes, 0, LONGEST_OPENS_MINUTES),
        "closes_minutes": (closes_minutes, 0, LONGEST_CLOSES_MINUTES),
    }
    wrong = {
        name: [f"out-of-range {low} {high}"]
        for name, (value, low, high) in bounds.items()
        if not low <= value <= high
    }
    if wrong:
        raise Invalid(fields=wrong)


def opens_at(starts_at: datetime, opens_minutes: int) -> datetime:
    """When the gate begins to take check-ins."""
    return starts_at - timedelta(minutes=opens_minutes)


def over_at(ends_at: datetime, called_off_at: datetime | None) -> datetime:
    """When service in a shift is over: at its end, or when it was called off before that."""
    return ends_at if called_off_at is None else min(ends_at, called_off_at)


def closes_at(ends_at: datetime, closes_minutes: int) -> datetime:
    """Until when the gate takes check-outs."""
    return ends_at + timedelta(minutes=closes_minutes)
