"""The database: base class, column types, engine habits; only here is flask_sqlalchemy known."""

from __future__ import annotations

import select
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import psycopg
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, DateTime, Double, MetaData, Uuid, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

from timebank.config import Config
from timebank.kernel.clock import Clock, aware
from timebank.kernel.crypto import Vault
from timebank.kernel.ids import Key

WRITES = "timebank_writes"
"""Execution option of a connection that begins as a writer (SQLite: BEGIN IMMEDIATE)."""
WRITER = "timebank_writer"
BUSY_SECONDS = 30
"""How long somebody waits for SQLite's writer."""


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept and returned in UTC on every engine; naive ones are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant = aware(value)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


RegionCode = BigInteger
JsonDocument = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute
        datetime: Instant(),
        date: Date(),
        float: Double(),
        UUID: Uuid(),
        dict[str, Any]: JsonDocument,
        list[str]: JsonDocument,
    }


class Sharded:
    """Primary key (shard_code, id) of a big table; the shard is the county at registration, for good."""

    shard_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, sort_order=-2)
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)

    @property
    def key(self) -> Key:
        return Key(self.shard_code, self.id)


def distributed(*constraints: Any, by: str = "shard_code") -> tuple[Any, ...]:
    """`__table_args__` of a big table that is spread over servers by the column `by`."""
    return (*constraints, {"info": {"citus": "distributed", "by": by}})


def reference(*constraints: Any) -> tuple[Any, ...]:
    """`__table_args__` of a small, rarely written table of which every server holds a copy."""
    return (*constraints, {"info": {"citus": "reference"}})


def one_of(column: str, values: type[Any] | tuple[str, ...]) -> CheckConstraint:
    """A CHECK that the column holds one of the given codes (a tuple or a StrEnum)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def where(condition: str) -> dict[str, Any]:
    """Keyword arguments that make an Index partial on both engines."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


@dataclass(frozen=True)
class Runtime:
    """What one running service is made of; built once by `app.create_app`."""

    config: Config
    clock: Clock
    vault: Vault
    subscriptions: dict[str, tuple[str, ...]]
    """Event name to the names of its subscribers; `wiring.py` holds the table."""


def runtime() -> Runtime:
    """The runtime of the service in whose context this runs."""
    found: Runtime = current_app.extensions["timebank"]
    return found


def session() -> Session:
    """The session of this request, command or job."""
    current: Session = db.session()
    return current


def bulk_connection() -> Connection:
    """The connection of the current transaction, for statements that need no objects."""
    return session().connection()


def dialect_name() -> str:
    """`sqlite` or `postgresql`."""
    return db.engine.dialect.name


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    patience = f"busy_timeout={BUSY_SECONDS * 1000}"
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", patience):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA recursive_triggers=ON")  # else REPLACE deletes rows past their triggers


@event.listens_for(Pool, "checkout")
def _replace_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Take no connection whose server has ended or closed it: its socket then has something to read.

    Asking the operating system costs no round trip, unlike a ping before each transaction.
    """
    if isinstance(connection, sqlite3.Connection):
        return
    socket = select.poll()
    if not connection.closed:
        socket.register(connection.fileno(), select.POLLIN)
    if connection.closed or socket.poll(0):
        raise DisconnectionError


@event.listens_for(Engine, "rollback")
def _keep_prepared(connection: Connection) -> None:
    """Roll back below psycopg, which would throw all its prepared statements away at every ROLLBACK.

    It does so because tables that were made in the transaction are gone; the service makes none. Each page
    ends with a ROLLBACK, so nothing would stay prepared. If this fails, psycopg's own attempt follows.
    """
    if connection.dialect.name != "postgresql" or connection.invalidated:
        return
    driver: Any = connection.connection.driver_connection
    if driver.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
        with suppress(psycopg.Error):
            driver.pgconn.exec_(b"ROLLBACK")


_writers: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()
"""SQLite has one writer at a time. Who waits for it in the database sleeps in growing steps; here the next of
this process goes on at once. Other processes wait in the database as ever."""


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if not connection.get_execution_options().get(WRITES, False):
        connection.exec_driver_sql("BEGIN")
        return
    writer = _writers.setdefault(connection.engine, Lock())
    is_held = writer.acquire(timeout=BUSY_SECONDS)
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        if is_held:
            writer.release()
        raise
    if is_held:
        connection.info[WRITER] = writer


@event.listens_for(Engine, "commit")
@event.listens_for(Engine, "rollback")
def _let_the_next_write(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and (writer := connection.info.pop(WRITER, None)):
        writer.release()
