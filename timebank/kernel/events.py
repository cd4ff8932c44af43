"""Events: outbox and audit trail in one append-only table, with one delivery row for each subscriber."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Update, and_, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from timebank.kernel.bulk import insert_rows
from timebank.kernel.db import Base, Sharded, distributed, one_of, where
from timebank.kernel.ids import Key

RETRY_AFTER = timedelta(minutes=1)
RETRY_AT_MOST = timedelta(hours=6)


class Event(Sharded, Base):
    """Something that happened: who, what, about which row, with ids and numbers only."""

    __tablename__ = "events"
    __table_args__ = distributed(
        Index(None, "shard_code", "subject_id"),
        Index(None, "id"),  # the audit trail is read newest first, over many counties,
        Index(None, "name", "id"),  # for one kind of event,
        Index(None, "actor", "id"),  # and for what one person did
    )

    name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    subject_shard: Mapped[int]
    subject_id: Mapped[UUID]
    data: Mapped[dict[str, Any]]


class Delivery(Base):
    """One event waiting for, or taken in by, one subscriber."""

    __tablename__ = "deliveries"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "event_id"], ["events.shard_code", "events.id"]),
        one_of("state", ("waiting", "done")),
        Index("ix_deliveries_waiting", "shard_code", "due_at", **where("state = 'waiting'")),
    )

    shard_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    subscriber: Mapped[str] = mapped_column(String(60), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(200))


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as its subscribers receive it."""

    name: str
    at: datetime
    subject: Key
    data: Mapping[str, Any]


Handler = Callable[..., object]


def record(session: Session, event: Event, subscribers: tuple[str, ...]) -> None:
    """Add an event and its deliveries to the transaction."""
    session.add(event)
    session.flush()
    session.add_all(
        Delivery(shard_code=event.shard_code, event_id=event.id, subscriber=name, due_at=event.at)
        for name in subscribers
    )


def record_all(session: Session, rows: list[dict[str, Any]], subscribers: tuple[str, ...]) -> None:
    """Add many events, given as rows, and their deliveries to the transaction, in two statements."""
    if not rows:
        return
    insert_rows(session.connection(), Base.metadata.tables["events"], rows)
    waiting = [
        {
            "shard_code": row["shard_code"],
            "event_id": row["id"],
            "subscriber": name,
            "state": "waiting",
            "due_at": row["at"],
            "attempts": 0,
        }
        for row in rows
        for name in subscribers
    ]
    if waiting:
        session.connection().execute(insert(Delivery), waiting)


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that may be taken."""

    shard: int
    event_id: UUID
    subscriber: str


def due_deliveries(session: Session, now: datetime, limit: int) -> list[Due]:
    """Deliveries whose time has come, the longest due first."""
    rows = session.execute(
        select(Delivery.shard_code, Delivery.event_id, Delivery.subscriber)
        .where(Delivery.state == "waiting", Delivery.due_at <= now)
        .order_by(Delivery.due_at)
        .limit(limit)
    )
    return [Due(*row) for row in rows]


def take(session: Session, due: Due, now: datetime) -> Happening | None:
    """Mark one delivery as done by a conditional UPDATE; None when another relay has it.

    It belongs in the handler's own transaction: both commit or neither, so nothing is delivered twice, and
    what a dying relay had taken is waiting again.
    """
    taken = session.execute(
        _waiting(due)
        .where(Delivery.due_at <= now)
        .values(state="done", attempts=Delivery.attempts + 1, last_error=None)
        .returning(Delivery.event_id)
    ).first()
    if taken is None:
        return None
    event = session.get_one(Event, (due.shard, due.event_id))
    return Happening(event.name, event.at, Key(event.subject_shard, event.subject_id), event.data)


def postpone(session: Session, due: Due, now: datetime, fault: str) -> None:
    """Note why a handler failed; it is tried again after a minute, then two, four ... up to six hours."""
    tried = session.scalar(
        _waiting(due)
        .values(attempts=Delivery.attempts + 1, last_error=fault[:200])
        .returning(Delivery.attempts)
    )
    if tried is not None:
        wait = min(RETRY_AFTER * 2 ** min(tried - 1, 20), RETRY_AT_MOST)
        session.execute(_waiting(due).values(due_at=now + wait))


def _waiting(due: Due) -> Update:
    return update(Delivery).where(
        Delivery.shard_code == due.shard,
        Delivery.event_id == due.event_id,
        Delivery.subscriber == due.subscriber,
        Delivery.state == "waiting",
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many deliveries wait, how many of them failed before, and since when the oldest has waited."""

    waiting: int
    failing: int
    oldest_at: datetime | None


def backlog(session: Session) -> Backlog:
    """What the relay has still to deliver."""
    row = session.execute(
        select(
            func.count(),
            func.count(Delivery.last_error),
            func.min(Event.at),
        )
        .join(Event, and_(Event.shard_code == Delivery.shard_code, Event.id == Delivery.event_id))
        .where(Delivery.state == "waiting")
    ).one()
    return Backlog(*row)
