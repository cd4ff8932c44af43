"""Putting cells, targets and regions of a year together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from timebank.kernel.clock import local_date
from timebank.kernel.db import bulk_connection, runtime, session
from timebank.kernel.ids import Key
from timebank.kernel.region_code import NATION, ancestors, county_of
from timebank.regions.queries import RegionCard
from timebank.statistics.models import IndicatorCell, IndicatorDefinition, Target
from timebank.statistics.queries.cards import DefinitionCard, IndicatorCard, Run, Standing, TargetCard
from timebank.statistics.rules import Indicator

BATCH = 1_000
BEYOND = 10**12
"""Greater than every region code."""


class CellRow(NamedTuple):
    """The columns of a cell that are shown."""

    region_code: int
    year: int
    indicator: str
    numerator: int
    excluded: int
    denominator: int | None
    denominator_year: int | None
    denominator_source: str | None
    definition_version: int


Targets = Mapping[tuple[str, int], TargetCard]
"""Indicator and region to the target with the latest deadline."""


@dataclass(frozen=True)
class Frame:
    """What the standings of a year are made with."""

    year: int
    run: Run | None
    targets: Targets

    def standings(self, regions: Iterable[RegionCard], cells: Iterable[CellRow]) -> Iterator[Standing]:
        """Both in the order of region codes. A region without cells has nobody and no figure."""
        nobody: Iterator[CellRow] = iter(())
        groups = groupby(cells, key=lambda cell: cell.region_code)
        code, found = -1, nobody
        for region in regions:
            while code < region.code:
                code, found = next(groups, (BEYOND, nobody))
            yield self.standing(region, list(found) if code == region.code else [])

    def standing(self, region: RegionCard, cells: Iterable[CellRow]) -> Standing:
        if self.run is None:
            return Standing(region, ())
        known = {cell.indicator: cell for cell in cells}
        cards = (self._card(region.code, indicator, known.get(indicator)) for indicator in Indicator)
        return Standing(region, tuple(cards))

    def _card(self, code: int, indicator: Indicator, cell: CellRow | None) -> IndicatorCard:
        target = self._target(code, indicator)
        if cell is None:
            version = self.run.versions[indicator] if self.run else 0
            return IndicatorCard(indicator, 0, 0, None, None, None, version, target)
        return IndicatorCard(indicator, *cell[3:], target)

    def _target(self, code: int, indicator: Indicator) -> TargetCard | None:
        """Of the region itself or else of the closest region around it."""
        around = (code, *reversed(ancestors(code)), NATION)
        return next(
            (self.targets[indicator, each] for each in around if (indicator, each) in self.targets), None
        )


def cells_of(where: ColumnElement[bool], *, streamed: bool = False) -> Iterator[CellRow]:
    """Cells by region code and year; `streamed` when there may be many."""
    cell = IndicatorCell
    columns = [getattr(cell, name) for name in CellRow._fields]
    rows = bulk_connection().execute(
        select(*columns).where(where).order_by(cell.region_code, cell.year, cell.indicator),
        execution_options={"yield_per": BATCH} if streamed else {},
    )
    return (CellRow(*row) for row in rows)


def runs_by_year() -> dict[int, Run]:
    """The computed years; every run writes the cells of the nation."""
    cell = IndicatorCell
    rows = session().execute(
        select(cell.year, cell.indicator, cell.definition_version, cell.as_of, cell.computed_at)
        .where(cell.region_code == NATION)
        .order_by(cell.year)
    )
    return {
        year: Run(
            cells[0].as_of, cells[0].computed_at, {each.indicator: each.definition_version for each in cells}
        )
        for year, found in groupby(rows, key=lambda row: row.year)
        if (cells := list(found))
    }


def all_targets() -> list[TargetCard]:
    """Every target, the latest deadline first."""
    today = local_date(runtime().clock.now(), runtime().config.time_zone)
    rows = session().scalars(select(Target).order_by(Target.deadline_on.desc(), Target.recorded_at.desc()))
    return [
        TargetCard(
            Key(county_of(row.region_code), row.id),
            row.document,
            Indicator(row.indicator),
            row.region_code,
            row.share,
            row.deadline_on,
            row.quotation,
            row.deadline_on < today,
        )
        for row in rows
    ]


def latest_targets() -> Targets:
    """Of each indicator and region the target with the latest deadline."""
    return {(card.indicator, card.region_code): card for card in reversed(all_targets())}


def definitions_of(run: Run | None) -> tuple[DefinitionCard, ...]:
    """The definitions by which a run counted, in the order of the indicators."""
    rows = session().scalars(select(IndicatorDefinition)) if run else ()
    known = {(row.indicator, row.version): row for row in rows}
    used = [known[indicator, run.versions[indicator]] for indicator in Indicator] if run else []
    return tuple(
        DefinitionCard(
            Indicator(row.indicator),
            row.version,
            row.valid_from,
            row.numerator_zh,
            row.numerator_en,
            row.denominator_zh,
            row.denominator_en,
            row.period_zh,
            row.period_en,
        )
        for row in used
    )
