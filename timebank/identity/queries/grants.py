"""Who holds which role where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, tuple_

from timebank.identity.models import RoleGrant, SecondFactor, User
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, Role, require
from timebank.kernel.region_code import last_in

COUNTY = 1_000_000


@dataclass(frozen=True, slots=True)
class GrantCard:
    """One role of one person, in a region or for an organisation."""

    key: Key
    user: Key
    name: str
    role: Role
    region: int | None
    organization: Key | None
    granted_at: datetime
    has_second_factor: bool
    is_own: bool


def grants(
    actor: Actor, *, role: Role | None = None, limit: int = 50, cursor: str | None = None
) -> Page[GrantCard]:
    """The roles in the regions in which the actor may give roles; those for an organisation stand there.

    Raises Invalid for a cursor that this service did not make.
    """
    require(actor, Permission.ROLE_GRANT)
    conditions = [_within(actor)]
    if role is not None:
        conditions.append(RoleGrant.role == role)
    after = after_key(cursor)
    if after:
        conditions.append(tuple_(RoleGrant.shard_code, RoleGrant.id) > (after.shard, after.id))
    found = _cards(actor, *conditions, limit=limit + 1)
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def grants_of(user: Key) -> list[GrantCard]:
    """The roles of one user, in order. Internal."""
    return _cards(Actor(), RoleGrant.shard_code == user.shard, RoleGrant.user_id == user.id)


def grant_of(user: Key, role: Role, region: int | None, organization: Key | None) -> Key | None:
    """The grant of exactly this role and scope. Internal."""
    cards = (card for card in grants_of(user) if (card.role, card.region) == (role, region))
    return next((card.key for card in cards if card.organization == organization), None)


def grant_regions(user: Key) -> list[int]:
    """Where a user is an officer, for deciding who may act on their account. Internal.

    An organisation counts as its county; somebody without any role counts as the county of the account.
    """
    held = [card for card in grants_of(user) if card.role is not Role.GUARDIAN]
    return sorted({_region_of(card) for card in held} or {user.shard * COUNTY})


def _region_of(card: GrantCard) -> int:
    if card.region is not None:
        return card.region
    return (card.organization or card.user).shard * COUNTY


def _within(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return RoleGrant.region_code.is_not(None)
    regions = actor.regions(Permission.ROLE_GRANT)
    return or_(false(), *(RoleGrant.region_code.between(code, last_in(code)) for code in regions))


def _cards(actor: Actor, *conditions: ColumnElement[bool], limit: int = 1000) -> list[GrantCard]:
    rows = session().execute(
        select(RoleGrant, User.name, SecondFactor.id)
        .join(User, and_(User.shard_code == RoleGrant.shard_code, User.id == RoleGrant.user_id))
        .outerjoin(
            SecondFactor,
            and_(
                SecondFactor.shard_code == RoleGrant.shard_code,
                SecondFactor.user_id == RoleGrant.user_id,
                SecondFactor.confirmed_at.is_not(None),
            ),
        )
        .where(RoleGrant.revoked_at.is_(None), *conditions)
        .order_by(RoleGrant.shard_code, RoleGrant.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [_card(actor, *row) for row in rows]


def _card(actor: Actor, row: RoleGrant, name: str, factor: UUID | None) -> GrantCard:
    user = Key(row.shard_code, row.user_id)
    shard, organization = row.organization_shard, row.organization_id
    return GrantCard(
        key=row.key,
        user=user,
        name=name,
        role=Role(row.role),
        region=row.region_code,
        organization=Key(shard, organization) if shard is not None and organization else None,
        granted_at=row.granted_at,
        has_second_factor=factor is not None,
        is_own=user == actor.user,
    )
