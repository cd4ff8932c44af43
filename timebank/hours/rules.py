"""Rules of service records: states, how attendance becomes minutes, what deserves a second look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from timebank.attendance.rules import Method, forgotten
from timebank.hours.flags import Attention
from timebank.kernel.errors import Invalid
from timebank.kernel.units import minutes_between
from timebank.projects.rules import AttendanceMode


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


class AppealStatus(StrEnum):
    """States of an objection to the end that a policy gave a visit."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Outcome(StrEnum):
    """What a reviewer's confirmation did with one record."""

    CONFIRMED = "confirmed"
    ALREADY_CONFIRMED = "already-confirmed"
    OWN_RECORD = "own-record"
    HELD = "held"
    """Doubtful: decided by itself and with a reason."""
    APPEALED = "appeal-waiting"
    """The person has objected to its end, and nobody has answered."""
    OVERLAPS = "overlaps-confirmed"
    """The person has confirmed time for a part of it already."""


SHORTEST_REASON, LONGEST_REASON = 2, 200
LONGEST_NOTE = 500

EVIDENCE = (
    Method.VENUE_CODE,
    Method.PERSONAL_CODE,
    Method.KIOSK,
    Method.PRINTED_CODE,
    Method.ORGANIZER,
    Method.POLICY,
)
"""How check-ins and check-outs are made, the strongest evidence first.

A code that changes shows that somebody was there; a personal code, that an organizer saw the card; at a
kiosk, that the card was there, whoever held it; a printed code can have been photographed; an organizer's
word is no scan; and where a closing policy ended the visit, nobody says when the person left.
"""


@dataclass(frozen=True, slots=True)
class Stay:
    """The part of a visit that counts, in whole minutes."""

    started_at: datetime
    ended_at: datetime
    minutes: int


def stay(
    in_at: datetime,
    out_at: datetime | None,
    starts_at: datetime,
    ends_at: datetime,
    mode: AttendanceMode = AttendanceMode.IN_AND_OUT,
) -> Stay:
    """What counts of a visit: whole minutes between check-in and check-out that lie inside the shift.

    Service time is the time actually given, set reasonably by the organiser (MCA Order 67 Art. 7): waiting
    before the start and staying on after the end are not service. Without a check-out nothing counts until
    the organizer has set one. Where presence is asked for, who was there has the whole shift.
    """
    if mode is AttendanceMode.PRESENCE and out_at is not None:
        in_at, out_at = starts_at, ends_at
    begin = min(max(in_at, starts_at), ends_at)
    end = begin if out_at is None else max(begin, min(out_at, ends_at))
    return Stay(begin, end, minutes_between(begin.timestamp(), end.timestamp()))


def entry_mode(in_method: Method, out_method: Method | None, out_policy: str | None = None) -> Method:
    """How a record came about: the weaker evidence of its two ends.

    An end by a policy is none where nothing was forgotten: a mode that asks for no check-out, or the way on
    to the next shift.
    """
    is_given = out_method is Method.POLICY and not forgotten(out_policy)
    ends = [in_method] if out_method is None or is_given else [in_method, out_method]
    return max(ends, key=EVIDENCE.index)


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


def checked_reason(reason: str, field: str = "reason") -> str:
    """A reason without surrounding blanks, 2 to 200 characters. Raises Invalid `reason-needed`."""
    told = reason.strip()
    if not SHORTEST_REASON <= len(told) <= LONGEST_REASON:
        raise Invalid("reason-needed", field=field)
    return told


def checked_note(note: str) -> str:
    """What a volunteer says for an objection, 2 to 500 characters. Raises Invalid `note-needed`."""
    told = note.strip()
    if not SHORTEST_REASON <= len(told) <= LONGEST_NOTE:
        raise Invalid("note-needed", field="note")
    return told
