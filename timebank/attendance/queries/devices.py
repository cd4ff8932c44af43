"""Reading the phones of a gate, and whom a phone's token stands for."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from timebank.attendance.models import GateDevice
from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.rules import DeviceKind, read_token
from timebank.identity.queries import actor_for, user_names
from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ROLE_PERMISSIONS, Actor, Permission, require

LIMITS = {
    DeviceKind.DESK: frozenset({Permission.GATE_OPERATE, Permission.GATE_SCAN}),
    DeviceKind.KIOSK: frozenset({Permission.GATE_SCAN}),
}
"""All that a device may carry."""


@dataclass(frozen=True, slots=True)
class DeviceCard:
    """A phone of an organisation's gate; `expires_at` moves on with every contact."""

    key: Key
    organization: Key
    kind: DeviceKind
    name: str
    made_by: str
    made_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    app_version: str | None
    revoked_at: datetime | None
    wiped_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceHolder:
    """A phone that may work, and as whom: the person who registered it, limited to that team's gates."""

    device: Key
    kind: DeviceKind
    actor: Actor
    last_seen_at: datetime


def holder_of_device(token: str) -> DeviceHolder | None:
    """Whom a phone's token stands for; None for a token of another kind.

    Raises Unauthenticated: `device-revoked` also when the person may no longer run this team's gates,
    `device-expired` when it was not used for the days of the policy, `device-unknown`.
    """
    key = read_token(token)
    if key is None:
        return None
    row = device_row(key, token)
    if row is None:
        raise Unauthenticated("device-unknown")
    actor = None if row.revoked_at else _actor(row)
    if actor is None:
        raise Unauthenticated("device-revoked")
    if _expires_at(row, gate_policy().device_days) <= runtime().clock.now():
        raise Unauthenticated("device-expired")
    return DeviceHolder(key, DeviceKind(row.kind), actor, row.last_seen_at)


def device_row(key: Key, token: str) -> GateDevice | None:
    """The row of a phone for who shows its token. Internal."""
    row = session().get(GateDevice, (key.shard, key.id))
    return row if row and hmac.compare_digest(row.token_hash, fingerprint(token)) else None


def devices(actor: Actor, organization: Key) -> list[DeviceCard]:
    """The phones of an organisation, newest first, for who runs its gates. Raises as `require` does."""
    require(actor, Permission.GATE_OPERATE, organization=organization)
    rows = list(
        session().scalars(
            select(GateDevice)
            .where(GateDevice.shard_code == organization.shard, GateDevice.organization_id == organization.id)
            .order_by(GateDevice.id.desc())
        )
    )
    names = user_names(Key(row.made_by_shard, row.made_by_id) for row in rows)
    days = gate_policy().device_days
    return [_card(row, names.get(Key(row.made_by_shard, row.made_by_id), ""), days) for row in rows]


def device_names(organization: Key) -> dict[Key, str]:
    """The names of an organisation's phones. Internal."""
    rows = session().execute(
        select(GateDevice.shard_code, GateDevice.id, GateDevice.name).where(
            GateDevice.shard_code == organization.shard, GateDevice.organization_id == organization.id
        )
    )
    return {Key(shard, unique): name for shard, unique, name in rows}


def _actor(row: GateDevice) -> Actor | None:
    found = actor_for(Key(row.made_by_shard, row.made_by_id), LIMITS[DeviceKind(row.kind)])
    organization = Key(row.shard_code, row.organization_id)
    grants = tuple(
        grant
        for grant in (found.grants if found else ())
        if grant.organization == organization and Permission.GATE_OPERATE in ROLE_PERMISSIONS[grant.role]
    )
    return replace(found, volunteer=None, grants=grants) if found and grants else None


def _expires_at(row: GateDevice, days: int) -> datetime:
    return row.last_seen_at + timedelta(days=days)


def _card(row: GateDevice, made_by: str, days: int) -> DeviceCard:
    return DeviceCard(
        key=row.key,
        organization=Key(row.shard_code, row.organization_id),
        kind=DeviceKind(row.kind),
        name=row.name,
        made_by=made_by,
        made_at=row.made_at,
        last_seen_at=row.last_seen_at,
        expires_at=_expires_at(row, days),
        app_version=row.app_version,
        revoked_at=row.revoked_at,
        wiped_at=row.wiped_at,
    )
