"""A person's own sign-ups as their cards show them: place in the line, deadline, reason, appeal. Internal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.ids import Key
from timebank.projects.models import NoShowAppeal, SignUp
from timebank.projects.queries.internal import AnyRow
from timebank.projects.rules import AppealStatus, SignUpStatus, WhyOver

OWN = (
    SignUp.shard_code,
    SignUp.id,
    SignUp.shift_id,
    SignUp.post_id,
    SignUp.status,
    SignUp.channel,
    SignUp.changed_at,
    SignUp.changed_by,
    SignUp.waits_since,
    SignUp.answer_by,
    SignUp.takes_at_once,
    SignUp.reason_sealed,
    SignUp.why_over,
)


@dataclass(frozen=True, slots=True)
class OwnAppeal:
    """What somebody said to a no-show, and the answer."""

    status: AppealStatus
    note: str | None
    reply: str | None


@dataclass(frozen=True, slots=True)
class OwnSignUp:
    """The sign-up of whoever looks, or of the volunteer for whom they act."""

    key: Key
    status: SignUpStatus
    channel: str
    """`web`, or by which way a clerk was asked to do it."""
    changed_at: datetime
    clerk: Key | None
    """The user who did it for the volunteer; None where it came from the persons themselves."""
    post: Key | None
    position: int | None
    """Place in the line, from 1; None for who does not wait."""
    answer_by: datetime | None
    takes_at_once: bool
    reason: str | None
    """Of one's own leave, or of the organizer who refused."""
    why_over: WhyOver | None
    """What ended it where nobody did, at `changed_at`."""
    appeal: OwnAppeal | None

    @property
    def is_answered(self) -> bool:
        """Whether the person may say yes or no now: to a place that is kept, or to an invitation."""
        open_ones = (SignUpStatus.OFFERED, SignUpStatus.INVITED)
        return (
            self.status in open_ones and self.answer_by is not None and self.answer_by > runtime().clock.now()
        )


def own_sign_ups(volunteer: Key | None, shifts: Iterable[AnyRow]) -> dict[UUID, OwnSignUp]:
    """Somebody's sign-ups among rows of shifts, by the shift's id; shard by shard."""
    rows = list(shifts)
    if volunteer is None:
        return {}
    found: dict[UUID, OwnSignUp] = {}
    for shard in sorted({row.shard_code for row in rows}):
        kept = bulk_connection().execute(
            select(*OWN).where(
                SignUp.shard_code == shard,
                SignUp.volunteer_shard == volunteer.shard,
                SignUp.volunteer_id == volunteer.id,
                SignUp.shift_id.in_([row.id for row in rows if row.shard_code == shard]),
            )
        )
        found |= {row.shift_id: _own_sign_up(row) for row in kept.all()}
    return found


def _own_sign_up(row: AnyRow) -> OwnSignUp:
    assisted = row.channel != "web" and row.changed_by
    key = Key(row.shard_code, row.id)
    sealed = row.reason_sealed
    return OwnSignUp(
        key=key,
        status=SignUpStatus(row.status),
        channel=row.channel,
        changed_at=row.changed_at,
        clerk=Key.parse(row.changed_by) if assisted else None,
        post=Key(row.shard_code, row.post_id) if row.post_id else None,
        position=_position(row) if row.status == SignUpStatus.WAITING else None,
        answer_by=row.answer_by,
        takes_at_once=row.takes_at_once,
        reason=runtime().vault.decrypt(sealed, f"sign_ups.reason:{key}") if sealed else None,
        why_over=WhyOver(row.why_over) if row.why_over else None,
        appeal=_appeal(key) if row.status in (SignUpStatus.NO_SHOW, SignUpStatus.EXCUSED) else None,
    )


def _position(row: AnyRow) -> int:
    """One more than there are people before, in the line of the same post."""
    same_post = SignUp.post_id == row.post_id if row.post_id else SignUp.post_id.is_(None)
    earlier = or_(
        SignUp.waits_since < row.waits_since, and_(SignUp.waits_since == row.waits_since, SignUp.id < row.id)
    )
    found = bulk_connection().execute(
        select(func.count()).where(
            SignUp.shard_code == row.shard_code,
            SignUp.shift_id == row.shift_id,
            SignUp.status == SignUpStatus.WAITING,
            same_post,
            earlier,
        )
    )
    return int(found.scalar_one()) + 1


def _appeal(sign_up: Key) -> OwnAppeal | None:
    row = (
        bulk_connection()
        .execute(
            select(
                NoShowAppeal.id, NoShowAppeal.status, NoShowAppeal.note_sealed, NoShowAppeal.reply_sealed
            ).where(NoShowAppeal.shard_code == sign_up.shard, NoShowAppeal.sign_up_id == sign_up.id)
        )
        .first()
    )
    if row is None:
        return None
    key, vault = Key(sign_up.shard, row.id), runtime().vault
    return OwnAppeal(
        AppealStatus(row.status),
        vault.decrypt(row.note_sealed, f"no_show_appeals.note:{key}") if row.note_sealed else None,
        vault.decrypt(row.reply_sealed, f"no_show_appeals.reply:{key}") if row.reply_sealed else None,
    )
