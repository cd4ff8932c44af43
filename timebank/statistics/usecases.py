"""Computing the indicators, and recording what documents ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.db import Base, dialect_name
from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import NATION, county_of
from timebank.kernel.work import Work
from timebank.regions.models import RegionFigure
from timebank.regions.queries import region as region_of
from timebank.statistics.models import IndicatorCell, IndicatorDefinition, Target
from timebank.statistics.queries.people import BATCH, by_home, by_merge
from timebank.statistics.rules import (
    DENOMINATOR,
    Counts,
    Indicator,
    TargetFault,
    TargetRow,
    days_to_compute,
    read_target,
    roll_up,
)

# --- indicators -------------------------------------------------------------------------------------


class Figure(NamedTuple):
    """A region's own published figure."""

    value: int
    year: int
    source: str


def compute_indicators(work: Work, *, on: date) -> dict[str, int]:
    """Compute every indicator of every region for the year of `on`, up to and including that day.

    Cells are written for the nation, for every region with people or a figure of its own, and for all regions
    around them; a region without a cell has nobody and no figure. An earlier day never replaces a later one.
    """
    work.allow(Permission.JOB_RUN)
    regions = sum(_compute(work, day) for day in days_to_compute(on))
    return {"regions": regions, "cells": regions * len(Indicator)}


def _compute(work: Work, on: date) -> int:
    if _newest(work, on.year) > on:
        return 0
    versions = _versions(work, on)
    run = {"year": on.year, "as_of": on, "run_id": work.new_id(), "computed_at": work.now}
    regions = 0
    totals = roll_up(_leaves(work, on))
    while batch := list(islice(totals, BATCH // len(Indicator))):
        regions += len(batch)
        cells = [cell | run for region in batch for cell in _cells(region, versions)]
        work.connection.execute(_upsert(), sorted(cells, key=itemgetter("region_code", "indicator")))
    gone = (IndicatorCell.year == on.year) & (IndicatorCell.run_id != run["run_id"])
    work.connection.execute(delete(IndicatorCell).where(gone))
    return regions


def _newest(work: Work, year: int) -> date:
    """The day that the year's cells describe so far; every run writes one for the nation."""
    found = work.session.execute(
        select(func.max(IndicatorCell.as_of)).where(
            IndicatorCell.region_code == NATION, IndicatorCell.year == year
        )
    ).scalar_one()
    return found or date.min


def _versions(work: Work, on: date) -> dict[str, int]:
    rows = work.session.execute(
        select(IndicatorDefinition.indicator, func.max(IndicatorDefinition.version))
        .where(IndicatorDefinition.valid_from <= on)
        .group_by(IndicatorDefinition.indicator)
    )
    found = {indicator: version for indicator, version in rows}
    if len(found) < len(Indicator):
        raise Conflict("no-indicator-definition", year=on.year)
    return found


Leaf = tuple[int, Counts, dict[str, Figure] | None]


def _leaves(work: Work, on: date) -> Iterator[Leaf]:
    """What is known of single regions, in the order of their codes: people by home, and own figures."""
    both = merge(_people(work, on), _figures(work, on.year), key=itemgetter(0))
    for code, found in groupby(both, key=itemgetter(0)):
        counts, figures = Counts(), None
        for _, more, own in found:
            counts, figures = counts.plus(more), own or figures
        yield code, counts, figures


def _people(work: Work, on: date) -> Iterator[Leaf]:
    for code, counts in merge(by_home(work.connection, on), by_merge(work.connection, on), key=itemgetter(0)):
        yield code, counts, None


def _figures(work: Work, year: int) -> Iterator[Leaf]:
    """Of each region and kind the latest figure up to the year."""
    rows = work.connection.execute(
        select(
            RegionFigure.region_code,
            RegionFigure.kind,
            RegionFigure.value,
            RegionFigure.year,
            RegionFigure.source,
        )
        .where(RegionFigure.year <= year)
        .order_by(RegionFigure.region_code, RegionFigure.kind, RegionFigure.year),
        execution_options={"yield_per": BATCH},
    )
    for code, found in groupby(rows, key=itemgetter(0)):
        yield code, Counts(), {row.kind: Figure(row.value, row.year, row.source) for row in found}


def _cells(region: Leaf, versions: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    code, counts, figures = region
    for indicator in Indicator:
        numerator, excluded = counts.of(indicator)
        figure = (figures or {}).get(DENOMINATOR[indicator])
        yield {
            "region_code": code,
            "indicator": indicator.value,
            "definition_version": versions[indicator],
            "numerator": numerator,
            "excluded": excluded,
            "denominator": figure.value if figure else None,
            "denominator_year": figure.year if figure else None,
            "denominator_source": figure.source if figure else None,
        }


def _upsert() -> Any:
    statement = _insert(IndicatorCell)
    keys = [column.name for column in IndicatorCell.__table__.primary_key]
    renewed = {column.name: column for column in statement.excluded if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=renewed)


def _insert(model: type[Base]) -> Any:
    return postgresql.insert(model) if dialect_name() == "postgresql" else sqlite.insert(model)


# --- targets ----------------------------------------------------------------------------------------

Lines = Callable[[], Iterable[tuple[int, Mapping[str, str]]]]
"""Opens the file and yields line number and cells; called again when the transaction is tried again."""


@dataclass(frozen=True, slots=True)
class TargetsImported:
    """What an import of targets did; `refused` gives line and fault."""

    read: int
    added: int
    changed: int
    refused: tuple[tuple[int, str], ...]


def record_target(work: Work, *, target: TargetRow) -> Key:
    """Record what a document asks of a region. The same again changes nothing.

    Raises NotFound for an unknown region, Conflict when the document is recorded as asking something else.
    """
    work.allow(Permission.TARGET_WRITE, region=target.region_code)
    if region_of(target.region_code) is None:
        raise NotFound("no-such-region")
    known = _known(work, target)
    if known is None:
        return _add(work, target)
    if _differs(known, target):
        raise Conflict("target-exists")
    return Key(county_of(known.region_code), known.id)


def import_targets(work: Work, *, lines: Lines) -> TargetsImported:
    """Load targets from a file; one already recorded from the same document is corrected where it differs."""
    work.allow(Permission.TARGET_WRITE, region=NATION)
    read, added, changed = 0, 0, 0
    refused: list[tuple[int, str]] = []
    for line, fields in lines():
        read += 1
        target = read_target(fields)
        if isinstance(target, TargetRow) and region_of(target.region_code) is None:
            target = TargetFault.UNKNOWN_REGION
        if isinstance(target, TargetFault):
            refused.append((line, target))
        elif (known := _known(work, target)) is None:
            _add(work, target)
            added += 1
        elif _differs(known, target):
            _correct(work, known, target)
            changed += 1
    return TargetsImported(read, added, changed, tuple(refused))


def _known(work: Work, target: TargetRow) -> Target | None:
    return work.session.execute(
        select(Target)
        .where(
            Target.document == target.document,
            Target.indicator == target.indicator,
            Target.region_code == target.region_code,
        )
        .with_for_update()
    ).scalar_one_or_none()


def _differs(known: Target, target: TargetRow) -> bool:
    asked = (target.share, target.deadline_on, target.quotation)
    return (known.share, known.deadline_on, known.quotation) != asked


def _add(work: Work, target: TargetRow) -> Key:
    insert = _insert(Target).values(id=work.new_id(), recorded_at=work.now, **asdict(target))
    added = work.session.execute(insert.on_conflict_do_nothing().returning(Target.id)).scalar_one_or_none()
    if added is None:
        raise Conflict("target-exists")
    return _tell(work, Key(county_of(target.region_code), added), target)


def _correct(work: Work, known: Target, target: TargetRow) -> None:
    known.share, known.deadline_on, known.quotation = target.share, target.deadline_on, target.quotation
    _tell(work, Key(county_of(known.region_code), known.id), target)


def _tell(work: Work, key: Key, target: TargetRow) -> Key:
    work.emit(
        "target.recorded", key, region=target.region_code, indicator=target.indicator, share=target.share
    )
    return key
