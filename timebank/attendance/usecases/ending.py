"""Check-out by policy: when a gate takes nobody any more, the shift's own terms say when people left."""

from __future__ import annotations

from datetime import date, datetime

from timebank.attendance.queries import visit_keys
from timebank.attendance.rules import Direction, Method
from timebank.attendance.usecases import visits
from timebank.attendance.usecases.scans import Attempt, keep_accepted
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftClosing, closing_of, shifts_to_close
from timebank.projects.rules import AttendanceTerms, ShiftStatus
from timebank.projects.usecases import mark_shift_closed

MOST_GATES = 300
"""How many gates one run closes; the next run goes on with the rest."""


def close_gates(work: Work, *, on: date) -> dict[str, int]:
    """Close the gates whose time is over, and let whoever is still inside leave by their shift's terms.

    A job. It compares instants, never dates (`on` is not needed). Every change is conditional: a scan, an
    organizer or another worker that was faster wins, and a run that was cut off leaves nothing half done.
    Gates that people have closed and shifts that were called off are looked at, too: somebody may still be
    inside there, and can check out until the gate's time is over.
    """
    work.allow(Permission.JOB_RUN)
    gates = people = 0
    for shift in _due(work):
        if shift.status is ShiftStatus.OPEN:
            gates += mark_shift_closed(work, shift=shift.key)
        people += end_visits(
            work, shift.key, shift.terms, shift.ends_at, shift.closes_at, shift.called_off_at
        )
    return {"gates": gates, "visits": people}


def end_visits(
    work: Work,
    shift: Key,
    terms: AttendanceTerms,
    ends_at: datetime,
    closes_at: datetime,
    called_off_at: datetime | None,
) -> int:
    """End every open visit to a shift by its terms; returns how many. Internal."""
    inside = visits.open_visits(shift, visit_keys(shift))
    left_at = {each.key: terms.left_at(each.in_at, ends_at, closes_at, called_off_at) for each in inside}
    ended = visits.end_by_policy(work, inside, left_at, terms.ending)
    keep_accepted(work, [(_attempt(work, shift, each, left_at[each.key]), each.key) for each in ended])
    work.emit_each("visit.ended", ((each.key, {"shift": shift}) for each in ended))
    return len(ended)


def _due(work: Work) -> list[ShiftClosing]:
    """Open shifts whose time is over, and others like them at which somebody is inside."""
    found = {}
    for shift in shifts_to_close(work.now):
        found[shift.key] = shift
        if len(found) == MOST_GATES:
            return list(found.values())
    left = closing_of(visits.shifts_with_open_visits() - set(found))
    late = [each for each in left.values() if each.closes_at < work.now]
    return [*found.values(), *late[: MOST_GATES - len(found)]]


def _attempt(work: Work, shift: Key, visit: visits.OpenVisit, left: datetime) -> Attempt:
    return Attempt(
        shard=shift.shard,
        client_id=f"closing-{work.new_id()}",
        direction=Direction.OUT,
        method=Method.POLICY,
        scanned_at=left,
        happened_at=left,
        shift=shift,
        volunteer=visit.volunteer,
        operator=work.actor.label,
    )
