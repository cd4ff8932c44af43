"""Somebody else accepts or refuses; a proof whose last day is over runs out by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from timebank.kernel.errors import Conflict, Forbidden, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.qualifications.models import Qualification
from timebank.qualifications.rules import Kind, Outcome, Status, check_reason, check_waiting
from timebank.qualifications.usecases.rows import allow_deciding, deciding

EVENTS = {Status.ACCEPTED: "qualification.accepted", Status.REFUSED: "qualification.refused"}


def accept(work: Work, *, qualification: Key) -> None:
    """Accept a proof, a training or an award; twice changes nothing.

    Raises Forbidden("own-registration" | "maker-is-checker"), Conflict("wrong-qualification-status").
    """
    row = deciding(work, qualification)
    if row.status == Status.ACCEPTED:
        return
    _decide(work, row, Status.ACCEPTED, None)


def refuse(work: Work, *, qualification: Key, reason: str) -> None:
    """Refuse it; the person reads the reason. Raises as `accept`."""
    checked = check_reason(reason)
    _decide(work, deciding(work, qualification), Status.REFUSED, checked)


def accept_each(work: Work, *, qualifications: Sequence[Key]) -> list[Outcome]:
    """Accept all of these; whatever cannot be accepted is passed over and told of, in the given order."""
    allow_deciding(work)
    outcomes = {key: _outcome(work, key) for key in sorted(set(qualifications))}
    return [outcomes[key] for key in qualifications]


def expire_proofs(work: Work, *, on: date) -> dict[str, int]:
    """Mark accepted proofs whose last day was before `on`; the person sees it in the own history."""
    work.allow(Permission.JOB_RUN)
    rows = work.session.scalars(
        select(Qualification)
        .where(Qualification.status == Status.ACCEPTED, Qualification.valid_until < on)
        .order_by(Qualification.shard_code, Qualification.id)
        .with_for_update()
    ).all()
    for row in rows:
        row.status = Status.EXPIRED.value
    work.session.flush()
    work.emit_each(
        "volunteer.proof_expired",
        [(Key(row.shard_code, row.volunteer_id), {"qualification": row.id}) for row in rows],
    )
    return {"expired": len(rows)}


def _decide(work: Work, row: Qualification, to: Status, reason: str | None) -> None:
    check_waiting(row.status)
    row.status, row.reason = to.value, reason
    row.decided_by, row.decided_at = work.actor.label, work.now
    work.emit(EVENTS[to], row.key, kind=Kind(row.kind).value)


def _outcome(work: Work, key: Key) -> Outcome:
    try:
        accept(work, qualification=key)
    except NotFound:
        return Outcome.NOT_FOUND
    except (Conflict, Forbidden) as refusal:
        return Outcome(refusal.code)
    return Outcome.ACCEPTED
