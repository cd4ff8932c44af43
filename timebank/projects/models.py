"""Tables of projects; their shard is the host county."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of, reference, where
from timebank.projects.rules import (
    SIGN_UP_CHANNELS,
    AttendanceMode,
    ClosingPolicy,
    PrintedCode,
    ProjectStatus,
    ShiftStatus,
    SignUpStatus,
)


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
    source: Mapped[str] = mapped_column(String(200))


class Project(Sharded, Base):
    """A service project (Order 685 Art. 12: true information and risks are stated)."""

    __tablename__ = "projects"
    __table_args__ = distributed(
        UniqueConstraint("shard_code", "project_no"),
        one_of("status", ProjectStatus),
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
    status: Mapped[str] = mapped_column(String(20))
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    submitted_by: Mapped[str | None] = mapped_column(String(60))
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    """Since then it is public, also when it is cancelled later."""
    reviewed_by: Mapped[str | None] = mapped_column(String(60))
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None] = mapped_column(String(300))


class Shift(Sharded, Base):
    """One session of a project on one local date (不跨零点), with its capacity and its gate."""

    __tablename__ = "shifts"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "project_id"], ["projects.shard_code", "projects.id"]),
        one_of("status", ShiftStatus),
        one_of("attendance_mode", AttendanceMode),
        one_of("closing_policy", ClosingPolicy),
        one_of("printed_code", PrintedCode),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("taken >= 0 AND taken <= capacity", name="capacity"),
        Index(None, "shard_code", "project_id"),
        Index(None, "shard_code", "starts_at"),
        Index("ix_shifts_to_close", "ends_at", **where("status = 'open'")),
    )

    project_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(String(100))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    occurs_on: Mapped[date]
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    opens_minutes: Mapped[int]
    """Minutes before the start from which the gate takes check-ins."""
    closes_minutes: Mapped[int]
    """Minutes after the end until which the gate takes check-outs."""
    secret_sealed: Mapped[str] = mapped_column(String(200))
    """The key of its venue codes, encrypted."""
    attendance_mode: Mapped[str] = mapped_column(String(20), default=AttendanceMode.IN_AND_OUT)
    closing_policy: Mapped[str] = mapped_column(String(20), default=ClosingPolicy.ZERO)
    closing_minutes: Mapped[int | None]
    """What a forgotten check-out counts under the policy `default_minutes`."""
    attendance_policy: Mapped[str] = mapped_column(String(40))
    """The version of `project_policies` under which mode and closing policy were chosen."""
    printed_code: Mapped[str] = mapped_column(String(20), default=PrintedCode.OFF)
    latitude: Mapped[float | None]
    """Of the venue, degrees (WGS 84); public like its address."""
    longitude: Mapped[float | None]
    radius_m: Mapped[int | None]
    """How far from the venue a phone may be, in metres."""
    status: Mapped[str] = mapped_column(String(10))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(60))


class SignUp(Sharded, Base):
    """A volunteer's place in a shift. The volunteer lives in another shard: plain values, no foreign key."""

    __tablename__ = "sign_ups"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "shift_id"], ["shifts.shard_code", "shifts.id"]),
        UniqueConstraint("shard_code", "shift_id", "volunteer_shard", "volunteer_id"),
        one_of("status", SignUpStatus),
        one_of("channel", SIGN_UP_CHANNELS),
        Index(None, "volunteer_shard", "volunteer_id"),
    )

    shift_id: Mapped[UUID]
    volunteer_shard: Mapped[int]
    volunteer_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(String(10))
    signed_up_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(10))
    """By which way it came to its present state: from the person, or through a clerk (代办)."""
    changed_by: Mapped[str | None] = mapped_column(String(60))
    """Who took or gave back the place; None for the persons themselves before this was kept."""
