"""Taking hold of what was asked for, and settling it; for the use-cases of this flat only."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select, update

from timebank.kernel.errors import Forbidden, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import CorrectionRequest, Proposal, RegionMove, Volunteer
from timebank.volunteers.rules import RequestStatus, check_open

Request = TypeVar("Request", RegionMove, Proposal, CorrectionRequest)
KINDS: tuple[type[RegionMove] | type[Proposal] | type[CorrectionRequest], ...] = (
    RegionMove,
    Proposal,
    CorrectionRequest,
)


def seen(work: Work, kind: type[Request], key: Key) -> Request:
    """A request as it stands, not locked: it tells whose row to lock first. Internal. Raises NotFound."""
    found = work.session.get(kind, (key.shard, key.id))
    if found is None:
        raise NotFound()
    return found


def whose(work: Work, kind: type[Request], key: Key, permission: Permission) -> Key:
    """Whom a request is about, for that person and for who has the right somewhere. Internal.

    Raises NotFound.
    """
    found = work.session.get(kind, (key.shard, key.id))
    volunteer = Key(key.shard, found.volunteer_id) if found else None
    if not work.actor.owns(volunteer):
        work.allow(permission)
    if volunteer is None:
        raise NotFound()
    return volunteer


def still_open(work: Work, kind: type[Request], key: Key) -> Request:
    """The same locked, after the person's row. Internal. Raises Conflict("already-decided")."""
    found = work.session.get_one(kind, (key.shard, key.id), with_for_update=True, populate_existing=True)
    check_open(found.status)
    return found


def is_open(work: Work, kind: type[Request], volunteer: Key) -> bool:
    """Whether something of this kind waits for a decision about a person whose row is locked. Internal."""
    found = work.session.scalar(
        select(kind.id).where(
            kind.shard_code == volunteer.shard,
            kind.volunteer_id == volunteer.id,
            kind.status == RequestStatus.OPEN,
        )
    )
    return found is not None


def settle(
    work: Work, found: RegionMove | Proposal | CorrectionRequest, status: RequestStatus, reply: str | None
) -> None:
    """Write a decision. Internal."""
    found.status, found.reply = status, reply
    found.decided_by, found.decided_at = work.actor.label, work.now


def refuse_asker(work: Work, found: RegionMove | Proposal | CorrectionRequest) -> None:
    """Whoever asked does not decide. Internal. Raises Forbidden("maker-is-checker")."""
    if work.actor.user is not None and found.asked_by == work.actor.label:
        raise Forbidden("maker-is-checker")


def withdraw_all(work: Work, row: Volunteer) -> None:
    """Nothing about this person waits any more. Internal."""
    for kind in KINDS:
        work.session.execute(
            update(kind)
            .where(
                kind.shard_code == row.shard_code,
                kind.volunteer_id == row.id,
                kind.status == RequestStatus.OPEN,
            )
            .values(status=RequestStatus.WITHDRAWN, decided_by=work.actor.label, decided_at=work.now)
        )


def forget_texts(work: Work, row: Volunteer) -> None:
    """Empty what was written in requests about this person. Internal."""
    texts = {
        RegionMove: ("reason_sealed", "reply"),
        Proposal: ("note_sealed", "reply"),
        CorrectionRequest: ("wrong_sealed", "right_sealed", "reply"),
    }
    for kind in KINDS:
        work.session.execute(
            update(kind)
            .where(kind.shard_code == row.shard_code, kind.volunteer_id == row.id)
            .values(dict.fromkeys(texts[kind]))
        )
