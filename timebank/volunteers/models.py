"""Tables of volunteers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of
from timebank.volunteers.rules import CONSENT_PURPOSES, DOCUMENT_TYPES, POLITICAL_STATUSES, SEXES, Status


class Volunteer(Sharded, Base):
    """A person who registered (Order 67 Art. 5). Document number and phone are encrypted (`*_sealed`)."""

    __tablename__ = "volunteers"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "user_id"], ["users.shard_code", "users.id"]),
        UniqueConstraint("shard_code", "volunteer_no"),
        UniqueConstraint("shard_code", "user_id"),
        one_of("status", Status),
        one_of("document_type", DOCUMENT_TYPES),
        one_of("sex", SEXES),
        one_of("political_status", POLITICAL_STATUSES),
        Index(None, "region_code", "status"),
    )

    user_id: Mapped[UUID]
    volunteer_no: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(60))
    document_type: Mapped[str] = mapped_column(String(20))
    document_sealed: Mapped[str] = mapped_column(String(200), info={"claim": "document"})
    phone_sealed: Mapped[str] = mapped_column(String(200))
    personal_code_sealed: Mapped[str] = mapped_column(String(200), info={"claim": "personal-code"})
    sex: Mapped[str] = mapped_column(String(1))
    born_on: Mapped[date]
    region_code: Mapped[int] = mapped_column(RegionCode)
    """Community or village of residence (居住区域); mutable, unlike the shard."""
    political_status: Mapped[str] = mapped_column(String(2))
    """As the person says; only `party_verified_at` makes a party member count."""
    party_verified_at: Mapped[datetime | None]
    party_verified_by: Mapped[str | None] = mapped_column(String(60))
    skills: Mapped[list[str]]
    categories: Mapped[list[str]]
    status: Mapped[str] = mapped_column(String(20))
    status_reason: Mapped[str | None] = mapped_column(String(200))
    status_changed_by: Mapped[str] = mapped_column(String(60))
    status_changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime]
    registered_on: Mapped[date | None]


class Consent(Sharded, Base):
    """One consent to one version of one text; withdrawn, never deleted (PIPL Art. 14-17)."""

    __tablename__ = "consents"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        UniqueConstraint("shard_code", "volunteer_id", "purpose", "version"),
        one_of("purpose", CONSENT_PURPOSES),
    )

    volunteer_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


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
