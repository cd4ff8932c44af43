"""SQLite's one writer: those of a process wait for each other in the process, and nobody keeps the turn."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.threads import in_threads
from timebank.kernel.db import _writers, db, session
from timebank.kernel.errors import Conflict, Unavailable
from timebank.kernel.events import Event
from timebank.kernel.ids import Key, new_id
from timebank.kernel.policy import SYSTEM, Permission
from timebank.kernel.work import Work, perform

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def happen(work: Work, *, fails: bool = False) -> None:
    work.allow(Permission.JOB_RUN)
    work.emit("thing.done", Key(511102, new_id(work.now)))
    if fails:
        raise Conflict("too-late")


@pytest.fixture
def other(app_context: Flask) -> Iterator[sqlite3.Connection]:
    """A connection of another process."""
    with closing(sqlite3.connect(db.engine.url.database or "", isolation_level=None)) as line:
        yield line


def is_free() -> bool:
    return not _writers[db.engine].locked()


def test_the_turn_is_given_on_when_work_ends_and_when_it_fails(app_context: Flask) -> None:
    perform(SYSTEM, happen)
    assert is_free()
    with pytest.raises(Conflict):
        perform(SYSTEM, happen, fails=True)
    assert is_free()


def test_many_writers_at_once_all_write(app: Flask, app_context: Flask) -> None:
    def write() -> None:
        for _ in range(5):
            perform(SYSTEM, happen)

    in_threads(app, 8, write)
    assert session().scalar(select(func.count()).select_from(Event)) == 40
    assert is_free()


def test_whoever_waits_in_vain_for_another_process_gives_the_turn_on(other: sqlite3.Connection) -> None:
    perform(SYSTEM, happen)
    session().connection().exec_driver_sql("PRAGMA busy_timeout=0")
    session().rollback()
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        perform(SYSTEM, happen)
    assert is_free()
    other.execute("ROLLBACK")
    perform(SYSTEM, happen)
    assert session().scalar(select(func.count()).select_from(Event)) == 2
