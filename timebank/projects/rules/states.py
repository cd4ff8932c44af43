"""States of projects, and what can be done in each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from timebank.kernel.errors import Conflict, Invalid

LONGEST_REASON = 200


class ProjectStatus(StrEnum):
    """States of a project (domain.md §4.2) that exist so far."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RECRUITING = "recruiting"
    CANCELLED = "cancelled"
    CLOSED = "closed"


OPEN_FOR_SERVICE = frozenset({ProjectStatus.RECRUITING, ProjectStatus.CLOSED})
"""States in which a project's gates take people in."""


class Action(StrEnum):
    """What can be done with a project."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    CANCEL = "cancel"
    ADD_SHIFT = "add_shift"


TRANSITIONS: Mapping[tuple[ProjectStatus, Action], ProjectStatus] = {
    (ProjectStatus.DRAFT, Action.EDIT): ProjectStatus.DRAFT,
    (ProjectStatus.DRAFT, Action.ADD_SHIFT): ProjectStatus.DRAFT,
    (ProjectStatus.DRAFT, Action.SUBMIT): ProjectStatus.SUBMITTED,
    (ProjectStatus.DRAFT, Action.CANCEL): ProjectStatus.CANCELLED,
    (ProjectStatus.SUBMITTED, Action.APPROVE): ProjectStatus.RECRUITING,
    (ProjectStatus.SUBMITTED, Action.RETURN): ProjectStatus.RETURNED,
    (ProjectStatus.SUBMITTED, Action.CANCEL): ProjectStatus.CANCELLED,
    (ProjectStatus.RETURNED, Action.EDIT): ProjectStatus.RETURNED,
    (ProjectStatus.RETURNED, Action.ADD_SHIFT): ProjectStatus.RETURNED,
    (ProjectStatus.RETURNED, Action.SUBMIT): ProjectStatus.SUBMITTED,
    (ProjectStatus.RETURNED, Action.CANCEL): ProjectStatus.CANCELLED,
    (ProjectStatus.RECRUITING, Action.ADD_SHIFT): ProjectStatus.RECRUITING,
    (ProjectStatus.RECRUITING, Action.CANCEL): ProjectStatus.CANCELLED,
}
"""What is under review stays as it is; what is approved keeps the facts that were approved."""


def next_status(status: str, action: Action) -> ProjectStatus:
    """The state after an action. Raises Conflict("wrong-project-status") where it is not possible."""
    try:
        return TRANSITIONS[(ProjectStatus(status), action)]
    except KeyError:
        raise Conflict("wrong-project-status") from None


def possible_actions(status: str) -> tuple[Action, ...]:
    """What can be done in a state."""
    return tuple(action for before, action in TRANSITIONS if before == status)


def check_reason(text: str) -> str:
    """What the author is told when a project is returned or cancelled. Raises Invalid("reason-needed")."""
    reason = text.strip()
    if not 2 <= len(reason) <= LONGEST_REASON:
        raise Invalid("reason-needed", field="reason")
    return reason
