"""Importing volunteers from a file: reading and staging, the dry run, taking them in; beside the bare load.

    python -m benchmarks.volunteer_import --rows 100000 --database postgresql

A tenth of the rows goes first, so that the growth of time and memory shows. The bare load puts the rows that
the import made (people, accounts, claims, events) into empty tables without any index, by COPY on PostgreSQL
and by executemany on SQLite: without reading, judging, encrypting, looking up or Python. Goal: 20,000 rows/s
taken in on PostgreSQL, memory bounded. The time of this process on the processor stands beside, because it
does not depend on what else the machine has to do.
"""

from __future__ import annotations

import argparse
import io
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks import ground
from tests.support import make_files, make_people
from timebank.kernel.db import dialect_name, session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.imports import Sheet, read_sheet
from timebank.volunteers.usecases import Upload
from timebank.web.imports.vocabulary import vocabulary

GOAL, GROWTH = 20_000, 12
EMPTY_COPY = "CREATE TABLE bare_{name} AS SELECT * FROM {name} WHERE false"
TABLES = ("users", "volunteers", "claims", "events")


@dataclass(frozen=True)
class Measured:
    """Seconds of each step."""

    rows: int
    reading: float
    staging: float
    checking: float
    running: float
    judged: float
    """Seconds of this process on the processor while checking ..."""
    processor: float
    """... and while running."""
    memory: float
    """Peak of the process in MB, so far."""


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--rows", type=int, default=100_000)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    given.add_argument("--form", choices=["csv", "xlsx"], default="csv")
    asked = given.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small = _file(Path(folder), asked.rows // 10, asked.form)
        large = _file(Path(folder), asked.rows, asked.form)
        with ground.service(asked.database):
            make_people.region_tree()
            tenth = measure(small)
        with ground.service(asked.database):
            make_people.region_tree()
            whole, bare = measure(large), _bare()
    _tell(asked.database, tenth, whole, bare)


def _file(folder: Path, count: int, form: str) -> Path:
    path = folder / f"{count}.{form}"
    if form == "csv":
        return make_files.csv_file(path, count)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate((make_files.HEADINGS, *make_files.people(count))):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)
    return path


def measure(path: Path) -> Measured:
    """Import a file, step by step."""
    with open(path, "rb") as file:

        def sheet() -> Sheet:
            file.seek(0)
            return read_sheet(file, vocabulary())

        count, reading = _timed(lambda: sum(1 for _ in sheet().rows))
        upload = Upload(path.name, path.stat().st_size, "")
        region = make_people.NORTH
        key, staging = _timed(
            lambda: perform(SYSTEM, usecases.stage_import, region=region, file=upload, sheet=sheet)
        )
    begun = time.process_time()
    _, checking = _timed(lambda: _work_on(key))
    judged = time.process_time() - begun
    perform(SYSTEM, usecases.move_import, volunteer_import=key, move="start")
    begun = time.process_time()
    _, running = _timed(lambda: _work_on(key))
    processor = time.process_time() - begun
    card = queries.volunteer_import(SYSTEM, key)
    assert (card.rows, card.entered, card.faulty, card.late) == (count, count, 0, 0), card
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(count, reading, staging, checking, running, judged, processor, memory)


def _work_on(key: Key) -> None:
    while perform(SYSTEM, usecases.advance_import, volunteer_import=key):
        pass


def _timed(act: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    answer = act()
    return answer, time.perf_counter() - begin


def _bare() -> float:
    """Seconds to put the rows that the import made into empty tables."""
    load = _bare_postgresql if dialect_name() == "postgresql" else _bare_sqlite
    return sum(load(name) for name in TABLES)


def _bare_postgresql(name: str) -> float:
    driver: Any = session().connection().connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(EMPTY_COPY.format(name=name))
        rows = io.BytesIO()
        with cursor.copy(f"COPY {name} TO STDOUT") as out:
            for piece in out:
                rows.write(piece)
        driver.commit()
        begin = time.perf_counter()
        rows.seek(0)
        with cursor.copy(f"COPY bare_{name} FROM STDIN") as into:
            while piece := rows.read(1 << 16):
                into.write(piece)
        driver.commit()
        return time.perf_counter() - begin


def _bare_sqlite(name: str) -> float:
    driver: Any = session().connection().connection.driver_connection
    driver.execute(EMPTY_COPY.format(name=name))
    rows = driver.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - names are ours
    marks = ", ".join("?" * len(rows[0]))
    begin = time.perf_counter()
    driver.executemany(f"INSERT INTO bare_{name} VALUES ({marks})", rows)  # noqa: S608 - names are ours
    driver.commit()
    return time.perf_counter() - begin


def _tell(database: str, tenth: Measured, whole: Measured, bare: float) -> None:
    print(f"{database}: {whole.rows:,} rows")
    for name in ("reading", "staging", "checking", "running"):
        seconds = getattr(whole, name)
        print(f"  {name:<10}{seconds:7.2f} s {whole.rows / seconds:10,.0f} rows/s")
    alone = whole.rows / whole.processor
    print(
        f"  {'':<10}{whole.processor:7.2f} s of it on the processor, {alone:,.0f} rows for each second of it"
    )
    print(f"  {'bare load':<10}{bare:7.2f} s {whole.rows / bare:10,.0f} rows/s")
    print(f"  ratio     {bare / whole.running:7.2f} of the bare load while taking in")
    speed = whole.rows / whole.running
    if database == "postgresql":
        print(f"  goal      {GOAL:7,} rows/s taken in: {'reached' if speed >= GOAL else 'MISSED'}")
    growth = (whole.judged + whole.processor) / (tenth.judged + tenth.processor)
    print(f"  growth    {growth:7.1f} of the processor's time for ten times the rows (at most {GROWTH})")
    print(f"  memory    {whole.memory:7.0f} MB at most, {tenth.memory:.0f} MB for a tenth")


if __name__ == "__main__":
    main()
