"""Tables of what is asked for or proposed about a registration, and decided."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of, where
from timebank.volunteers.rules import Correctable, ProposalKind, RequestStatus

SEALED_TEXT = 1200
"""Room for an encrypted text of up to 250 Chinese characters."""
OPEN = where("status = 'open'")
TO_VOLUNTEER = (["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"])


class RegionMove(Sharded, Base):
    """A volunteer moves to another community, which takes over when its officer accepts (转移接续)."""

    __tablename__ = "region_moves"
    __table_args__ = distributed(
        ForeignKeyConstraint(*TO_VOLUNTEER),
        one_of("status", RequestStatus),
        Index("uq_region_moves_open", "shard_code", "volunteer_id", unique=True, **OPEN),
        Index(None, "to_code", "status"),
    )

    volunteer_id: Mapped[UUID]
    from_code: Mapped[int] = mapped_column(RegionCode)
    to_code: Mapped[int] = mapped_column(RegionCode)
    reason_sealed: Mapped[str | None] = mapped_column(String(SEALED_TEXT))
    status: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(String(200))


class Proposal(Sharded, Base):
    """What one officer proposes about a person and a second one decides: a death, or a merge."""

    __tablename__ = "proposals"
    __table_args__ = distributed(
        ForeignKeyConstraint(*TO_VOLUNTEER),
        one_of("kind", ProposalKind),
        one_of("status", RequestStatus),
        Index("uq_proposals_open", "shard_code", "volunteer_id", unique=True, **OPEN),
        Index("ix_proposals_open_region", "region_code", **OPEN),
    )

    volunteer_id: Mapped[UUID]
    """Who died, or the registration that is folded into the other one."""
    region_code: Mapped[int] = mapped_column(RegionCode)
    """Where the person lived when it was proposed: the queue of that region holds it."""
    kind: Mapped[str] = mapped_column(String(10))
    kept_shard: Mapped[int | None]
    kept_id: Mapped[UUID | None]
    """The registration that goes on."""
    note_sealed: Mapped[str | None] = mapped_column(String(SEALED_TEXT))
    status: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(String(200))


class CorrectionRequest(Sharded, Base):
    """What somebody says is wrong on record, and what would be right; it gets a reply."""

    __tablename__ = "correction_requests"
    __table_args__ = distributed(
        ForeignKeyConstraint(*TO_VOLUNTEER),
        one_of("field", Correctable),
        one_of("status", RequestStatus),
        Index(None, "shard_code", "volunteer_id"),
    )

    volunteer_id: Mapped[UUID]
    field: Mapped[str] = mapped_column(String(20))
    record_shard: Mapped[int | None]
    record_id: Mapped[UUID | None]
    """The service record that is wrong; after a merge it may lie in another county."""
    wrong_sealed: Mapped[str | None] = mapped_column(String(SEALED_TEXT))
    right_sealed: Mapped[str | None] = mapped_column(String(SEALED_TEXT))
    status: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(String(200))
