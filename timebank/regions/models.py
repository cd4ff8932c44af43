"""Tables of regions: small, rarely written, copied to every server."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, one_of, reference
from timebank.kernel.region_code import LEVELS
from timebank.regions.rules import FIGURE_KINDS


class Region(Base):
    """A province, city, county, township, or village / urban community, by its 12-digit code."""

    __tablename__ = "regions"
    __table_args__ = reference(
        one_of("level", LEVELS),
        one_of("setting", ("urban", "rural")),
        CheckConstraint("parent_code <> code", name="parent"),
        Index(None, "parent_code"),
    )

    code: Mapped[int] = mapped_column(RegionCode, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(10))
    parent_code: Mapped[int | None] = mapped_column(RegionCode, ForeignKey("regions.code"))
    setting: Mapped[str | None] = mapped_column(String(10))
    """Whether a code of the lowest level is an urban community (居委会) or a village (村委会)."""
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_code: Mapped[int | None] = mapped_column(RegionCode)


class RegionFigure(Base):
    """A published number about a region in a year, with its source."""

    __tablename__ = "region_figures"
    __table_args__ = reference(one_of("kind", FIGURE_KINDS), CheckConstraint("value >= 0", name="value"))

    region_code: Mapped[int] = mapped_column(RegionCode, ForeignKey("regions.code"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))
    imported_at: Mapped[datetime]
