"""Tables of statistics."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, distributed, one_of, reference
from timebank.statistics.rules import Indicator


class IndicatorDefinition(Base):
    """What an indicator counts, in words, dated and versioned; a cell names the version it was made by."""

    __tablename__ = "indicator_definitions"
    __table_args__ = reference(one_of("indicator", Indicator))

    indicator: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[date]
    numerator_zh: Mapped[str] = mapped_column(Text)
    numerator_en: Mapped[str] = mapped_column(Text)
    denominator_zh: Mapped[str] = mapped_column(Text)
    denominator_en: Mapped[str] = mapped_column(Text)
    period_zh: Mapped[str] = mapped_column(String(60))
    period_en: Mapped[str] = mapped_column(String(60))


class Target(Base):
    """What a document asks of a region (and of every region inside it) by a deadline; data, not constants."""

    __tablename__ = "targets"
    __table_args__ = reference(
        one_of("indicator", Indicator),
        UniqueConstraint("document", "indicator", "region_code"),
        CheckConstraint("share > 0", name="share"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(String(200))
    indicator: Mapped[str] = mapped_column(String(40))
    region_code: Mapped[int] = mapped_column(RegionCode, ForeignKey("regions.code"))
    share: Mapped[int]
    """In basis points: 1300 is 13 %."""
    deadline_on: Mapped[date]
    quotation: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]


class IndicatorCell(Base):
    """One indicator of one region in one year: both sides of the division, and where they come from."""

    __tablename__ = "indicator_cells"
    __table_args__ = distributed(
        one_of("indicator", Indicator),
        CheckConstraint("numerator >= 0", name="numerator"),
        Index(None, "region_code", "year"),
        by="region_code",
    )

    region_code: Mapped[int] = mapped_column(RegionCode, primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition_version: Mapped[int]
    as_of: Mapped[date]
    numerator: Mapped[int]
    excluded: Mapped[int]
    """Rows that looked like the numerator and were left out: not approved, not verified, not confirmed."""
    denominator: Mapped[int | None]
    denominator_year: Mapped[int | None]
    denominator_source: Mapped[str | None] = mapped_column(String(200))
    run_id: Mapped[UUID]
    computed_at: Mapped[datetime]
