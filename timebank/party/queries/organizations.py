"""Reading party organisations, within the regions where the actor works with party membership."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, false, or_, select, tuple_

from timebank.kernel.db import session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import county_of, last_in
from timebank.party.models import PartyOrganization
from timebank.party.rules import DEEPEST, Belongs

CHOICES = 500
"""As many as a list to choose from can hold; more are found by a narrower region."""


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """A party organisation in a list, with the name of the one above it."""

    key: Key
    name: str
    kind: str
    belongs: str
    region_code: int
    status: str
    parent: Key | None
    parent_name: str | None


@dataclass(frozen=True, slots=True)
class OrganizationDetail:
    """A party organisation, those above it from the top, and those directly under it."""

    key: Key
    name: str
    kind: str
    belongs: str
    region_code: int
    status: str
    parent: Key | None
    created_at: datetime
    dissolved_at: datetime | None
    above: list[OrganizationRow]
    below: list[OrganizationRow]
    may_write: bool


def organizations(
    actor: Actor,
    *,
    region: int | None = None,
    text: str | None = None,
    dissolved: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[OrganizationRow]:
    """Party organisations of the actor's regions; `text` is the beginning of a name."""
    require(actor, Permission.PARTY_READ)
    status = "dissolved" if dissolved else "active"
    conditions = [_within(actor, Permission.PARTY_READ), PartyOrganization.status == status]
    if region is not None:
        conditions.append(PartyOrganization.region_code.between(region, last_in(region)))
    if text and text.strip():
        conditions.append(PartyOrganization.name.startswith(text.strip(), autoescape=True))
    if after := after_key(cursor):
        conditions.append(
            tuple_(PartyOrganization.shard_code, PartyOrganization.id) > (after.shard, after.id)
        )
    order = (PartyOrganization.shard_code, PartyOrganization.id)
    found = list(
        session().scalars(select(PartyOrganization).where(*conditions).order_by(*order).limit(limit + 1))
    )
    page = page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")
    return Page(_rows(page.items), page.next)


def organization_detail(actor: Actor, key: Key) -> OrganizationDetail:
    """One party organisation. Raises NotFound also outside the actor's regions."""
    require(actor, Permission.PARTY_READ)
    row = session().get(PartyOrganization, (key.shard, key.id))
    if row is None:
        raise NotFound()
    require(actor, Permission.PARTY_READ, region=row.region_code)
    return OrganizationDetail(
        key=row.key,
        name=row.name,
        kind=row.kind,
        belongs=row.belongs,
        region_code=row.region_code,
        status=row.status,
        parent=_parent(row),
        created_at=row.created_at,
        dissolved_at=row.dissolved_at,
        above=_rows(_above(row)),
        below=_rows(_below(row)),
        may_write=actor.can(Permission.PARTY_VERIFY, region=row.region_code),
    )


def organization_choices(
    actor: Actor,
    *,
    region: int | None = None,
    belongs: Belongs | None = None,
    right: Permission = Permission.PARTY_VERIFY,
) -> list[OrganizationRow]:
    """Active party organisations to choose from: the actor's own, or in the county of `region`."""
    conditions = [PartyOrganization.status == "active"]
    if not actor.can(right):
        return []
    conditions.append(_within(actor, right))
    if region is not None:
        conditions.append(PartyOrganization.shard_code == county_of(region))
    if belongs is not None:
        conditions.append(PartyOrganization.belongs == belongs)
    return _choices(conditions)


def organizations_near(region: int) -> list[OrganizationRow]:
    """Active party organisations in the county of a region: names of offices, which are public."""
    return _choices([PartyOrganization.status == "active", PartyOrganization.shard_code == county_of(region)])


def organization_rows(keys: Iterable[Key]) -> dict[Key, OrganizationRow]:
    """Party organisations by key, one statement for each county. Internal."""
    return {row.key: _row(row, None) for row in _held(keys)}


def _choices(conditions: list[ColumnElement[bool]]) -> list[OrganizationRow]:
    rows = session().scalars(
        select(PartyOrganization)
        .where(*conditions)
        .order_by(PartyOrganization.region_code, PartyOrganization.name)
        .limit(CHOICES)
    )
    return [_row(row, None) for row in rows]


def _within(actor: Actor, right: Permission) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    regions = actor.regions(right)
    return or_(false(), *(PartyOrganization.region_code.between(code, last_in(code)) for code in regions))


def _held(keys: Iterable[Key]) -> list[PartyOrganization]:
    found: list[PartyOrganization] = []
    for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard):
        ids = [key.id for key in group]
        found += session().scalars(
            select(PartyOrganization).where(
                PartyOrganization.shard_code == shard, PartyOrganization.id.in_(ids)
            )
        )
    return found


def _above(row: PartyOrganization) -> list[PartyOrganization]:
    """From the top down to the one directly above."""
    found: list[PartyOrganization] = []
    key = _parent(row)
    while key and len(found) < DEEPEST:
        above = session().get(PartyOrganization, (key.shard, key.id))
        if above is None:
            break
        found.insert(0, above)
        key = _parent(above)
    return found


def _below(row: PartyOrganization) -> list[PartyOrganization]:
    rows = session().scalars(
        select(PartyOrganization)
        .where(
            PartyOrganization.parent_shard == row.shard_code,
            PartyOrganization.parent_id == row.id,
            PartyOrganization.status == "active",
        )
        .order_by(PartyOrganization.region_code, PartyOrganization.name)
        .limit(CHOICES)
    )
    return list(rows)


def _parent(row: PartyOrganization) -> Key | None:
    return Key(row.parent_shard, row.parent_id) if row.parent_shard and row.parent_id else None


def _rows(rows: list[PartyOrganization]) -> list[OrganizationRow]:
    wanted = [key for row in rows if (key := _parent(row))]
    parents = {each.key: each.name for each in _held(wanted)}
    return [_row(row, parents.get(key) if (key := _parent(row)) else None) for row in rows]


def _row(row: PartyOrganization, parent_name: str | None) -> OrganizationRow:
    return OrganizationRow(
        row.key, row.name, row.kind, row.belongs, row.region_code, row.status, _parent(row), parent_name
    )
