"""Corrections: what is wrong, what would be right, and a reply in time (Order 67 Art. 12, PIPL Art. 46)."""

from __future__ import annotations

from sqlalchemy import func, select

from timebank.identity.usecases import rename_user
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import CorrectionRequest, Volunteer
from timebank.volunteers.queries.internal import clear_name
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import (
    BY_HAND,
    CORRECTIONS_OPEN,
    LIVING,
    SEXES,
    Correctable,
    Document,
    RequestStatus,
    Wanted,
    check_changeable,
    check_choice,
    check_date,
    check_document,
    check_line,
    check_name,
    check_reason,
    stated_of,
)
from timebank.volunteers.usecases.guardians import has_consented
from timebank.volunteers.usecases.registration import note_identity
from timebank.volunteers.usecases.requests import refuse_asker, seen, settle, still_open, whose
from timebank.volunteers.usecases.rows import (
    claim_document,
    document_of,
    locked,
    refuse_own,
    release_document,
    set_document,
    set_name,
)


def ask_for_correction(
    work: Work, *, volunteer: Key, field: str, wrong: str, wanted: Wanted, record: Key | None = None
) -> Key:
    """Ask that something on record is put right; for the person, a guardian, or a clerk for them.

    `record` names a service record and is looked up by the flat that keeps records. Raises Invalid for
    `field`, `wrong`, `right`, `document_type`, `nationality`, Conflict("wrong-status" | "too-many-open").
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    if row.status not in LIVING:
        raise Conflict("wrong-status", status=row.status)
    chosen = Correctable(check_choice(field, tuple(Correctable)))
    _check_wanted(work, row, chosen, wanted)
    _refuse_too_many(work, row)
    key = Key(row.shard_code, work.new_id())
    encrypt = work.runtime.vault.encrypt
    work.session.add(
        CorrectionRequest(
            shard_code=key.shard,
            id=key.id,
            volunteer_id=row.id,
            field=chosen,
            record_shard=record.shard if record else None,
            record_id=record.id if record else None,
            wrong_sealed=encrypt(check_line(wrong, "wrong"), f"correction_requests.wrong:{key}"),
            right_sealed=encrypt(wanted.written(), f"correction_requests.right:{key}"),
            status=RequestStatus.OPEN,
            asked_by=work.actor.label,
            asked_at=work.now,
            due_on=registration_policy(work.today).correction_due(work.today),
        )
    )
    work.session.flush()
    work.emit("volunteer.correction_asked", row.key, correction=key, field=chosen)
    return key


def accept_correction(
    work: Work,
    *,
    correction: Key,
    reply: str | None = None,
    method: str | None = None,
    number: str | None = None,
) -> None:
    """Put it right as asked; what stands elsewhere was put right there, and `reply` says how.

    A new document is compared anew: `method` says how, and `number` is read off the document. Raises
    NotFound, Forbidden("own-registration" | "maker-is-checker"), Conflict("already-decided" |
    "document-registered" | "guardian-required"), Invalid for `reply`, `method` or `number`.
    """
    row, found = _deciding(work, correction)
    field = Correctable(found.field)
    if field in BY_HAND:
        reply = check_reason(reply or "", "reply")
    elif field is Correctable.DOCUMENT:
        _change_document(work, row, _wanted(work, found), method, number)
    else:
        _change(work, row, field, _wanted(work, found).value)
    settle(work, found, RequestStatus.ACCEPTED, reply and check_reason(reply, "reply"))
    work.emit("volunteer.corrected", row.key, correction=correction, field=field)


def refuse_correction(work: Work, *, correction: Key, reply: str) -> None:
    """Leave it as it is and say why. Raises as `accept_correction`."""
    row, found = _deciding(work, correction)
    settle(work, found, RequestStatus.REFUSED, check_reason(reply, "reply"))
    work.emit("volunteer.correction_refused", row.key, correction=correction)


def withdraw_correction(work: Work, *, correction: Key) -> None:
    """Take a request back: by the person, a guardian or a clerk where they live."""
    volunteer = whose(work, CorrectionRequest, correction, Permission.VOLUNTEER_WRITE)
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    settle(work, still_open(work, CorrectionRequest, correction), RequestStatus.WITHDRAWN, None)
    work.emit("volunteer.correction_withdrawn", row.key, correction=correction)


def _deciding(work: Work, correction: Key) -> tuple[Volunteer, CorrectionRequest]:
    work.allow(Permission.VOLUNTEER_REVIEW)
    asked = seen(work, CorrectionRequest, correction)
    row = locked(work, Key(correction.shard, asked.volunteer_id), Permission.VOLUNTEER_REVIEW)
    refuse_own(work, row)
    found = still_open(work, CorrectionRequest, correction)
    refuse_asker(work, found)
    return row, found


def _wanted(work: Work, found: CorrectionRequest) -> Wanted:
    text = work.runtime.vault.decrypt(found.right_sealed or "", f"correction_requests.right:{found.key}")
    return Wanted.read(text)


def _refuse_too_many(work: Work, row: Volunteer) -> None:
    count = work.session.execute(
        select(func.count()).where(
            CorrectionRequest.shard_code == row.shard_code,
            CorrectionRequest.volunteer_id == row.id,
            CorrectionRequest.status == RequestStatus.OPEN,
        )
    ).scalar_one()
    if count >= CORRECTIONS_OPEN:
        raise Conflict("too-many-open", most=CORRECTIONS_OPEN)


# --- what is wanted ---------------------------------------------------------------------------------


def _check_wanted(work: Work, row: Volunteer, field: Correctable, wanted: Wanted) -> None:
    """Say at once what an officer could not accept; names the form's own fields."""
    check_line(wanted.value, "right")
    try:
        if field is Correctable.DOCUMENT:
            _document(work, row, wanted)
        elif field not in BY_HAND:
            _checked(work, row, field, wanted.value)
    except Invalid as error:
        own = ("field", "document_type", "nationality", "right")
        codes = error.fields or {"right": [error.code]}
        raise Invalid(
            fields={name if name in own else "right": found for name, found in codes.items()}
        ) from None


def _document(work: Work, row: Volunteer, wanted: Wanted) -> Document:
    stated, demo = stated_of(wanted, row.born_on, row.sex), work.runtime.config.demo
    kind = wanted.document_type or row.document_type
    return check_document(kind, wanted.value, work.today, demo=demo, stated=stated)


def _checked(work: Work, row: Volunteer, field: Correctable, value: str) -> Document | str:
    """A name; or the present document with another birth date or sex, where it does not say so itself."""
    if field is Correctable.NAME:
        return check_name(value)
    old = document_of(work, row)
    if old is None:
        raise Conflict("wrong-status", status=row.status)
    check_changeable(field, old.type, old.number)
    born_on = check_date(value) if field is Correctable.BORN_ON else row.born_on
    sex = row.sex if field is Correctable.BORN_ON else check_choice(value, SEXES)
    stated, demo = stated_of(Wanted("", None, row.nationality), born_on, sex), work.runtime.config.demo
    return check_document(old.type, old.number, work.today, demo=demo, stated=stated)


def _change(work: Work, row: Volunteer, field: Correctable, value: str) -> None:
    found = _checked(work, row, field, value)
    name = found if isinstance(found, str) else clear_name(row)
    if isinstance(found, Document):
        set_document(work, row, found)
    _write_name(work, row, name)


def _change_document(
    work: Work, row: Volunteer, wanted: Wanted, method: str | None, number: str | None
) -> None:
    document = _document(work, row, wanted)
    if method is None:
        raise Invalid("required", field="method")
    read = Wanted(number or "", document.type, document.nationality)
    if _read_off(work, row, read) != document.claim:
        raise Invalid("document-differs", field="number")
    release_document(work, row)
    claim_document(work, row.key, document)
    set_document(work, row, document)
    note_identity(work, row, method)
    _write_name(work, row, clear_name(row))


def _read_off(work: Work, row: Volunteer, read: Wanted) -> str | None:
    try:
        return _document(work, row, read).claim
    except Invalid:
        return None


def _write_name(work: Work, row: Volunteer, name: str) -> None:
    """Keep a name as the age asks for: a minor's is sealed, and a minor needs a guardian."""
    is_minor = registration_policy(work.today).is_minor(row.born_on, work.today)
    if is_minor and not has_consented(work, row.key):
        raise Conflict("guardian-required")
    set_name(work, row, name, is_minor)
    if row.user_id is not None:
        rename_user(work, user=Key(row.shard_code, row.user_id), name=row.name)
