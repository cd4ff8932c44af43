"""Statements sent through the driver: the same values, rows, errors and listeners as SQLAlchemy's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, Uuid, bindparam, event, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from timebank.identity.models import User
from timebank.kernel.db import session
from timebank.kernel.errors import InvariantBroken
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Permission
from timebank.kernel.prepared import Prepared
from timebank.kernel.work import Work, perform

SOMEBODY = Key(511102, UUID(int=7))
AT = datetime(2026, 11, 21, 1, 2, 3, 456789, tzinfo=UTC)
ROW = {
    "shard_code": 511102,
    "id": UUID(int=1),
    "name": "thing.done",
    "at": AT,
    "actor": "system",
    "subject_shard": 511102,
    "subject_id": SOMEBODY.id,
    "data": {"minutes": 5, "kinds": ["甲"]},
}
COLUMNS = [getattr(Event, name) for name in ROW]
ONE = (
    select(*COLUMNS)
    .where(Event.shard_code == bindparam("shard"), Event.id == bindparam("event", type_=Uuid()))
    .where(Event.at >= bindparam("since", type_=Event.at.type), Event.actor == "system")
)
GIVEN = {"shard": 511102, "event": UUID(int=1), "since": AT}


@pytest.fixture
def add(app_context: Flask) -> Prepared:
    return Prepared(insert(Event).returning(Event.id))


def test_values_and_rows_are_those_of_sqlalchemy(add: Prepared) -> None:
    one, line = Prepared(ONE), session().connection()
    assert add.first(line, ROW) == (UUID(int=1),)
    found = one.first(line, GIVEN)
    assert found._asdict() == ROW
    assert found == tuple(line.execute(ONE, GIVEN).one())
    assert one.all(line, GIVEN) == [found]
    assert one.first(line, GIVEN | {"shard": 511111}) is None


def test_each_dialect_may_have_its_own_text(app_context: Flask) -> None:
    line = session().connection()
    named = Prepared(lambda dialect: select(func.lower(dialect.upper()).label("dialect")))
    assert named.first(line, {}).dialect == line.dialect.name


def test_a_refused_row_is_sqlalchemys_error_without_its_values(add: Prepared) -> None:
    add.first(session().connection(), ROW)
    with pytest.raises(IntegrityError) as refused:
        add.first(session().connection(), ROW)
    session().rollback()
    assert "thing.done" not in str(refused.value)
    assert "INSERT INTO events" in str(refused.value)


def test_columns_with_a_default_of_python_are_refused(app_context: Flask) -> None:
    """It would be left out: the driver knows of none."""
    with pytest.raises(InvariantBroken, match="not of constant text"):
        Prepared(insert(User)).first(session().connection(), {"shard_code": 511102, "id": UUID(int=1)})


def test_listeners_hear_it_with_its_values_by_name(add: Prepared) -> None:
    heard: list[tuple[str, object]] = []

    def note(_line: object, _cursor: object, told: str, _values: object, context: Any, _many: bool) -> None:
        heard.append((told, context.compiled_parameters))

    session().connection()
    event.listen(Engine, "before_cursor_execute", note)
    try:
        add.first(session().connection(), ROW)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [(told.partition(" (")[0], values) for told, values in heard] == [("INSERT INTO events", [ROW])]


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_lost_connection_is_noticed_and_the_work_done_again(app_context: Flask) -> None:
    ended: list[int] = []

    def interrupted(work: Work) -> object:
        work.allow(Permission.JOB_RUN)
        if not ended:
            ended.append(work.connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
            with session().get_bind().connect() as other:  # type: ignore[union-attr]
                other.execute(text("SELECT pg_terminate_backend(:pid)").bindparams(pid=ended[0]))
        return Prepared(ONE).first(work.connection, GIVEN)

    assert perform(SYSTEM, interrupted) is None
    assert len(ended) == 1


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_other_errors_keep_the_connection(app_context: Flask) -> None:
    with pytest.raises(DBAPIError) as refused:
        Prepared(select((bindparam("one", 1) / bindparam("none", 0)).label("x"))).first(
            session().connection(), {}
        )
    assert not refused.value.connection_invalidated
    session().rollback()
    assert session().execute(text("SELECT 1")).scalar_one() == 1
