"""Regions as JSON; public."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from timebank.kernel.errors import NotFound
from timebank.kernel.paging import Page
from timebank.regions import queries
from timebank.regions.queries import RegionCard
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import page_schema
from timebank.web.regions.schemas import RegionDetailSchema, RegionSchema, RegionsQuery

api = api_door("regions", "The tree of regions and its published figures.")


@api.get("/regions")
@api.arguments(RegionsQuery, location="query")
@api.response(200, page_schema(RegionSchema))
def regions(given: dict[str, Any]) -> Page[RegionCard]:
    """The regions directly inside another, or the provinces."""
    return queries.children_page(**given)


@api.get("/regions/<int(fixed_digits=12):code>")
@api.response(200, RegionDetailSchema)
def region(code: int) -> dict[str, Any]:
    """One region, the way down to it, and its figures."""
    path = queries.path(code)
    if not path:
        raise NotFound("no-such-region")
    full_name = "".join(each.name for each in path)
    return {**asdict(path[-1]), "path": path, "full_name": full_name, "figures": queries.figures(code)}
