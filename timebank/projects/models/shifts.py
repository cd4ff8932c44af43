"""Tables of shifts: the posts in each, and the series it is of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, Sharded, distributed, one_of, where
from timebank.projects.rules import AttendanceMode, ClosingPolicy, PrintedCode, ShiftStatus


class ShiftSeries(Sharded, Base):
    """Shifts made together from one recurrence rule; the shifts themselves are rows of their own."""

    __tablename__ = "shift_series"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "project_id"], ["projects.shard_code", "projects.id"]),
        Index(None, "shard_code", "project_id"),
    )

    project_id: Mapped[UUID]
    rule: Mapped[str] = mapped_column(String(500))
    """RRULE and EXDATE of RFC 5545, the times being local."""
    first_on: Mapped[date]
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


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
        Index(None, "shard_code", "series_id"),
        Index("ix_shifts_absences", "ends_at", **where("absences_noted_at IS NULL")),
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
    offers_place: Mapped[bool] = mapped_column(default=False)
    """Whether somebody who scans the changing code may say where their phone is."""
    latitude: Mapped[float | None]
    """Of the venue, degrees (WGS 84); public like its address."""
    longitude: Mapped[float | None]
    radius_m: Mapped[int | None]
    """How far from the venue a phone may be, in metres."""
    status: Mapped[str] = mapped_column(String(10))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(60))
    series_id: Mapped[UUID | None]
    """The row of `shift_series` that it came from."""
    needs_approval: Mapped[bool] = mapped_column(default=False)
    """Whether the organizer decides about each sign-up."""
    prerequisites: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`rules.Prerequisites` of everybody who serves in it."""
    bring: Mapped[str | None] = mapped_column(String(300))
    """What to bring and what to wear."""
    revision: Mapped[int] = mapped_column(default=0)
    """How often it was changed since it was added (SEQUENCE of RFC 5545)."""
    changed_at: Mapped[datetime | None]
    status_reason: Mapped[str | None] = mapped_column(String(200))
    """Why it was called off or moved; everybody reads it."""
    called_off_at: Mapped[datetime | None]
    """Since when it does not take place: it was cancelled, or its project halted before it ended.

    A project that goes on takes its shifts ahead up again; one that ended meanwhile stays called off.
    """
    absences_noted_at: Mapped[datetime | None]
    """When those who had a place and did not come were noted."""


class Post(Sharded, Base):
    """What one does in a shift (岗位): the places of a shift with posts are those of its posts together."""

    __tablename__ = "posts"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "shift_id"], ["shifts.shard_code", "shifts.id"]),
        UniqueConstraint("shard_code", "shift_id", "name"),
        CheckConstraint("taken >= 0 AND taken <= capacity", name="capacity"),
    )

    shift_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(60))
    duty: Mapped[str | None] = mapped_column(String(300))
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    prerequisites: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`rules.Prerequisites` on top of those of the shift."""
