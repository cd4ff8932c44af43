"""The audit trail and the access log as JSON."""

from __future__ import annotations

from typing import Any

from timebank.kernel.audit import Asked, trail
from timebank.volunteers.access_log import AccessAsked, access_log
from timebank.web.audit.schemas import AccessQuery, AccessSchema, EntrySchema, TrailQuery
from timebank.web.audit.trail import actor_names
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import page_schema

api = api_door("audit", "What happened, and who saw personal data in clear.")


@api.get("/audit/events")
@api.arguments(TrailQuery, location="query")
@api.response(200, page_schema(EntrySchema))
def events(given: dict[str, Any]) -> dict[str, Any]:
    """What happened in one's own counties, the newest first."""
    limit, cursor = given.pop("limit"), given.pop("cursor")
    return _named(trail(current_actor(), Asked(**given), limit=limit, cursor=cursor))


@api.get("/audit/unmaskings")
@api.arguments(AccessQuery, location="query")
@api.response(200, page_schema(AccessSchema))
def unmaskings(given: dict[str, Any]) -> dict[str, Any]:
    """Who saw which fields of whom in clear, and what for; the newest first."""
    limit, cursor = given.pop("limit"), given.pop("cursor")
    return _named(access_log(current_actor(), AccessAsked(**given), limit=limit, cursor=cursor))


def _named(page: Any) -> dict[str, Any]:
    """A page with the names of who acted beside their ids."""
    called = actor_names(page.items)
    items = [
        {name: getattr(each, name) for name in each.__slots__}
        | {"actor_name": called.get(each.by) if each.user else None}
        for each in page.items
    ]
    return {"items": items, "next": page.next}
