"""Two phones scanned the same cards off line, and two processes upload all of it while the service is killed:
every scan is kept once, none is lost, every conflict is listed."""

from __future__ import annotations

import http.client
import json
import multiprocessing
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.processes import free_port, kill_family
from tests.support.service import environment, served_apart
from tests.support.signed_in import token_of
from tests.support.waiting import eventually
from timebank.attendance import queries
from timebank.attendance.models import Scan, Visit
from timebank.kernel.clock import local_date
from timebank.kernel.db import db, runtime, session
from timebank.volunteers.queries import personal_code

CARDS = 125
SCANS = 4 * CARDS
"""Two phones, each card in and out."""
TOGETHER = 20
"""Scans of one upload."""
KILLED_AT = (60, 200, 350)
FORK = multiprocessing.get_context("fork")
Sent = dict[str, Any]


@pytest.fixture
def event(app: Flask, clock: FakeClock) -> make.Event:
    """A gate that is open at this moment by the clock of the machine."""
    clock.instant = datetime.now(UTC)
    with app.app_context():
        people.region_tree()
        starts_at = clock.instant + timedelta(minutes=30)
        zone = runtime().config.time_zone
        if local_date(starts_at, zone) != local_date(starts_at + timedelta(hours=1), zone):
            starts_at += timedelta(hours=1)  # a shift lies on one day
        ends_at = starts_at + timedelta(hours=1)
        return make.event(starts_at=starts_at, ends_at=ends_at, capacity=CARDS, opens_minutes=180)


def queue(phone: str, codes: Sequence[str], now: datetime, later: int) -> list[Sent]:
    """What one phone keeps: everybody in, then everybody out."""
    return [
        {
            "client_id": f"{phone}-{direction}-{number}",
            "code": code,
            "direction": direction,
            "scanned_at": (now - timedelta(minutes=minutes) + timedelta(seconds=later)).isoformat(),
            "told": "accepted",
        }
        for direction, minutes in (("in", 20), ("out", 5))
        for number, code in enumerate(codes)
    ]


def upload(address: str, path: str, token: str, scans: Sequence[Sent]) -> None:
    """Send all scans in their order, each part again until it is answered."""
    for begin in range(0, len(scans), TOGETHER):
        part = scans[begin : begin + TOGETHER]
        eventually(lambda part=part: _is_answered(address, path, token, part), "an answer")  # type: ignore[misc]


def _is_answered(address: str, path: str, token: str, part: Sequence[Sent]) -> bool:
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    try:
        body = json.dumps({"scans": part, "sent_at": datetime.now(UTC).isoformat()})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        told = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return False  # the network is lost, the answer too
    finally:
        line.close()
    if answer.status >= 500:
        return False
    assert answer.status == 200, told
    assert [each["client_id"] for each in told["results"]] == [each["client_id"] for each in part]
    return True


def kept() -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(Scan)) or 0


def test_nothing_is_lost_or_doubled(
    app: Flask, event: make.Event, database_url: str, database_kind: str, tmp_path: Path, clock: FakeClock
) -> None:
    with app.app_context():
        codes = [personal_code(make.signed_up(event.shift)) for _ in range(CARDS)]
        token = token_of(event.organizer, "bearer")
        db.session.remove()
        db.engine.dispose()
    one, two = (queue(phone, codes, clock.now(), later) for phone, later in (("one", 0), ("two", 40)))
    port, path = free_port(), f"/api/v1/shifts/{event.shift}/scans"
    given = (f"http://127.0.0.1:{port}", path, token)
    senders = [
        FORK.Process(target=upload, args=(*given, scans), daemon=True) for scans in (one + two, two + one)
    ]
    for sender in senders:
        sender.start()
    workers = 1 if database_kind == "sqlite" else 2
    with app.app_context():
        for target in KILLED_AT:
            with served_apart(environment(database_url), tmp_path, workers, port=port) as served:
                eventually(lambda target=target: kept() >= target, f"{target} scans")  # type: ignore[misc]
                assert served.process is not None
                kill_family(served.process)
        with served_apart(environment(database_url), tmp_path, workers, port=port):
            for sender in senders:
                sender.join()
        assert [sender.exitcode for sender in senders] == [0, 0]
        assert kept() >= SCANS
        _every_scan_is_there_once(one + two)
        _everybody_came_and_left_once(event)
        _conflicts_are_listed(event)


def _every_scan_is_there_once(sent: Sequence[Sent]) -> None:
    rows = Counter(session().scalars(select(Scan.client_id).where(Scan.settles_id.is_(None))))
    assert rows == Counter(scan["client_id"] for scan in sent)


def _everybody_came_and_left_once(event: make.Event) -> None:
    visits = list(session().scalars(select(Visit)))
    assert len({visit.volunteer_id for visit in visits}) == len(visits) == CARDS
    assert all(visit.out_at is not None for visit in visits)
    counts = queries.counts(event.organizer, event.shift)
    assert (counts.inside, counts.gone) == (0, CARDS)


def _conflicts_are_listed(event: make.Event) -> None:
    """What did not count has said so: a repeated check-in, or one row that waits for a person."""
    found = session().execute(
        select(Scan.verdict, Scan.code, Scan.direction).where(Scan.settles_id.is_(None))
    )
    answers = Counter((row.verdict, row.code) for row in found)
    waiting = queries.waiting_scans(event.shift)
    assert answers["accepted", None] + answers["provisional", "not-in"] == 2 * CARDS
    assert answers["repeated", "already-in"] + answers["provisional", "already-out"] == 2 * CARDS
    assert {row.code for row in waiting} == {"already-out"}
    assert len(waiting) == answers["provisional", "already-out"] >= CARDS
