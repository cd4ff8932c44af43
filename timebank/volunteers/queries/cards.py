"""Reading one volunteer: the masked card, the history, who looked, the guardian."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from timebank.identity.queries import user_names
from timebank.identity.rules import mask_phone
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.volunteers.models import Consent, Guardian, Unmasking, Volunteer
from timebank.volunteers.queries.internal import clear_name
from timebank.volunteers.queries.policies import consent_wordings
from timebank.volunteers.rules import (
    OFFICE_ACTIONS,
    OWN_ACTIONS,
    PARTY_MEMBER,
    Action,
    Status,
    mask_address,
    mask_document,
    mask_name,
    possible_actions,
)


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One consent that was given, and when it was withdrawn if it was."""

    purpose: str
    version: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class GuardianCard:
    """The guardian of somebody under age, masked."""

    name: str
    relation: str
    document_type: str
    document_number: str
    phone: str
    consented_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A volunteer as the actor may see them; document number, phone and address are always masked.

    `name` is masked and `born_on`, `political_status`, `employer` and the like are None for those who only
    supervise.
    """

    key: Key
    volunteer_no: str
    national_no: str | None
    name: str
    document_type: str
    document_number: str | None
    nationality: str
    phone: str | None
    address: str | None
    has_emergency_contact: bool
    sex: str
    born_on: date | None
    is_minor: bool
    region_code: int
    service_region_code: int
    registration_region_code: int
    political_status: str | None
    party_verified_at: datetime | None
    education: str | None
    occupation: str | None
    employer: str | None
    availability: list[str]
    skills: list[str]
    categories: list[str]
    channel: str
    identity_method: str | None
    identity_verified_at: datetime | None
    status: str
    status_reason: str | None
    status_changed_at: datetime
    submitted_at: datetime
    reply_due_on: date | None
    registered_on: date | None
    erased_at: datetime | None
    """When identity was unlinked: then there is no name, and `born_on` is only a year."""
    merged_into: Key | None
    """The registration of the same person that goes on."""
    consents: list[ConsentLine]
    open_consents: list[str]
    """Purposes that nobody has consented to, or no longer; without the needed ones nobody is approved."""
    guardian: GuardianCard | None
    actions: list[Action]
    """What this actor may do with the registration now."""
    is_maker: bool
    """Whether this actor took the registration down, so that somebody else approves it."""
    may_verify_party: bool
    may_unmask: bool
    may_assist: bool
    """Whether the actor may act for this person at the window or by telephone."""


@dataclass(frozen=True, slots=True)
class UnmaskingCard:
    """Somebody saw fields in clear."""

    at: datetime
    by: str | None
    fields: list[str]
    purpose: str


# --- for pages and API ------------------------------------------------------------------------------


def person(actor: Actor, key: Key) -> PersonCard:
    """One volunteer, masked. Raises NotFound also outside the actor's regions."""
    return _card(actor, readable(actor, key))


def unmaskings(
    actor: Actor, volunteer: Key, *, limit: int = 50, cursor: str | None = None
) -> Page[UnmaskingCard]:
    """Who saw this person's fields in clear, newest first: for the person and for auditors."""
    row = readable(actor, volunteer)
    if not actor.owns(volunteer):
        require(actor, Permission.AUDIT_READ, region=row.region_code)
    query = select(Unmasking).where(
        Unmasking.shard_code == volunteer.shard, Unmasking.volunteer_id == volunteer.id
    )
    last = after_key(cursor)
    if last:
        query = query.where(Unmasking.id < last.id)
    found = list(session().scalars(query.order_by(Unmasking.id.desc()).limit(limit + 1)))
    cards = [(each, user_of(each.actor)) for each in found]
    called = user_names(user for _, user in cards if user)
    lines = [UnmaskingCard(c.at, called.get(u) if u else None, c.fields, c.purpose) for c, u in cards]
    return page_of(lines, limit, key_cursor(found[:limit][-1].key) if found else "")


def personal_code(actor: Actor, volunteer: Key | None = None) -> str:
    """A volunteer's code for the gate, in clear: one's own, a ward's, or for the card that a clerk prints.

    Raises NotFound for who is no volunteer.
    """
    key = volunteer or actor.volunteer
    if key is None:
        raise NotFound()
    row = get(key)
    if not actor.owns(key):
        require(actor, Permission.VOLUNTEER_ASSIST)
        require(actor, Permission.VOLUNTEER_ASSIST, region=row.region_code)
    return opened(row, "personal_code") or ""


def get(key: Key) -> Volunteer:
    """The row. Internal. Raises NotFound."""
    row = session().get(Volunteer, (key.shard, key.id))
    if row is None:
        raise NotFound()
    return row


def sees_clear(actor: Actor, row: Volunteer) -> bool:
    """Whether the actor works with people there, and so reads names and not only masks. Internal."""
    rights = (Permission.VOLUNTEER_REVIEW, Permission.PARTY_VERIFY)
    return actor.owns(row.key) or any(actor.can(right, region=row.region_code) for right in rights)


def readable(actor: Actor, key: Key) -> Volunteer:
    """The row, for the person and for who may read where they live. Internal. Raises NotFound."""
    if not actor.owns(key):
        require(actor, Permission.VOLUNTEER_READ)
    row = get(key)
    require(actor, Permission.VOLUNTEER_READ, region=row.region_code, owner=key)
    return row


def user_of(label: str) -> Key | None:
    """The user whom a label names; None for the system and for nobody. Internal."""
    try:
        return Key.parse(label)
    except NotFound:
        return None


# --- cards ------------------------------------------------------------------------------------------


def _card(actor: Actor, row: Volunteer) -> PersonCard:
    clear = sees_clear(actor, row)
    own: dict[str, Any] = {name: getattr(row, name) if clear else None for name in _FOR_STAFF}
    document, phone, address = (opened(row, field) for field in ("document", "phone", "address"))
    return PersonCard(
        key=row.key,
        name=clear_name(row) if clear else mask_name(clear_name(row)),
        document_number=mask_document(document) if document else None,
        phone=mask_phone(phone) if phone else None,
        address=mask_address(address) if address and clear else None,
        merged_into=_merged_into(row),
        has_emergency_contact=row.emergency_sealed is not None,
        is_minor=row.name_sealed is not None,
        consents=(given := _consents(row.key)),
        open_consents=_open_consents(given),
        guardian=_guardian(row.key, clear),
        actions=_actions(actor, row),
        is_maker=is_maker(actor, row),
        may_verify_party=_may_verify_party(actor, row),
        may_unmask=actor.can(Permission.VOLUNTEER_UNMASK, region=row.region_code, owner=row.key),
        may_assist=actor.can(Permission.VOLUNTEER_ASSIST, region=row.region_code),
        **own,
        **{name: getattr(row, name) for name in _FOR_READERS},
    )


_FOR_STAFF = "born_on political_status education occupation employer status_reason".split()
_FOR_READERS = (
    "volunteer_no national_no document_type nationality sex region_code service_region_code "
    "registration_region_code party_verified_at availability skills categories channel identity_method "
    "identity_verified_at status status_changed_at submitted_at reply_due_on registered_on erased_at"
).split()


def _merged_into(row: Volunteer) -> Key | None:
    if row.merged_into_shard is None or row.merged_into_id is None:
        return None
    return Key(row.merged_into_shard, row.merged_into_id)


def opened(row: Volunteer, field: str) -> str | None:
    """The value of the column `<field>_sealed` in clear. Internal."""
    sealed: str | None = getattr(row, f"{field}_sealed")
    return runtime().vault.decrypt(sealed, f"volunteers.{field}:{row.key}") if sealed else None


def _consents(key: Key) -> list[ConsentLine]:
    rows = session().scalars(
        select(Consent)
        .where(Consent.shard_code == key.shard, Consent.volunteer_id == key.id)
        .order_by(Consent.given_at, Consent.id)
    )
    return [ConsentLine(c.purpose, c.version, c.channel, c.given_at, c.withdrawn_at) for c in rows]


def _open_consents(given: list[ConsentLine]) -> list[str]:
    present = {line.purpose for line in given if line.withdrawn_at is None}
    return [purpose for purpose in consent_wordings() if purpose not in (*present, "guardian")]


def _guardian(volunteer: Key, clear: bool) -> GuardianCard | None:
    row = session().scalar(
        select(Guardian).where(
            Guardian.shard_code == volunteer.shard,
            Guardian.volunteer_id == volunteer.id,
            Guardian.ended_at.is_(None),
        )
    )
    if row is None:
        return None
    vault = runtime().vault
    name = vault.decrypt(row.name_sealed, f"guardians.name:{row.key}")
    return GuardianCard(
        name=name if clear else mask_name(name),
        relation=row.relation,
        document_type=row.document_type,
        document_number=mask_document(vault.decrypt(row.document_sealed, f"guardians.document:{row.key}")),
        phone=mask_phone(vault.decrypt(row.phone_sealed, f"guardians.phone:{row.key}")),
        consented_at=row.consented_at,
    )


def _actions(actor: Actor, row: Volunteer) -> list[Action]:
    possible = possible_actions(Status(row.status))
    if actor.owns(row.key):
        mine = [action for action in possible if action in OWN_ACTIONS]
        is_own = row.status_changed_by == actor.label
        return [action for action in mine if action is not Action.REINSTATE or is_own]
    may = actor.can(Permission.VOLUNTEER_REVIEW, region=row.region_code)
    held_back = {Action.APPROVE} if is_maker(actor, row) else set()
    return [each for each in possible if each in OFFICE_ACTIONS and each not in held_back] if may else []


def is_maker(actor: Actor, row: Volunteer) -> bool:
    """Whether the actor entered the registration, so that somebody else decides. Internal."""
    return actor.user is not None and row.entered_by == actor.label


def _may_verify_party(actor: Actor, row: Volunteer) -> bool:
    waits = row.political_status == PARTY_MEMBER and row.party_verified_at is None
    fits = waits and row.status == Status.REGISTERED and not actor.owns(row.key)
    return fits and actor.can(Permission.PARTY_VERIFY, region=row.region_code)
