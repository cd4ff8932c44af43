"""What time does with projects: recruiting begins and ends, shifts run, projects are closed and archived."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.models import Project, Shift
from timebank.projects.queries.internal import OF_ITS_PROJECT
from timebank.projects.queries.policies import project_policy
from timebank.projects.rules import (
    ProjectKind,
    ProjectPolicy,
    ProjectStatus,
    ShiftStatus,
    Timetable,
    closes_at,
    due,
)
from timebank.projects.usecases.rows import locked_project, move, shifts_of

AT_ONCE = 1_000
"""Projects that one run looks at; the next run takes the others."""


def move_projects(work: Work, *, on: date) -> dict[str, int]:
    """Do what is due by the present instant, not by the date `on`; running it again changes nothing."""
    work.allow(Permission.JOB_RUN)
    policy = project_policy(work.today)
    done: Counter[str] = Counter()
    for key in _perhaps_due(work, policy):
        done.update(settle(work, locked_project(work, key)))
    return dict(done)


def settle(work: Work, project: Project) -> list[str]:
    """Take one project, locked, as far as time has come; returns what was done. Internal."""
    policy = project_policy(work.today)
    close_after, archive_after = timedelta(days=policy.close_days), timedelta(days=policy.archive_days)
    done: list[str] = []
    while action := due(
        ProjectStatus(project.status), _timetable(work, project), work.now, close_after, archive_after
    ):
        move(work, project, action, by_time=True)
        done.append(action)
    return done


def _timetable(work: Work, project: Project) -> Timetable:
    shifts = shifts_of(work, project.key, lock=False)  # new ones wait for the project's lock
    starts = [shift.starts_at for shift in shifts]
    closings = [closes_at(shift.ends_at, shift.closes_minutes) for shift in shifts]
    return Timetable(
        kind=ProjectKind(project.kind),
        since=project.status_since,
        recruits_from=project.recruits_from,
        recruits_until=project.recruits_until,
        first_start=min(starts, default=None),
        last_start=max(starts, default=None),
        last_closing=max(closings, default=None),
    )


def _perhaps_due(work: Work, policy: ProjectPolicy) -> list[Key]:
    """Projects for which something may be due; `due` decides."""
    now = work.now
    closing, archiving = now - timedelta(days=policy.close_days), now - timedelta(days=policy.archive_days)
    is_begun = _has_shift(Shift.starts_at <= now)
    is_over = and_(is_begun, ~_has_shift(Shift.starts_at > now))
    was_over = and_(~_has_shift(Shift.ends_at > closing), _left_alone(closing))
    began = or_(Project.kind == ProjectKind.MAKE_UP, Project.recruits_from.is_(None))
    conditions = {
        ProjectStatus.SCHEDULED: or_(began, Project.recruits_from <= now),
        ProjectStatus.RECRUITING: or_(Project.recruits_until <= now, is_over),
        ProjectStatus.RECRUITED: is_begun,
        ProjectStatus.RUNNING: was_over,
        ProjectStatus.CLOSED: Project.status_since <= archiving,
    }
    rows = work.session.execute(
        select(Project.shard_code, Project.id)
        .where(or_(*(and_(Project.status == status, when) for status, when in conditions.items())))
        .order_by(Project.shard_code, Project.id)
        .limit(AT_ONCE)
    )
    return [Key(*row) for row in rows]


def _left_alone(since: datetime) -> ColumnElement[bool]:
    """A make-up project, whose shifts are all over, is closed so long after its approval."""
    return or_(Project.kind == ProjectKind.ORDINARY, Project.status_since <= since)


def _has_shift(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(OF_ITS_PROJECT, Shift.status != ShiftStatus.CANCELLED, condition)
