"""Parent and child: the parent's administrators consent, or an officer of the child's region sets it."""

from __future__ import annotations

from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.organizations.models import Organization
from timebank.organizations.rules import DEEPEST
from timebank.organizations.usecases.rows import administered, check_active, locked, note


def ask_parent(work: Work, *, organization: Key, parent: Key) -> bool:
    """Ask another organisation to be the parent; True when it is so at once.

    At once for an officer of the child's region and for who administers both. Raises
    Conflict("parent-ring" | "parent-too-deep" | "organization-closed" | "organization-not-active").
    """
    row = administered(work, organization)
    check_active(row)
    _check_above(work, row, parent)
    actor = work.actor
    if actor.can(Permission.ORGANIZATION_WRITE, region=row.region_code):
        _set(work, row, parent, "organization.parent_set")
    elif actor.can(Permission.MEMBERSHIP_WRITE, organization=parent):
        _set(work, row, parent, "organization.parent_accepted")
    elif row.asked_parent != parent:
        row.asked_parent = parent
        note(work, row, "organization.parent_asked", concerns=parent)
    return row.parent == parent


def accept_child(work: Work, *, organization: Key) -> None:
    """Be the parent of an organisation that asked. Raises NotFound unless it asks one's own organisation."""
    row = _asking(work, organization)
    parent = row.asked_parent
    if parent is None:
        raise NotFound()
    check_active(row)
    _check_above(work, row, parent)
    _set(work, row, parent, "organization.parent_accepted")


def decline_child(work: Work, *, organization: Key) -> None:
    """Do not be the parent. Raises as `accept_child`."""
    row = _asking(work, organization)
    parent, row.asked_parent = row.asked_parent, None
    note(work, row, "organization.parent_declined", concerns=parent)


def leave_parent(work: Work, *, organization: Key) -> None:
    """End the tie, or take the question back: for child, parent and officers; twice changes nothing."""
    row = _on_either_side(work, organization)
    former = row.parent or row.asked_parent
    row.parent = row.asked_parent = None
    if former:
        note(work, row, "organization.parent_left", concerns=former)


def _set(work: Work, row: Organization, parent: Key, event: str) -> None:
    if row.parent == parent:
        return
    row.parent, row.asked_parent = parent, None
    note(work, row, event, concerns=parent)


def _check_above(work: Work, row: Organization, parent: Key) -> None:
    """Walk up from the parent, locking every step: two who make a ring together meet on one of its rows."""
    above: Key | None = parent
    for _level in range(DEEPEST):
        if above == row.key:
            raise Conflict("parent-ring", field="parent")
        if above is None:
            return
        step = locked(work, above)
        if above == parent:
            check_active(step)
        above = step.parent
    raise Conflict("parent-too-deep", field="parent")


def _asking(work: Work, organization: Key) -> Organization:
    work.allow(Permission.MEMBERSHIP_WRITE)
    row = locked(work, organization)
    if row.asked_parent is None:
        raise NotFound()
    work.allow(Permission.MEMBERSHIP_WRITE, organization=row.asked_parent)
    return row


def _on_either_side(work: Work, organization: Key) -> Organization:
    if not work.actor.can(Permission.ORGANIZATION_WRITE):
        work.allow(Permission.MEMBERSHIP_WRITE)
    row = locked(work, organization)
    if row.parent and work.actor.can(Permission.MEMBERSHIP_WRITE, organization=row.parent):
        work.allow(Permission.MEMBERSHIP_WRITE, organization=row.parent)
        return row
    return administered(work, organization)
