"""Tables of organisations."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of
from timebank.kernel.ids import Key
from timebank.organizations.rules import KINDS, Status


class Organization(Sharded, Base):
    """Who recruits and records: a registered organisation, a filed team, a committee and the like."""

    __tablename__ = "organizations"
    __table_args__ = distributed(
        one_of("kind", KINDS),
        one_of("status", Status),
        Index(None, "shard_code", "region_code"),
        Index(None, "region_code", "status"),
        Index(None, "parent_shard", "parent_id"),
        Index(None, "asked_parent_shard", "asked_parent_id"),
    )

    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    credit_code: Mapped[str | None] = mapped_column(String(18), info={"claim": "credit-code"})
    """Unified social credit code (GB 32100) of a registered organisation."""
    filing_no: Mapped[str | None] = mapped_column(String(40))
    filing_authority: Mapped[str | None] = mapped_column(String(100))
    supervisor: Mapped[str | None] = mapped_column(String(100))
    """The competent or guiding unit (主管/指导单位)."""
    region_code: Mapped[int] = mapped_column(RegionCode)
    head_name: Mapped[str | None] = mapped_column(String(60))
    head_phone_sealed: Mapped[str | None] = mapped_column(String(200))
    categories: Mapped[list[str]]
    founded_on: Mapped[date | None]
    introduction: Mapped[str | None] = mapped_column(String(500))
    parent_shard: Mapped[int | None]
    parent_id: Mapped[UUID | None]
    asked_parent_shard: Mapped[int | None]
    asked_parent_id: Mapped[UUID | None]
    """The organisation that was asked to be the parent and has not answered; one at a time."""
    status: Mapped[str] = mapped_column(String(10), default=Status.ACTIVE)
    status_reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(60))
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None] = mapped_column(String(60))

    @property
    def parent(self) -> Key | None:
        return _key(self.parent_shard, self.parent_id)

    @parent.setter
    def parent(self, key: Key | None) -> None:
        self.parent_shard, self.parent_id = (key.shard, key.id) if key else (None, None)

    @property
    def asked_parent(self) -> Key | None:
        return _key(self.asked_parent_shard, self.asked_parent_id)

    @asked_parent.setter
    def asked_parent(self, key: Key | None) -> None:
        self.asked_parent_shard, self.asked_parent_id = (key.shard, key.id) if key else (None, None)


class OrganizationStep(Sharded, Base):
    """Something that was done with an organisation, by whom, and the reason that was told; never changed."""

    __tablename__ = "organization_steps"
    __table_args__ = distributed(
        ForeignKeyConstraint(
            ["shard_code", "organization_id"], ["organizations.shard_code", "organizations.id"]
        ),
        UniqueConstraint("shard_code", "organization_id", "position"),
    )

    organization_id: Mapped[UUID]
    position: Mapped[int]
    """First, second, third ...: several steps may share one instant."""
    event: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(10))
    """The state after it."""
    reason: Mapped[str | None] = mapped_column(String(200))
    concerns: Mapped[str | None] = mapped_column(String(60))
    """The key of the other organisation, or of the user, whom it is about."""
    actor: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


def _key(shard: int | None, unique: UUID | None) -> Key | None:
    return Key(shard, unique) if shard is not None and unique is not None else None
