"""An approved project: recruiting by hand, halted, gone on, ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.models import Project
from timebank.projects.rules import CALLED_OFF, Action, ProjectStatus, check_reason, next_status
from timebank.projects.usecases.calling_off import cancel_with_project, halt, take_up
from timebank.projects.usecases.rows import (
    controlled_by_actor,
    is_running,
    move,
    open_shifts,
    written_by_actor,
)
from timebank.projects.usecases.timetable import settle


def move_project(work: Work, *, project: Key, action: Action, reason: str | None = None) -> None:
    """Start or end recruiting, pause, resume or close a project of one's own; as the authority, stop one.

    Volunteers read the reason of a pause or a stop, also on the shifts that do not take place because of it.
    Raises NotFound, Forbidden, Invalid("not-a-choice" for an action that is not among these |
    "reason-needed"), Conflict `wrong-project-status`, `shift-running`, `shift-ahead` or `no-shift-ahead`.
    """
    if action not in STEPS:
        written_by_actor(work, project)
        raise Invalid("not-a-choice", field="action")
    step = STEPS[action]
    found = step.found(work, project)
    next_status(found.status, action)
    told = check_reason(reason or "") if step.needs_reason else None
    step.act(work, found)
    found.review_note = told
    move(work, found, action, told)
    if found.status in CALLED_OFF:
        halt(work, found, found.review_note or "")
    if found.status == ProjectStatus.SCHEDULED:
        take_up(work, found)
        settle(work, found)


def void_project(work: Work, *, project: Key, reason: str) -> Project:
    """Declare a project void with all its shifts that nobody closed. Internal.

    The caller has made sure that it has no confirmed hours and nobody is inside. Raises NotFound, Forbidden,
    Invalid("reason-needed"), Conflict("wrong-project-status" | "shift-running").
    """
    found = controlled_by_actor(work, project)
    next_status(found.status, Action.VOID)
    told = check_reason(reason)
    shifts = open_shifts(work, project)
    if any(is_running(shift, work) for shift in shifts):
        raise Conflict("shift-running")
    found.review_note = told
    move(work, found, Action.VOID, told)
    cancel_with_project(work, found, shifts, told)
    return found


def _nothing(_work: Work, _project: Project) -> None:
    """No further condition."""


def _start(work: Work, project: Project) -> None:
    shifts = open_shifts(work, project.key)
    if shifts and all(shift.starts_at <= work.now for shift in shifts):
        raise Conflict("no-shift-ahead")
    project.recruits_from = project.recruits_until = None


def _end(work: Work, project: Project) -> None:
    project.recruits_until = work.now


def _halt(work: Work, project: Project) -> None:
    if any(is_running(shift, work) for shift in open_shifts(work, project.key)):
        raise Conflict("shift-running")


def _close(work: Work, project: Project) -> None:
    if any(shift.ends_at > work.now for shift in open_shifts(work, project.key)):
        raise Conflict("shift-ahead")


@dataclass(frozen=True, slots=True)
class _Step:
    found: Callable[[Work, Key], Project]
    needs_reason: bool
    act: Callable[[Work, Project], None]


STEPS: Mapping[Action, _Step] = {
    Action.START_RECRUITING: _Step(written_by_actor, False, _start),
    Action.END_RECRUITING: _Step(written_by_actor, False, _end),
    Action.PAUSE: _Step(written_by_actor, True, _halt),
    Action.RESUME: _Step(written_by_actor, False, _nothing),
    Action.CLOSE: _Step(written_by_actor, False, _close),
    Action.STOP: _Step(controlled_by_actor, True, _nothing),
    Action.LIFT: _Step(controlled_by_actor, False, _nothing),
}
"""What `move_project` does: who may, whether volunteers are told why, and what else must be true."""
