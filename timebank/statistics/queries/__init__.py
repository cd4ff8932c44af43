"""How regions stand: indicators with both sides of the division, their target, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, groupby

from sqlalchemy import select

from timebank.kernel.clock import local_date
from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import NATION, ancestors, last_in
from timebank.regions.models import Region
from timebank.regions.queries import RegionCard, children, path
from timebank.statistics.models import IndicatorCell
from timebank.statistics.queries.cards import (
    Board,
    DefinitionCard,
    Extract,
    IndicatorCard,
    Point,
    Run,
    Standing,
    Step,
    TargetCard,
)
from timebank.statistics.queries.frame import (
    BATCH,
    CellRow,
    Frame,
    all_definitions,
    all_targets,
    cells_of,
    latest_targets,
    runs_by_year,
)
from timebank.statistics.rules import Indicator

__all__ = [
    "Board",
    "DefinitionCard",
    "Extract",
    "IndicatorCard",
    "Point",
    "Run",
    "Standing",
    "Step",
    "TargetCard",
    "board",
    "extract",
    "first_region",
    "series",
    "targets",
]

NATION_CARD = RegionCard(NATION, "", "nation", None, None)


def first_region(actor: Actor) -> int:
    """Where the actor's statistics begin: the widest region of their grants. Raises as `require` does."""
    require(actor, Permission.STATISTICS_READ)
    held = actor.regions(Permission.STATISTICS_READ)
    return min(held, key=lambda code: code - last_in(code), default=NATION)


def board(actor: Actor, *, region: int, year: int | None = None) -> Board:
    """The indicators of a region and of those directly inside; of the last computed year if none is given.

    Raises NotFound outside the actor's regions and for an unknown region.
    """
    require(actor, Permission.STATISTICS_READ, region=region)
    way, runs = _way(region), runs_by_year()
    shown = year or max(runs, default=local_date(runtime().clock.now(), runtime().config.time_zone).year)
    run = runs.get(shown)
    own, *below = _frame(shown, run).standings(*_directly_inside(way[-1], shown))
    steps = (Step(each, actor.can(Permission.STATISTICS_READ, region=each.code)) for each in way)
    years = tuple(sorted(runs, reverse=True))
    return Board(own, tuple(steps), tuple(below), shown, years, run)


def extract(actor: Actor, *, region: int, year: int, deep: bool = False) -> Extract:
    """What an export holds: the region and those directly inside it, or with `deep` everything below.

    Raises NotFound outside the actor's regions, for an unknown region, and for a year never computed.
    """
    require(actor, Permission.STATISTICS_EXPORT, region=region)
    way, run = _way(region), runs_by_year().get(year)
    if run is None:
        raise NotFound("year-not-computed", year=year)
    frame = _frame(year, run)
    found = _everything_inside(way[-1], year) if deep else _directly_inside(way[-1], year)
    standings = frame.standings(*found)
    used = tuple(frame.definitions[each] for each in run.versions.items())
    return Extract(tuple(way), year, run, used, standings)


def series(actor: Actor, *, indicator: Indicator, region: int) -> list[Point]:
    """One indicator of a region through the computed years. Raises NotFound as `board` does."""
    require(actor, Permission.STATISTICS_READ, region=region)
    here, runs = _way(region)[-1], runs_by_year()
    own = groupby(cells_of(IndicatorCell.region_code == region), key=lambda cell: cell.year)
    cells = {year: list(found) for year, found in own}
    standings = (
        (year, run, _frame(year, run).standing(here, cells.get(year, []))) for year, run in runs.items()
    )
    return [Point(year, run.as_of, standing.of(indicator)) for year, run, standing in standings]


def targets(actor: Actor, *, region: int | None = None) -> list[TargetCard]:
    """The targets recorded for a region and those around it, or all; the latest deadline first.

    They come from published documents, so whoever may read any statistics may read them all.
    """
    require(actor, Permission.STATISTICS_READ)
    around = None if region is None else {NATION, *ancestors(region), region}
    return [card for card in all_targets() if around is None or card.region_code in around]


def _frame(year: int, run: Run | None) -> Frame:
    return Frame(year, run, latest_targets(), all_definitions())


def _way(region: int) -> list[RegionCard]:
    """From the nation down to the region."""
    found = [NATION_CARD, *(path(region) if region else [])]
    if found[-1].code != region:
        raise NotFound("no-such-region")
    return found


def _directly_inside(region: RegionCard, year: int) -> tuple[Sequence[RegionCard], Iterator[CellRow]]:
    """A region and its children, with their cells."""
    regions = [region, *children(region.code or None)]
    codes = [each.code for each in regions]
    return regions, cells_of(IndicatorCell.region_code.in_(codes) & (IndicatorCell.year == year))


def _everything_inside(region: RegionCard, year: int) -> tuple[Iterator[RegionCard], Iterator[CellRow]]:
    """A region and all below it, with their cells, both streamed: a province may have 50,000."""
    first, last = region.code, last_in(region.code)
    rows = bulk_connection().execute(
        select(Region.code, Region.name, Region.level, Region.parent_code, Region.setting)
        .where(Region.code.between(first + 1, last))
        .order_by(Region.code),
        execution_options={"yield_per": BATCH},
    )
    below = (RegionCard(*row) for row in rows)
    within = IndicatorCell.region_code.between(first, last) & (IndicatorCell.year == year)
    cells = cells_of(within, streamed=True)
    return chain([region], below), cells
