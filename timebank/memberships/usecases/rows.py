"""The row of one person in one team: found or made, locked, and moved from state to state."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict, Forbidden, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.memberships.models import Membership
from timebank.memberships.rules import Action, Status, Way, next_status
from timebank.organizations.queries import OrganizationCard
from timebank.organizations.queries import organization as organization_card
from timebank.organizations.rules import Status as OrganizationStatus
from timebank.volunteers.queries import standing
from timebank.volunteers.rules import Status as VolunteerStatus

EVENTS = {
    Action.REQUEST: "membership.requested",
    Action.JOIN: "membership.joined",
    Action.ACCEPT: "membership.accepted",
    Action.APPROVE: "membership.approved",
    Action.REFUSE: "membership.refused",
    Action.LEAVE: "membership.left",
    Action.REMOVE: "membership.removed",
}


def own_volunteer(work: Work) -> Key:
    """The volunteer that the actor is. Raises Unauthenticated, or Forbidden("not-a-volunteer")."""
    if work.actor.is_anonymous:
        raise Unauthenticated()
    if work.actor.volunteer is None:
        raise Forbidden("not-a-volunteer")
    work.allow(Permission.MEMBERSHIP_REQUEST, owner=work.actor.volunteer)
    return work.actor.volunteer


def check_standing(volunteer: Key) -> None:
    """Only registered volunteers. Raises Conflict("registration-not-approved" | "volunteer-suspended")."""
    found = standing(volunteer)
    if found is not None and found.status == VolunteerStatus.SUSPENDED:
        raise Conflict("volunteer-suspended")
    if found is None or found.status != VolunteerStatus.REGISTERED:
        raise Conflict("registration-not-approved")


def active_team(organization: Key) -> OrganizationCard:
    """A team that takes members. Raises NotFound for what is not public."""
    found = organization_card(organization)
    if found is None or found.status != OrganizationStatus.ACTIVE:
        raise NotFound()
    return found


def enter(work: Work, organization: Key, action: Action, way: Way) -> Membership:
    """Move the actor's own row in a team, making it if there is none; two at once make one row.

    Internal. Raises what `next_status` raises.
    """
    volunteer = own_volunteer(work)
    row = found(work, organization, volunteer)
    if row is None:
        made = _make(work, organization, volunteer, next_status(None, action), way)
        row = found(work, organization, volunteer)
        if row is None:
            raise NotFound()
        if made:
            _stamp(work, row, action)
            return row
    move(work, row, action)
    row.way, row.asked_at = way, work.now
    return row


def move(work: Work, row: Membership, action: Action, reason: str | None = None) -> None:
    """Move a locked row to its next state and say so. Internal."""
    row.status = next_status(row.status, action)
    row.reason = reason
    _stamp(work, row, action)


def locked(work: Work, membership: Key) -> Membership:
    """A row by its key, locked. Internal. Raises NotFound."""
    row = work.session.get(
        Membership, (membership.shard, membership.id), with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFound()
    return row


def _stamp(work: Work, row: Membership, action: Action) -> None:
    if row.status == Status.ACTIVE:
        row.joined_at = work.now
    if work.actor.user and work.actor.owns(row.volunteer):
        row.user_id = work.actor.user.id
    row.changed_at, row.changed_by = work.now, work.actor.label
    work.emit(EVENTS[action], row.key, organization=row.organization, volunteer=row.volunteer)


def found(work: Work, organization: Key, volunteer: Key) -> Membership | None:
    """The row of a volunteer in a team, locked. Internal."""
    return work.session.scalar(
        select(Membership)
        .where(
            Membership.shard_code == organization.shard,
            Membership.organization_id == organization.id,
            Membership.volunteer_shard == volunteer.shard,
            Membership.volunteer_id == volunteer.id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _make(work: Work, organization: Key, volunteer: Key, status: Status, way: Way) -> bool:
    """Insert the row; False when somebody was quicker."""
    if work.actor.user is None:
        raise Unauthenticated()
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    made = work.session.execute(
        insert(Membership)
        .values(
            shard_code=organization.shard,
            id=work.new_id(),
            organization_id=organization.id,
            volunteer_shard=volunteer.shard,
            volunteer_id=volunteer.id,
            user_id=work.actor.user.id,
            status=status,
            way=way,
            asked_at=work.now,
            changed_at=work.now,
            changed_by=work.actor.label,
        )
        .on_conflict_do_nothing()
        .returning(Membership.id)
    ).first()
    return made is not None
