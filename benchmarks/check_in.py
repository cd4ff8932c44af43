"""Checking in over HTTP beside a bare Flask view and beside the bare driver.

    python -m benchmarks.check_in --people 4000 --rounds 3 --database postgresql

Each round opens a gate for each contestant; everybody checks in once over connections that stay open, and at
the service every request is sent a second time. Contestants: the service as the README starts it (2 workers
with 4 threads on PostgreSQL, one process on SQLite), by its API and by the button of its page; a Flask view
that verifies the code, finds the place and writes the same two rows with SQLAlchemy Core (`bare_check_in.py`)
under the same server; and the service's statements through the bare driver. Load generator, service and
database share the machine, so read the ratios. Goal: at least 0.5 of the bare view, p99 below 40 ms, replays
at least as fast, and one visit for each person.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from benchmarks import bare_statements, crowd, ground
from benchmarks.crowd import Person, Tap
from benchmarks.load import Load, Outcome
from tests.support.service import Served, environment, served_apart
from timebank.attendance.models import Visit
from timebank.attendance.rules import STEP_SECONDS, Direction
from timebank.attendance.usecases import check_in_self
from timebank.identity.queries import holder_of
from timebank.kernel.clock import SystemClock
from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import session
from timebank.kernel.ids import Key, new_token
from timebank.kernel.work import perform

GOAL, GOAL_P99 = 0.5, 0.040
API, PAGE, REPLAY, BARE, DRIVER = "API", "page", "replay", "bare view", "bare driver"
PROCESSES = 2


@dataclass
class Ground:
    """The contestants' addresses and the people who check in."""

    url: str
    service: Served
    bare: Served
    people: list[Person]
    project: Key
    connections: int


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--people", type=int, default=4000)
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--connections", type=int, default=16)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    asked = given.parse_args()
    with prepared(asked.database, asked.people, asked.connections) as on:
        measure(on, asked.rounds)


@contextmanager
def prepared(kind: str, people: int, connections: int) -> Iterator[Ground]:
    """Both services on one database, and a crowd."""
    workers = 1 if kind == "sqlite" else 2
    with (
        ground.database(kind) as url,
        ground.service_on(url, SystemClock()) as app,
        tempfile.TemporaryDirectory() as folder,
    ):
        there = crowd.people(app, people)
        project = crowd.project(crowd.organization())
        ground.analyse()
        plain = {"BARE_DATABASE_URL": url, "BARE_SECRET": crowd.SECRET}
        logs = Path(folder)
        with (
            served_apart(environment(url), logs, workers) as service,
            served_apart(plain, logs, workers, "benchmarks.bare_check_in:app") as least,
        ):
            yield Ground(url, service, least, there, project, connections)


def measure(on: Ground, rounds: int) -> None:
    """All contestants by turns, in an order of chance; the first round warms up and does not count."""
    found: dict[str, list[Outcome]] = {name: [] for name in (API, PAGE, REPLAY, BARE, DRIVER)}
    chance = Random(1)
    for turn in range(rounds + 1):
        contestants = [API, PAGE, BARE, DRIVER]
        chance.shuffle(contestants)
        people = on.people if turn else on.people[: max(200, len(on.people) // 4)]
        for name in contestants:
            for played, outcome in _play(on, name, people):
                if turn:
                    found[played].append(outcome)
    _tell(on, found)


def _play(on: Ground, name: str, people: Sequence[Person]) -> Iterator[tuple[str, Outcome]]:
    crowd.everybody_leaves()
    shift = crowd.shift(on.project, [each.volunteer for each in people])
    taps = [Tap(each, shift, new_token()) for each in people]
    ground.analyse()
    if name == DRIVER:
        yield name, _driver(on, taps)
    else:
        served, request = {
            API: (on.service, _api_request),
            PAGE: (on.service, _page_request),
            BARE: (on.bare, _bare_request),
        }[name]
        load = Load(served.address, on.connections, PROCESSES, _verdict, served.process)
        yield name, _all(load.run(taps, request), "accepted")
        if name == API:
            yield REPLAY, _all(load.run(taps, request), "accepted")
    assert _visits(shift) == len(people), f"{_visits(shift)} visits of {len(people)} people"


def _all(outcome: Outcome, verdict: str) -> Outcome:
    assert set(outcome.told) == {verdict}, outcome.told
    return outcome


def _visits(shift: Key) -> int:
    session().rollback()
    here = select(func.count()).where(Visit.host_code == shift.shard, Visit.shift_id == shift.id)
    return session().scalar(here) or 0


def _step() -> int:
    return int(time.time()) // STEP_SECONDS


def _api_request(tap: Tap) -> bytes:
    body = {"code": tap.code(_step()), "direction": "in", "client_id": tap.client_id}
    return _post(
        "/api/v1/check-ins", json.dumps(body), "application/json", f"Authorization: Bearer {tap.person.token}"
    )


def _page_request(tap: Tap) -> bytes:
    form = f"direction=in&client_id={tap.client_id}&csrf_token={tap.person.csrf}"
    kind = "application/x-www-form-urlencoded"
    return _post(f"/c/{tap.code(_step())}", form, kind, f"Cookie: {tap.person.cookie}")


def _bare_request(tap: Tap) -> bytes:
    body = {"code": tap.code(_step()), "client_id": tap.client_id}
    return _post("/check-ins", json.dumps(body), "application/json", f"Cookie: {tap.person.bare_cookie}")


def _post(path: str, body: str, kind: str, header: str) -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: localhost", "Accept-Language: zh-CN", header]
    head += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def _verdict(answer: bytes) -> str:
    for verdict in ("accepted", "repeated", "refused"):
        if (
            f'"verdict":"{verdict}"'.encode() in answer.replace(b" ", b"")
            or f'data-verdict="{verdict}"'.encode() in answer
        ):
            return verdict
    return answer[:300].decode(errors="replace")


def _driver(on: Ground, taps: Sequence[Tap]) -> Outcome:
    """The statements of one check-in, heard while the first of them checks in, for all the others."""
    first, others = taps[0], taps[1:]
    with bare_statements.heard() as statements:
        session().rollback()
        held = holder_of(first.person.token)
        assert held is not None
        code = first.code(_step())
        perform(held.actor, check_in_self, code=code, direction=Direction.IN, client_id=first.client_id)
    session().rollback()
    names = [_names(first, other) for other in others]
    return bare_statements.run(
        on.url,
        statements,
        names,
        1 if on.url.startswith("sqlite") else on.connections,
        1 if on.url.startswith("sqlite") else PROCESSES,
    )


def _names(first: Tap, other: Tap) -> dict[object, object]:
    found: dict[object, object] = {first.client_id: other.client_id}
    for mine, others in (
        (first.person.volunteer.id, other.person.volunteer.id),
        (first.person.user.id, other.person.user.id),
    ):
        found |= {mine: others, mine.hex: others.hex}
    found[fingerprint(first.person.token)] = fingerprint(other.person.token)
    return found


def _tell(on: Ground, found: dict[str, list[Outcome]]) -> None:
    kind = on.url.partition(":")[0].partition("+")[0]
    print(f"{kind}: {len(on.people)} people, {on.connections} connections, {len(found[API])} rounds, medians")
    print(f"  {'':12}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'of bare view':>14}")
    for name, outcomes in found.items():
        figures = [
            (each.rate, each.percentile(50) * 1e3, each.percentile(99) * 1e3, _busy(each))
            for each in outcomes
        ]
        rate, p50, p99, busy = (statistics.median(column) for column in zip(*figures, strict=True))
        ratio = _ratio(outcomes, found[BARE])
        print(f"  {name:12}{rate:12,.0f}{p50:9.1f}{p99:9.1f}{busy:9.2f}{ratio:14.2f}")
    ratio, replays = _ratio(found[API], found[BARE]), _ratio(found[REPLAY], found[API])
    slow = statistics.median(each.percentile(99) for each in found[API])
    print(
        f"  goals: {GOAL} of the bare view {_kept(ratio >= GOAL)}; p99 below 40 ms {_kept(slow < GOAL_P99)};"
    )
    print(f"  replays at least as fast as first scans {_kept(replays >= 1)} ({replays:.2f})")
    print("  one visit for each person: checked")


def _busy(outcome: Outcome) -> float:
    """Processor milliseconds of the server for each answer."""
    return outcome.busy / len(outcome.waits) * 1000


def _ratio(outcomes: Sequence[Outcome], others: Sequence[Outcome]) -> float:
    return statistics.median(one.rate / other.rate for one, other in zip(outcomes, others, strict=True))


def _kept(is_kept: bool) -> str:
    return "reached" if is_kept else "MISSED"


if __name__ == "__main__":
    main()
