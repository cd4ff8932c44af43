"""The end of a shift by the people of its gate: forgotten check-outs, and the gate closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from timebank.attendance.models import Visit
from timebank.attendance.rules import Direction, Judgement, Method, Verdict, check_reason, forgotten
from timebank.attendance.usecases.desk import operated_gate
from timebank.attendance.usecases.ending import end_visits
from timebank.attendance.usecases.scans import Attempt, keep
from timebank.kernel.clock import aware
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.usecases import mark_shift_closed


def set_out_time(work: Work, *, shift: Key, volunteer: Key, out_at: datetime, reason: str) -> None:
    """End the visit of somebody who forgot to check out, and say why (domain.md §4.4: 负责人补签退).

    Also where a closing policy has ended it since. The time lies between check-in and now, and not after the
    gate's closing. Raises Invalid for the field at fault, Conflict("not-inside") for who has left.
    """
    gate = operated_gate(work, shift)
    told = check_reason(reason)
    visit = _unfinished_visit(work, shift, volunteer)
    left = aware(out_at)
    latest = min(work.now, gate.closes_at)
    if not visit.in_at <= left <= latest:
        raise Invalid("out-time-outside", field="out_at")
    was_ended = visit.out_at is not None
    visit.out_at = left
    visit.out_method = Method.ORGANIZER
    visit.out_reason = told
    visit.out_policy = None
    work.session.flush()
    _keep_scan(work, shift, visit, was_ended)
    work.emit("visit.closed", visit.key, shift=shift)


def close_gate(work: Work, *, shift: Key) -> bool:
    """Close a gate for good; False when it was closed already. Raises Conflict("shift-not-started").

    Where the shift asks for no check-out, whoever is inside leaves with that; else the organizer or, when
    the time for it is over, the closing policy says when they left.
    """
    gate = operated_gate(work, shift)
    if work.now < gate.starts_at:
        raise Conflict("shift-not-started")
    closed = mark_shift_closed(work, shift=shift)
    if not gate.terms.needs_check_out:
        end_visits(work, shift, gate.terms, min(gate.ends_at, work.now), gate.closes_at, gate.called_off_at)
    return closed


def _unfinished_visit(work: Work, shift: Key, volunteer: Key) -> Visit:
    """The visit of somebody who did not check out, locked."""
    found = work.session.scalar(
        select(Visit)
        .where(
            Visit.shard_code == volunteer.shard,
            Visit.volunteer_id == volunteer.id,
            Visit.host_code == shift.shard,
            Visit.shift_id == shift.id,
            or_(Visit.out_at.is_(None), Visit.out_method == Method.POLICY),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or (found.out_at is not None and forgotten(found.out_policy) is None):
        raise Conflict("not-inside")
    return found


def _keep_scan(work: Work, shift: Key, visit: Visit, was_ended: bool) -> None:
    """Every passage has its row at the host, this one too; its scanning time is the time that was set."""
    left = visit.out_at or work.now
    attempt = Attempt(
        shard=shift.shard,
        client_id=f"out-time-{work.new_id()}",
        direction=Direction.OUT,
        method=Method.ORGANIZER,
        scanned_at=left,
        happened_at=left,
        shift=shift,
        volunteer=Key(visit.shard_code, visit.volunteer_id),
        operator=work.actor.label,
        reason=visit.out_reason,
    )
    again = Judgement(Verdict.REPEATED, "already-out")
    keep(work, attempt, again if was_ended else Judgement(Verdict.ACCEPTED), visit.key)
