"""Tables of identity."""

from __future__ import annotations

from datetime import date, datetime
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
    phone_sealed: Mapped[str] = mapped_column(String(200), nullable=True, info={"claim": "phone"})
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
        Index(None, "region_code"),
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
    """A browser session or a token: only the hash is kept, and the row is the right.

    `session` belongs to a browser, `bearer` to a program that signed in, `api` to one that was given limits;
    `pending` waits for the second factor and grants nothing.
    """

    __tablename__ = "access_tokens"
    __table_args__ = distributed(
        one_of("kind", ("api", "pending", "session", "bearer")),
        ForeignKeyConstraint(["shard_code", "user_id"], ["users.shard_code", "users.id"]),
        Index(None, "shard_code", "user_id"),
    )

    shard_code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The county of the user; the token names it, so that token and user are found in one statement."""
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    id: Mapped[UUID]
    """Its name for the person it belongs to; it opens nothing."""
    label: Mapped[str | None] = mapped_column(String(60))
    scopes: Mapped[list[str] | None]
    is_strong: Mapped[bool]
    """Whether a second factor was shown when it was made."""
    last_used_on: Mapped[date | None]


class OneTimeCode(Base):
    """The last code sent to a phone, hashed; a few wrong attempts use it up."""

    __tablename__ = "one_time_codes"
    __table_args__ = distributed(by="phone_index")

    phone_index: Mapped[str] = mapped_column(String(64), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    attempts_left: Mapped[int]


class SecondFactor(Sharded, Base):
    """The secret of an authenticator app (RFC 6238); without `confirmed_at` it is still being set up."""

    __tablename__ = "second_factors"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "user_id"], ["users.shard_code", "users.id"]),
        Index(None, "shard_code", "user_id"),
    )

    user_id: Mapped[UUID]
    secret_sealed: Mapped[str] = mapped_column(String(200))
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]
    """The half minute of the last code that was taken: a code is taken once."""


class RecoveryCode(Sharded, Base):
    """A code that stands in once for a lost authenticator app; kept as a keyed digest."""

    __tablename__ = "recovery_codes"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "user_id"], ["users.shard_code", "users.id"]),
        Index(None, "shard_code", "user_id"),
    )

    user_id: Mapped[UUID]
    code_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ExternalIdentity(Sharded, Base):
    """Somebody's account at an OpenID Connect provider; the claim `external-identity` finds the user."""

    __tablename__ = "external_identities"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "user_id"], ["users.shard_code", "users.id"]),
        Index(None, "shard_code", "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(info={"claim_owner": "external-identity"})
    issuer: Mapped[str] = mapped_column(String(200), info={"claim": "external-identity"})
    subject_sealed: Mapped[str] = mapped_column(String(600), info={"claim": "external-identity"})
    linked_at: Mapped[datetime]
