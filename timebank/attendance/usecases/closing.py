"""The end of a shift: forgotten check-outs, and the gate closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import Direction, Method, Verdict, check_reason
from timebank.attendance.usecases.desk import operated_gate
from timebank.kernel.clock import aware
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.usecases import mark_shift_closed


def set_out_time(work: Work, *, shift: Key, volunteer: Key, out_at: datetime, reason: str) -> None:
    """End the visit of somebody who forgot to check out, and say why (domain.md §4.4: 负责人补签退).

    The time lies between check-in and now, and not after the gate's closing. Raises Invalid for the field at
    fault, Conflict("not-inside") when there is nothing to end.
    """
    gate = operated_gate(work, shift)
    told = check_reason(reason)
    visit = _open_visit(work, shift, volunteer)
    left = aware(out_at)
    latest = min(work.now, gate.closes_at)
    if not visit.in_at <= left <= latest:
        raise Invalid("out-time-outside", field="out_at")
    visit.out_at = left
    visit.out_method = Method.ORGANIZER
    visit.out_reason = told
    _keep_scan(work, shift, visit)
    work.emit("visit.closed", visit.key, shift=shift)


def close_gate(work: Work, *, shift: Key) -> bool:
    """Close a gate for good; False when it was closed already. Raises Conflict("shift-not-started")."""
    gate = operated_gate(work, shift)
    if work.now < gate.starts_at:
        raise Conflict("shift-not-started")
    return mark_shift_closed(work, shift=shift)


def _open_visit(work: Work, shift: Key, volunteer: Key) -> Visit:
    found = work.session.scalar(
        select(Visit)
        .where(
            Visit.shard_code == volunteer.shard,
            Visit.volunteer_id == volunteer.id,
            Visit.host_code == shift.shard,
            Visit.shift_id == shift.id,
            Visit.out_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Conflict("not-inside")
    return found


def _keep_scan(work: Work, shift: Key, visit: Visit) -> None:
    """Every passage has its row at the host, this one too; its scanning time is the time that was set."""
    unique = work.new_id()
    work.session.execute(
        insert(Scan).values(
            shard_code=shift.shard,
            id=unique,
            client_id=f"out-time-{unique}",
            shift_id=shift.id,
            volunteer_shard=visit.shard_code,
            volunteer_id=visit.volunteer_id,
            direction=Direction.OUT,
            method=Method.ORGANIZER,
            verdict=Verdict.ACCEPTED,
            operator=work.actor.label,
            scanned_at=visit.out_at,
            received_at=work.now,
            happened_at=visit.out_at,
            reason=visit.out_reason,
            visit_shard=visit.shard_code,
            visit_id=visit.id,
        )
    )
