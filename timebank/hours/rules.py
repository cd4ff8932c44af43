"""Rules of service records: states, how attendance becomes minutes, what deserves a second look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from timebank.attendance.rules import Method
from timebank.kernel.errors import Invalid
from timebank.kernel.units import minutes_between


class RecordStatus(StrEnum):
    """States of a service record (domain.md §4.5) that exist so far."""

    TO_SUBMIT = "to_submit"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    NOT_RECOGNISED = "not_recognised"
    CONFIRMED = "confirmed"


WITH_ORGANIZER = frozenset({RecordStatus.TO_SUBMIT, RecordStatus.RETURNED})
"""The organizer has these in hand: times may still be set, and they can be submitted."""


class SheetStatus(StrEnum):
    """How far the hours of a whole shift are."""

    NOT_CLOSED = "not_closed"
    TO_SUBMIT = "to_submit"
    SUBMITTED = "submitted"
    SETTLED = "settled"


class Attention(StrEnum):
    """Why an organizer or reviewer should look at a record before it counts, the most urgent first."""

    NO_CHECK_OUT = "no_check_out"
    LONG_DAY = "long_day"
    SHORT_VISIT = "short_visit"
    ENTERED_BY_ORGANIZER = "entered_by_organizer"


class Outcome(StrEnum):
    """What a reviewer's confirmation did with one record."""

    CONFIRMED = "confirmed"
    ALREADY_CONFIRMED = "already-confirmed"
    OWN_RECORD = "own-record"


SHORTEST_REASON, LONGEST_REASON = 2, 200

EVIDENCE = (Method.VENUE_CODE, Method.PERSONAL_CODE, Method.ORGANIZER)
"""How check-ins and check-outs are made, the strongest evidence first."""


@dataclass(frozen=True, slots=True)
class Stay:
    """The part of a visit that counts, in whole minutes."""

    started_at: datetime
    ended_at: datetime
    minutes: int


def stay(in_at: datetime, out_at: datetime | None, starts_at: datetime, ends_at: datetime) -> Stay:
    """What counts of a visit: whole minutes between check-in and check-out that lie inside the shift.

    Service time is the time actually given, set reasonably by the organiser (MCA Order 67 Art. 7): waiting
    before the start and staying on after the end are not service. Without a check-out nothing counts until
    the organizer has set one.
    """
    begin = min(max(in_at, starts_at), ends_at)
    end = begin if out_at is None else max(begin, min(out_at, ends_at))
    return Stay(begin, end, minutes_between(begin.timestamp(), end.timestamp()))


def entry_mode(in_method: Method, out_method: Method | None) -> Method:
    """How a record came about: the weaker evidence of its two ends."""
    ends = [in_method] if out_method is None else [in_method, out_method]
    return max(ends, key=EVIDENCE.index)


def attention_of(
    *, minutes: int, other_minutes: int, is_open: bool, mode: Method, long_day: int, short_visit: int
) -> list[Attention]:
    """What deserves a second look; `other_minutes` are the same person's other records of that day.

    Over eight hours a day and very short visits are looked at twice on the public platforms (domain.md §6);
    the limits are rows of `hours_policies`.
    """
    marks = {
        Attention.NO_CHECK_OUT: is_open,
        Attention.LONG_DAY: minutes + other_minutes > long_day,
        Attention.SHORT_VISIT: not is_open and minutes < short_visit,
        Attention.ENTERED_BY_ORGANIZER: mode == Method.ORGANIZER,
    }
    return [mark for mark, applies in marks.items() if applies]


def urgency(status: str, attention: Collection[str]) -> int:
    """The place of a record in a list sorted by what needs a decision; lower comes first."""
    if status == RecordStatus.RETURNED:
        return 0
    order = list(Attention)
    return 1 + min((order.index(Attention(mark)) for mark in attention), default=len(order))


def sheet_status(counts: dict[str, int]) -> SheetStatus:
    """How far a shift is, from the number of its records in each state."""
    if counts.get(RecordStatus.SUBMITTED):
        return SheetStatus.SUBMITTED
    if any(counts.get(status) for status in WITH_ORGANIZER):
        return SheetStatus.TO_SUBMIT
    return SheetStatus.SETTLED


def booking_key(record: UUID, account: str) -> str:
    """The idempotency key under which a record's minutes are booked on a kind of account."""
    return f"record:{record}:{account}"


def record_of(booking_key: str) -> UUID | None:
    """The record that a booking key speaks of; None for one of another kind."""
    kind, _, rest = booking_key.partition(":")
    try:
        return UUID(rest.partition(":")[0]) if kind == "record" else None
    except ValueError:
        return None


def checked_reason(reason: str) -> str:
    """A reason without surrounding blanks, 2 to 200 characters. Raises Invalid `reason-needed`."""
    told = reason.strip()
    if not SHORTEST_REASON <= len(told) <= LONGEST_REASON:
        raise Invalid("reason-needed", field="reason")
    return told
