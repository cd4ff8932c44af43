"""Shifts of a project: added one by one or by a rule."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Required, Unpack
from uuid import UUID

from sqlalchemy import update

from timebank.kernel.clock import aware, local_date
from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key, new_token
from timebank.kernel.work import Work
from timebank.projects.models import Post, Project, Shift, ShiftSeries
from timebank.projects.queries.internal import secret_context
from timebank.projects.queries.policies import project_policy
from timebank.projects.queries.series import recurring_days
from timebank.projects.rules import (
    Action,
    Attendance,
    ProjectKind,
    ShiftSaid,
    ShiftStatus,
    at_wall_time,
    capacity_of,
    check_past_times,
    check_shift_numbers,
    check_shift_times,
    checked_attendance,
    checked_said,
    checked_title,
    next_status,
    rule_text,
)
from timebank.projects.usecases.rows import move, written_by_actor

OPENS_MINUTES = 60
CLOSES_MINUTES = 240
NOTHING_SAID = ShiftSaid()


class Shared(Attendance, total=False):
    """What all shifts of a series have in common; see `add_shift`."""

    title: Required[str]
    capacity: int | None
    opens_minutes: int
    closes_minutes: int


def add_shift(
    work: Work,
    *,
    project: Key,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int | None = None,
    opens_minutes: int = OPENS_MINUTES,
    closes_minutes: int = CLOSES_MINUTES,
    said: ShiftSaid = NOTHING_SAID,
    series: UUID | None = None,
    **attendance: Unpack[Attendance],
) -> Key:
    """Add a shift on one local date, with the random secret of its venue codes.

    The gate takes check-ins from `opens_minutes` before the start and check-outs until `closes_minutes` after
    the end; `capacity` is not needed where posts say it. What `attendance` leaves out is the most careful
    choice.

    Raises Invalid for the field at fault, Conflict("wrong-project-status").
    """
    found = written_by_actor(work, project)
    check_possible(work, found)
    _check_times(work, found, aware(starts_at), aware(ends_at))
    tidy = checked_said(said)
    places = capacity_of(tidy, capacity)
    check_shift_numbers(places, opens_minutes, closes_minutes)
    day = local_date(starts_at, work.runtime.config.time_zone)
    policy = project_policy(day)
    asked = checked_attendance(attendance, policy)
    key = Key(project.shard, work.new_id())
    shift = Shift(
        shard_code=key.shard,
        id=key.id,
        project_id=project.id,
        title=checked_title(title),
        starts_at=starts_at,
        ends_at=ends_at,
        occurs_on=day,
        capacity=places,
        taken=0,
        opens_minutes=opens_minutes,
        closes_minutes=closes_minutes,
        secret_sealed=work.runtime.vault.encrypt(new_token(), secret_context(key)),
        attendance_policy=policy.version,
        status=ShiftStatus.OPEN,
        series_id=series,
        **_said(tidy),
        **asked,
    )
    work.session.add(shift)
    _add_posts(work, key, tidy)
    work.emit("shift.added", key, project=project, capacity=places)
    take_up_recruiting(work, found)
    return key


def check_possible(work: Work, project: Project) -> None:
    """Whether a shift can be added; to a make-up project only before it is handed in. Internal.

    Raises Conflict("wrong-project-status").
    """
    next_status(project.status, Action.ADD_SHIFT)
    if project.kind == ProjectKind.MAKE_UP:
        next_status(project.status, Action.EDIT)


def take_up_recruiting(work: Work, project: Project) -> None:
    """Let a project recruit again that has got a further shift. Internal."""
    if next_status(project.status, Action.ADD_SHIFT) != project.status:
        project.recruits_until = None
        move(work, project, Action.ADD_SHIFT)


def add_series(
    work: Work,
    *,
    project: Key,
    rule: str,
    left_out: tuple[date, ...] = (),
    starts_at: datetime,
    ends_at: datetime,
    said: ShiftSaid = NOTHING_SAID,
    **shared: Unpack[Shared],
) -> list[Key]:
    """Add a shift for each date of a recurrence rule, all with the wall times of the first; see `add_shift`.

    `starts_at` is the earliest; the rule decides whether that date is one of them. Raises Invalid for the
    rule (field `rule`) and for what `add_shift` finds at fault; then none is added.
    """
    written_by_actor(work, project)
    zone = work.runtime.config.time_zone
    if not starts_at < ends_at < starts_at + timedelta(days=1):
        too_early = ends_at <= starts_at
        raise Invalid("ends-before-start" if too_early else "crosses-midnight", field="ends_at")
    days = recurring_days(rule=rule, left_out=left_out, starts_at=starts_at)
    begins, ends = (at.astimezone(zone).time() for at in (starts_at, ends_at))
    series = ShiftSeries(
        shard_code=project.shard,
        id=work.new_id(),
        project_id=project.id,
        rule=rule_text(rule, left_out)[:500],
        first_on=days[0],
        created_by=work.actor.label,
        created_at=work.now,
    )
    work.session.add(series)
    work.session.flush()
    return [
        add_shift(
            work,
            project=project,
            starts_at=at_wall_time(day, begins, zone),
            ends_at=at_wall_time(day, ends, zone),
            series=series.id,
            said=said,
            **shared,
        )
        for day in days
    ]


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


def _check_times(work: Work, project: Project, starts_at: datetime, ends_at: datetime) -> None:
    """A shift lies ahead, one of a make-up project behind. Raises Invalid for the field at fault."""
    zone = work.runtime.config.time_zone
    if project.kind == ProjectKind.MAKE_UP:
        days_back = project_policy(work.today).make_up_days_back
        check_past_times(starts_at, ends_at, work.now, zone, days_back)
    else:
        check_shift_times(starts_at, ends_at, work.now, zone)


def _said(said: ShiftSaid) -> dict[str, Any]:
    return {
        "needs_approval": said.needs_approval,
        "prerequisites": said.prerequisites.document(),
        "bring": said.bring,
    }


def _add_posts(work: Work, shift: Key, said: ShiftSaid) -> None:
    if said.posts:
        work.session.flush()
    for post in said.posts:
        work.session.add(
            Post(
                shard_code=shift.shard,
                id=work.new_id(),
                shift_id=shift.id,
                name=post.name,
                duty=post.duty,
                capacity=post.capacity,
                taken=0,
                prerequisites=post.prerequisites.document(),
            )
        )
