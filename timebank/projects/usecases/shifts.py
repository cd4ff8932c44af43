"""Shifts of a project."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from sqlalchemy import update

from timebank.kernel.clock import aware, local_date
from timebank.kernel.ids import Key, new_token
from timebank.kernel.work import Work
from timebank.projects.models import Shift
from timebank.projects.queries.internal import secret_context
from timebank.projects.queries.policies import project_policy
from timebank.projects.rules import (
    Action,
    Attendance,
    ShiftStatus,
    check_shift_numbers,
    check_shift_times,
    checked_attendance,
    checked_title,
    next_status,
)
from timebank.projects.usecases.lifecycle import written_by_actor

OPENS_MINUTES = 60
CLOSES_MINUTES = 240


def add_shift(
    work: Work,
    *,
    project: Key,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    opens_minutes: int = OPENS_MINUTES,
    closes_minutes: int = CLOSES_MINUTES,
    **attendance: Unpack[Attendance],
) -> Key:
    """Add a shift on one local date, with the random secret of its venue codes.

    The gate takes check-ins from `opens_minutes` before the start and check-outs until `closes_minutes` after
    the end. What `attendance` leaves out is the most careful choice.

    Raises Invalid for the field at fault, Conflict("wrong-project-status").
    """
    next_status(written_by_actor(work, project).status, Action.ADD_SHIFT)
    zone = work.runtime.config.time_zone
    check_shift_times(aware(starts_at), aware(ends_at), work.now, zone)
    check_shift_numbers(capacity, opens_minutes, closes_minutes)
    policy = project_policy(local_date(starts_at, zone))
    asked = checked_attendance(attendance, policy)
    key = Key(project.shard, work.new_id())
    shift = Shift(
        shard_code=key.shard,
        id=key.id,
        project_id=project.id,
        title=checked_title(title),
        starts_at=starts_at,
        ends_at=ends_at,
        occurs_on=local_date(starts_at, zone),
        capacity=capacity,
        taken=0,
        opens_minutes=opens_minutes,
        closes_minutes=closes_minutes,
        secret_sealed=work.runtime.vault.encrypt(new_token(), secret_context(key)),
        attendance_policy=policy.version,
        status=ShiftStatus.OPEN,
        **asked,
    )
    work.session.add(shift)
    work.emit("shift.added", key, project=project, capacity=capacity)
    return key


def mark_shift_closed(work: Work, *, shift: Key) -> bool:
    """Close an open shift; False when it was closed already. Internal: the caller has decided the right."""
    closed = work.session.execute(
        update(Shift)
        .where(Shift.shard_code == shift.shard, Shift.id == shift.id, Shift.status == ShiftStatus.OPEN)
        .values(status=ShiftStatus.CLOSED, closed_at=work.now, closed_by=work.actor.label)
        .execution_options(synchronize_session=False)
        .returning(Shift.id)
    ).first()
    if closed:
        work.emit("shift.closed", shift)
    return closed is not None
