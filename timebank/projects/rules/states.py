"""States of projects, what can be done in each, and what time does by itself (domain.md §4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from timebank.kernel.errors import Conflict, Invalid

LONGEST_REASON = 200


class ProjectKind(StrEnum):
    """Kinds of projects."""

    ORDINARY = "ordinary"
    """Announced before it takes place."""
    MAKE_UP = "make_up"
    """Handed in afterwards (补录): past days only, with evidence, a quota and a higher approval."""


class ProjectStatus(StrEnum):
    """States of a project (domain.md §4.2)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    SCHEDULED = "scheduled"
    """Approved; the day from which it recruits lies ahead."""
    RECRUITING = "recruiting"
    RECRUITED = "recruited"
    """Recruiting has ended, the first shift lies ahead."""
    RUNNING = "running"
    """Nobody signs up any more; shifts take place, or the last one was not long ago."""
    CLOSED = "closed"
    ARCHIVED = "archived"
    PAUSED = "paused"
    """Halted by its organisation; it can go on."""
    STOPPED = "stopped"
    """Halted by the authority (停用), which alone can let it go on."""
    VOIDED = "voided"
    """Declared void by the authority (作废); it has no confirmed hours."""
    CANCELLED = "cancelled"
    """Called off by its own organisation."""


OPEN_FOR_SERVICE = frozenset(
    {ProjectStatus.RECRUITING, ProjectStatus.RECRUITED, ProjectStatus.RUNNING, ProjectStatus.CLOSED}
)
"""States in which a project's gates take people in."""

WITH_GATES = OPEN_FOR_SERVICE | {ProjectStatus.PAUSED, ProjectStatus.STOPPED}
"""States in which its shifts have a gate and hours: who is inside when it is halted leaves by that gate."""

CALLED_OFF = frozenset(
    {ProjectStatus.CANCELLED, ProjectStatus.PAUSED, ProjectStatus.STOPPED, ProjectStatus.VOIDED}
)
"""States in which a project's shifts do not take place."""

FINAL = frozenset(
    {ProjectStatus.ARCHIVED, ProjectStatus.CANCELLED, ProjectStatus.REJECTED, ProjectStatus.VOIDED}
)
"""States that a project never leaves."""


def takes_sign_ups(status: str | None) -> bool:
    """Whether places in the shifts of a project in this state can be taken."""
    return status == ProjectStatus.RECRUITING


class Action(StrEnum):
    """What can be done with a project, and what time does with it."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    CANCEL = "cancel"
    ADD_SHIFT = "add_shift"
    START_RECRUITING = "start_recruiting"
    END_RECRUITING = "end_recruiting"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    STOP = "stop"
    LIFT = "lift"
    VOID = "void"
    RUN = "run"
    ARCHIVE = "archive"


BY_TIME = frozenset({Action.RUN, Action.ARCHIVE})
"""What only time does."""

_S, _A = ProjectStatus, Action
_HALTING = {_A.PAUSE: _S.PAUSED, _A.CANCEL: _S.CANCELLED, _A.STOP: _S.STOPPED, _A.VOID: _S.VOIDED}
_WRITING = {_A.SUBMIT: _S.SUBMITTED, _A.CANCEL: _S.CANCELLED}

MOVES: Mapping[ProjectStatus, Mapping[Action, ProjectStatus]] = {
    _S.DRAFT: {_A.EDIT: _S.DRAFT, _A.ADD_SHIFT: _S.DRAFT, **_WRITING},
    _S.SUBMITTED: {
        _A.APPROVE: _S.SCHEDULED,
        _A.RETURN: _S.RETURNED,
        _A.REJECT: _S.REJECTED,
        _A.CANCEL: _S.CANCELLED,
    },
    _S.RETURNED: {_A.EDIT: _S.RETURNED, _A.ADD_SHIFT: _S.RETURNED, **_WRITING},
    _S.REJECTED: {},
    _S.SCHEDULED: {
        _A.ADD_SHIFT: _S.SCHEDULED,
        _A.START_RECRUITING: _S.RECRUITING,
        _A.RUN: _S.RUNNING,
        **_HALTING,
    },
    _S.RECRUITING: {
        _A.ADD_SHIFT: _S.RECRUITING,
        _A.END_RECRUITING: _S.RECRUITED,
        _A.CLOSE: _S.CLOSED,
        **_HALTING,
    },
    _S.RECRUITED: {
        _A.ADD_SHIFT: _S.RECRUITING,
        _A.START_RECRUITING: _S.RECRUITING,
        _A.RUN: _S.RUNNING,
        _A.CLOSE: _S.CLOSED,
        **_HALTING,
    },
    _S.RUNNING: {_A.ADD_SHIFT: _S.RECRUITING, _A.CLOSE: _S.CLOSED, **_HALTING},
    _S.CLOSED: {_A.ARCHIVE: _S.ARCHIVED, _A.VOID: _S.VOIDED},
    _S.ARCHIVED: {},
    _S.PAUSED: {_A.RESUME: _S.SCHEDULED, **{a: s for a, s in _HALTING.items() if a is not _A.PAUSE}},
    _S.STOPPED: {_A.LIFT: _S.SCHEDULED, _A.VOID: _S.VOIDED},
    _S.VOIDED: {},
    _S.CANCELLED: {},
}
"""What is under review stays as it is; what is approved keeps the facts that were approved.

Whatever becomes `scheduled` goes on at once as far as time has come (`due`).
"""

TRANSITIONS: Mapping[tuple[ProjectStatus, Action], ProjectStatus] = {
    (before, action): after for before, moves in MOVES.items() for action, after in moves.items()
}


def next_status(status: str, action: Action) -> ProjectStatus:
    """The state after an action. Raises Conflict("wrong-project-status") where it is not possible."""
    try:
        return TRANSITIONS[(ProjectStatus(status), action)]
    except KeyError:
        raise Conflict("wrong-project-status") from None


def possible_actions(status: str) -> tuple[Action, ...]:
    """What people can do in a state."""
    return tuple(action for before, action in TRANSITIONS if before == status and action not in BY_TIME)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The instants that move a project on, all in UTC."""

    kind: ProjectKind
    since: datetime
    """Since when it is in its present state."""
    recruits_from: datetime | None
    recruits_until: datetime | None
    first_start: datetime | None
    """When its first shift that takes place begins; None without any."""
    last_start: datetime | None
    last_closing: datetime | None
    """When the gate of its last shift closes."""


def due(
    status: ProjectStatus, times: Timetable, now: datetime, close_after: timedelta, archive_after: timedelta
) -> Action | None:
    """What time has brought about and was not done yet, one step; None when nothing is due.

    Recruiting goes on as long as a shift is ahead; a project is closed `close_after` its last gate, so that
    further shifts can be added, and archived `archive_after` it was closed.
    """
    if status is ProjectStatus.SCHEDULED:
        if times.kind is ProjectKind.MAKE_UP:
            return Action.RUN
        return Action.START_RECRUITING if _is_past(times.recruits_from or now, now) else None
    if status is ProjectStatus.RECRUITING:
        is_over = _is_past(times.recruits_until, now) or _is_past(times.last_start, now)
        return Action.END_RECRUITING if is_over else None
    if status is ProjectStatus.RECRUITED:
        return Action.RUN if _is_past(times.first_start, now) else None
    if status is ProjectStatus.RUNNING:
        left = times.last_closing if times.kind is ProjectKind.ORDINARY else times.since
        return Action.CLOSE if _is_past((left or times.since) + close_after, now) else None
    if status is ProjectStatus.CLOSED:
        return Action.ARCHIVE if _is_past(times.since + archive_after, now) else None
    return None


def _is_past(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def check_reason(text: str) -> str:
    """What people are told of a return, a halt or an end. Raises Invalid("reason-needed")."""
    reason = text.strip()
    if not 2 <= len(reason) <= LONGEST_REASON:
        raise Invalid("reason-needed", field="reason")
    return reason
