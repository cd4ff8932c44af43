"""Moving to another community: asked for by the person, decided where they are going (转移接续).

Nothing else moves: account, hours and consents are keyed by the person, whose shard stays.
"""

from __future__ import annotations

from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import RegionMove, Volunteer
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import RequestStatus, Status, check_line, check_reason
from timebank.volunteers.usecases.registration import community
from timebank.volunteers.usecases.requests import is_open, refuse_asker, seen, settle, still_open, whose
from timebank.volunteers.usecases.rows import held, locked, refuse_own

MOVABLE = (Status.REGISTERED, Status.SUSPENDED)
"""Who is not registered yet corrects the registration instead."""


def ask_for_move(work: Work, *, volunteer: Key, region_code: int, reason: str) -> Key:
    """Ask to be taken over by another community; for the person, a guardian, or a clerk for them.

    Until it is decided the person stays where they are. Raises Conflict("wrong-status" | "move-open"),
    Invalid for `region_code` ("unknown-community", "lives-there") or `reason`.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    _check_movable(row)
    if community(region_code) == row.region_code:
        raise Invalid("lives-there", field="region_code")
    if is_open(work, RegionMove, volunteer):
        raise Conflict("move-open")
    key = Key(row.shard_code, work.new_id())
    move = RegionMove(
        shard_code=key.shard,
        id=key.id,
        volunteer_id=row.id,
        from_code=row.region_code,
        to_code=region_code,
        reason_sealed=work.runtime.vault.encrypt(check_line(reason, "reason"), f"region_moves.reason:{key}"),
        status=RequestStatus.OPEN,
        asked_by=work.actor.label,
        asked_at=work.now,
        due_on=registration_policy(work.today).move_due(work.today),
    )
    work.session.add(move)
    work.session.flush()
    work.emit("volunteer.move_asked", row.key, move=key, to=region_code)
    return key


def accept_move(work: Work, *, move: Key) -> None:
    """Take somebody over, by an officer of the community they move to.

    Whoever also helped in the old community helps in the new one from now on. Raises NotFound,
    Forbidden("own-registration" | "maker-is-checker"), Conflict("already-decided" | "wrong-status").
    """
    row, found = _deciding(work, move)
    _check_movable(row)
    settle(work, found, RequestStatus.ACCEPTED, None)
    if row.service_region_code == row.region_code:
        row.service_region_code = found.to_code
    row.region_code = found.to_code
    work.emit("volunteer.moved", row.key, move=move, left=found.from_code, to=found.to_code)


def refuse_move(work: Work, *, move: Key, reason: str) -> None:
    """Do not take somebody over, with a reason for them to read. Raises as `accept_move`."""
    row, found = _deciding(work, move)
    settle(work, found, RequestStatus.REFUSED, check_reason(reason))
    work.emit("volunteer.move_refused", row.key, move=move)


def withdraw_move(work: Work, *, move: Key) -> None:
    """Stay after all: by the person, a guardian, or a clerk where they live. Raises as `accept_move`."""
    volunteer = whose(work, RegionMove, move, Permission.VOLUNTEER_WRITE)
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    settle(work, still_open(work, RegionMove, move), RequestStatus.WITHDRAWN, None)
    work.emit("volunteer.move_withdrawn", row.key, move=move)


def _deciding(work: Work, move: Key) -> tuple[Volunteer, RegionMove]:
    work.allow(Permission.VOLUNTEER_REVIEW)
    asked = seen(work, RegionMove, move)
    work.allow(Permission.VOLUNTEER_REVIEW, region=asked.to_code)
    row = held(work, Key(move.shard, asked.volunteer_id))
    refuse_own(work, row)
    found = still_open(work, RegionMove, move)
    refuse_asker(work, found)
    return row, found


def _check_movable(row: Volunteer) -> None:
    if row.status not in MOVABLE:
        raise Conflict("wrong-status", status=row.status)
