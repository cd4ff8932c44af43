"""Taking hold of rows, and making them; for the use-cases of this flat only."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict, Forbidden, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.qualifications.models import Qualification
from timebank.qualifications.rules import Kind, Said, Status
from timebank.volunteers.queries import Standing, standing
from timebank.volunteers.rules import Status as Registration

DECIDING = {
    Kind.SKILL: Permission.SKILL_VERIFY,
    Kind.TRAINING: Permission.TRAINING_RECORD,
    Kind.AWARD: Permission.AWARD_RECORD,
}
"""Who decides about which kind; the place is the volunteer's present home or the organisation."""


def registered(volunteer: Key) -> Standing:
    """The standing of a registered volunteer. Internal. Raises NotFound, Conflict("wrong-status")."""
    found = standing(volunteer)
    if found is None:
        raise NotFound()
    if found.status is not Registration.REGISTERED:
        raise Conflict("wrong-status", status=found.status.value)
    return found


def keep(
    work: Work,
    who: Standing,
    kind: Kind,
    said: Said,
    *,
    file: UUID | None = None,
    organization: Key | None = None,
    status: Status = Status.WAITING,
) -> Key | None:
    """Keep a qualification of a volunteer; None for a training that is on record, also if two try at once.

    Internal.
    """
    key = Key(who.key.shard, work.new_id())
    told = asdict(said)
    number = told.pop("number")
    vault = work.runtime.vault
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    kept = work.session.execute(
        insert(Qualification)
        .values(
            shard_code=key.shard,
            id=key.id,
            volunteer_id=who.key.id,
            region_code=who.region_code,
            kind=kind.value,
            number_sealed=vault.encrypt(number, f"qualifications.number:{key}") if number else None,
            file_id=file,
            organization_shard=organization.shard if organization else None,
            organization_id=organization.id if organization else None,
            entered_by=work.actor.label,
            entered_at=work.now,
            **_decision(work, status),
            **told,
        )
        .on_conflict_do_nothing()
        .returning(Qualification.id)
    ).first()
    return key if kept else None


def _decision(work: Work, status: Status) -> dict[str, Any]:
    """What an officer records counts at once."""
    if status is Status.WAITING:
        return {"status": status.value}
    return {"status": status.value, "decided_by": work.actor.label, "decided_at": work.now}


def held(work: Work, key: Key) -> Qualification:
    """The row, locked; no right is decided. Internal. Raises NotFound."""
    row = work.session.get(Qualification, (key.shard, key.id), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    return row


def allow_deciding(work: Work) -> None:
    """Pass whoever decides about any kind anywhere. Internal. Raises as `policy.require`."""
    held_rights = (right for right in DECIDING.values() if work.actor.can(right))
    work.allow(next(held_rights, Permission.SKILL_VERIFY))


def deciding(work: Work, key: Key) -> Qualification:
    """The row, locked, for somebody else who may decide about it. Internal.

    Raises NotFound outside one's scope, Forbidden("own-registration" | "maker-is-checker").
    """
    allow_deciding(work)
    row = held(work, key)
    owner = Key(row.shard_code, row.volunteer_id)
    if work.actor.owns(owner):
        raise Forbidden("own-registration")
    who = standing(owner)
    home = who.region_code if who else row.region_code
    right = DECIDING[Kind(row.kind)]
    if not work.actor.can(right):
        raise NotFound()  # there is such a row, but no business of this actor's
    work.allow(right, region=home, organization=organization_of(row))
    if work.actor.user is not None and row.entered_by == work.actor.label:
        raise Forbidden("maker-is-checker")
    return row


def organization_of(row: Qualification) -> Key | None:
    """The organisation that entered a training. Internal."""
    if row.organization_shard is None or row.organization_id is None:
        return None
    return Key(row.organization_shard, row.organization_id)
