"""Tables of recognition."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, distributed, reference


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
