"""Lists and trees of organisations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, false, or_, select, tuple_

from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.organizations.models import Organization
from timebank.organizations.queries.cards import OrganizationCard, card_of, readable
from timebank.organizations.rules import DEEPEST, Status

CHILDREN_SHOWN = 200


@dataclass(frozen=True, slots=True)
class TeamRow:
    """An active organisation in the public list."""

    key: Key
    name: str
    kind: str
    region_code: int
    categories: list[str]
    introduction: str | None


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An organisation that waits for a decision."""

    key: Key
    name: str
    kind: str
    region_code: int
    status: str
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Branch:
    """An organisation in the tree, with those under it."""

    card: OrganizationCard
    children: list[Branch] = field(default_factory=list)


def organizations(
    actor: Actor,
    *,
    region: int | None = None,
    text: str | None = None,
    status: str | None = None,
    kind: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[OrganizationCard]:
    """Organisations in the actor's regions and the actor's own; `text` is the beginning of a name."""
    require(actor, Permission.ORGANIZATION_READ)
    conditions = [_within(actor), *_filtered(region, text, status, kind)]
    rows = _rows(conditions, limit, cursor)
    found = [card_of(row) for row in rows]
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def teams(
    *,
    region: int | None = None,
    text: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[TeamRow]:
    """Active organisations, for everybody; `text` is the beginning of a name."""
    rows = _rows(_filtered(region, text, Status.ACTIVE, None), limit, cursor)
    found = [
        TeamRow(row.key, row.name, row.kind, row.region_code, row.categories, row.introduction)
        for row in rows
    ]
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def to_review(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[WaitingRow]:
    """Organisations that wait for a decision in the actor's regions, county by county in order of entry."""
    require(actor, Permission.ORGANIZATION_REVIEW)
    conditions = [_inside(actor, Permission.ORGANIZATION_REVIEW), Organization.status == Status.SUBMITTED]
    found = [
        WaitingRow(row.key, row.name, row.kind, row.region_code, row.status, row.submitted_at)
        for row in _rows(conditions, limit, cursor)
    ]
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def mine(actor: Actor) -> list[OrganizationCard]:
    """Active organisations for which the actor may write projects."""
    own = _own(actor, Permission.PROJECT_WRITE)
    return [card for card in own if card.status == Status.ACTIVE]


def administered(actor: Actor) -> list[OrganizationCard]:
    """Organisations that the actor administers, in every state but the last."""
    own = _own(actor, Permission.MEMBERSHIP_WRITE)
    return [card for card in own if card.status != Status.CLOSED]


def asking(actor: Actor, parent: Key) -> list[OrganizationCard]:
    """Organisations that ask to be under this one, for its administrators. Raises NotFound, Forbidden."""
    require(actor, Permission.MEMBERSHIP_WRITE, organization=parent)
    rows = session().scalars(
        select(Organization)
        .where(
            Organization.asked_parent_shard == parent.shard,
            Organization.asked_parent_id == parent.id,
            Organization.status == Status.ACTIVE,
        )
        .limit(CHILDREN_SHOWN)
    )
    return sorted((card_of(row) for row in rows), key=lambda card: (card.name, card.key))


def above(key: Key) -> list[OrganizationCard]:
    """The organisations above this one, the topmost first. What is above whom is public. Internal."""
    found: list[OrganizationCard] = []
    row = session().get(Organization, (key.shard, key.id))
    while row and row.parent and len(found) < DEEPEST:
        row = session().get(Organization, (row.parent.shard, row.parent.id))
        found += [card_of(row)] if row else []
    return found[::-1]


def tree(actor: Actor, key: Key) -> Branch:
    """An organisation with everything under it, one statement a level. Raises NotFound as the detail does."""
    row = readable(actor, key)
    top = Branch(card_of(row))
    level = {top.card.key: top}
    for _depth in range(DEEPEST):
        below = _children(list(level))
        for parent, branch in below:
            level[parent].children.append(branch)
        level = {branch.card.key: branch for _parent, branch in below}
        if not level:
            break
    return top


def public_children(key: Key) -> list[OrganizationCard]:
    """The active organisations directly under this one, for everybody."""
    return [branch.card for _parent, branch in _children([key]) if branch.card.status == Status.ACTIVE]


def _children(parents: list[Key]) -> list[tuple[Key, Branch]]:
    """The organisations directly under some others, each with the one above it, by name."""
    rows = session().scalars(
        select(Organization)
        .where(
            tuple_(Organization.parent_shard, Organization.parent_id).in_(
                [(key.shard, key.id) for key in parents]
            ),
            Organization.status != Status.CLOSED,
        )
        .limit(CHILDREN_SHOWN)
    )
    found = [(row.parent, Branch(card_of(row))) for row in rows]
    known = [(parent, branch) for parent, branch in found if parent]
    return sorted(known, key=lambda pair: (pair[1].card.name, pair[1].card.key))


def _rows(conditions: list[ColumnElement[bool]], limit: int, cursor: str | None) -> list[Organization]:
    after = after_key(cursor)
    if after:
        behind = tuple_(Organization.shard_code, Organization.id) > (after.shard, after.id)
        conditions = [*conditions, behind]
    statement = select(Organization).where(*conditions).order_by(Organization.shard_code, Organization.id)
    return list(session().scalars(statement.limit(limit + 1)))


def _filtered(
    region: int | None, text: str | None, status: str | None, kind: str | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if region is not None:
        found.append(Organization.region_code.between(region, last_in(region)))
    if text and text.strip():
        found.append(Organization.name.startswith(text.strip(), autoescape=True))
    if status is not None:
        found.append(Organization.status == status)
    if kind is not None:
        found.append(Organization.kind == kind)
    return found


def _own(actor: Actor, permission: Permission) -> list[OrganizationCard]:
    """The organisations for which the actor has a right, by name; one statement for each county."""
    found: list[OrganizationCard] = []
    for shard, group in groupby(sorted(set(actor.organizations(permission))), key=lambda key: key.shard):
        ids = [key.id for key in group]
        rows = session().scalars(
            select(Organization).where(Organization.shard_code == shard, Organization.id.in_(ids))
        )
        found += [card_of(row) for row in rows]
    return sorted(found, key=lambda card: (card.name, card.key))


def _within(actor: Actor) -> ColumnElement[bool]:
    """The actor's regions, where nobody else's drafts are seen, and the actor's own organisations."""
    own = actor.organizations(Permission.ORGANIZATION_READ)
    return or_(
        and_(_inside(actor, Permission.ORGANIZATION_READ), Organization.status != Status.DRAFT),
        *(and_(Organization.shard_code == key.shard, Organization.id == key.id) for key in own),
    )


def _inside(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    return or_(
        false(),
        *(Organization.region_code.between(code, last_in(code)) for code in actor.regions(permission)),
    )
