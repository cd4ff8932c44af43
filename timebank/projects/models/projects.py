"""Tables of projects, and of what stands behind them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of
from timebank.kernel.files import KeptFile
from timebank.projects.rules import FUND_SOURCES, Action, ProjectKind, ProjectStatus
from timebank.qualifications.rules import ENDINGS


class Project(Sharded, Base):
    """A service project (Order 685 Art. 12: true information and risks are stated)."""

    __tablename__ = "projects"
    __table_args__ = distributed(
        UniqueConstraint("shard_code", "project_no"),
        one_of("status", ProjectStatus),
        one_of("kind", ProjectKind),
        one_of("fund_source", tuple(FUND_SOURCES)),
        Index(None, "shard_code", "status"),
        Index(None, "shard_code", "organization_id"),
    )

    project_no: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    organization_shard: Mapped[int]
    organization_id: Mapped[UUID]
    organization_name: Mapped[str] = mapped_column(String(100))
    region_code: Mapped[int] = mapped_column(RegionCode)
    place: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    categories: Mapped[list[str]]
    recipients: Mapped[list[str]]
    risk: Mapped[str] = mapped_column(Text)
    safeguards: Mapped[list[str]]
    leader_name: Mapped[str] = mapped_column(String(60))
    earns_credit: Mapped[bool]
    """Whether its hours also become spendable time credit (时间银行), beside lifelong service time."""
    kind: Mapped[str] = mapped_column(String(10), default=ProjectKind.ORDINARY)
    is_dangerous: Mapped[bool] = mapped_column(default=False)
    """Needs insurance before it begins (Order 685 Art. 17)."""
    insurance: Mapped[str] = mapped_column(String(300), default="")
    with_minors: Mapped[bool] = mapped_column(default=False)
    supervision: Mapped[str] = mapped_column(String(1000), default="")
    """How people under 18 are guarded and supervised."""
    skills: Mapped[list[str]] = mapped_column(default=list)
    fund_source: Mapped[str] = mapped_column(String(20), default="own")
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone_sealed: Mapped[str | None] = mapped_column(String(200))
    contact_phone_public: Mapped[bool] = mapped_column(default=False)
    recruits_from: Mapped[datetime | None]
    recruits_until: Mapped[datetime | None]
    """Set when its organisation ends recruiting by hand."""
    self_check_version: Mapped[str | None] = mapped_column(String(40))
    self_check_answers: Mapped[dict[str, Any] | None]
    """Answer by question of that version (Order 67 Art. 19)."""
    make_up_reason: Mapped[str | None] = mapped_column(String(500))
    counted_in: Mapped[date | None]
    """First day of the calendar month to whose quota a make-up project counts."""
    status: Mapped[str] = mapped_column(String(20))
    status_since: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    submitted_by: Mapped[str | None] = mapped_column(String(60))
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    """Since then it is public, also when it is cancelled later."""
    reviewed_by: Mapped[str | None] = mapped_column(String(60))
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None] = mapped_column(String(300))


class ProjectStep(Sharded, Base):
    """One change of a project's state: what, by whom, and why. Never changed afterwards."""

    __tablename__ = "project_steps"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "project_id"], ["projects.shard_code", "projects.id"]),
        one_of("action", Action),
        one_of("status", ProjectStatus),
        UniqueConstraint("shard_code", "project_id", "position"),
    )

    project_id: Mapped[UUID]
    position: Mapped[int]
    """1, 2, 3 … within the project."""
    action: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    """The state after it."""
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(String(200))


class EvidenceFile(KeptFile, Base):
    """A picture or scan that shows that a make-up project took place, encrypted."""

    __tablename__ = "evidence_files"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "project_id"], ["projects.shard_code", "projects.id"]),
        one_of("media_type", tuple(ENDINGS)),
        Index(None, "shard_code", "project_id"),
    )

    project_id: Mapped[UUID]


class ProjectTemplate(Sharded, Base):
    """What an organisation writes a project from again and again; its shard is the organisation's."""

    __tablename__ = "project_templates"
    __table_args__ = distributed(Index(None, "shard_code", "organization_id"))

    organization_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(100))
    content: Mapped[dict[str, Any]]
    """`facts` of a project and its `shifts` without dates."""
    saved_by: Mapped[str] = mapped_column(String(60))
    saved_at: Mapped[datetime]


class MakeUpCount(Sharded, Base):
    """How many make-up projects an organisation handed in within a calendar month; in its own shard."""

    __tablename__ = "make_up_counts"
    __table_args__ = distributed(
        UniqueConstraint("shard_code", "organization_id", "month"),
        CheckConstraint("used >= 0", name="used"),
    )

    organization_id: Mapped[UUID]
    month: Mapped[date]
    """Its first day."""
    used: Mapped[int]
