"""What a team's administrators see: invitations they sent, and the join code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from timebank.kernel.db import runtime, session
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.memberships.models import Invitation, JoinCode
from timebank.memberships.rules import seen_by_inviter


@dataclass(frozen=True, slots=True)
class SentInvitation:
    """An invitation as its team sees it: never whether anybody has the number."""

    key: Key
    number: str
    status: str
    """`open`, `accepted`, `withdrawn` or `expired`."""
    invited_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class JoinCodeCard:
    """A team's code, to be read out, printed or scanned."""

    key: Key
    code: str
    path: str
    uses: int
    used: int
    made_at: datetime
    expires_at: datetime
    is_over: bool


def invitations(
    actor: Actor, organization: Key, *, limit: int = 50, cursor: str | None = None
) -> Page[SentInvitation]:
    """The invitations of a team, the latest first. Raises NotFound, Forbidden."""
    require(actor, Permission.MEMBERSHIP_WRITE, organization=organization)
    query = select(Invitation).where(
        Invitation.shard_code == organization.shard, Invitation.organization_id == organization.id
    )
    after = after_key(cursor)
    if after:
        query = query.where(Invitation.id < after.id)
    rows = list(session().scalars(query.order_by(Invitation.id.desc()).limit(limit + 1)))
    now = runtime().clock.now()
    found = [
        SentInvitation(
            row.key,
            row.number_masked,
            seen_by_inviter(row.status, row.expires_at, now),
            row.invited_at,
            row.expires_at,
        )
        for row in rows
    ]
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def join_code(actor: Actor, organization: Key) -> JoinCodeCard | None:
    """The team's code, unless it was revoked; one that ran out says so. Raises NotFound, Forbidden."""
    require(actor, Permission.MEMBERSHIP_WRITE, organization=organization)
    row = session().scalar(
        select(JoinCode)
        .where(
            JoinCode.shard_code == organization.shard,
            JoinCode.organization_id == organization.id,
            JoinCode.revoked_at.is_(None),
        )
        .order_by(JoinCode.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    code = runtime().vault.decrypt(row.code_sealed, f"join_codes.code:{row.key}")
    is_over = row.expires_at <= runtime().clock.now() or row.used >= row.uses
    return JoinCodeCard(
        row.key, code, f"/join/{code}", row.uses, row.used, row.made_at, row.expires_at, is_over
    )
