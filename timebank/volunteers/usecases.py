"""Changing volunteers: registration, its review, party verification, unmasking."""

from __future__ import annotations

from datetime import timedelta

from timebank.identity.queries import user_by_phone
from timebank.identity.rules import check_password, check_phone
from timebank.identity.usecases import attach_volunteer, create_user, rename_user
from timebank.kernel import claims
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.ids import Key, new_code
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import county_of
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work
from timebank.regions.queries import region
from timebank.volunteers.models import Consent, Unmasking, Volunteer
from timebank.volunteers.rules import (
    CONSENT_VERSION,
    NUMBER_LENGTH,
    PARTY_MEMBER,
    PERSONAL_CODE_LENGTH,
    UNMASKABLE,
    Action,
    Document,
    Status,
    check_adult_document,
    check_codes,
    check_consents,
    check_reason,
    checks_of_person,
    collected,
    next_status,
    number_of,
)

REGISTRATIONS_PER_ADDRESS = 60
"""An hour at a busy service window; it also keeps strangers from trying out identity numbers."""
REGISTRATION_WINDOW = timedelta(hours=1)

EVENTS = {
    Action.APPROVE: "volunteer.registered",
    Action.RETURN: "volunteer.returned",
    Action.REJECT: "volunteer.rejected",
    Action.RESUBMIT: "volunteer.submitted",
    Action.SUSPEND: "volunteer.suspended",
    Action.REINSTATE: "volunteer.reinstated",
}


# --- registration -----------------------------------------------------------------------------------


def count_registration(work: Work, *, address: str) -> None:
    """Count an attempt to register, in a `perform` of its own. Raises TooMany."""
    work.allow(Permission.VOLUNTEER_REGISTER)
    count_attempt(work, "register-address", address, REGISTRATIONS_PER_ADDRESS, REGISTRATION_WINDOW)


def register(
    work: Work,
    *,
    name: str,
    document_type: str,
    document_number: str,
    phone: str,
    region_code: int,
    political_status: str,
    skills: list[str],
    categories: list[str],
    consents: list[str],
    password: str | None = None,
) -> Key:
    """Register oneself, or somebody at the service window (Order 67 Art. 5 and 6); a clerk decides later.

    Opens an account for the phone; somebody signed in whose phone it is becomes a volunteer by that account.
    Raises Invalid naming every wrong field, Conflict("document-registered") or Conflict("phone-taken").
    """
    work.allow(Permission.VOLUNTEER_REGISTER)
    demo = work.runtime.config.demo
    found = collected(
        {
            **checks_of_person(name, document_type, political_status, skills, categories),
            "document_number": lambda: check_adult_document(document_number, work.today, demo),
            "phone": lambda: check_phone(phone, demo),
            "region_code": lambda: _community(region_code),
            "consents": lambda: check_consents(consents),
            "password": lambda: None if password is None else check_password(password, phone),
        }
    )
    document: Document = found["document_number"]
    if claims.holder("document", document.number):
        raise Conflict("document-registered", field="document_number")
    user = _account(work, county_of(region_code), found["name"], found["phone"], password)
    volunteer = _new_volunteer(work, user, document_type, document, found["phone"])
    attach_volunteer(work, user=user, volunteer_id=volunteer.id)
    _describe(volunteer, found)
    _set_status(work, volunteer, Status.SUBMITTED)
    work.session.add(volunteer)
    work.session.flush()
    _claim_document(work, volunteer.key, document.number)
    _keep_consents(work, volunteer.key, found["consents"])
    work.emit("volunteer.submitted", volunteer.key)
    return volunteer.key


def resubmit(
    work: Work,
    *,
    volunteer: Key,
    name: str,
    region_code: int,
    political_status: str,
    skills: list[str],
    categories: list[str],
    document_number: str | None = None,
) -> None:
    """Correct a returned or rejected registration and submit it again; without a number the old one stays.

    For the person, or for a clerk of the region at the service window. Raises as `register`.
    """
    row = _own_or_reviewed(work, volunteer)
    status = next_status(Status(row.status), Action.RESUBMIT)
    number = document_number or _document_number(work, row)
    demo = work.runtime.config.demo
    found = collected(
        {
            **checks_of_person(name, row.document_type, political_status, skills, categories),
            "document_number": lambda: check_adult_document(number, work.today, demo),
            "region_code": lambda: _community(region_code),
        }
    )
    _change_document(work, row, found["document_number"])
    _describe(row, found)
    _set_status(work, row, status)
    row.submitted_at = work.now
    rename_user(work, user=Key(row.shard_code, row.user_id), name=row.name)
    work.emit(EVENTS[Action.RESUBMIT], row.key)


def _community(code: int) -> int:
    found = region(code)
    if found is None or found.level != "village":
        raise Invalid("unknown-community", field="region_code")
    return code


def _account(work: Work, shard: int, name: str, phone: str, password: str | None) -> Key:
    holder = user_by_phone(phone)
    if holder is None:
        return create_user(work, shard=shard, name=name, phone=phone, password=password)
    if holder != work.actor.user:
        raise Conflict("phone-taken", field="phone")
    if password is not None:
        raise Invalid("account-exists", field="password")
    return holder


def _new_volunteer(work: Work, user: Key, document_type: str, document: Document, phone: str) -> Volunteer:
    # the volunteer lives in the shard of the account, which for an officer may not be the home county
    key = Key(user.shard, work.new_id())
    vault = work.runtime.vault
    return Volunteer(
        shard_code=key.shard,
        id=key.id,
        user_id=user.id,
        volunteer_no=number_of(key.shard, new_code(NUMBER_LENGTH)),
        document_type=document_type,
        document_sealed=vault.encrypt(document.number, f"volunteers.document:{key}"),
        phone_sealed=vault.encrypt(phone, f"volunteers.phone:{key}"),
        personal_code_sealed=vault.encrypt(_new_personal_code(work, key), f"volunteers.personal_code:{key}"),
        sex=document.sex,
        born_on=document.born_on,
        submitted_at=work.now,
    )


def _describe(volunteer: Volunteer, found: dict[str, object]) -> None:
    for field in ("name", "region_code", "political_status", "skills", "categories"):
        setattr(volunteer, field, found[field])


def _new_personal_code(work: Work, volunteer: Key) -> str:
    while True:
        code = new_code(PERSONAL_CODE_LENGTH)
        if claims.take(work, "personal-code", code, volunteer):
            return code


def _claim_document(work: Work, volunteer: Key, number: str) -> None:
    if not claims.take(work, "document", number, volunteer):
        raise Conflict("document-registered", field="document_number")


def _keep_consents(work: Work, volunteer: Key, purposes: list[str]) -> None:
    work.session.add_all(
        Consent(
            shard_code=volunteer.shard,
            id=work.new_id(),
            volunteer_id=volunteer.id,
            purpose=purpose,
            version=CONSENT_VERSION,
            given_at=work.now,
        )
        for purpose in purposes
    )


def _document_number(work: Work, row: Volunteer) -> str:
    return work.runtime.vault.decrypt(row.document_sealed, f"volunteers.document:{row.key}")


def _change_document(work: Work, row: Volunteer, document: Document) -> None:
    old = _document_number(work, row)
    held = claims.holder("document", old) == row.key
    if held and old == document.number:
        return
    if held:
        claims.release(work, "document", old)
    _claim_document(work, row.key, document.number)
    row.document_sealed = work.runtime.vault.encrypt(document.number, f"volunteers.document:{row.key}")
    row.sex, row.born_on = document.sex, document.born_on


# --- review -----------------------------------------------------------------------------------------


def approve(work: Work, *, volunteer: Key) -> None:
    """Make somebody a registered volunteer."""
    row = _decide(work, volunteer, Action.APPROVE, None)
    row.registered_on = work.today


def return_for_correction(work: Work, *, volunteer: Key, reason: str) -> None:
    """Send a registration back; the person reads the reason and may correct it (Order 67 Art. 6)."""
    _decide(work, volunteer, Action.RETURN, check_reason(reason))


def reject(work: Work, *, volunteer: Key, reason: str) -> None:
    """Refuse a registration. The identity number becomes free: whoever misused it blocks nobody."""
    row = _decide(work, volunteer, Action.REJECT, check_reason(reason))
    claims.release(work, "document", _document_number(work, row))


def suspend(work: Work, *, volunteer: Key, reason: str) -> None:
    """Suspend a registered volunteer."""
    _decide(work, volunteer, Action.SUSPEND, check_reason(reason))


def reinstate(work: Work, *, volunteer: Key) -> None:
    """End a suspension."""
    _decide(work, volunteer, Action.REINSTATE, None)


def verify_party_member(work: Work, *, volunteer: Key) -> None:
    """Confirm that a registered volunteer is a member of the Communist Party of China; twice changes nothing.

    Raises Conflict("not-a-party-member") unless the person says so, Conflict("wrong-status").
    """
    row = _locked(work, volunteer, Permission.PARTY_VERIFY)
    _refuse_own(work, row)
    if row.political_status != PARTY_MEMBER:
        raise Conflict("not-a-party-member")
    if row.status != Status.REGISTERED:
        raise Conflict("wrong-status", status=row.status)
    if row.party_verified_at is None:
        row.party_verified_at, row.party_verified_by = work.now, work.actor.label
        work.emit("volunteer.party_verified", row.key)


def unmask(work: Work, *, volunteer: Key, fields: list[str], purpose: str) -> dict[str, str]:
    """Identity number or phone in clear, for a stated purpose; who looked is kept for the person to see."""
    row = _locked(work, volunteer, Permission.VOLUNTEER_UNMASK)
    found = collected(
        {
            "fields": lambda: _some(check_codes(fields, list(UNMASKABLE), len(UNMASKABLE))),
            "purpose": lambda: check_reason(purpose),
        }
    )
    seen = Unmasking(
        shard_code=row.shard_code,
        id=work.new_id(),
        volunteer_id=row.id,
        actor=work.actor.label,
        at=work.now,
        **found,
    )
    work.session.add(seen)
    work.emit("volunteer.unmasked", row.key, unmasking=seen.id, fields=found["fields"])
    return {field: _clear(work, row, field) for field in found["fields"]}


def _some(chosen: list[str]) -> list[str]:
    if not chosen:
        raise Invalid("required")
    return chosen


def _clear(work: Work, row: Volunteer, field: str) -> str:
    sealed = {"document_number": row.document_sealed, "phone": row.phone_sealed}[field]
    context = {"document_number": "document", "phone": "phone"}[field]
    return work.runtime.vault.decrypt(sealed, f"volunteers.{context}:{row.key}")


def _decide(work: Work, key: Key, action: Action, reason: str | None) -> Volunteer:
    row = _locked(work, key, Permission.VOLUNTEER_REVIEW)
    _refuse_own(work, row)
    _set_status(work, row, next_status(Status(row.status), action), reason)
    work.emit(EVENTS[action], row.key)
    return row


def _set_status(work: Work, row: Volunteer, status: Status, reason: str | None = None) -> None:
    row.status, row.status_reason = status, reason
    row.status_changed_by, row.status_changed_at = work.actor.label, work.now


def _refuse_own(work: Work, row: Volunteer) -> None:
    if work.actor.owns(row.key) or work.actor.owns(Key(row.shard_code, row.user_id)):
        raise Forbidden("own-registration")


def _own_or_reviewed(work: Work, key: Key) -> Volunteer:
    if not work.actor.owns(key):
        return _locked(work, key, Permission.VOLUNTEER_REVIEW)
    work.allow(Permission.VOLUNTEER_WRITE, owner=key)
    return _get(work, key)


def _locked(work: Work, key: Key, permission: Permission) -> Volunteer:
    if not work.actor.owns(key):
        work.allow(permission)  # whoever has no such right anywhere learns nothing about rows
    row = _get(work, key)
    work.allow(permission, region=row.region_code, owner=key)
    return row


def _get(work: Work, key: Key) -> Volunteer:
    row = work.session.get(Volunteer, (key.shard, key.id), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    return row
