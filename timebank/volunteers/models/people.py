"""Tables of people who registered, and who is responsible for them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of, where
from timebank.volunteers.rules import (
    CHANNELS,
    DOCUMENT_TYPES,
    EDUCATIONS,
    OCCUPATIONS,
    POLITICAL_STATUSES,
    RELATIONS,
    SEXES,
    IdentityMethod,
    Status,
    document_claim,
)

SEALED = 400
"""Room for an encrypted line: key id, nonce, tag and up to 200 bytes, in base64."""


class Volunteer(Sharded, Base):
    """A person who registered (Order 67 Art. 5). What is sensitive is encrypted in the columns `*_sealed`."""

    __tablename__ = "volunteers"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "user_id"], ["users.shard_code", "users.id"]),
        UniqueConstraint("shard_code", "volunteer_no"),
        UniqueConstraint("shard_code", "user_id"),
        one_of("status", Status),
        one_of("document_type", DOCUMENT_TYPES),
        one_of("sex", SEXES),
        one_of("political_status", POLITICAL_STATUSES),
        one_of("channel", CHANNELS),
        one_of("education", EDUCATIONS),
        one_of("occupation", OCCUPATIONS),
        one_of("identity_method", IdentityMethod),
        Index(None, "region_code", "status"),
        # the registry's order with what people are searched by: a search reads the index alone
        Index("ix_volunteers_registry", "region_code", "shard_code", "id", "name", "initials"),
        Index(
            "ix_volunteers_reply_due_on",
            "reply_due_on",
            "shard_code",
            "id",
            **where("reply_due_on IS NOT NULL"),
        ),
        Index("ix_volunteers_minors", "born_on", **where("name_sealed IS NOT NULL")),
        Index("ix_volunteers_closing", "shard_code", "status_changed_at", **where("status = 'closing'")),
        Index(None, "merged_into_shard", "merged_into_id", **where("merged_into_id IS NOT NULL")),
    )

    user_id: Mapped[UUID | None]
    """The account, in the same shard; none for who has no phone or is too young for one."""
    volunteer_no: Mapped[str] = mapped_column(String(32))
    national_no: Mapped[str | None] = mapped_column(String(32))
    """The number in the national system (全国统一编号), an opaque text."""
    name: Mapped[str] = mapped_column(String(60))
    """In clear for adults; masked for minors, whose name is in `name_sealed`."""
    name_sealed: Mapped[str | None] = mapped_column(String(SEALED))
    initials: Mapped[str | None] = mapped_column(String(200))
    """Pinyin initials in all readings, each after a blank; none for minors."""
    document_type: Mapped[str] = mapped_column(String(20))
    document_sealed: Mapped[str | None] = mapped_column(
        String(200),
        info={"claim": "document", "claimed_as": (document_claim, ("document_type", "nationality"))},
    )
    nationality: Mapped[str] = mapped_column(String(3))
    phone_sealed: Mapped[str | None] = mapped_column(String(200))
    personal_code_sealed: Mapped[str | None] = mapped_column(String(200), info={"claim": "personal-code"})
    address_sealed: Mapped[str | None] = mapped_column(String(800))
    emergency_sealed: Mapped[str | None] = mapped_column(String(SEALED))
    """Name and phone of an emergency contact, one line each."""
    sex: Mapped[str] = mapped_column(String(1))
    born_on: Mapped[date]
    region_code: Mapped[int] = mapped_column(RegionCode)
    """Community or village of residence (居住区域); mutable, unlike the shard."""
    service_region_code: Mapped[int] = mapped_column(RegionCode)
    """Where the person wants to help (服务区域)."""
    registration_region_code: Mapped[int] = mapped_column(RegionCode)
    """Where the person registered first (注册区域)."""
    political_status: Mapped[str] = mapped_column(String(2))
    """As the person says; only `party_verified_at` makes a party member count."""
    party_verified_at: Mapped[datetime | None]
    party_verified_by: Mapped[str | None] = mapped_column(String(60))
    party_declined_at: Mapped[datetime | None]
    """When the party organisation last said no: the claim is off the list until the person asks again."""
    education: Mapped[str | None] = mapped_column(String(2))
    occupation: Mapped[str | None] = mapped_column(String(1))
    employer: Mapped[str | None] = mapped_column(String(100))
    availability: Mapped[list[str]]
    skills: Mapped[list[str]]
    categories: Mapped[list[str]]
    channel: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[str] = mapped_column(String(60))
    identity_method: Mapped[str | None] = mapped_column(String(20))
    identity_verified_by: Mapped[str | None] = mapped_column(String(60))
    identity_verified_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(20))
    status_before: Mapped[str | None] = mapped_column(String(20))
    """Where `keep` leads back to while the account is being closed."""
    status_reason: Mapped[str | None] = mapped_column(String(200))
    status_changed_by: Mapped[str] = mapped_column(String(60))
    status_changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime]
    reply_due_on: Mapped[date | None]
    registered_on: Mapped[date | None]
    merged_into_shard: Mapped[int | None]
    merged_into_id: Mapped[UUID | None]
    erased_at: Mapped[datetime | None]
    """When identity was unlinked; the statutory record stays under the volunteer number."""


class StatusReason(Sharded, Base):
    """Why a registration came into a state, for its history: events hold no texts."""

    __tablename__ = "status_reasons"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        Index(None, "shard_code", "volunteer_id"),
    )

    volunteer_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    """The instant of the event that tells of the same change."""


class Guardian(Sharded, Base):
    """Who consents and, for the youngest, acts for a volunteer under age (PIPL Art. 31)."""

    __tablename__ = "guardians"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        one_of("document_type", DOCUMENT_TYPES),
        one_of("relation", RELATIONS),
        one_of("channel", CHANNELS),
        Index(
            "uq_guardians_present",
            "shard_code",
            "volunteer_id",
            unique=True,
            **where("ended_at IS NULL"),
        ),
        Index(None, "user_shard", "user_id"),
    )

    volunteer_id: Mapped[UUID]
    name_sealed: Mapped[str] = mapped_column(String(SEALED), nullable=True)
    """Empty, like document and phone, only when the ward's identity was unlinked."""
    relation: Mapped[str] = mapped_column(String(20))
    document_type: Mapped[str] = mapped_column(String(20))
    document_sealed: Mapped[str] = mapped_column(String(200), nullable=True)
    phone_sealed: Mapped[str] = mapped_column(String(200), nullable=True)
    user_shard: Mapped[int]
    user_id: Mapped[UUID]
    """The guardian's account, found or opened by the phone."""
    channel: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[str] = mapped_column(String(60))
    entered_at: Mapped[datetime]
    consented_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RegistrationDraft(Sharded, Base):
    """What somebody has said so far who has not sent it in; it belongs to whoever holds the token.

    It has no county yet: the shard is a number made of the id, so that drafts spread evenly.
    """

    __tablename__ = "registration_drafts"
    __table_args__ = distributed(Index(None, "expires_at"))

    token_hash: Mapped[str] = mapped_column(String(64))
    content_sealed: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Unmasking(Sharded, Base):
    """Somebody saw a field of a volunteer in clear, and said what for; the person can see this row."""

    __tablename__ = "unmaskings"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        Index(None, "shard_code", "volunteer_id"),
        Index(None, "id"),
        Index(None, "actor", "id"),
    )

    volunteer_id: Mapped[UUID]
    actor: Mapped[str] = mapped_column(String(60))
    fields: Mapped[list[str]]
    purpose: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
