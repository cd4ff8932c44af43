"""Tables of projects; their shard is the host county."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of, reference, where
from timebank.kernel.files import KeptFile
from timebank.projects.rules import (
    FUND_SOURCES,
    SIGN_UP_CHANNELS,
    Action,
    AppealStatus,
    AttendanceMode,
    ClosingPolicy,
    PrintedCode,
    ProjectKind,
    ProjectStatus,
    ShiftStatus,
    SignUpStatus,
)
from timebank.qualifications.rules import ENDINGS


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


class SignUp(Sharded, Base):
    """A volunteer's place in a shift. The volunteer lives in another shard: plain values, no foreign key."""

    __tablename__ = "sign_ups"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "shift_id"], ["shifts.shard_code", "shifts.id"]),
        UniqueConstraint("shard_code", "shift_id", "volunteer_shard", "volunteer_id"),
        one_of("status", SignUpStatus),
        one_of("channel", SIGN_UP_CHANNELS),
        Index(None, "volunteer_shard", "volunteer_id"),
        Index("ix_sign_ups_answer", "answer_by", **where("status IN ('offered', 'invited', 'waiting')")),
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
    post_id: Mapped[UUID | None]
    waits_since: Mapped[datetime | None]
    """When it came on the wait-list: the order in which places that get free are given."""
    takes_at_once: Mapped[bool] = mapped_column(default=False)
    """Whether a place that gets free is taken without asking again."""
    answer_by: Mapped[datetime | None]
    """Until when an offer or an invitation can be accepted, and a wait can end well."""
    reason_sealed: Mapped[str | None] = mapped_column(String(1600))
    """Why the person is on leave, or why the organizer refused or took a no-show back, encrypted."""


class NoShowAppeal(Sharded, Base):
    """The objection of somebody noted as not having come, and what somebody else decided about it."""

    __tablename__ = "no_show_appeals"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "sign_up_id"], ["sign_ups.shard_code", "sign_ups.id"]),
        UniqueConstraint("shard_code", "sign_up_id"),
        one_of("status", AppealStatus),
        Index(None, "volunteer_shard", "volunteer_id"),
    )

    sign_up_id: Mapped[UUID]
    shift_id: Mapped[UUID]
    volunteer_shard: Mapped[int]
    volunteer_id: Mapped[UUID]
    note_sealed: Mapped[str | None] = mapped_column(String(1600))
    """What the person says, encrypted; empty once the registration is closed."""
    status: Mapped[str] = mapped_column(String(10))
    recorded_by: Mapped[str] = mapped_column(String(60))
    """Who noted the no-show: somebody else decides."""
    appealed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    reply_sealed: Mapped[str | None] = mapped_column(String(1600))
    """What the person is answered, encrypted."""


class CalendarFeed(Sharded, Base):
    """The secret address of a person's own calendar; kept as a digest, made anew or ended by the person."""

    __tablename__ = "calendar_feeds"
    __table_args__ = distributed(
        Index(None, "secret_digest"),
        Index(
            "uq_calendar_feeds_in_use", "shard_code", "volunteer_id", unique=True, **where("ended_at IS NULL")
        ),
    )

    volunteer_id: Mapped[UUID]
    secret_digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
