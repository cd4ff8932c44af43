"""Tables of party organisations, memberships and reports to communities."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of, reference, where
from timebank.party.rules import Belongs, Kind, MembershipStatus, ReportStatus


class PartyPolicyRow(Base):
    """`rules.PartyPolicy` as a dated row."""

    __tablename__ = "party_policies"
    __table_args__ = reference()

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date]
    counts_probationary: Mapped[bool]
    source: Mapped[str] = mapped_column(String(300))


class PartyOrganization(Sharded, Base):
    """A party committee, general branch or branch (党组织), in the county of its place."""

    __tablename__ = "party_organizations"
    __table_args__ = distributed(
        one_of("kind", Kind),
        one_of("belongs", Belongs),
        one_of("status", ("active", "dissolved")),
        Index(
            "uq_party_organizations_active",
            "shard_code",
            "region_code",
            "name",
            unique=True,
            **where("status = 'active'"),
        ),
        Index(None, "region_code", "status"),
        Index(None, "parent_shard", "parent_id"),
    )

    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    belongs: Mapped[str] = mapped_column(String(10))
    region_code: Mapped[int] = mapped_column(RegionCode)
    """The community, or the place of the unit; it never changes, because memberships carry it."""
    parent_shard: Mapped[int | None]
    parent_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(String(10))
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    dissolved_by: Mapped[str | None] = mapped_column(String(60))
    dissolved_at: Mapped[datetime | None]


class PartyMembership(Sharded, Base):
    """One membership of one volunteer, in the volunteer's shard; what ended or was refused stays as a row."""

    __tablename__ = "party_memberships"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        one_of("status", MembershipStatus),
        one_of("organization_belongs", Belongs),
        Index(
            "uq_party_memberships_present",
            "shard_code",
            "volunteer_id",
            unique=True,
            **where("status IN ('claimed', 'verified')"),
        ),
        Index(None, "organization_shard", "organization_id", "status"),
        Index(None, "organization_region_code", "status"),
    )

    volunteer_id: Mapped[UUID]
    organization_shard: Mapped[int | None]
    organization_id: Mapped[UUID | None]
    """Organisation of membership (组织关系所在党组织); none while nobody has said which."""
    organization_region_code: Mapped[int | None] = mapped_column(RegionCode)
    organization_belongs: Mapped[str | None] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    policy_version: Mapped[str] = mapped_column(String(40))
    claimed_at: Mapped[datetime | None]
    """When the person said so here; none where the party organisation acted on its own roll."""
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why it was refused or ended."""


class PartyReport(Sharded, Base):
    """An in-service member reported to a community (报到社区), apart from the organisation of membership."""

    __tablename__ = "party_reports"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        one_of("status", ReportStatus),
        Index(
            "uq_party_reports_present",
            "shard_code",
            "volunteer_id",
            unique=True,
            **where("status IN ('reported', 'confirmed')"),
        ),
        Index(None, "community_code", "status"),
    )

    volunteer_id: Mapped[UUID]
    community_code: Mapped[int] = mapped_column(RegionCode)
    unit: Mapped[str | None] = mapped_column(String(100))
    """Where the member works and is to be told of the service."""
    status: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[str] = mapped_column(String(60))
    reported_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
