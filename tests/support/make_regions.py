"""Region and figure files for tests: lines as the readers of files give them, and imports of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from timebank.cli.files import Row, read_table
from timebank.config import ROOT
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import perform
from timebank.regions.imports import Refused
from timebank.regions.rules import FIGURE_KINDS
from timebank.regions.usecases import Imported, import_figures, import_regions

COLUMNS = ("code", "name", "level", "parent_code")
LESHAN = ROOT / "timebank" / "assets" / "regions_leshan.csv.gz"
LESHAN_FIGURES = ROOT / "timebank" / "assets" / "census2020_leshan.csv"
LESHAN_TARGETS = ROOT / "timebank" / "assets" / "targets_leshan.csv"
NATIONAL_SAMPLE = ROOT / "tests" / "data" / "regions_national_sample.csv.gz"
SOURCE = "第七次全国人口普查分县资料"


class Collected(list[Refused]):
    """Receives what an import refuses, anew each time."""

    def __call__(self, refused: Iterator[Refused]) -> None:
        self[:] = refused


def regions_from(lines: Iterable[str] | Path, **given: Any) -> tuple[Imported, list[Refused]]:
    """Import a file, or lines such as `511102000000,市中区,county,511100000000`; with every refused row."""
    refused = Collected()
    source = partial(read_table, lines, COLUMNS) if isinstance(lines, Path) else _rows(lines, COLUMNS)
    return perform(SYSTEM, import_regions, lines=source, report=refused, **given), refused


def figures_from(
    lines: Iterable[str] | Path, columns: tuple[str, ...] = ("code", "residents"), **given: Any
) -> tuple[Imported, list[Refused]]:
    """Import a file, or lines such as `511102000000,814597`, as figures of 2020."""
    refused = Collected()
    source = (
        partial(read_table, lines, ("code",), FIGURE_KINDS)
        if isinstance(lines, Path)
        else _rows(lines, columns)
    )
    given = {"year": 2020, "source": SOURCE, **given}
    return perform(SYSTEM, import_figures, lines=source, report=refused, **given), refused


def leshan() -> None:
    """Leshan's real tree and census figures."""
    regions_from(LESHAN)
    figures_from(LESHAN_FIGURES)


def _rows(lines: Iterable[str], columns: tuple[str, ...]) -> Callable[[], Iterable[Row]]:
    rows = [
        (number, dict(zip(columns, line.split(","), strict=True)))
        for number, line in enumerate(lines, start=2)
    ]
    return lambda: rows
