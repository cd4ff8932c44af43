"""Tables of skills with proof, training and awards, and of the files that prove them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of, where
from timebank.kernel.files import KeptFile
from timebank.qualifications.rules import ENDINGS, LEVELS, RESULTS, Kind, Status


class ProofFile(KeptFile, Base):
    """A photograph or scan that proves something, encrypted."""

    __tablename__ = "proof_files"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        one_of("media_type", tuple(ENDINGS)),
        Index(None, "shard_code", "volunteer_id"),
    )

    volunteer_id: Mapped[UUID]


class Qualification(Sharded, Base):
    """A proof of a skill, a training or an award of one volunteer, from entry to decision."""

    __tablename__ = "qualifications"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        ForeignKeyConstraint(["shard_code", "file_id"], ["proof_files.shard_code", "proof_files.id"]),
        one_of("kind", Kind),
        one_of("status", Status),
        one_of("level", LEVELS),
        one_of("result", RESULTS),
        CheckConstraint("minutes > 0", name="minutes"),
        Index(None, "shard_code", "volunteer_id"),
        Index(None, "status", "region_code"),
        Index(
            "uq_qualifications_training",
            "shard_code",
            "volunteer_id",
            "held_on",
            "title",
            unique=True,
            **where("kind = 'training' AND status IN ('waiting', 'accepted')"),
        ),
    )

    volunteer_id: Mapped[UUID]
    region_code: Mapped[int] = mapped_column(RegionCode)
    """Where the volunteer lived when it was entered: whose queue it is in."""
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str] = mapped_column(String(100))
    held_on: Mapped[date | None]
    """Day of the training, the award, or the certificate's issue."""
    number_sealed: Mapped[str | None] = mapped_column(String(400))
    """Number of the certificate."""
    skill: Mapped[str | None] = mapped_column(String(30))
    valid_until: Mapped[date | None]
    content: Mapped[str | None] = mapped_column(String(500))
    minutes: Mapped[int | None]
    result: Mapped[str | None] = mapped_column(String(10))
    level: Mapped[str | None] = mapped_column(String(20))
    file_id: Mapped[UUID | None]
    organization_shard: Mapped[int | None]
    organization_id: Mapped[UUID | None]
    """The organisation whose organizer or recorder entered a training."""
    status: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[str] = mapped_column(String(60))
    entered_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
