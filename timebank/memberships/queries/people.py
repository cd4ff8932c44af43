"""Who belongs to a team, for its administrators and for officers of its region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from timebank.identity.queries import members as role_holders
from timebank.kernel.db import session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, Role, require
from timebank.memberships.models import Membership
from timebank.memberships.rules import Status
from timebank.organizations.queries import organization as organization_card
from timebank.volunteers.queries import Standing, standings
from timebank.volunteers.rules import Status as VolunteerStatus
from timebank.volunteers.rules import mask_name


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person in a team's list; the name is masked for those who only supervise."""

    key: Key
    volunteer: Key
    user: Key
    name: str
    volunteer_no: str
    standing: str
    """The state of the person's registration: somebody suspended stays a member."""
    status: Status
    way: str
    reason: str | None
    asked_at: datetime
    joined_at: datetime | None
    roles: tuple[Role, ...]


def members(
    actor: Actor,
    organization: Key,
    *,
    status: Status = Status.ACTIVE,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[MemberRow]:
    """The people of a team in one state, in the order in which they first came.

    Raises NotFound outside the actor's regions and organisations.
    """
    _readable(actor, organization)
    query = select(Membership).where(
        Membership.shard_code == organization.shard,
        Membership.organization_id == organization.id,
        Membership.status == status,
    )
    after = after_key(cursor)
    if after:
        query = query.where(Membership.id > after.id)
    rows = list(session().scalars(query.order_by(Membership.id).limit(limit + 1)))
    found = _member_rows(actor, organization, rows)
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def members_to_assist(actor: Actor, organization: Key) -> list[Key]:
    """The registered members of a team for whom the actor acts at the window, in the order they came.

    Raises NotFound outside the actor's regions and organisations.
    """
    _readable(actor, organization)
    rows = session().scalars(
        select(Membership)
        .where(
            Membership.shard_code == organization.shard,
            Membership.organization_id == organization.id,
            Membership.status == Status.ACTIVE,
        )
        .order_by(Membership.id)
    )
    keys = [row.volunteer for row in rows]
    people = standings(keys)
    return [key for key in keys if key in people and _is_assisted(actor, people[key])]


def _is_assisted(actor: Actor, person: Standing) -> bool:
    is_registered = person.status == VolunteerStatus.REGISTERED
    return is_registered and actor.can(Permission.VOLUNTEER_ASSIST, region=person.region_code)


def member(actor: Actor, membership: Key) -> tuple[Key, MemberRow]:
    """One person of a team, with the team. Raises NotFound outside the actor's regions and organisations."""
    require(actor, Permission.MEMBERSHIP_READ)
    row = session().get(Membership, (membership.shard, membership.id))
    if row is None:
        raise NotFound()
    _readable(actor, row.organization)
    found = _member_rows(actor, row.organization, [row])
    if not found:
        raise NotFound()
    return row.organization, found[0]


def count_members(organization: Key, status: Status = Status.ACTIVE) -> int:
    """How many people are in a state; the number of active members is public."""
    query = select(func.count()).where(
        Membership.shard_code == organization.shard,
        Membership.organization_id == organization.id,
        Membership.status == status,
    )
    return int(session().scalar(query) or 0)


def _readable(actor: Actor, organization: Key) -> None:
    require(actor, Permission.MEMBERSHIP_READ)
    card = organization_card(organization)
    if card is None:
        raise NotFound()
    require(actor, Permission.MEMBERSHIP_READ, region=card.region_code, organization=organization)


def _member_rows(actor: Actor, organization: Key, rows: list[Membership]) -> list[MemberRow]:
    people = standings(row.volunteer for row in rows)
    holders = role_holders(organization)
    is_own = actor.can(Permission.MEMBERSHIP_READ, organization=organization)
    found: list[MemberRow] = []
    for row in rows:
        person = people.get(row.volunteer)
        if person is None:
            continue
        roles = tuple(each.role for each in holders if each.user == row.user)
        found.append(_member_row(row, person, roles, is_own or _reviews(actor, person)))
    return found


def _reviews(actor: Actor, person: Standing) -> bool:
    return actor.can(Permission.VOLUNTEER_REVIEW, region=person.region_code)


def _member_row(row: Membership, person: Standing, roles: tuple[Role, ...], clear: bool) -> MemberRow:
    return MemberRow(
        key=row.key,
        volunteer=row.volunteer,
        user=row.user,
        name=person.name if clear else mask_name(person.name),
        volunteer_no=person.volunteer_no,
        standing=person.status,
        status=Status(row.status),
        way=row.way,
        reason=row.reason,
        asked_at=row.asked_at,
        joined_at=row.joined_at,
        roles=roles,
    )
