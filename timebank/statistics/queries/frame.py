"""Putting cells, targets and regions of a year together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, select

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
Definitions = Mapping[tuple[str, int], DefinitionCard]
"""Indicator and version to its definition."""


@dataclass(frozen=True)
class Frame:
    """What the standings of a year are made with."""

    year: int
    run: Run | None
    targets: Targets
    definitions: Definitions

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
        """A region with what its cells say; none in a year that was never computed."""
        if self.run is None:
            return Standing(region, ())
        known = {cell.indicator: cell for cell in cells}
        nobody = CellRow(region.code, self.year, "", 0, 0, None, None, None, 0)
        cards = []
        for indicator, version in self.run.versions.items():
            cell = known.get(indicator, nobody._replace(indicator=indicator, definition_version=version))
            cards.append(self._card(cell))
        return Standing(region, tuple(cards))

    def _card(self, cell: CellRow) -> IndicatorCard:
        indicator = Indicator(cell.indicator)
        return IndicatorCard(
            indicator,
            cell.numerator,
            cell.excluded,
            cell.denominator,
            cell.denominator_year,
            cell.denominator_source,
            self.definitions[indicator, cell.definition_version],
            self._target(cell.region_code, indicator),
        )

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
    columns = (cell.year, cell.indicator, cell.definition_version, cell.as_of, cell.computed_at)
    rows = session().execute(select(*columns).where(cell.region_code == NATION).order_by(cell.year))
    return {year: _run(list(found)) for year, found in groupby(rows, key=lambda row: row.year)}


def _run(cells: Sequence[Row[int, str, int, date, datetime]]) -> Run:
    versions = {cell.indicator: cell.definition_version for cell in cells}
    ordered = {indicator.value: versions[indicator] for indicator in Indicator}
    return Run(cells[0].as_of, cells[0].computed_at, ordered)


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


def all_definitions() -> Definitions:
    """Every version of every definition."""
    return {
        (row.indicator, row.version): DefinitionCard(
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
        for row in session().scalars(select(IndicatorDefinition))
    }
