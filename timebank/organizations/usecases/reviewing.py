"""Deciding on organisations: by an officer of the region who neither handed it in nor works in it."""

from __future__ import annotations

from timebank.kernel.errors import Forbidden
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.organizations.models import Organization
from timebank.organizations.rules import Action, check_reason, next_status
from timebank.organizations.usecases.rows import free_credit_code, note, reviewed

EVENTS = {
    Action.APPROVE: "organization.approved",
    Action.RETURN: "organization.returned",
    Action.REJECT: "organization.rejected",
    Action.SUSPEND: "organization.suspended",
    Action.REINSTATE: "organization.reinstated",
    Action.CLOSE: "organization.closed",
}


def approve_organization(work: Work, *, organization: Key) -> None:
    """Let it recruit and record. Raises Forbidden("maker-is-checker" | "own-organization")."""
    _decide(work, _of_others(work, organization), Action.APPROVE, None)


def return_organization(work: Work, *, organization: Key, reason: str) -> None:
    """Send it back; whoever handed it in reads the reason, corrects it and hands it in again."""
    _decide(work, _of_others(work, organization), Action.RETURN, check_reason(reason))


def reject_organization(work: Work, *, organization: Key, reason: str) -> None:
    """Refuse it for good. Its credit code becomes free: whoever misused it blocks nobody."""
    row = _of_others(work, organization)
    _decide(work, row, Action.REJECT, check_reason(reason))
    free_credit_code(work, row)


def suspend_organization(work: Work, *, organization: Key, reason: str) -> None:
    """Stop it from starting anything new; what runs is finished."""
    _decide(work, reviewed(work, organization), Action.SUSPEND, check_reason(reason))


def reinstate_organization(work: Work, *, organization: Key) -> None:
    """End a suspension."""
    _decide(work, reviewed(work, organization), Action.REINSTATE, None)


def close_organization(work: Work, *, organization: Key, reason: str) -> None:
    """End it. Roles stay, so that hours of what it has begun can still be finished; nothing new begins."""
    row = reviewed(work, organization)
    _decide(work, row, Action.CLOSE, check_reason(reason))
    row.parent = row.asked_parent = None
    free_credit_code(work, row)


def _of_others(work: Work, organization: Key) -> Organization:
    row = reviewed(work, organization)
    if not work.actor.is_system and work.actor.label in (row.created_by, row.submitted_by):
        raise Forbidden("maker-is-checker")
    return row


def _decide(work: Work, row: Organization, action: Action, reason: str | None) -> None:
    row.status = next_status(row.status, action)
    row.status_reason = reason
    note(work, row, EVENTS[action], reason=reason)
