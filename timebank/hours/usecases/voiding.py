"""A project declared void (作废): only as long as nobody has hours from it."""

from __future__ import annotations

from sqlalchemy import select

from timebank.attendance.queries import visits
from timebank.hours.models import ShiftSheet
from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects import usecases as projects
from timebank.projects.queries import shift_keys


def void_project(work: Work, *, project: Key, reason: str) -> None:
    """`projects.void_project`, for a project without hours that are confirmed or wait for a decision.

    Whoever was there waits for one, too, before the organizer has made the hours.

    Raises also Conflict("hours-confirmed" | "hours-undecided" | "visit-open").
    """
    projects.void_project(work, project=project, reason=reason)
    sheets = work.session.scalars(
        select(ShiftSheet)
        .where(ShiftSheet.shard_code == project.shard, ShiftSheet.project_id == project.id)
        .order_by(ShiftSheet.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if any(sheet.confirmed for sheet in sheets):
        raise Conflict("hours-confirmed")
    if any(sheet.with_organizer or sheet.waiting for sheet in sheets):
        raise Conflict("hours-undecided")
    made = {sheet.key for sheet in sheets}
    for shift in shift_keys(project):
        found = visits(shift)
        if any(visit.out_at is None for visit in found):
            raise Conflict("visit-open")
        if found and shift not in made:
            raise Conflict("hours-undecided")
