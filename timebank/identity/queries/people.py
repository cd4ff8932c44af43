"""Who somebody is: grants, phone, name, preferences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Uuid, and_, bindparam, select

from timebank.identity.models import RoleGrant, User
from timebank.identity.rules import check_phone, mask_phone
from timebank.kernel import claims
from timebank.kernel.db import bulk_connection, runtime, session
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Grant, Permission, Role
from timebank.kernel.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person wants to read: `zh_Hans_CN` or `en`; `normal` or `elder`."""

    locale: str
    view: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a role in an organisation."""

    user: Key
    name: str
    role: Role
    granted_at: datetime


USERS = (
    select(
        User.name,
        User.volunteer_id,
        RoleGrant.role,
        RoleGrant.region_code,
        RoleGrant.organization_shard,
        RoleGrant.organization_id,
        RoleGrant.ward_shard,
        RoleGrant.ward_id,
    )
    .outerjoin(
        RoleGrant,
        and_(
            RoleGrant.shard_code == User.shard_code,
            RoleGrant.user_id == User.id,
            RoleGrant.revoked_at.is_(None),
        ),
    )
    .where(User.status == "active")
)
"""Active users, each with a row for each grant, and one where there is none."""

ACTOR = Prepared(
    USERS.where(User.shard_code == bindparam("shard"), User.id == bindparam("user", type_=Uuid()))
)


def actor_for(user: Key, scopes: frozenset[Permission] | None = None) -> Actor | None:
    """A user with all grants, as one statement; None when there is no such active user. Internal.

    `scopes` are the limits of the token in use.
    """
    session().flush()
    rows = ACTOR.all(bulk_connection(), {"shard": user.shard, "user": user.id})
    return actor_from(user, rows, scopes) if rows else None


def actor_from(user: Key, rows: Sequence[Any], scopes: frozenset[Permission] | None) -> Actor:
    """A user out of their rows of USERS. Internal."""
    volunteer = rows[0].volunteer_id
    return Actor(
        user=user,
        name=rows[0].name,
        volunteer=Key(user.shard, volunteer) if volunteer else None,
        grants=tuple(_grant(row) for row in rows if row.role),
        scopes=scopes,
    )


def _grant(row: Any) -> Grant:
    organization = Key(row.organization_shard, row.organization_id) if row.organization_id else None
    ward = Key(row.ward_shard, row.ward_id) if row.ward_id else None
    return Grant(Role(row.role), row.region_code, organization, ward)


def user_by_phone(phone: str) -> Key | None:
    """The user who signs in with this phone; None also for what is no phone number. Internal."""
    try:
        return claims.holder("phone", check_phone(phone, runtime().config.demo))
    except Invalid:
        return None


def user_names(keys: Iterable[Key]) -> dict[Key, str]:
    """What users are called, one statement for each county. Internal."""
    found: dict[Key, str] = {}
    for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard):
        ids = [key.id for key in group]
        rows = session().execute(select(User.id, User.name).where(User.shard_code == shard, User.id.in_(ids)))
        found |= {Key(shard, unique): name for unique, name in rows}
    return found


def preferences(actor: Actor) -> Preferences | None:
    """The actor's own language and view; None for nobody and for the system."""
    user = actor.user and session().get(User, (actor.user.shard, actor.user.id))
    return Preferences(user.locale, user.view) if user else None


def own_phone(actor: Actor) -> str | None:
    """The actor's own phone, masked."""
    number = own_number(actor)
    return number and mask_phone(number)


def own_number(actor: Actor) -> str | None:
    """The actor's own phone in clear, for sending something to it; never shown. Internal."""
    user = actor.user and session().get(User, (actor.user.shard, actor.user.id))
    return runtime().vault.decrypt(user.phone_sealed, f"users.phone:{user.key}") if user else None


def has_password(actor: Actor) -> bool:
    """Whether the actor signs in with a password, too."""
    user = actor.user and session().get(User, (actor.user.shard, actor.user.id))
    return bool(user and user.password_hash)


def masked_phone(user: Key) -> str:
    """A user's phone, masked. Internal. Raises NotFound."""
    row = session().get(User, (user.shard, user.id))
    if row is None:
        raise NotFound()
    return mask_phone(runtime().vault.decrypt(row.phone_sealed, f"users.phone:{row.key}"))


def members(organization: Key) -> list[Member]:
    """Who holds a role in an organisation, in order of appointment. Internal."""
    rows = session().execute(
        select(User.shard_code, User.id, User.name, RoleGrant.role, RoleGrant.granted_at)
        .join(User, and_(User.shard_code == RoleGrant.shard_code, User.id == RoleGrant.user_id))
        .where(
            RoleGrant.organization_shard == organization.shard,
            RoleGrant.organization_id == organization.id,
            RoleGrant.revoked_at.is_(None),
        )
        .order_by(RoleGrant.granted_at, RoleGrant.id)
    )
    return [Member(Key(row[0], row[1]), row[2], Role(row[3]), row[4]) for row in rows]


def officers(keys: Iterable[Key]) -> set[Key]:
    """Which of these users hold, or held, a role; one statement for each county. Internal."""
    found: set[Key] = set()
    for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard):
        ids = [key.id for key in group]
        rows = session().scalars(
            select(RoleGrant.user_id)
            .where(RoleGrant.shard_code == shard, RoleGrant.user_id.in_(ids), RoleGrant.role != Role.GUARDIAN)
            .distinct()
        )
        found |= {Key(shard, user) for user in rows}
    return found
