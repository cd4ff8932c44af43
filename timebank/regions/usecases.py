"""Loading the region tree and its figures from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Select, exists, literal, select
from sqlalchemy.orm import SessionTransaction

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import LEVELS, NATION
from timebank.kernel.work import Work
from timebank.regions.imports import Item, Merged, Refused, Staging, figure_rows, region_rows, table_of
from timebank.regions.models import Region, RegionFigure
from timebank.regions.rules import Fault, FigureRow, RegionRow, read_figures, read_region

EXAMPLES = 10

Lines = Callable[[], Iterable[tuple[int, Mapping[str, str]]]]
"""Opens the file and yields line number and cells; called again when the transaction is tried again."""
Report = Callable[[Iterator[Refused]], None]
"""Receives every refused row, in the order of the file."""


@dataclass(frozen=True, slots=True)
class ChangedFigure:
    """A figure that the file gives otherwise than it stood before."""

    code: int
    kind: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import read, did and refused. `faults` counts lines by fault; a line may have several."""

    read: int
    added: int
    changed: int
    refused: int
    faults: Mapping[str, int]
    examples: tuple[Refused, ...]
    changes: tuple[ChangedFigure, ...] = ()
    """The first figures that changed."""


def import_regions(
    work: Work, *, lines: Lines, report: Report | None = None, check: bool = False
) -> Imported:
    """Load or update a region tree; regions that the file does not name stay as they are.

    A row is taken when it is sound and its parent is in the file (anywhere) or already known; of several rows
    of one code the first one that can be taken counts. With `check` everything is tried and nothing is kept.
    """
    work.allow(Permission.REGION_WRITE, region=NATION)
    trial = work.savepoint()
    with Staging(work.connection, region_rows) as staging:
        read = staging.fill(_region_item(line, fields) for line, fields in lines())
        merged = Merged(0, 0)
        for level in LEVELS:
            merged += _merge_level(staging, level)
        staging.mark_repeated()
        answer = _answer(staging, read, merged, report)
    return _finish(work, trial, answer, "regions.imported", check)


def _region_item(line: int, fields: Mapping[str, str]) -> Item:
    row = read_region(fields)
    if isinstance(row, RegionRow):
        return [(line, row.code, row.name, row.level, row.parent_code, row.setting)]
    return Refused(line, fields["code"], tuple(row))


def _merge_level(staging: Staging, level: str) -> Merged:
    rows = staging.rows.c
    at_level = rows.level == level
    orphan = rows.parent_code.is_not(None) & ~exists().where(Region.code == rows.parent_code)
    staging.refuse(Fault.UNKNOWN_PARENT, at_level & orphan)
    staging.refuse_repeated(at_level, "code")
    found = select(rows.code, rows.name, rows.level, rows.parent_code, rows.setting).where(at_level)
    return staging.merge(found, table_of(Region), ("name", "parent_code", "setting"))


def import_figures(
    work: Work, *, lines: Lines, year: int, source: str, report: Report | None = None, check: bool = False
) -> Imported:
    """Load or update the figures of a year from one source; rows without a region are refused."""
    work.allow(Permission.FIGURE_WRITE, region=NATION)
    trial = work.savepoint()
    with Staging(work.connection, figure_rows) as staging:
        read = staging.fill(_figure_item(line, fields) for line, fields in lines())
        rows = staging.rows.c
        staging.refuse(Fault.UNKNOWN_REGION, ~exists().where(Region.code == rows.code))
        staging.refuse_repeated(rows.line > 0, "code", "kind")
        changes = _changes(staging, year)
        merged = staging.merge(
            _figures(staging, year, source, work), table_of(RegionFigure), ("value", "source")
        )
        answer = _answer(staging, read, merged, report, changes)
    return _finish(work, trial, answer, "figures.imported", check)


def _figure_item(line: int, fields: Mapping[str, str]) -> Item:
    row = read_figures(fields)
    if isinstance(row, FigureRow):
        return [(line, kind, row.code, value) for kind, value in row.values.items()]
    return Refused(line, fields["code"], tuple(row))


def _figures(staging: Staging, year: int, source: str, work: Work) -> Select[Any]:
    rows = staging.rows.c
    return select(
        rows.code.label("region_code"),
        rows.kind,
        literal(year).label("year"),
        rows.value,
        literal(source).label("source"),
        literal(work.now, RegionFigure.imported_at.type).label("imported_at"),
    )


def _changes(staging: Staging, year: int) -> tuple[ChangedFigure, ...]:
    """The first figures that the file gives otherwise; reads before the merge."""
    rows = staging.rows.c
    kept = RegionFigure
    same = (kept.region_code == rows.code) & (kept.kind == rows.kind) & (kept.year == year)
    found = staging.connection.execute(
        select(rows.code, rows.kind, kept.value, rows.value)
        .join(kept, same)
        .where(kept.value != rows.value)
        .order_by(rows.line, rows.kind)
        .limit(EXAMPLES)
    )
    return tuple(ChangedFigure(*row) for row in found)


def _answer(
    staging: Staging,
    read: int,
    merged: Merged,
    report: Report | None,
    changes: tuple[ChangedFigure, ...] = (),
) -> Imported:
    with closing(staging.refused()) as first:
        examples = tuple(islice(first, EXAMPLES))
    if report is not None:
        with closing(staging.refused()) as every:
            report(every)
    refused, faults = staging.count_refused(), staging.faults()
    return Imported(read, merged.added, merged.changed, refused, faults, examples, changes)


def _finish(work: Work, trial: SessionTransaction, answer: Imported, event: str, check: bool) -> Imported:
    if check:
        trial.rollback()
        return answer
    trial.commit()
    numbers = {"read": answer.read, "added": answer.added, "changed": answer.changed}
    work.emit(event, Key(NATION, work.new_id()), refused=answer.refused, **numbers)
    return answer
