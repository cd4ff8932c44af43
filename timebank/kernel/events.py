"""Events: outbox and audit trail in one append-only table, with one delivery row for each subscriber."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from timebank.kernel.db import Base, Sharded, distributed, one_of, where
from timebank.kernel.ids import Key

CLAIM_FOR = timedelta(minutes=5)
RETRY_AFTER = timedelta(minutes=1)


class Event(Sharded, Base):
    """Something that happened: who, what, about which row, with ids and numbers only."""

    __tablename__ = "events"
    __table_args__ = distributed(Index(None, "shard_code", "subject_id"))

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


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that may be claimed."""

    shard: int
    event_id: UUID
    subscriber: str


def due_deliveries(session: Session, now: datetime, limit: int) -> list[Due]:
    """Deliveries whose time has come, oldest first."""
    rows = session.execute(
        select(Delivery.shard_code, Delivery.event_id, Delivery.subscriber)
        .where(Delivery.state == "waiting", Delivery.due_at <= now)
        .order_by(Delivery.due_at)
        .limit(limit)
    )
    return [Due(*row) for row in rows]


def claim(session: Session, due: Due, now: datetime) -> Happening | None:
    """Take one delivery by a conditional UPDATE; None when another relay has it."""
    taken = session.execute(
        _this(due)
        .where(Delivery.state == "waiting", Delivery.due_at <= now)
        .values(due_at=now + CLAIM_FOR, attempts=Delivery.attempts + 1)
        .returning(Delivery.event_id)
    ).first()
    if taken is None:
        return None
    event = session.get_one(Event, (due.shard, due.event_id))
    return Happening(event.name, event.at, Key(event.subject_shard, event.subject_id), event.data)


def finish(session: Session, due: Due) -> None:
    """Mark a claimed delivery as taken in; belongs in the handler's own transaction."""
    session.execute(_this(due).values(state="done", last_error=None))


def postpone(session: Session, due: Due, now: datetime, error: str) -> None:
    """Note why a handler failed and when it is tried again."""
    session.execute(_this(due).values(due_at=now + RETRY_AFTER, last_error=error[:200]))


def _this(due: Due) -> Any:
    return update(Delivery).where(
        Delivery.shard_code == due.shard,
        Delivery.event_id == due.event_id,
        Delivery.subscriber == due.subscriber,
    )
