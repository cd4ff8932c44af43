"""Founding a team, asking to join one, being let in, leaving and being removed."""

from __future__ import annotations

from typing import Unpack

from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role
from timebank.kernel.work import Work
from timebank.memberships.models import Membership
from timebank.memberships.rules import Action, Status, Way
from timebank.memberships.usecases.rows import (
    active_team,
    check_standing,
    enter,
    locked,
    move,
    own_volunteer,
)
from timebank.organizations.rules import Facts, check_reason
from timebank.organizations.usecases import (
    draft_organization,
    drop_roles,
    give_role,
    start_administrator,
)
from timebank.volunteers.queries import standing
from timebank.volunteers.rules import Status as VolunteerStatus


def found_team(work: Work, *, hand_in: bool = False, **facts: Unpack[Facts]) -> Key:
    """Apply for a new organisation, whose first administrator and member is the actor; a draft at first.

    Raises Invalid naming every field that is missing or wrong, Conflict for who is not registered.
    """
    volunteer = own_volunteer(work)
    check_standing(volunteer)
    organization = draft_organization(work, hand_in=hand_in, **facts)
    row = enter(work, organization, Action.JOIN, Way.FOUNDER)
    start_administrator(work, organization=organization, user=row.user)
    return organization


def request_membership(work: Work, *, organization: Key) -> Key:
    """Ask to join a team. Raises Conflict("already-member" | "already-requested"), and for who may not."""
    volunteer = own_volunteer(work)
    active_team(organization)
    check_standing(volunteer)
    return enter(work, organization, Action.REQUEST, Way.REQUEST).key


def approve_membership(work: Work, *, membership: Key) -> None:
    """Let somebody in who asked. Raises Conflict("wrong-status" | "member-not-registered")."""
    row = _of_own_team(work, membership)
    active_team(row.organization)
    found = standing(row.volunteer)
    if found is None or found.status != VolunteerStatus.REGISTERED:
        raise Conflict("member-not-registered")
    move(work, row, Action.APPROVE)


def refuse_membership(work: Work, *, membership: Key, reason: str) -> None:
    """Do not let somebody in; the person reads the reason. Raises Conflict("wrong-status")."""
    move(work, _of_own_team(work, membership), Action.REFUSE, check_reason(reason))


def remove_member(work: Work, *, membership: Key, reason: str) -> None:
    """Take somebody out of the team; the person reads the reason, and loses any role in the team.

    Raises Conflict("wrong-status"), Conflict("last-administrator").
    """
    row = _of_own_team(work, membership)
    move(work, row, Action.REMOVE, check_reason(reason))
    if not drop_roles(work, organization=row.organization, user=row.user):
        raise Conflict("last-administrator")


def leave_team(work: Work, *, membership: Key) -> bool:
    """Leave, or take a request back: always possible. False when the role of the last administrator stays.

    Raises NotFound for what is not one's own, Conflict("wrong-status") when one has left already.
    """
    volunteer = own_volunteer(work)
    row = locked(work, membership)
    if row.volunteer != volunteer:
        raise NotFound()
    move(work, row, Action.LEAVE)
    return drop_roles(work, organization=row.organization, user=row.user)


def appoint_member(work: Work, *, membership: Key, role: Role) -> None:
    """Make a member administrator or recorder; twice changes nothing. Raises Conflict("not-a-member")."""
    if not work.actor.can(Permission.ORGANIZATION_WRITE):
        work.allow(Permission.MEMBERSHIP_WRITE)
    row = locked(work, membership)
    give_role(work, organization=row.organization, user=row.user, role=role)
    if row.status != Status.ACTIVE:  # only now: who has no right there learns nothing about the row
        raise Conflict("not-a-member")


def _of_own_team(work: Work, membership: Key) -> Membership:
    work.allow(Permission.MEMBERSHIP_WRITE)  # whoever has no such right anywhere learns nothing about rows
    row = locked(work, membership)
    work.allow(Permission.MEMBERSHIP_WRITE, organization=row.organization)
    return row
