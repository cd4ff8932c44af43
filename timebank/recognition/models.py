"""Tables of recognition."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, JsonDocument, Sharded, distributed, one_of, reference, where
from timebank.kernel.ids import Key
from timebank.recognition.rules import WAYS, Status


class StarThreshold(Base):
    """From how many minutes of lifelong service time a star may be recognised, under one dated document."""

    __tablename__ = "star_thresholds"
    __table_args__ = reference(CheckConstraint("stars BETWEEN 1 AND 5", name="stars"))

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    stars: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    minutes: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))


class StarStanding(Base):
    """A volunteer's stars as last derived from the ledger."""

    __tablename__ = "star_standings"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"])
    )

    shard_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    stars: Mapped[int]
    minutes: Mapped[int]
    threshold_version: Mapped[str] = mapped_column(String(40))
    derived_at: Mapped[datetime]


class Certificate(Sharded, Base):
    """A record certificate of one volunteer by one recording unit, from the request to the end.

    What it states is kept as it was on the day of issue: the holder, the unit's people, one line for each
    confirmed record, and a digest over all of it.
    """

    __tablename__ = "certificates"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        ForeignKeyConstraint(
            ["shard_code", "replaced_by_id"], ["certificates.shard_code", "certificates.id"]
        ),
        one_of("status", Status),
        one_of("channel", WAYS),
        CheckConstraint("period_end >= period_start", name="period"),
        Index("uq_certificates_number", "shard_code", "certificate_no", unique=True),
        Index(
            "uq_certificates_open",
            "shard_code",
            "volunteer_id",
            "organization_shard",
            "organization_id",
            "period_start",
            "period_end",
            unique=True,
            **where("status = 'requested'"),
        ),
        Index(None, "shard_code", "volunteer_id"),
        Index(None, "organization_shard", "organization_id", "status"),
    )

    volunteer_id: Mapped[UUID]
    organization_shard: Mapped[int]
    organization_id: Mapped[UUID]
    organization_name: Mapped[str] = mapped_column(String(100))
    """As it was called when the certificate was asked for, then when it was issued."""
    certificate_no: Mapped[str | None] = mapped_column(String(22))
    """Given on issue."""
    period_start: Mapped[date]
    period_end: Mapped[date]
    reveals: Mapped[list[str]]
    """What the holder lets public verification show."""
    status: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    """When it was issued or refused."""
    ended_by: Mapped[str | None] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]
    """When it was withdrawn, revoked or replaced."""
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it was refused or revoked; empty where records that it states are no longer confirmed."""
    issued_on: Mapped[date | None]
    holder_sealed: Mapped[str | None] = mapped_column(String(1000))
    """JSON: name, kind of document, masked number, volunteer number; empty when identity was unlinked."""
    head_name: Mapped[str | None] = mapped_column(String(60))
    handler_name: Mapped[str | None] = mapped_column(String(60))
    phone_sealed: Mapped[str | None] = mapped_column(String(200))
    """Where to ask about it: a number of the unit."""
    total_minutes: Mapped[int | None]
    lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonDocument)
    """One for each record, see `rules.certificates.canonical`."""
    content_hash: Mapped[str | None] = mapped_column(String(64))
    replaced_by_id: Mapped[UUID | None]

    @property
    def volunteer(self) -> Key:
        """Whose it is."""
        return Key(self.shard_code, self.volunteer_id)

    @property
    def organization(self) -> Key:
        """The recording unit."""
        return Key(self.organization_shard, self.organization_id)
