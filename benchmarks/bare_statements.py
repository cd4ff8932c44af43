"""The statements of a use-case without the use-case: heard once, then sent through the driver for others."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import event, make_url
from sqlalchemy.engine import Engine

from benchmarks.load import Outcome, joined

FORK = multiprocessing.get_context("fork")
Names = Mapping[Any, Any]
"""A value of whom the statements were heard of -> the same of somebody else."""


@dataclass(frozen=True)
class Statement:
    """A text for the driver with the values that it was heard with."""

    text: str
    values: Any
    makes: tuple[Any, ...]
    """Ids of rows that it inserts."""

    def of(self, names: Names) -> Any:
        """The values of somebody else."""
        if isinstance(self.values, dict):
            return {name: names.get(value, value) for name, value in self.values.items()}
        return tuple(names.get(value, value) for value in self.values)


@contextmanager
def heard() -> Iterator[list[Statement]]:
    """Collects the statements that the service sends within the block."""
    found: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, text: str, values: Any, context: Any, is_many: bool) -> None:
        if text.startswith("BEGIN"):
            return
        given = values[0] if is_many else values
        found.append(Statement(text, given, _made(text, given, context.compiled_parameters[0])))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def _made(text: str, values: Any, named: Mapping[str, Any]) -> tuple[Any, ...]:
    """The id of an inserted row, as the driver is given it: as it is, or on SQLite as text."""
    row = named.get("id") or named.get("visit")
    if not text.startswith("INSERT") or row is None:
        return ()
    return (row,) if isinstance(values, dict) else (row.hex,)


def run(
    url: str, statements: Sequence[Statement], who: Sequence[Names], lines: int, processes: int
) -> Outcome:
    """Send all statements of each of them in one transaction, over that many connections."""
    with FORK.Pool(processes) as pool:
        shares = [
            (url, statements, who[number::processes], max(1, lines // processes))
            for number in range(processes)
        ]
        return joined(pool.starmap(_share, shares))


def _share(url: str, statements: Sequence[Statement], who: Sequence[Names], lines: int) -> Outcome:

    with ThreadPoolExecutor(lines) as pool:
        shares = [pool.submit(_line, url, statements, who[number::lines]) for number in range(lines)]
        return joined([share.result() for share in shares])


def _line(url: str, statements: Sequence[Statement], who: Sequence[Names]) -> Outcome:
    """One connection: a transaction for each of them."""
    send, end = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
    made = list(chain.from_iterable(each.makes for each in statements))
    begun, waits = time.perf_counter(), []
    for names in who:
        began = time.perf_counter()
        fresh = {old: uuid4() if isinstance(old, UUID) else uuid4().hex for old in made}
        mine = {**names, **fresh}
        for each in statements:
            send(each.text, each.of(mine))
        end()
        waits.append(time.perf_counter() - began)
    return Outcome(begun, time.perf_counter(), waits, Counter(done=len(waits)))


def _postgresql(url: str) -> tuple[Any, Any]:
    line = psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))
    cursor = line.cursor()

    def send(text: str, values: Any) -> None:
        cursor.execute(text, values, prepare=True)
        if cursor.description:
            cursor.fetchall()

    return send, line.commit


def _sqlite(url: str) -> tuple[Any, Any]:
    line = sqlite3.connect(make_url(url).database or "", timeout=30, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        line.execute(f"PRAGMA {pragma}")

    def send(text: str, values: Any) -> None:
        if not line.in_transaction:
            line.execute("BEGIN IMMEDIATE")
        line.execute(text, values).fetchall()

    return send, line.commit
