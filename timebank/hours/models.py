"""Tables of hours."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.attendance.rules import Method
from timebank.hours.rules import AppealStatus, RecordStatus, SheetStatus
from timebank.kernel.db import Base, JsonDocument, RegionCode, Sharded, distributed, one_of, reference


class HoursPolicy(Base):
    """Dated, sourced limits for turning attendance into hours."""

    __tablename__ = "hours_policies"
    __table_args__ = reference()

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date]
    long_day_minutes: Mapped[int]
    """Above this a record is marked for a second look."""
    short_visit_minutes: Mapped[int]
    """Below this a record is marked for a second look."""
    submit_working_days: Mapped[int]
    fastest_kmh: Mapped[int]
    """Whoever went faster between two places did not go."""
    far_minutes: Mapped[int]
    """How long one needs at least from one county to another, where the places are not known."""
    people_per_device: Mapped[int]
    """For how many people one phone may scan at a shift."""
    far_from_venue_m: Mapped[int]
    """How many metres beyond the venue's radius a phone may say it was that scanned the changing code."""
    late_entry_hours: Mapped[int]
    """From how long after the passage on its entry is late."""
    most_manual_percent: Mapped[int]
    """Which share of a shift's records may come from the organizer's hand."""
    manual_share_people: Mapped[int]
    """From how many records of a shift on that share says something."""
    night_from_minute: Mapped[int]
    night_until_minute: Mapped[int]
    """Minutes of the local day between which service is unusual."""
    running_days: Mapped[int]
    """How many days one after the other are usual."""
    source: Mapped[str] = mapped_column(String(200))


class ServiceRecord(Sharded, Base):
    """What one volunteer did at one shift (MCA Order 67 Art. 7), from attendance to confirmation."""

    __tablename__ = "service_records"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        ForeignKeyConstraint(["shard_code", "visit_id"], ["visits.shard_code", "visits.id"]),
        UniqueConstraint("shard_code", "visit_id"),
        one_of("status", RecordStatus),
        one_of("entry_mode", Method),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("ended_at >= started_at", name="times"),
        Index(None, "shard_code", "volunteer_id", "occurred_on"),
        Index(None, "shard_code", "host_code", "shift_id"),
        Index(None, "shard_code", "status", "occurred_on"),
    )

    volunteer_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    host_code: Mapped[int]
    project_id: Mapped[UUID]
    shift_id: Mapped[UUID]
    activity_name: Mapped[str] = mapped_column(String(200))
    occurred_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    organization_shard: Mapped[int]
    organization_id: Mapped[UUID]
    organization_name: Mapped[str] = mapped_column(String(100))
    leader_name: Mapped[str] = mapped_column(String(60))
    categories: Mapped[list[str]]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    minutes: Mapped[int]
    corrected_out_at: Mapped[datetime | None]
    """An earlier end that the organizer set after a reviewer had returned the record."""
    correction_note: Mapped[str | None] = mapped_column(String(300))
    entry_mode: Mapped[str] = mapped_column(String(20))
    attendance_policy: Mapped[str] = mapped_column(String(60))
    """What measured the hours, with its version: the shift's mode, or the policy that ended the visit."""
    attention: Mapped[list[str]]
    figures: Mapped[dict[str, Any] | None]
    """The numbers behind each mark of `attention`."""
    earns_credit: Mapped[bool]
    region_code: Mapped[int] = mapped_column(RegionCode)
    """Where the volunteer lived when the record was made: indicators count people by home."""
    service_region_code: Mapped[int] = mapped_column(RegionCode)
    """Where the service took place."""
    policy_version: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20))
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    submitted_by: Mapped[str | None] = mapped_column(String(60))
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None] = mapped_column(String(300))


class ShiftSheet(Sharded, Base):
    """The hours of one shift as a whole, in the host county under the shift's own key.

    It knows the counties in which the volunteers' records lie, so that no question goes to all counties, and
    its row is locked by whoever makes, submits or decides them. The counts are recomputed from the records.
    """

    __tablename__ = "shift_sheets"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "id"], ["shifts.shard_code", "shifts.id"]),
        one_of("status", tuple(each for each in SheetStatus if each != SheetStatus.NOT_CLOSED)),
        Index(None, "shard_code", "status", "region_code"),
    )

    project_id: Mapped[UUID]
    activity_name: Mapped[str] = mapped_column(String(200))
    occurred_on: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200))
    organization_shard: Mapped[int]
    organization_id: Mapped[UUID]
    organization_name: Mapped[str] = mapped_column(String(100))
    region_code: Mapped[int] = mapped_column(RegionCode)
    earns_credit: Mapped[bool]
    home_shards: Mapped[list[int]] = mapped_column(JsonDocument)
    status: Mapped[str] = mapped_column(String(20))
    people: Mapped[int]
    minutes: Mapped[int]
    """Of all records but those not recognised."""
    with_organizer: Mapped[int]
    waiting: Mapped[int]
    """Records that a reviewer has to decide."""
    confirmed: Mapped[int]
    closed_by: Mapped[str] = mapped_column(String(60))
    closed_at: Mapped[datetime]
    submitted_by: Mapped[str | None] = mapped_column(String(60))
    submitted_at: Mapped[datetime | None]


class VisitAppeal(Sharded, Base):
    """What a volunteer says against the end that a policy gave their visit; it lies in the host county.

    One for each visit: what was decided once is put right by a correction of the record.
    """

    __tablename__ = "visit_appeals"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "shift_id"], ["shifts.shard_code", "shifts.id"]),
        UniqueConstraint("shard_code", "volunteer_shard", "visit_id"),
        one_of("status", AppealStatus),
        Index(None, "shard_code", "shift_id"),
    )

    shift_id: Mapped[UUID]
    volunteer_shard: Mapped[int]
    volunteer_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    stayed_until: Mapped[datetime]
    note_sealed: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    out_at: Mapped[datetime | None]
    """The end that was accepted; it may differ from what was said."""
    answer: Mapped[str | None] = mapped_column(String(200))
