"""One's own teams and invitations, and what a join code opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from timebank.identity.rules import plain
from timebank.kernel import claims
from timebank.kernel.db import runtime, session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Role
from timebank.memberships.models import Invitation, JoinCode, Membership
from timebank.memberships.rules import Invitation as InvitationStatus
from timebank.memberships.rules import Status
from timebank.organizations.queries import OrganizationCard, organization_cards
from timebank.organizations.queries import organization as organization_card
from timebank.organizations.rules import Status as OrganizationStatus

ENDED_SHOWN = (Status.REFUSED, Status.REMOVED)
"""What a person is told about the past: who was turned away reads the reason."""
SHOWN = (Status.REQUESTED, Status.ACTIVE, *ENDED_SHOWN)
MOST = 200


@dataclass(frozen=True, slots=True)
class OwnMembership:
    """One of one's own teams."""

    key: Key
    organization: OrganizationCard
    status: Status
    reason: str | None
    asked_at: datetime
    joined_at: datetime | None
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class OwnInvitation:
    """A team that would like to have one."""

    key: Key
    organization: OrganizationCard
    invited_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedCode:
    """The team to which a join code leads, or what is wrong with the code."""

    fault: str | None
    organization: OrganizationCard | None = None


def my_memberships(actor: Actor) -> list[OwnMembership]:
    """The actor's teams and requests, by name; empty for who is no volunteer."""
    if actor.volunteer is None:
        return []
    rows = session().scalars(
        select(Membership)
        .where(
            Membership.volunteer_shard == actor.volunteer.shard,
            Membership.volunteer_id == actor.volunteer.id,
            Membership.status.in_(SHOWN),
        )
        .limit(MOST)
    )
    return _own(actor, list(rows))


def my_membership(actor: Actor, organization: Key) -> OwnMembership | None:
    """How the actor stands in one team; None for who is not and was not in it."""
    if actor.volunteer is None:
        return None
    rows = session().scalars(
        select(Membership).where(
            Membership.shard_code == organization.shard,
            Membership.organization_id == organization.id,
            Membership.volunteer_shard == actor.volunteer.shard,
            Membership.volunteer_id == actor.volunteer.id,
        )
    )
    return next(iter(_own(actor, list(rows))), None)


def my_invitations(actor: Actor) -> list[OwnInvitation]:
    """The teams whose invitation the actor can answer, the latest of each; none of those declined lately."""
    if actor.volunteer is None:
        return []
    now = runtime().clock.now()
    rows = session().scalars(
        select(Invitation)
        .where(
            Invitation.volunteer_shard == actor.volunteer.shard,
            Invitation.volunteer_id == actor.volunteer.id,
            Invitation.expires_at > now,
        )
        .order_by(Invitation.invited_at.desc())
        .limit(MOST)
    )
    latest: dict[Key, Invitation] = {}
    declined: set[Key] = set()
    for row in rows:
        if row.declined_at is not None:
            declined.add(row.organization)
        if row.status == InvitationStatus.OPEN:
            latest.setdefault(row.organization, row)
    inside = {each.organization.key for each in my_memberships(actor) if each.status is Status.ACTIVE}
    cards = organization_cards(key for key in latest if key not in declined | inside)
    return [
        OwnInvitation(latest[key].key, card, latest[key].invited_at, latest[key].expires_at)
        for key, card in cards.items()
        if card.status == OrganizationStatus.ACTIVE
    ]


def open_code(code: str) -> OpenedCode:
    """What a join code opens; changes nothing. Public: who has the code may see the team's name."""
    key = claims.holder("join-code", plain(code).upper())
    row = session().get(JoinCode, (key.shard, key.id)) if key else None
    card = organization_card(row.organization) if row else None
    if row is None or card is None or card.status != OrganizationStatus.ACTIVE:
        return OpenedCode("unknown-code")
    is_over = row.revoked_at is not None or row.expires_at <= runtime().clock.now() or row.used >= row.uses
    return OpenedCode("code-over" if is_over else None, card)


def _own(actor: Actor, rows: list[Membership]) -> list[OwnMembership]:
    cards = organization_cards(row.organization for row in rows)
    found = [
        OwnMembership(
            key=row.key,
            organization=cards[row.organization],
            status=Status(row.status),
            reason=row.reason,
            asked_at=row.asked_at,
            joined_at=row.joined_at,
            roles=tuple(grant.role for grant in actor.grants if grant.organization == row.organization),
        )
        for row in rows
        if row.organization in cards
    ]
    return sorted(found, key=lambda each: (each.organization.name, each.key))
