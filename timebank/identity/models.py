"""Tables of identity."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of
from timebank.kernel.policy import Role


class User(Sharded, Base):
    """Somebody who can sign in. The phone is encrypted; the claim of kind `phone` finds the row."""

    __tablename__ = "users"
    __table_args__ = distributed(
        one_of("status", ("active", "frozen", "closed")),
        one_of("locale", ("zh_Hans_CN", "en")),
        one_of("view", ("normal", "elder")),
    )

    name: Mapped[str] = mapped_column(String(60))
    phone_sealed: Mapped[str] = mapped_column(String(200), nullable=True)
    """Empty only in a closed account."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    volunteer_id: Mapped[UUID | None]
    """The volunteer this user is, in the same shard."""
    status: Mapped[str] = mapped_column(String(10), default="active")
    locale: Mapped[str] = mapped_column(String(12), default="zh_Hans_CN")
    view: Mapped[str] = mapped_column(String(10), default="normal")
    created_at: Mapped[datetime]


class RoleGrant(Sharded, Base):
    """A role of a user in a region, for an organisation or for a ward; revoked, never deleted."""

    __tablename__ = "role_grants"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "user_id"], ["users.shard_code", "users.id"]),
        one_of("role", Role),
        Index(None, "shard_code", "user_id"),
        Index(None, "organization_shard", "organization_id"),
        Index(None, "ward_shard", "ward_id"),
    )

    user_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(30))
    region_code: Mapped[int | None] = mapped_column(RegionCode)
    organization_shard: Mapped[int | None]
    organization_id: Mapped[UUID | None]
    ward_shard: Mapped[int | None]
    ward_id: Mapped[UUID | None]
    granted_by: Mapped[str] = mapped_column(String(60))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AccessToken(Base):
    """A browser session or an API token: only the hash is kept, and the row is the right."""

    __tablename__ = "access_tokens"
    __table_args__ = distributed(
        one_of("kind", ("session", "bearer")),
        Index(None, "token_hash", "shard_code", "user_id"),
        by="token_hash",
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    shard_code: Mapped[int]
    user_id: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OneTimeCode(Base):
    """The last code sent to a phone, hashed; a few wrong attempts use it up."""

    __tablename__ = "one_time_codes"
    __table_args__ = distributed(by="phone_index")

    phone_index: Mapped[str] = mapped_column(String(64), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    attempts_left: Mapped[int]
