"""Tables of who takes part: sign-ups, objections to no-shows, calendars of one's own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, Sharded, distributed, one_of, where
from timebank.projects.rules import SIGN_UP_CHANNELS, AppealStatus, SignUpStatus, WhyOver


class SignUp(Sharded, Base):
    """A volunteer's place in a shift. The volunteer lives in another shard: plain values, no foreign key."""

    __tablename__ = "sign_ups"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "shift_id"], ["shifts.shard_code", "shifts.id"]),
        UniqueConstraint("shard_code", "shift_id", "volunteer_shard", "volunteer_id"),
        one_of("status", SignUpStatus),
        one_of("channel", SIGN_UP_CHANNELS),
        one_of("why_over", WhyOver),
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
    why_over: Mapped[str | None] = mapped_column(String(12))
    """Why it ended where neither the person nor the organizer ended it."""


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
