"""Templates of the organisations for which somebody writes projects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_

from timebank.kernel.db import session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.organizations.queries import organization as organization_card
from timebank.projects.models import ProjectTemplate


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """A template."""

    key: Key
    name: str
    organization: Key
    organization_name: str
    project_name: str
    region_code: int
    shifts: int
    days: int
    """From the first day to the last one, both counted; 0 without shifts."""
    saved_at: datetime


def templates(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[TemplateCard]:
    """The templates of the organisations for which the actor may write projects, the newest first."""
    require(actor, Permission.PROJECT_WRITE)
    owners = [(each.shard, each.id) for each in actor.organizations(Permission.PROJECT_WRITE)]
    owner = tuple_(ProjectTemplate.shard_code, ProjectTemplate.organization_id)
    query = select(ProjectTemplate).where(owner.in_(owners))
    last = after_key(cursor)
    if last:
        place = tuple_(ProjectTemplate.id, ProjectTemplate.shard_code)
        query = query.where(place < tuple_(last.id, last.shard))
    order = (ProjectTemplate.id.desc(), ProjectTemplate.shard_code.desc())
    found = [_card(row) for row in session().scalars(query.order_by(*order).limit(limit + 1))]
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def template(actor: Actor, key: Key) -> TemplateCard:
    """One template. Raises NotFound outside one's organisations."""
    row = session().get(ProjectTemplate, (key.shard, key.id), populate_existing=True)
    if row is None:
        require(actor, Permission.PROJECT_WRITE)
        raise NotFound()
    require(actor, Permission.PROJECT_WRITE, organization=Key(row.shard_code, row.organization_id))
    return _card(row)


def _card(row: ProjectTemplate) -> TemplateCard:
    facts: dict[str, Any] = row.content["facts"]
    shifts: list[dict[str, Any]] = row.content["shifts"]
    owner = Key(row.shard_code, row.organization_id)
    known = organization_card(owner)
    return TemplateCard(
        key=row.key,
        name=row.name,
        organization=owner,
        organization_name=known.name if known else "",
        project_name=facts["name"],
        region_code=facts["region_code"],
        shifts=len(shifts),
        days=max((each["day"] + 1 for each in shifts), default=0),
        saved_at=row.saved_at,
    )
