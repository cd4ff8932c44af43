"""Tables of organisations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of
from timebank.organizations.rules import KINDS


class Organization(Sharded, Base):
    """Who recruits and records: a registered organisation, a filed team, a committee and the like."""

    __tablename__ = "organizations"
    __table_args__ = distributed(
        one_of("kind", KINDS),
        one_of("status", ("active", "closed")),
        Index(None, "shard_code", "region_code"),
    )

    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    credit_code: Mapped[str | None] = mapped_column(String(18), info={"claim": "credit-code"})
    """Unified social credit code (GB 32100) of a registered organisation."""
    filing_no: Mapped[str | None] = mapped_column(String(40))
    region_code: Mapped[int] = mapped_column(RegionCode)
    status: Mapped[str] = mapped_column(String(10), default="active")
    created_at: Mapped[datetime]
