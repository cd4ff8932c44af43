"""An organizer's phone uploads scans that it made off line; beside it the bare statements of the same batch.

    python -m benchmarks.scan_batch --scans 500 --rounds 5 --database postgresql

Half as many people come and leave again, all in one upload. The bare statements are those of the use-case,
heard at one shift and sent once more for another one through the driver: no rules, no rights, no answers.
Goal: 5,000 scans a second.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from benchmarks import crowd, ground
from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import ScanInput, ScanResult, scan_batch
from timebank.kernel.claims import take_many
from timebank.kernel.clock import SystemClock
from timebank.kernel.db import runtime, session
from timebank.kernel.ids import Key, new_token
from timebank.kernel.policy import SYSTEM, Actor, Grant, Permission, Role
from timebank.kernel.work import Work, perform
from timebank.volunteers.models import Volunteer

GOAL = 5_000


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--scans", type=int, default=500)
    given.add_argument("--rounds", type=int, default=5)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    asked = given.parse_args()
    with (
        ground.database(asked.database) as url,
        ground.service_on(url, SystemClock()),
    ):
        measure(asked.database, asked.scans, asked.rounds)


def measure(database: str, scans: int, rounds: int) -> None:
    """One upload after the other, each at a shift of its own; the first one warms up."""
    ground.add_volunteers(scans // 2)
    codes = perform(SYSTEM, _codes)
    owner = crowd.organization()
    project = crowd.project(owner)
    organizer = Actor(user=Key(owner.shard, owner.id), grants=(Grant(Role.ORGANIZER, organization=owner),))
    ratios, speeds, bare_speeds = [], [], []
    people = list(codes.values())
    for turn in range(rounds + 1):
        heard_at, sent_to, timed_at = (crowd.shift(project, people) for _ in range(3))
        with _heard() as statements:
            results = _upload(organizer, heard_at, _scans(list(codes)))
        names = _renamed(results, heard_at, sent_to)
        again = [(words, _replaced(values, names)) for words, values in statements]
        ground.analyse()
        upload = partial(_upload, organizer, timed_at, _scans(list(codes)))
        order: list[Callable[[], object]] = [upload, partial(_bare, again)]
        took = {act: _seconds(act) for act in (order if turn % 2 else reversed(order))}
        product, bare = (took[act] for act in order)
        if turn:
            ratios.append(bare / product)
            speeds.append(scans / product)
            bare_speeds.append(scans / bare)
    speed = statistics.median(speeds)
    print(f"{database}: uploads of {scans} scans, {rounds} rounds, medians")
    verdict = "reached" if speed >= GOAL else "MISSED"
    print(f"  product          {speed:10,.0f} scans/s, goal {GOAL:,}: {verdict}")
    print(f"  bare statements  {statistics.median(bare_speeds):10,.0f} scans/s")
    print(f"  ratio            {statistics.median(ratios):10.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def _codes(work: Work) -> dict[str, Key]:
    """Everybody's personal code, as cards have them."""
    work.allow(Permission.JOB_RUN)
    people = [Key(*row) for row in work.session.execute(select(Volunteer.shard_code, Volunteer.id))]
    codes = {f"B{number:07}": key for number, key in enumerate(people)}
    assert take_many(work, "personal-code", codes) == set(codes)
    return codes


def _scans(codes: Sequence[str]) -> list[ScanInput]:
    """Everybody comes, then everybody leaves, as the phone accepted it a while ago."""
    now = runtime().clock.now()
    found = []
    for direction, minutes in ((Direction.IN, 50), (Direction.OUT, 10)):
        at = now - timedelta(minutes=minutes)
        found += [
            ScanInput(new_token(), direction, code, scanned_at=at, told=Verdict.ACCEPTED) for code in codes
        ]
    return found


def _upload(organizer: Actor, shift: Key, scans: list[ScanInput]) -> list[ScanResult]:
    sent_at = runtime().clock.now()
    results = perform(organizer, scan_batch, shift=shift, scans=scans, sent_at=sent_at)
    assert {result.verdict for result in results} == {Verdict.ACCEPTED}
    return results


@contextmanager
def _heard() -> Iterator[list[tuple[str, Any]]]:
    """The statements of the block with their values, as they go to the driver."""
    found: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, words: str, values: Any, _context: Any, _many: bool) -> None:
        if not words.startswith("BEGIN"):
            found.append((words, values))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def _renamed(results: Sequence[ScanResult], shift: Key, other: Key) -> dict[Any, Any]:
    """Every id of that upload and another one in its place, as models and as SQLite have them."""
    ids = {shift.id: other.id}
    ids |= {each.scan.id: uuid4() for each in results if each.scan} | {
        each.visit.id: uuid4() for each in results if each.visit
    }
    return {
        **ids,
        **{old.hex: new.hex for old, new in ids.items()},
        **{r.client_id: new_token() for r in results},
    }


def _replaced(value: Any, names: dict[Any, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(inner, names) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_replaced(inner, names) for inner in value)
    return names.get(value, value)


def _bare(statements: Sequence[tuple[str, Any]]) -> None:
    session().rollback()
    driver: Any = session().connection().connection.driver_connection
    cursor = driver.cursor()
    for words, values in statements:
        is_many = isinstance(values, list)
        (cursor.executemany if is_many else cursor.execute)(words, values)
        if cursor.description:
            cursor.fetchall()
    session().commit()


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
