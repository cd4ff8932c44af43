"""Registration: sent in by the person or taken down by an officer, corrected, sent in again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from timebank.identity.queries import user_by_phone
from timebank.identity.rules import check_password, check_phone
from timebank.identity.usecases import attach_volunteer, create_user, rename_user
from timebank.kernel import claims
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key, new_code
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import county_of
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work
from timebank.regions.queries import region
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import (
    NUMBER_LENGTH,
    PERSONAL_CODE_LENGTH,
    Action,
    Document,
    RegistrationPolicy,
    Status,
    check_choice,
    check_document,
    check_text,
    collected,
    entry_status,
    mask_name,
    number_of,
)
from timebank.volunteers.rules.application import (
    Application,
    CheckedGuardian,
    Checks,
    PersonSaid,
    check_guardian,
    checks_of_person,
)
from timebank.volunteers.rules.codes import CHANNELS
from timebank.volunteers.rules.people import NATIONAL_NO_LONGEST
from timebank.volunteers.rules.states import IdentityMethod
from timebank.volunteers.usecases.consents import check_consents, keep_consents
from timebank.volunteers.usecases.guardians import has_consented, keep_guardian
from timebank.volunteers.usecases.rows import (
    advance,
    claim_document,
    document_of,
    locked,
    release_document,
    seal,
    set_document,
    set_name,
    set_status,
)

REGISTRATIONS_PER_ADDRESS = 60
"""An hour at a busy service window; it also keeps strangers from trying out identity numbers."""
REGISTRATION_WINDOW = timedelta(hours=1)


def count_registration(work: Work, *, address: str) -> None:
    """Count an attempt to register, in a `perform` of its own. Raises TooMany."""
    work.allow(Permission.VOLUNTEER_REGISTER)
    count_attempt(work, "register-address", address, REGISTRATIONS_PER_ADDRESS, REGISTRATION_WINDOW)


def register(work: Work, *, application: Application) -> Key:
    """Register oneself, or somebody at the window, by telephone or from a file (Order 67 Art. 5 and 6).

    A phone opens an account; somebody signed in whose phone it is becomes a volunteer by that account. Under
    age a guardian is named, who has to consent; below the age of an account only the guardian signs in.
    Raises Invalid naming every wrong field, Conflict("document-registered") or Conflict("phone-taken").
    """
    _allow(work, application)
    policy = registration_policy(work.today)
    sound = checked(work, application, policy)
    if claims.holder("document", sound.document.claim):
        raise Conflict("document-registered", field="document_number")
    row = _new_volunteer(work, application, sound)
    if sound.guardian is not None:
        keep_guardian(work, row, sound.guardian, application.channel, signed=application.guardian_signed)
    keep_consents(work, row.key, sound.found["consents"], application.channel)
    _send_in(work, row, policy)
    work.emit("volunteer.submitted", row.key, status=row.status)
    return row.key


Place = Callable[[int], int]
"""Gives a region back when it is a community or village, and raises Invalid when it is none."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A registration in which nothing is wrong as far as it can be seen without what others registered."""

    found: dict[str, Any]
    """The checked values by field."""
    document: Document
    guardian: CheckedGuardian | None
    phone: str | None
    """For the account; None also for who is too young to have one."""


def checked(
    work: Work, application: Application, policy: RegistrationPolicy, place: Place | None = None
) -> Sound:
    """Check everything that is said. Internal. Raises Invalid naming every wrong field."""
    found = collected(
        {
            **_checks(work, application, policy, place=place),
            "consents": lambda: _consents(work, application),
            "phone": lambda: _phone(work, application),
            "password": lambda: _password(application),
            "national_no": lambda: check_text(application.national_no, NATIONAL_NO_LONGEST),
        }
    )
    document: Document = found["document_number"]
    guardian = _guardian(work, application, document, policy)
    phone = found["phone"] if policy.may_have_account(document.born_on, work.today) else None
    return Sound(found, document, guardian, phone)


def resubmit(work: Work, *, volunteer: Key, said: PersonSaid) -> None:
    """Correct a returned or rejected registration and send it in again; without a number the old one stays,
    and so does what the profile says beyond skills and categories.

    For the person, or for an officer of the region at the window. Raises as `register`.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    policy = registration_policy(work.today)
    old = document_of(work, row)
    found = collected(_checks(work, said, policy, old))
    document: Document = found["document_number"]
    if old is None or old.claim != document.claim or row.status == Status.REJECTED:
        release_document(work, row)
        claim_document(work, row.key, document)
    if old is None or old.claim != document.claim:
        row.identity_method = row.identity_verified_at = row.identity_verified_by = None
    set_document(work, row, document)
    _describe(work, row, _without_silence(row, found), policy)
    if row.user_id:
        rename_user(work, user=Key(row.shard_code, row.user_id), name=row.name)
    row.submitted_at, row.reply_due_on = work.now, policy.reply_due(work.today)
    advance(work, row, Action.RESUBMIT, to=waiting_status(work, row, policy))


def waiting_status(work: Work, row: Volunteer, policy: RegistrationPolicy) -> Status:
    """Where a registration waits by what it still lacks. Internal."""
    missing = policy.is_minor(row.born_on, work.today) and not has_consented(work, row.key)
    return entry_status(identity_verified=row.identity_verified_at is not None, guardian_missing=missing)


def community(code: int) -> int:
    """A community or village that exists. Internal. Raises Invalid("unknown-community")."""
    found = region(code)
    if found is None or found.level != "village":
        raise Invalid("unknown-community", field="region_code")
    return code


def _allow(work: Work, application: Application) -> None:
    if check_choice(application.channel, CHANNELS) == "web" and application.identity_method is None:
        work.allow(Permission.VOLUNTEER_REGISTER)
        return
    imported = application.channel == "import"
    right = Permission.VOLUNTEER_IMPORT if imported else Permission.VOLUNTEER_ASSIST
    work.allow(right, region=application.region_code)


def _checks(
    work: Work,
    said: PersonSaid,
    policy: RegistrationPolicy,
    old: Document | None = None,
    place: Place | None = None,
) -> Checks:
    demo = work.runtime.config.demo
    number = said.document_number or (old.number if old else "")
    kind = said.document_type if said.document_number or old is None else old.type
    return {
        **checks_of_person(said, policy, demo),
        "document_number": lambda: check_document(kind, number, work.today, demo=demo, stated=said.stated),
        "region_code": lambda: (place or community)(said.region_code),
        "service_region_code": lambda: _service_region(said),
    }


def _service_region(said: PersonSaid) -> int:
    code = said.service_region_code
    if code is not None and region(code) is None:
        raise Invalid("unknown-region")
    return code or said.region_code


def _consents(work: Work, application: Application) -> list[str]:
    """Nobody can consent for others: who comes in by a file is asked for it later."""
    return [] if application.channel == "import" else check_consents(work, application.consents)


def _password(application: Application) -> None:
    if application.password is not None:
        check_password(application.password, application.phone or "")


def _phone(work: Work, application: Application) -> str | None:
    if application.phone:
        return check_phone(application.phone, work.runtime.config.demo)
    if application.channel == "web" and application.guardian is None:
        raise Invalid("required")
    return None


def _guardian(
    work: Work, application: Application, document: Document, policy: RegistrationPolicy
) -> CheckedGuardian | None:
    if not policy.is_minor(document.born_on, work.today):
        return None
    if application.guardian is None:
        raise Invalid("guardian-required", field="guardian_name")
    guardian = check_guardian(application.guardian, work.today, policy, work.runtime.config.demo)
    if guardian.document_number.claim == document.claim:
        raise Invalid("guardian-is-minor", field="guardian_document_number")
    return guardian


def _new_volunteer(work: Work, application: Application, sound: Sound) -> Volunteer:
    found, document, phone = sound.found, sound.document, sound.phone
    shard = county_of(application.region_code)
    is_minor = registration_policy(work.today).is_minor(document.born_on, work.today)
    shown = mask_name(str(found["name"])) if is_minor else str(found["name"])
    user = _account(work, shard, shown, phone, application.password) if phone else None
    # the volunteer lives in the shard of the account, which for an officer may not be the home county
    key = Key(user.shard if user else shard, work.new_id())
    row = Volunteer(
        shard_code=key.shard,
        id=key.id,
        user_id=user.id if user else None,
        volunteer_no=number_of(key.shard, new_code(NUMBER_LENGTH)),
        national_no=found["national_no"],
        registration_region_code=application.region_code,
        channel=application.channel,
        entered_by=work.actor.label,
        submitted_at=work.now,
    )
    set_document(work, row, document)
    seal(work, row, "phone", phone)
    seal(work, row, "personal_code", _new_personal_code(work, key))
    _describe(work, row, found, registration_policy(work.today))
    if application.identity_method is not None:
        note_identity(work, row, application.identity_method)
    set_status(work, row, Status.VERIFYING)
    if user is not None:
        attach_volunteer(work, user=user, volunteer_id=key.id)
    work.session.add(row)
    work.session.flush()
    claim_document(work, key, document)
    return row


def note_identity(work: Work, row: Volunteer, method: str) -> None:
    """Keep who compared the document with the person, and how. Internal."""
    row.identity_method = check_choice(method, tuple(IdentityMethod))
    row.identity_verified_by, row.identity_verified_at = work.actor.label, work.now


def _send_in(work: Work, row: Volunteer, policy: RegistrationPolicy) -> None:
    set_status(work, row, waiting_status(work, row, policy))
    row.reply_due_on = policy.reply_due(work.today)
    work.session.flush()


def _account(work: Work, shard: int, name: str, phone: str, password: str | None) -> Key:
    holder = user_by_phone(phone)
    if holder is None:
        return create_user(work, shard=shard, name=name, phone=phone, password=password)
    if holder != work.actor.user:
        raise Conflict("phone-taken", field="phone")
    if password is not None:
        raise Invalid("account-exists", field="password")
    return holder


def _describe(work: Work, row: Volunteer, found: dict[str, object], policy: RegistrationPolicy) -> None:
    for field in PLAIN:
        if field in found:
            setattr(row, field, found[field])
    set_name(work, row, str(found["name"]), policy.is_minor(row.born_on, work.today))
    for field, name in (("address", "address"), ("emergency", "emergency_phone")):
        if name in found:
            value = found[name]
            seal(work, row, field, str(value) if value else None)


def _without_silence(row: Volunteer, found: dict[str, object]) -> dict[str, object]:
    """What a correction says, without the fields of the profile that it does not mention."""
    silent = {name for name in SILENT if not found[name]}
    helps_elsewhere = row.service_region_code != row.region_code
    if helps_elsewhere and found["service_region_code"] == found["region_code"]:
        silent.add("service_region_code")
    return {name: value for name, value in found.items() if name not in silent}


SILENT = ("address", "emergency_phone", "education", "occupation", "employer", "availability")
PLAIN = (
    "region_code service_region_code political_status skills categories education occupation employer "
    "availability"
).split()


def _new_personal_code(work: Work, volunteer: Key) -> str:
    while True:
        code = new_code(PERSONAL_CODE_LENGTH)
        if claims.take(work, "personal-code", code, volunteer):
            return code
