"""Tables of attendance. A scan belongs to the host county, a visit to the volunteer's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.attendance.rules import Direction, Method, Verdict
from timebank.kernel.db import Base, Sharded, distributed, one_of, where


class Scan(Sharded, Base):
    """One attempt at a gate, with its verdict; refused ones too. Never changed afterwards."""

    __tablename__ = "scans"
    __table_args__ = distributed(
        UniqueConstraint("shard_code", "client_id"),
        one_of("direction", Direction),
        one_of("method", Method),
        one_of("verdict", Verdict),
        Index(None, "shard_code", "shift_id", "received_at"),
    )

    client_id: Mapped[str] = mapped_column(String(64))
    """Made by whoever scanned; the same id is the same attempt."""
    shift_id: Mapped[UUID | None]
    volunteer_shard: Mapped[int | None]
    volunteer_id: Mapped[UUID | None]
    direction: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(30))
    """Why it was refused, or None."""
    step: Mapped[int | None]
    """The time step of the venue code that was scanned."""
    device_hash: Mapped[str | None] = mapped_column(String(64))
    operator: Mapped[str | None] = mapped_column(String(60))
    scanned_at: Mapped[datetime]
    """By the device's clock."""
    received_at: Mapped[datetime]
    """By the server's clock."""
    visit_shard: Mapped[int | None]
    visit_id: Mapped[UUID | None]


class Visit(Sharded, Base):
    """A volunteer at one shift, from check-in to check-out. At most one is open per person."""

    __tablename__ = "visits"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        UniqueConstraint("shard_code", "volunteer_id", "host_code", "shift_id"),
        Index("uq_visits_open", "shard_code", "volunteer_id", unique=True, **where("out_at IS NULL")),
        one_of("in_method", Method),
        one_of("out_method", Method),
        CheckConstraint("out_at >= in_at", name="times"),
    )

    volunteer_id: Mapped[UUID]
    host_code: Mapped[int]
    shift_id: Mapped[UUID]
    in_at: Mapped[datetime]
    in_method: Mapped[str] = mapped_column(String(20))
    in_step: Mapped[int | None]
    """The time step of the venue code that opened it; a code is good for one passage only."""
    out_at: Mapped[datetime | None]
    out_method: Mapped[str | None] = mapped_column(String(20))
    out_step: Mapped[int | None]
    out_reason: Mapped[str | None] = mapped_column(String(200))
    """Why an organizer, not a scan, ended it."""
