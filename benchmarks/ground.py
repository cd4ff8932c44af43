"""What measurements stand on: a fresh database, durable as in production, and rows made in bulk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import Table, insert, text

from tests.support import postgresql, schema
from tests.support.clock import FakeClock
from tests.support.service import config_for
from timebank.app import create_app
from timebank.kernel.clock import Clock
from timebank.kernel.db import Base, db, session
from timebank.kernel.ids import Key, new_id
from timebank.kernel.policy import Actor, Grant, Role

COUNTY = 511102
COMMUNITY = 511102001001
DAY = date(2026, 11, 21)
START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
END = START + timedelta(hours=3)
NOW = START + timedelta(hours=5)
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}


@contextmanager
def service(kind: str) -> Iterator[Flask]:
    """The service on a fresh database of that kind, its context pushed."""
    with database(kind) as url, service_on(url) as app:
        yield app


@contextmanager
def service_on(url: str, clock: Clock | None = None, /, **changes: str) -> Iterator[Flask]:
    """The service on a migrated database, its context pushed; `changes` are settings."""
    app = create_app(config_for(url, **changes), clock or FakeClock(NOW))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    with _empty(kind) as url:
        schema.upgrade(url)
        yield url


@contextmanager
def _empty(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'benchmark.db'}"
        return
    postgresql.SETTINGS.update(DURABLE)
    with postgresql.running_server() as server:
        yield server.url("postgres")


def officer(role: Role = Role.COMMUNITY_WORKER) -> Actor:
    """Somebody with a role in the whole county."""
    return Actor(user=Key(COUNTY, uuid4()), grants=(Grant(role, region=COUNTY * 1_000_000),))


def add(table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows and commit."""
    found: Table = Base.metadata.tables[table]
    for begin in range(0, len(rows), 5_000):
        session().connection().execute(insert(found), rows[begin : begin + 5_000])
    session().commit()


def analyse() -> None:
    """Let the database look at what it holds, as it does by itself in a real installation."""
    session().execute(text("ANALYZE"))
    session().commit()


def add_volunteers(count: int) -> list[Key]:
    """Registered people of nobody, without anything encrypted that could be read."""
    users = [Key(COUNTY, new_id(NOW)) for _ in range(count)]
    people = [Key(COUNTY, new_id(NOW)) for _ in range(count)]
    given = {"shard_code": COUNTY, "status": "active", "locale": "zh_Hans_CN", "view": "normal"}
    add(
        "users",
        [
            given
            | {"id": user.id, "volunteer_id": each.id, "name": "某某", "phone_sealed": "", "created_at": NOW}
            for user, each in zip(users, people, strict=True)
        ],
    )
    add(
        "volunteers",
        [_volunteer(key, user, number) for number, (key, user) in enumerate(zip(people, users, strict=True))],
    )
    return people


def _volunteer(key: Key, user: Key, number: int) -> dict[str, Any]:
    return {
        "shard_code": key.shard,
        "id": key.id,
        "user_id": user.id,
        "volunteer_no": f"B{number:09}",
        "name": "某某",
        "document_type": "resident_id",
        "document_sealed": "",
        "nationality": "CHN",
        "phone_sealed": "",
        "personal_code_sealed": "",
        "sex": "1",
        "born_on": date(1990, 1, 1),
        **dict.fromkeys(("region_code", "service_region_code", "registration_region_code"), COMMUNITY),
        "availability": [],
        "channel": "web",
        "entered_by": "system",
        "political_status": "13",
        "skills": [],
        "categories": [],
        "status": "registered",
        "status_changed_by": "system",
        "status_changed_at": NOW,
        "submitted_at": NOW,
        "registered_on": DAY,
    }
