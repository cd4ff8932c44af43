"""What two officers decide together: that somebody has died, and that two registrations are one person's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from timebank.identity.usecases.leaving import freeze_user, thaw_user
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import Proposal, Volunteer
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import (
    LIVING,
    Action,
    ProposalKind,
    RequestStatus,
    Status,
    check_reason,
    next_status,
)
from timebank.volunteers.usecases.closing import refuse_roles, restore_suspension
from timebank.volunteers.usecases.merging import KEPT, fold_into
from timebank.volunteers.usecases.requests import (
    is_open,
    refuse_asker,
    seen,
    settle,
    still_open,
    withdraw_all,
)
from timebank.volunteers.usecases.rows import advance, held, refuse_own

RIGHTS = {
    ProposalKind.DEATH: Permission.VOLUNTEER_REVIEW,
    ProposalKind.UNDO_DEATH: Permission.VOLUNTEER_REVIEW,
    ProposalKind.MERGE: Permission.VOLUNTEER_MERGE,
}
PROPOSED = {
    ProposalKind.DEATH: "volunteer.death_proposed",
    ProposalKind.UNDO_DEATH: "volunteer.undo_death_proposed",
    ProposalKind.MERGE: "volunteer.merge_proposed",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What was confirmed about whom."""

    kind: ProposalKind
    volunteer: Key


def propose_death(work: Work, *, volunteer: Key, note: str) -> Key:
    """Report a death with what proves it; a second officer confirms.

    Raises Invalid("reason-needed", field="note"), Conflict("wrong-status" | "proposal-open").
    """
    (row,) = _people(work, ProposalKind.DEATH, volunteer)
    next_status(Status(row.status), Action.RECORD_DEATH)
    return _propose(work, row, ProposalKind.DEATH, note)


def propose_undo_death(work: Work, *, volunteer: Key, note: str) -> Key:
    """Report that a death was recorded by mistake, within the days of the policy; a second one confirms.

    Raises as `propose_death`, and Conflict("death-is-final").
    """
    (row,) = _people(work, ProposalKind.UNDO_DEATH, volunteer)
    _check_undoable(work, row)
    return _propose(work, row, ProposalKind.UNDO_DEATH, note)


def propose_merge(work: Work, *, keep: Key, fold: Key, note: str) -> Key:
    """Propose that `fold` is the same person as `keep` and goes on as that. For officers of both regions.

    Raises Invalid("same-registration", field="keep"), Conflict("wrong-status" | "proposal-open" |
    "roles-first" | "wards-first").
    """
    work.allow(Permission.VOLUNTEER_MERGE)
    if keep == fold:
        raise Invalid("same-registration", field="keep")
    fold_row, keep_row = _people(work, ProposalKind.MERGE, fold, keep)
    _check_mergeable(work, fold_row, keep_row)
    return _propose(work, fold_row, ProposalKind.MERGE, note, keep)


def confirm_proposal(work: Work, *, proposal: Key) -> Decided:
    """Confirm what another officer proposed, and carry it out.

    Raises NotFound, Forbidden("own-registration" | "maker-is-checker"), Conflict("already-decided" |
    "wrong-status" | "death-is-final"), and what the merge raises.
    """
    rows, found = _deciding(work, proposal)
    refuse_asker(work, found)
    kind, row = ProposalKind(found.kind), rows[0]
    settle(work, found, RequestStatus.ACCEPTED, None)
    if kind is ProposalKind.DEATH:
        _record_death(work, row)
    elif kind is ProposalKind.UNDO_DEATH:
        _undo_death(work, row)
    else:
        _check_mergeable(work, *rows)
        fold_into(work, *rows, reference=proposal)
    return Decided(kind, row.key)


def drop_proposal(work: Work, *, proposal: Key, reason: str) -> None:
    """Refuse a proposal, or take one's own back. Raises as `confirm_proposal`, Invalid for `reason`."""
    rows, found = _deciding(work, proposal)
    own = found.asked_by == work.actor.label
    status = RequestStatus.WITHDRAWN if own else RequestStatus.REFUSED
    settle(work, found, status, check_reason(reason))
    work.emit("volunteer.proposal_dropped", rows[0].key, proposal=proposal)


def _deciding(work: Work, proposal: Key) -> tuple[list[Volunteer], Proposal]:
    if not any(work.actor.can(right) for right in RIGHTS.values()):
        work.allow(Permission.VOLUNTEER_REVIEW)
    asked = seen(work, Proposal, proposal)
    keys = [Key(proposal.shard, asked.volunteer_id)]
    if asked.kept_shard is not None and asked.kept_id is not None:
        keys.append(Key(asked.kept_shard, asked.kept_id))
    rows = _people(work, ProposalKind(asked.kind), *keys)
    return rows, still_open(work, Proposal, proposal)


def _people(work: Work, kind: ProposalKind, *keys: Key) -> list[Volunteer]:
    """The rows, locked in the order of keys, when the actor has the right for every one of them."""
    right = RIGHTS[kind]
    work.allow(right)
    rows = {key: held(work, key) for key in sorted(keys)}
    for row in rows.values():
        work.allow(right, region=row.region_code)
        refuse_own(work, row)
    return [rows[key] for key in keys]


def _propose(work: Work, row: Volunteer, kind: ProposalKind, note: str, keep: Key | None = None) -> Key:
    if is_open(work, Proposal, row.key):
        raise Conflict("proposal-open")
    key = Key(row.shard_code, work.new_id())
    found = Proposal(
        shard_code=key.shard,
        id=key.id,
        volunteer_id=row.id,
        region_code=row.region_code,
        kind=kind,
        kept_shard=keep.shard if keep else None,
        kept_id=keep.id if keep else None,
        note_sealed=work.runtime.vault.encrypt(check_reason(note, "note"), f"proposals.note:{key}"),
        status=RequestStatus.OPEN,
        asked_by=work.actor.label,
        asked_at=work.now,
    )
    work.session.add(found)
    work.session.flush()
    work.emit(PROPOSED[kind], row.key, proposal=key, keep=keep)
    return key


def _record_death(work: Work, row: Volunteer) -> None:
    if row.status != Status.CLOSING:  # then it still says what the registration was before
        row.status_before = row.status
    withdraw_all(work, row)
    advance(work, row, Action.RECORD_DEATH, row.status_reason)
    if row.user_id is not None:
        freeze_user(work, user=Key(row.shard_code, row.user_id))


def _undo_death(work: Work, row: Volunteer) -> None:
    _check_undoable(work, row)
    before = Status(row.status_before) if row.status_before else None
    advance(work, row, Action.UNDO_DEATH, row.status_reason, to=before)
    restore_suspension(work, row)
    if row.user_id is not None:
        thaw_user(work, user=Key(row.shard_code, row.user_id))


def _check_undoable(work: Work, row: Volunteer) -> None:
    if row.status != Status.DECEASED:
        raise Conflict("wrong-status", status=row.status)
    days = timedelta(days=registration_policy(work.today).cooling_off_days)
    if work.now > row.status_changed_at + days:
        raise Conflict("death-is-final", days=days.days)


def _check_mergeable(work: Work, fold: Volunteer, keep: Volunteer) -> None:
    if fold.status not in LIVING or keep.status not in KEPT:
        raise Conflict("wrong-status", status=fold.status)
    refuse_roles(work, fold)
