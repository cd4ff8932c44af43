"""Taking hold of a volunteer's row, and writing to it; for the use-cases of this flat only."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import select

from timebank.kernel import claims
from timebank.kernel.errors import Conflict, Forbidden, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import StatusReason, Volunteer
from timebank.volunteers.rules import (
    LIVING,
    Action,
    Document,
    Stated,
    Status,
    check_document,
    initials_of,
    mask_name,
    next_status,
)

EVENTS = {
    Action.VERIFY_IDENTITY: "volunteer.identity_verified",
    Action.GUARDIAN_CONSENT: "volunteer.guardian_consented",
    Action.COME_OF_AGE: "volunteer.came_of_age",
    Action.APPROVE: "volunteer.registered",
    Action.RETURN: "volunteer.returned",
    Action.REJECT: "volunteer.rejected",
    Action.RESUBMIT: "volunteer.submitted",
    Action.SUSPEND: "volunteer.suspended",
    Action.REINSTATE: "volunteer.reinstated",
    Action.ASK_TO_CLOSE: "volunteer.closing",
    Action.KEEP: "volunteer.kept",
    Action.CLOSE: "volunteer.closed",
    Action.RECORD_DEATH: "volunteer.deceased",
    Action.UNDO_DEATH: "volunteer.death_undone",
    Action.MERGE: "volunteer.merged",
}


def locked(work: Work, key: Key, permission: Permission) -> Volunteer:
    """The row, locked, for somebody who has the right there. Internal. Raises NotFound."""
    if not work.actor.owns(key):
        work.allow(permission)  # whoever has no such right anywhere learns nothing about rows
    row = held(work, key)
    work.allow(permission, region=row.region_code, owner=key)
    return row


def held(work: Work, key: Key) -> Volunteer:
    """The row, locked; no right is decided. Internal. Raises NotFound."""
    row = work.session.get(Volunteer, (key.shard, key.id), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    return row


def hold_volunteer(work: Work, *, volunteer: Key) -> None:
    """Lock a person, so that what is entered about them goes one by one. Internal: the caller has the right.

    Raises NotFound.
    """
    held(work, volunteer)


def hold_people(work: Work, people: Iterable[Key]) -> None:
    """Lock the rows of these people, so that nobody else decides about them at the same time. Internal.

    County by county in the order of ids; new rows that point to them are not kept waiting.
    """
    for shard, group in groupby(sorted(set(people)), key=lambda key: key.shard):
        work.connection.execute(
            select(Volunteer.id)
            .where(Volunteer.shard_code == shard, Volunteer.id.in_([key.id for key in group]))
            .order_by(Volunteer.id)
            .with_for_update(key_share=True)
        )


def refuse_own(work: Work, row: Volunteer) -> None:
    """Nobody decides about the own registration, or a ward's. Internal. Raises Forbidden."""
    user = Key(row.shard_code, row.user_id) if row.user_id else None
    if work.actor.owns(row.key) or work.actor.owns(user):
        raise Forbidden("own-registration")


def refuse_maker(work: Work, row: Volunteer) -> None:
    """Who entered a registration does not decide about it. Internal. Raises Forbidden."""
    if work.actor.user is not None and row.entered_by == work.actor.label:
        raise Forbidden("maker-is-checker")


def refuse_ended(row: Volunteer) -> None:
    """Of a registration that is over nothing is changed any more. Internal. Raises Conflict."""
    if row.status not in (*LIVING, Status.CLOSING):
        raise Conflict("wrong-status", status=row.status)


def advance(
    work: Work, row: Volunteer, action: Action, reason: str | None = None, to: Status | None = None
) -> None:
    """Take a registration to its next state and tell of it. Internal. Raises Conflict("wrong-status")."""
    set_status(work, row, next_status(Status(row.status), action, to), reason)
    work.emit(EVENTS[action], row.key, status=row.status)


def set_status(work: Work, row: Volunteer, status: Status, reason: str | None = None) -> None:
    """Write a state with who set it and when; its reason stays in the history. Internal."""
    is_carried_on = reason == row.status_reason
    row.status, row.status_reason = status, reason
    row.status_changed_by, row.status_changed_at = work.actor.label, work.now
    if reason is None or is_carried_on:
        return
    kept = StatusReason(shard_code=row.shard_code, id=work.new_id(), volunteer_id=row.id, at=work.now)
    kept.status, kept.reason = status, reason
    work.session.add(kept)


def seal(work: Work, row: Volunteer, field: str, plain: str | None) -> None:
    """Encrypt a value into the column `<field>_sealed`; nothing empties it. Internal."""
    vault = work.runtime.vault
    sealed = vault.encrypt(plain, f"volunteers.{field}:{row.key}") if plain else None
    setattr(row, f"{field}_sealed", sealed)


def unseal(work: Work, row: Volunteer, field: str) -> str | None:
    """The value of the column `<field>_sealed` in clear. Internal."""
    sealed: str | None = getattr(row, f"{field}_sealed")
    return work.runtime.vault.decrypt(sealed, f"volunteers.{field}:{row.key}") if sealed else None


def set_name(work: Work, row: Volunteer, name: str, is_minor: bool) -> None:
    """Keep a name: an adult's in clear with its initials, a minor's encrypted. Internal."""
    row.name = mask_name(name) if is_minor else name
    row.initials = None if is_minor else initials_of(name) or None
    seal(work, row, "name", name if is_minor else None)


def document_of(work: Work, row: Volunteer) -> Document | None:
    """The document as it was registered; None after identity was unlinked. Internal."""
    number = unseal(work, row, "document")
    if number is None:
        return None
    stated = Stated(row.nationality, row.born_on, row.sex)
    demo = work.runtime.config.demo
    return check_document(row.document_type, number, work.today, demo=demo, stated=stated)


def set_document(work: Work, row: Volunteer, document: Document) -> None:
    """Keep a document and what it says. Internal."""
    row.document_type, row.nationality = document.type, document.nationality
    row.sex, row.born_on = document.sex, document.born_on
    seal(work, row, "document", document.number)


def claim_document(work: Work, volunteer: Key, document: Document) -> None:
    """Take a document for a volunteer. Internal. Raises Conflict("document-registered")."""
    if not claims.take(work, "document", document.claim, volunteer):
        raise Conflict("document-registered", field="document_number")


def release_document(work: Work, row: Volunteer) -> None:
    """Let the document be registered by somebody else, if this registration holds it. Internal."""
    document = document_of(work, row)
    if document and claims.holder("document", document.claim) == row.key:
        claims.release(work, "document", document.claim)
