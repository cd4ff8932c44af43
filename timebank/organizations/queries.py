"""Reading organisations. What an organisation is called and where it works are public facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, false, or_, select, tuple_

from timebank.identity import queries as identity
from timebank.kernel.db import session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class OrganizationCard:
    """What anybody may know of an organisation."""

    key: Key
    name: str
    kind: str
    region_code: int
    status: str


@dataclass(frozen=True, slots=True)
class OrganizationDetail:
    """An organisation as its office and its members see it."""

    key: Key
    name: str
    kind: str
    region_code: int
    status: str
    credit_code: str | None
    filing_no: str | None
    created_at: datetime
    may_appoint: bool


def organization(key: Key) -> OrganizationCard | None:
    """The public facts of one organisation. Internal."""
    row = session().get(Organization, (key.shard, key.id))
    return _card(row) if row else None


def organization_detail(actor: Actor, key: Key) -> OrganizationDetail:
    """One organisation. Raises NotFound also outside the actor's regions and organisations."""
    row = _readable(actor, key)
    return OrganizationDetail(
        key=row.key,
        name=row.name,
        kind=row.kind,
        region_code=row.region_code,
        status=row.status,
        credit_code=row.credit_code,
        filing_no=row.filing_no,
        created_at=row.created_at,
        may_appoint=actor.can(Permission.ORGANIZATION_WRITE, region=row.region_code),
    )


def members(actor: Actor, key: Key) -> list[identity.Member]:
    """Organisers and recorders of an organisation. Raises NotFound as `organization_detail` does."""
    return identity.members(_readable(actor, key).key)


def organizations(
    actor: Actor,
    *,
    region: int | None = None,
    text: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[OrganizationCard]:
    """Organisations in the actor's regions and the actor's own; `text` is the beginning of a name."""
    require(actor, Permission.ORGANIZATION_READ)
    conditions = [_within(actor)]
    if region is not None:
        conditions.append(Organization.region_code.between(region, last_in(region)))
    if text and text.strip():
        conditions.append(Organization.name.startswith(text.strip(), autoescape=True))
    after = after_key(cursor)
    if after:
        conditions.append(tuple_(Organization.shard_code, Organization.id) > (after.shard, after.id))
    statement = select(Organization).where(*conditions).order_by(Organization.shard_code, Organization.id)
    found = [_card(row) for row in session().scalars(statement.limit(limit + 1))]
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def mine(actor: Actor) -> list[OrganizationCard]:
    """Organisations for which the actor may write projects, one statement for each county."""
    found: list[OrganizationCard] = []
    keys = sorted(set(actor.organizations(Permission.PROJECT_WRITE)))
    for shard, group in groupby(keys, key=lambda key: key.shard):
        ids = [key.id for key in group]
        rows = session().scalars(
            select(Organization).where(
                Organization.shard_code == shard, Organization.id.in_(ids), Organization.status == "active"
            )
        )
        found += [_card(row) for row in rows]
    return sorted(found, key=lambda card: card.name)


def _readable(actor: Actor, key: Key) -> Organization:
    require(actor, Permission.ORGANIZATION_READ)
    row = session().get(Organization, (key.shard, key.id))
    if row is None:
        raise NotFound()
    require(actor, Permission.ORGANIZATION_READ, region=row.region_code, organization=key)
    return row


def _within(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    own = actor.organizations(Permission.ORGANIZATION_READ)
    return or_(
        false(),
        *(
            Organization.region_code.between(code, last_in(code))
            for code in actor.regions(Permission.ORGANIZATION_READ)
        ),
        *(and_(Organization.shard_code == key.shard, Organization.id == key.id) for key in own),
    )


def _card(row: Organization) -> OrganizationCard:
    return OrganizationCard(row.key, row.name, row.kind, row.region_code, row.status)
