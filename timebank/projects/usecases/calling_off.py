"""Shifts that do not take place: each says so by itself, and people hear it once for all their places.

The caller has decided the right and locked the shifts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from timebank.kernel.bulk import among
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.rules import STANDING, ShiftStatus
from timebank.projects.usecases import places
from timebank.projects.usecases.rows import shifts_of


def cancel(work: Work, shifts: Sequence[Shift], reason: str) -> None:
    """Cancel shifts for good. Internal."""
    for shift in shifts:
        shift.status = ShiftStatus.CANCELLED
    _call_off(work, shifts, reason, "shift.cancelled")


def cancel_with_project(work: Work, project: Project, shifts: Sequence[Shift], reason: str) -> None:
    """Cancel the shifts of a project that has been ended. Internal."""
    cancel(work, shifts, reason)
    _tell(work, project, shifts, "volunteer.project_called_off")


def halt(work: Work, project: Project, reason: str) -> None:
    """Let the shifts of a halted project that are not over not take place, until it goes on. Internal."""
    shifts = [shift for shift in shifts_of(work, project.key) if shift.ends_at > work.now]
    _call_off(work, shifts, reason, "shift.called_off")
    _tell(work, project, shifts, "volunteer.project_called_off")


def take_up(work: Work, project: Project) -> None:
    """Let the shifts of a project that goes on take place; what ended meanwhile stays as it is. Internal."""
    shifts = [
        shift
        for shift in shifts_of(work, project.key)
        if shift.called_off_at is not None and shift.ends_at > work.now
    ]
    for shift in shifts:
        shift.called_off_at = shift.status_reason = None
    revise(work, shifts)
    _emit(work, shifts, "shift.taken_up")
    _tell(work, project, shifts, "volunteer.project_goes_on")
    for shift in shifts:
        places.renew_offers(work, shift)
        places.promote(work, shift)


def revise(work: Work, shifts: Collection[Shift]) -> None:
    """Give shifts a new revision, by which calendars take the news. Internal."""
    for shift in shifts:
        shift.revision += 1
        shift.changed_at = work.now
    work.session.flush()


def concerned(work: Work, shifts: Collection[Shift], *, post: UUID | None = None) -> list[Key]:
    """The volunteers who have or await a place in one of the shifts of a project, or in one post, each once.

    Internal.
    """
    if not shifts:
        return []
    (shard,) = {shift.shard_code for shift in shifts}
    query = select(SignUp.volunteer_shard, SignUp.volunteer_id).where(
        SignUp.shard_code == shard,
        among(SignUp.shift_id, [shift.id for shift in shifts]),
        SignUp.status.in_(STANDING),
    )
    if post is not None:
        query = query.where(SignUp.post_id == post)
    rows = work.session.execute(query.order_by(SignUp.id))
    return list(dict.fromkeys(Key(*row) for row in rows))


def _tell(work: Work, project: Project, shifts: Collection[Shift], event: str) -> None:
    """Note it in the history of everybody concerned."""
    work.emit_each(event, [(person, {"project": project.key}) for person in concerned(work, shifts)])


def _call_off(work: Work, shifts: Collection[Shift], reason: str, event: str) -> None:
    for shift in shifts:
        shift.called_off_at = shift.called_off_at or work.now
        shift.status_reason = reason
    revise(work, shifts)
    _emit(work, shifts, event)


def _emit(work: Work, shifts: Collection[Shift], event: str) -> None:
    work.emit_each(
        event, [(shift.key, {"project": Key(shift.shard_code, shift.project_id)}) for shift in shifts]
    )
