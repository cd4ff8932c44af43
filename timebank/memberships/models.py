"""Tables of memberships; their shard is the team's county."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, Sharded, distributed, one_of
from timebank.kernel.ids import Key
from timebank.memberships.rules import Invitation as InvitationStatus
from timebank.memberships.rules import Status, Way


def _of_organization() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["shard_code", "organization_id"], ["organizations.shard_code", "organizations.id"]
    )


class Membership(Sharded, Base):
    """A volunteer in a team. The volunteer lives in another shard: plain values, no foreign key."""

    __tablename__ = "memberships"
    __table_args__ = distributed(
        _of_organization(),
        UniqueConstraint("shard_code", "organization_id", "volunteer_shard", "volunteer_id"),
        one_of("status", Status),
        one_of("way", Way),
        Index(None, "shard_code", "organization_id", "status"),
        Index(None, "volunteer_shard", "volunteer_id"),
    )

    organization_id: Mapped[UUID]
    volunteer_shard: Mapped[int]
    volunteer_id: Mapped[UUID]
    user_id: Mapped[UUID]
    """The account, in the volunteer's shard, with which the person joined; roles are given to it."""
    status: Mapped[str] = mapped_column(String(10))
    way: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why somebody was refused or removed."""
    asked_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(60))

    @property
    def organization(self) -> Key:
        return Key(self.shard_code, self.organization_id)

    @property
    def volunteer(self) -> Key:
        return Key(self.volunteer_shard, self.volunteer_id)

    @property
    def user(self) -> Key:
        return Key(self.volunteer_shard, self.user_id)


class Invitation(Sharded, Base):
    """A number that was invited into a team. Whether it leads to a volunteer is never shown to the team."""

    __tablename__ = "invitations"
    __table_args__ = distributed(
        _of_organization(),
        one_of("status", InvitationStatus),
        Index(None, "shard_code", "organization_id"),
        Index(None, "volunteer_shard", "volunteer_id"),
    )

    organization_id: Mapped[UUID]
    number_masked: Mapped[str] = mapped_column(String(20))
    volunteer_shard: Mapped[int | None]
    volunteer_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(String(10))
    invited_by: Mapped[str] = mapped_column(String(60))
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    declined_at: Mapped[datetime | None]
    """When the person declined; the team is not told, so it is no state."""

    @property
    def organization(self) -> Key:
        return Key(self.shard_code, self.organization_id)

    @property
    def volunteer(self) -> Key | None:
        known = self.volunteer_shard is not None and self.volunteer_id is not None
        return Key(self.volunteer_shard, self.volunteer_id) if known else None  # type: ignore[arg-type]


class JoinCode(Sharded, Base):
    """A code with which volunteers join a team by themselves, for a time and a number of uses."""

    __tablename__ = "join_codes"
    __table_args__ = distributed(
        _of_organization(),
        CheckConstraint("used >= 0 AND used <= uses", name="uses"),
        Index(None, "shard_code", "organization_id"),
    )

    organization_id: Mapped[UUID]
    code_sealed: Mapped[str] = mapped_column(String(200), info={"claim": "join-code"})
    """Encrypted; the claim of kind `join-code` finds the row."""
    uses: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    @property
    def organization(self) -> Key:
        return Key(self.shard_code, self.organization_id)
