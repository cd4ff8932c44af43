"""Tables of dated policies."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, reference


class ProjectPolicyRow(Base):
    """`rules.ProjectPolicy` as a dated row."""

    __tablename__ = "project_policies"
    __table_args__ = reference()

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date]
    accept_minutes: Mapped[int]
    leave_notice_minutes: Mapped[int]
    appeal_days: Mapped[int]
    make_up_per_month: Mapped[int]
    make_up_days_back: Mapped[int]
    most_occurrences: Mapped[int]
    default_minutes: Mapped[int]
    place_radius_m: Mapped[int]
    close_days: Mapped[int]
    archive_days: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))


class SelfCheckRow(Base):
    """`rules.SelfCheck` as a dated row."""

    __tablename__ = "self_checks"
    __table_args__ = reference()

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date]
    asked_yes: Mapped[list[str]]
    asked_no: Mapped[list[str]]
    source: Mapped[str] = mapped_column(String(300))
