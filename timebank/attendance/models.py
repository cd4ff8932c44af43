"""Tables of attendance: scans belong to the host county, visits to the volunteer's, phones to a team's."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.attendance.rules import TOLD, DeviceKind, Direction, Method, Verdict
from timebank.kernel.db import Base, Sharded, distributed, one_of, reference, where


class GatePolicyRow(Base):
    """`rules.GatePolicy` as a dated row."""

    __tablename__ = "gate_policies"
    __table_args__ = reference()

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date]
    undo_minutes: Mapped[int]
    split_minutes: Mapped[int]
    largest_skew_seconds: Mapped[int]
    late_upload_hours: Mapped[int]
    point_days: Mapped[int]
    coarsest_place_m: Mapped[int]
    device_days: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))


class Scan(Sharded, Base):
    """One attempt at a gate, with its verdict; refused ones too. Never changed afterwards.

    What follows later (a provisional scan decided, an accepted one undone) is one more row that settles it.
    """

    __tablename__ = "scans"
    __table_args__ = distributed(
        UniqueConstraint("shard_code", "client_id"),
        one_of("direction", Direction),
        one_of("method", Method),
        one_of("verdict", Verdict),
        one_of("told", TOLD),
        Index(None, "shard_code", "shift_id", "received_at"),
        Index("uq_scans_settles", "shard_code", "settles_id", unique=True, **where("settles_id IS NOT NULL")),
    )

    client_id: Mapped[str] = mapped_column(String(64))
    """Made by whoever scanned; the same id is the same attempt."""
    shift_id: Mapped[UUID | None]
    volunteer_shard: Mapped[int | None]
    volunteer_id: Mapped[UUID | None]
    direction: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str] = mapped_column(String(20))
    code: Mapped[str | None] = mapped_column(String(30))
    """Why it was refused, or None."""
    step: Mapped[int | None]
    """The time step of the venue code that was scanned."""
    device_hash: Mapped[str | None] = mapped_column(String(64))
    operator: Mapped[str | None] = mapped_column(String(60))
    scanned_at: Mapped[datetime]
    """By the device's clock."""
    sent_at: Mapped[datetime | None]
    """When an upload left the device, by the device's clock: the difference to `received_at` is its skew."""
    received_at: Mapped[datetime]
    """By the server's clock."""
    happened_at: Mapped[datetime]
    """When it was scanned by the server's clock, as well as can be known."""
    told: Mapped[str | None] = mapped_column(String(20))
    """The verdict that the device gave while it was off line."""
    device_id: Mapped[UUID | None]
    """The organizer's device, where one was registered."""
    distance_m: Mapped[int | None]
    """How far from the venue the phone was, where the shift asks and where somebody chose to tell it; the
    point itself is not in this table."""
    settles_id: Mapped[UUID | None]
    """The scan of this shard that this row decides or undoes."""
    reason: Mapped[str | None] = mapped_column(String(200))
    visit_shard: Mapped[int | None]
    visit_id: Mapped[UUID | None]


class Visit(Sharded, Base):
    """A volunteer at one shift, from check-in to check-out. At most one is open per person."""

    __tablename__ = "visits"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        UniqueConstraint("shard_code", "volunteer_id", "host_code", "shift_id"),
        Index("uq_visits_open", "shard_code", "volunteer_id", unique=True, **where("out_at IS NULL")),
        one_of("in_method", Method),
        one_of("out_method", Method),
        CheckConstraint("out_at >= in_at", name="times"),
    )

    volunteer_id: Mapped[UUID]
    host_code: Mapped[int]
    shift_id: Mapped[UUID]
    in_at: Mapped[datetime]
    in_method: Mapped[str] = mapped_column(String(20))
    in_step: Mapped[int | None]
    """The time step of the venue code that opened it; a code is good for one passage only."""
    out_at: Mapped[datetime | None]
    out_method: Mapped[str | None] = mapped_column(String(20))
    out_step: Mapped[int | None]
    out_reason: Mapped[str | None] = mapped_column(String(200))
    """Why an organizer, not a scan, ended it."""
    out_policy: Mapped[str | None] = mapped_column(String(60))
    """The closing policy that ended it, with its version, where nobody did."""


class GateDevice(Sharded, Base):
    """A device of an organisation's gate: its token downloads packages and uploads scans, and nothing else.

    Only the digest of the token is kept, and the row is the right.
    """

    __tablename__ = "gate_devices"
    __table_args__ = distributed(Index(None, "shard_code", "organization_id"), one_of("kind", DeviceKind))

    organization_id: Mapped[UUID]
    """In the same shard."""
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64))
    made_by_shard: Mapped[int]
    made_by_id: Mapped[UUID]
    """The account in whose name it works."""
    made_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    app_version: Mapped[str | None] = mapped_column(String(40))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(60))
    wiped_at: Mapped[datetime | None]
    """When the page reported that nothing is left on the phone."""


class ScanPoint(Sharded, Base):
    """Where a phone was at a scan of this volunteer, under the scan's own key; deleted after some days."""

    __tablename__ = "scan_points"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "id"], ["scans.shard_code", "scans.id"]), Index(None, "delete_at")
    )

    volunteer_shard: Mapped[int]
    volunteer_id: Mapped[UUID]
    point_sealed: Mapped[str] = mapped_column(String(200))
    delete_at: Mapped[datetime]
