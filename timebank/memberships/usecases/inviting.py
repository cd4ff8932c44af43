"""Invitations to a number. The team never learns from an invitation whether anybody has the number."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from timebank.identity.queries import actor_for, user_by_phone
from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Permission
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work
from timebank.memberships.models import Invitation
from timebank.memberships.rules import (
    INVITATION_LIFE,
    Action,
    Way,
    check_addressee,
    mask_addressee,
    seen_by_inviter,
    volunteer_number,
)
from timebank.memberships.rules import Invitation as Status
from timebank.memberships.usecases.rows import active_team, check_standing, enter, own_volunteer
from timebank.volunteers.queries import persons

INVITATIONS_PER_TEAM = 200
"""A day; enough for a big team, too few to bother a neighbourhood."""
INVITATION_WINDOW = timedelta(days=1)


def count_invitation(work: Work, *, organization: Key) -> None:
    """Count an invitation, in a `perform` of its own. Raises TooMany."""
    work.allow(Permission.MEMBERSHIP_WRITE, organization=organization)
    count_attempt(work, "team-invitation", str(organization), INVITATIONS_PER_TEAM, INVITATION_WINDOW)


def invite(work: Work, *, organization: Key, to: str) -> Key:
    """Invite whoever has a mobile or volunteer number; every number is treated alike.

    Raises Invalid("not-an-addressee", field="to") for what is neither.
    """
    work.allow(Permission.MEMBERSHIP_WRITE, organization=organization)
    active_team(organization)
    number = check_addressee(to, work.runtime.config.demo)
    volunteer = _volunteer_of(number)
    row = Invitation(
        shard_code=organization.shard,
        id=work.new_id(),
        organization_id=organization.id,
        number_masked=mask_addressee(number),
        volunteer_shard=volunteer.shard if volunteer else None,
        volunteer_id=volunteer.id if volunteer else None,
        status=Status.OPEN,
        invited_by=work.actor.label,
        invited_at=work.now,
        expires_at=work.now + INVITATION_LIFE,
    )
    work.session.add(row)
    work.session.flush()
    work.emit("invitation.sent", row.key, organization=organization)
    return row.key


def withdraw_invitation(work: Work, *, invitation: Key) -> None:
    """Take an invitation back. Raises Conflict("invitation-over") when it is answered or has run out."""
    work.allow(Permission.MEMBERSHIP_WRITE)
    row = _locked(work, invitation)
    work.allow(Permission.MEMBERSHIP_WRITE, organization=row.organization)
    if seen_by_inviter(row.status, row.expires_at, work.now) != Status.OPEN:
        raise Conflict("invitation-over")
    row.status = Status.WITHDRAWN
    work.emit("invitation.withdrawn", row.key, organization=row.organization)


def accept_invitation(work: Work, *, invitation: Key) -> Key:
    """Join the team that invited one. Raises Conflict("invitation-over"), and for who may not join."""
    row = _own(work, invitation)
    active_team(row.organization)
    check_standing(own_volunteer(work))
    for each in _open_ones(work, row):
        each.status = Status.ACCEPTED
        work.emit("invitation.accepted", each.key, organization=row.organization)
    return enter(work, row.organization, Action.ACCEPT, Way.INVITATION).key


def decline_invitation(work: Work, *, invitation: Key) -> None:
    """Do not join; the team is not told. Raises Conflict("invitation-over")."""
    row = _own(work, invitation)
    for each in _open_ones(work, row):
        each.declined_at = work.now
        work.emit("invitation.declined", each.key, organization=row.organization)


def _volunteer_of(number: str) -> Key | None:
    if volunteer_number(number):
        found = persons(SYSTEM, text=number, limit=1).items
        return found[0].key if found else None
    user = user_by_phone(number)
    holder = actor_for(user) if user else None
    return holder.volunteer if holder else None


def _own(work: Work, invitation: Key) -> Invitation:
    volunteer = own_volunteer(work)
    row = _locked(work, invitation)
    if row.volunteer != volunteer:
        raise NotFound()
    return row


def _open_ones(work: Work, row: Invitation) -> list[Invitation]:
    """This and further invitations of the same person into the same team that can be answered.

    Raises Conflict("invitation-over") when this one is not among them.
    """
    found = list(
        work.session.scalars(
            select(Invitation)
            .where(
                Invitation.shard_code == row.shard_code,
                Invitation.organization_id == row.organization_id,
                Invitation.volunteer_shard == row.volunteer_shard,
                Invitation.volunteer_id == row.volunteer_id,
                Invitation.status == Status.OPEN,
                Invitation.declined_at.is_(None),
                Invitation.expires_at > work.now,
            )
            .order_by(Invitation.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if row not in found:
        raise Conflict("invitation-over")
    return found


def _locked(work: Work, invitation: Key) -> Invitation:
    row = work.session.get(
        Invitation, (invitation.shard, invitation.id), with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFound()
    return row
