"""Indicators and targets as JSON."""

from __future__ import annotations

from typing import Any

from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.statistics import queries, usecases
from timebank.statistics.queries import Board, Point, TargetCard
from timebank.statistics.rules import Indicator, TargetRow
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import page_schema
from timebank.web.kit.operation import act_once
from timebank.web.statistics.schemas import (
    CreatedTargetSchema,
    IndicatorsQuery,
    IndicatorsSchema,
    PointSchema,
    RegionQuery,
    TargetInputSchema,
    TargetSchema,
    TargetsQuery,
)

api = api_door("statistics", "Indicators of regions and the targets that documents set.")


@api.get("/statistics/indicators")
@api.arguments(IndicatorsQuery, location="query")
@api.response(200, IndicatorsSchema)
def indicators(given: dict[str, Any]) -> dict[str, Any]:
    """The indicators of a region in a year."""
    return _indicators(queries.board(current_actor(), region=given["region"], year=given["period"]))


def _indicators(board: Board) -> dict[str, Any]:
    return {
        "region": board.own.region.code,
        "period": board.year,
        "as_of": board.run.as_of if board.run else None,
        "computed_at": board.run.computed_at if board.run else None,
        "items": board.own.indicators,
    }


@api.get("/statistics/indicators/<string(maxlength=40):code>/series")
@api.arguments(RegionQuery, location="query")
@api.response(200, page_schema(PointSchema))
def series(given: dict[str, Any], code: str) -> Page[Point]:
    """One indicator of a region through the computed years."""
    if code not in list(Indicator):
        raise NotFound("unknown-indicator")
    return Page(queries.series(current_actor(), indicator=Indicator(code), region=given["region"]))


@api.get("/statistics/targets")
@api.arguments(TargetsQuery, location="query")
@api.response(200, page_schema(TargetSchema))
def targets(given: dict[str, Any]) -> Page[TargetCard]:
    """The targets recorded for a region and those around it, or all."""
    return Page(queries.targets(current_actor(), region=given["region"]))


@api.post("/statistics/targets")
@api.arguments(TargetInputSchema)
@api.response(201, CreatedTargetSchema)
def record_target(given: dict[str, Any]) -> dict[str, Any]:
    """Record what a document asks of a region."""
    return act_once(usecases.record_target, _created, target=TargetRow(**given))


def _created(key: Key) -> dict[str, Any]:
    return {"id": str(key)}
