"""Registering many adults at once as `register` does one: same checks, same rows, few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from timebank.identity.book import NewAccount, open_accounts
from timebank.kernel import claims
from timebank.kernel.bulk import insert_rows
from timebank.kernel.db import Base
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key, new_code
from timebank.kernel.region_code import county_of
from timebank.kernel.work import Work
from timebank.volunteers.models import Volunteer
from timebank.volunteers.rules import (
    NUMBER_LENGTH,
    PERSONAL_CODE_LENGTH,
    Application,
    RegistrationPolicy,
    entry_status,
    initials_of,
    number_of,
)
from timebank.volunteers.usecases.registration import PLAIN, Sound, register

Refusals = dict[int, dict[str, str]]
"""By line of the file: error codes by field."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A sound registration from a line of a file."""

    line: int
    application: Application
    sound: Sound


@dataclass(frozen=True, slots=True)
class _Person:
    """An entry with the keys it is to get."""

    entry: Entry
    key: Key
    user: Key | None

    @property
    def claim(self) -> str:
        return self.entry.sound.document.claim


def register_many(work: Work, entries: Sequence[Entry], policy: RegistrationPolicy) -> Refusals:
    """Register everybody whose document and phone are free; whose are not, is refused. Internal.

    The right must have been decided. Who is under age comes with a guardian, and an officer may be in the own
    file: those go one by one the way of `register`, each in a savepoint.
    """
    refused: Refusals = {}
    simple = [each for each in entries if each.sound.guardian is None]
    single = [each for each in entries if each.sound.guardian is not None]
    people = _with_documents(work, [_person(work, each) for each in simple], refused)
    people = _with_accounts(work, people, refused)
    _keep(work, people, policy)
    single += [each for each in simple if _is_actor(work, each, refused)]
    for entry in single:
        refused.pop(entry.line, None)
        refused |= _registered_alone(work, entry)
    return refused


def _person(work: Work, entry: Entry) -> _Person:
    shard = county_of(entry.application.region_code)
    user = Key(shard, work.new_id()) if entry.sound.phone else None
    return _Person(entry, Key(shard, work.new_id()), user)


def _with_documents(work: Work, people: list[_Person], refused: Refusals) -> list[_Person]:
    """Take the documents; of several with the same one the first counts."""
    wanted: dict[str, Key] = {}
    for person in people:
        wanted.setdefault(person.claim, person.key)
    taken = claims.take_many(work, "document", wanted)
    found = [each for each in people if each.claim in taken and wanted[each.claim] == each.key]
    kept = {each.key for each in found}
    for person in people:
        if person.key not in kept:
            refused[person.entry.line] = {"document_number": "document-registered"}
    return found


def _with_accounts(work: Work, people: list[_Person], refused: Refusals) -> list[_Person]:
    """Open the accounts; whose phone is taken, gives the document back."""
    wanted: dict[str, NewAccount] = {}
    for person in people:
        if person.user and person.entry.sound.phone:
            account = NewAccount(
                person.user, person.entry.sound.found["name"], person.entry.sound.phone, person.key.id
            )
            wanted.setdefault(account.phone, account)
    opened = open_accounts(work, list(wanted.values()))
    found = [each for each in people if each.user is None or each.user in opened]
    kept = {each.key for each in found}
    late = [each for each in people if each.key not in kept]
    claims.release_many(work, "document", [each.claim for each in late])
    refused |= {each.entry.line: {"phone": "phone-taken"} for each in late}
    return found


def _is_actor(work: Work, entry: Entry, refused: Refusals) -> bool:
    """Whether the phone that is taken is the officer's own, who then volunteers by that account."""
    is_taken = refused.get(entry.line) == {"phone": "phone-taken"}
    phone = entry.sound.phone
    return bool(is_taken and phone and work.actor.user and claims.holder("phone", phone) == work.actor.user)


def _registered_alone(work: Work, entry: Entry) -> Refusals:
    try:
        with work.savepoint():
            register(work, application=entry.application)
        return {}
    except Invalid as error:
        fields = {name: codes[0] for name, codes in error.fields.items()}
        return {entry.line: fields or {"name": error.code}}
    except Conflict as error:
        return {entry.line: {str(error.params.get("field", "name")): error.code}}


# --- rows -------------------------------------------------------------------------------------------


def _keep(work: Work, people: list[_Person], policy: RegistrationPolicy) -> None:
    codes = _personal_codes(work, people)
    rows = [_row(work, each, codes[each.key], policy) for each in people]
    insert_rows(work.connection, Base.metadata.tables[Volunteer.__tablename__], rows)
    work.emit_each("volunteer.submitted", [(each.key, _fact(each)) for each in people])


def _fact(person: _Person) -> dict[str, object]:
    return {"status": _status(), "channel": person.entry.application.channel}


def _personal_codes(work: Work, people: list[_Person]) -> dict[Key, str]:
    found: dict[Key, str] = {}
    missing = [each.key for each in people]
    while missing:
        drawn = {new_code(PERSONAL_CODE_LENGTH): key for key in missing}
        taken = claims.take_many(work, "personal-code", drawn)
        found |= {drawn[code]: code for code in taken}
        missing = [key for key in missing if key not in found]
    return found


def _status() -> str:
    return entry_status(identity_verified=False, guardian_missing=False).value


def _row(work: Work, person: _Person, code: str, policy: RegistrationPolicy) -> dict[str, object]:
    sound, application, key = person.entry.sound, person.entry.application, person.key
    found, document = sound.found, sound.document
    return {
        "shard_code": key.shard,
        "id": key.id,
        "user_id": _id(person.user),
        "volunteer_no": number_of(key.shard, new_code(NUMBER_LENGTH)),
        "national_no": found["national_no"],
        "name": found["name"],
        "initials": initials_of(found["name"]) or None,
        "document_type": document.type,
        "nationality": document.nationality,
        "sex": document.sex,
        "born_on": document.born_on,
        "registration_region_code": application.region_code,
        "channel": application.channel,
        "entered_by": work.actor.label,
        "status": _status(),
        "status_changed_by": work.actor.label,
        "status_changed_at": work.now,
        "submitted_at": work.now,
        "reply_due_on": policy.reply_due(work.today),
        **{field: found[field] for field in PLAIN},
        **_sealed(work, person, code),
    }


def _id(key: Key | None) -> UUID | None:
    return key.id if key else None


def _sealed(work: Work, person: _Person, code: str) -> dict[str, str | None]:
    sound, vault = person.entry.sound, work.runtime.vault
    texts = {
        "document": sound.document.number,
        "phone": sound.phone,
        "personal_code": code,
        "address": sound.found["address"],
        "emergency": sound.found["emergency_phone"],
    }
    key = str(person.key)
    return {
        f"{field}_sealed": vault.encrypt(text, f"volunteers.{field}:{key}") if text else None
        for field, text in texts.items()
    }
