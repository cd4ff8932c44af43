"""Importing a national region file: every row judged, the tree merged, the same again.

    python -m benchmarks.regions_national FILE.csv.gz --database postgresql

Beside it stands what reading the file and putting its rows into an empty table takes by the driver alone
(COPY on PostgreSQL, executemany on SQLite), without judging or merging anything. A tenth of the file goes
first, so that the growth of time and memory shows. Goal: two minutes, memory bounded.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import resource
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import BigInteger, Column, MetaData, String, Table

from benchmarks import ground
from timebank.cli.files import Row, read_table
from timebank.cli.regions import REGION_COLUMNS
from timebank.kernel.bulk import insert_many
from timebank.kernel.db import session
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import perform
from timebank.regions.imports import BATCH
from timebank.regions.usecases import Imported, Lines, import_regions

GOAL_SECONDS = 120
GROWTH = 12
PLAIN = Table(
    "plain_regions",
    MetaData(),
    Column("code", BigInteger),
    Column("name", String),
    Column("level", String),
    Column("parent_code", BigInteger),
)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("file", type=Path)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    asked = given.parse_args()
    rows = sum(1 for _ in _everything(asked.file))
    with ground.service(asked.database):
        tenth, _ = _imported(partial(_first, asked.file, rows // 10))
        small = _memory()
    with ground.service(asked.database):
        whole, done = _imported(partial(_everything, asked.file))
        again, second = _imported(partial(_everything, asked.file))
        large = _memory()
        bare = _bare(asked.file)
    _tell(asked.database, done, second, whole, again, bare)
    growth = whole / tenth
    print(f"  growth      {growth:6.1f} for ten times the size (at most {GROWTH}): {_said(growth <= GROWTH)}")
    print(f"  memory      {large:6.0f} MB at most, {small:.0f} MB for a tenth")


def _tell(database: str, done: Imported, second: Imported, whole: float, again: float, bare: float) -> None:
    print(f"{database}: {done.read:,} rows, {done.added:,} added, {done.refused} refused {dict(done.faults)}")
    speed, limit = done.read / whole, _said(whole <= GOAL_SECONDS)
    print(f"  import      {whole:6.1f} s, {speed:,.0f} rows/s, goal {GOAL_SECONDS} s: {limit}")
    print(f"  bare load   {bare:6.1f} s, {done.read / bare:,.0f} rows/s")
    changed = second.added + second.changed
    print(f"  once more   {again:6.1f} s, {changed} added or changed: {_said(changed == 0)}")


def _said(reached: bool) -> str:
    return "reached" if reached else "MISSED"


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _everything(file: Path) -> Iterator[Row]:
    return read_table(file, REGION_COLUMNS)


def _first(file: Path, count: int) -> Iterator[Row]:
    return islice(_everything(file), count)


def _imported(lines: Lines) -> tuple[float, Imported]:
    begin = time.perf_counter()
    done = perform(SYSTEM, import_regions, lines=lines)
    return time.perf_counter() - begin, done


def _bare(file: Path) -> float:
    """Seconds to read the file and store its rows in an empty table."""
    connection = session().connection()
    PLAIN.create(connection)
    begin = time.perf_counter()
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8", newline="") as text:
        reader = csv.reader(text)
        next(reader)
        rows = ((int(code), name, level, int(parent or 0)) for code, name, level, parent in reader)
        while batch := list(islice(rows, BATCH)):
            insert_many(connection, PLAIN, tuple(PLAIN.columns.keys()), batch)
    session().commit()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
