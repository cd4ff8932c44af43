"""Reading volunteers: masked cards within the actor's regions, and facts for other flats."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, false, or_, select, tuple_

from timebank.identity.queries import user_by_phone, user_names
from timebank.identity.rules import mask_phone, plain
from timebank.kernel import claims
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.events import Event
from timebank.kernel.ids import CODE_ALPHABET, Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.volunteers.models import Consent, Unmasking, Volunteer
from timebank.volunteers.rules import (
    NUMBER_LENGTH,
    PARTY_MEMBER,
    Action,
    Status,
    mask_document,
    mask_name,
    possible_actions,
)

_NUMBER = re.compile(rf"(\d{{6}})[{CODE_ALPHABET}]{{{NUMBER_LENGTH}}}", re.ASCII)
_DOCUMENT = re.compile(r"\d{17}[\dX]", re.ASCII)


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One consent a person gave, and when it was withdrawn if it was."""

    purpose: str
    version: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A volunteer as the actor may see them; identity number and phone are always masked.

    `name` is masked and `born_on`, `political_status` are None for those who only supervise.
    """

    key: Key
    volunteer_no: str
    name: str
    document_type: str
    document_number: str
    phone: str
    sex: str
    born_on: date | None
    region_code: int
    political_status: str | None
    party_verified_at: datetime | None
    skills: list[str]
    categories: list[str]
    status: str
    status_reason: str | None
    status_changed_at: datetime
    submitted_at: datetime
    registered_on: date | None
    consents: list[ConsentLine]
    actions: list[Action]
    """What this actor may do with the registration now."""
    may_verify_party: bool
    may_unmask: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A volunteer in a list."""

    key: Key
    volunteer_no: str
    name: str
    region_code: int
    party_verified: bool
    status: str
    submitted_at: datetime
    registered_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What other flats need to know of a volunteer. Internal: the name is in clear."""

    key: Key
    name: str
    volunteer_no: str
    status: Status
    region_code: int
    party_member: bool
    """Verified by a party administrator, not only said."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened to a registration: the event's name, when, and by whom."""

    name: str
    at: datetime
    by: str | None
    """The name of the user who did it; None for the person without an account, and for the system."""


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
    row = _readable(actor, key)
    consents = session().scalars(
        select(Consent)
        .where(Consent.shard_code == key.shard, Consent.volunteer_id == key.id)
        .order_by(Consent.given_at, Consent.purpose)
    )
    lines = [ConsentLine(c.purpose, c.version, c.given_at, c.withdrawn_at) for c in consents]
    return _card(actor, row, lines)


def persons(
    actor: Actor,
    *,
    region: int | None = None,
    status: str | None = None,
    text: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[PersonRow]:
    """Volunteers who live in the actor's regions, oldest registration of each county first.

    `text` is a whole volunteer number, identity number or phone, or the beginning of a name.
    """
    require(actor, Permission.VOLUNTEER_READ)
    conditions = [_within(actor)]
    if region is not None:
        conditions.append(Volunteer.region_code.between(region, last_in(region)))
    if status is not None:
        conditions.append(Volunteer.status == status)
    if text and text.strip():
        conditions.append(_matches(text.strip()))
    after = after_key(cursor)
    if after:
        conditions.append(tuple_(Volunteer.shard_code, Volunteer.id) > (after.shard, after.id))
    statement = select(Volunteer).where(*conditions).order_by(Volunteer.shard_code, Volunteer.id)
    found = [_row(actor, each) for each in session().scalars(statement.limit(limit + 1))]
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def history(actor: Actor, key: Key) -> list[HistoryLine]:
    """What happened to a registration, oldest first. Raises NotFound as `person` does."""
    _readable(actor, key)
    rows = session().execute(
        select(Event.name, Event.at, Event.actor)
        .where(Event.shard_code == key.shard, Event.subject_id == key.id)
        .order_by(Event.at, Event.id)
    )
    found = [(name, at, _user(label)) for name, at, label in rows]
    called = user_names(user for _, _, user in found if user)
    return [HistoryLine(name, at, called.get(user) if user else None) for name, at, user in found]


def unmaskings(actor: Actor, volunteer: Key) -> list[UnmaskingCard]:
    """Who saw this person's fields in clear, newest first: for the person and for auditors."""
    row = _readable(actor, volunteer)
    if not actor.owns(volunteer):
        require(actor, Permission.AUDIT_READ, region=row.region_code)
    found = session().scalars(
        select(Unmasking)
        .where(Unmasking.shard_code == volunteer.shard, Unmasking.volunteer_id == volunteer.id)
        .order_by(Unmasking.id.desc())
    )
    cards = [(each, _user(each.actor)) for each in found]
    called = user_names(user for _, user in cards if user)
    return [UnmaskingCard(c.at, called.get(u) if u else None, c.fields, c.purpose) for c, u in cards]


def personal_code(actor: Actor) -> str:
    """The actor's own code for the gate, in clear. Raises NotFound for who is no volunteer."""
    if actor.volunteer is None:
        raise NotFound()
    require(actor, Permission.VOLUNTEER_READ, owner=actor.volunteer)
    sealed = _get(actor.volunteer).personal_code_sealed
    return runtime().vault.decrypt(sealed, f"volunteers.personal_code:{actor.volunteer}")


def _readable(actor: Actor, key: Key) -> Volunteer:
    if not actor.owns(key):
        require(actor, Permission.VOLUNTEER_READ)
    row = _get(key)
    require(actor, Permission.VOLUNTEER_READ, region=row.region_code, owner=key)
    return row


def _get(key: Key) -> Volunteer:
    row = session().get(Volunteer, (key.shard, key.id))
    if row is None:
        raise NotFound()
    return row


def _within(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    regions = actor.regions(Permission.VOLUNTEER_READ)
    return or_(false(), *(Volunteer.region_code.between(code, last_in(code)) for code in regions))


def _matches(text: str) -> ColumnElement[bool]:
    compact = plain(text).upper()
    if number := _NUMBER.fullmatch(compact):
        return and_(Volunteer.shard_code == int(number[1]), Volunteer.volunteer_no == compact)
    if _DOCUMENT.fullmatch(compact):
        return _is(claims.holder("document", compact))
    if user := user_by_phone(compact):
        return and_(Volunteer.shard_code == user.shard, Volunteer.user_id == user.id)
    beginning = " ".join(unicodedata.normalize("NFC", text).split())
    return Volunteer.name.startswith(beginning, autoescape=True)


def _is(key: Key | None) -> ColumnElement[bool]:
    return and_(Volunteer.shard_code == key.shard, Volunteer.id == key.id) if key else false()


def _user(label: str) -> Key | None:
    try:
        return Key.parse(label)
    except NotFound:
        return None


# --- cards ------------------------------------------------------------------------------------------


def _sees_clear(actor: Actor, row: Volunteer) -> bool:
    rights = (Permission.VOLUNTEER_REVIEW, Permission.PARTY_VERIFY)
    return actor.owns(row.key) or any(actor.can(right, region=row.region_code) for right in rights)


def _card(actor: Actor, row: Volunteer, consents: list[ConsentLine]) -> PersonCard:
    clear, vault = _sees_clear(actor, row), runtime().vault
    return PersonCard(
        key=row.key,
        volunteer_no=row.volunteer_no,
        name=row.name if clear else mask_name(row.name),
        document_type=row.document_type,
        document_number=mask_document(vault.decrypt(row.document_sealed, f"volunteers.document:{row.key}")),
        phone=mask_phone(vault.decrypt(row.phone_sealed, f"volunteers.phone:{row.key}")),
        sex=row.sex,
        born_on=row.born_on if clear else None,
        region_code=row.region_code,
        political_status=row.political_status if clear else None,
        party_verified_at=row.party_verified_at,
        skills=row.skills,
        categories=row.categories,
        status=row.status,
        status_reason=row.status_reason if clear else None,
        status_changed_at=row.status_changed_at,
        submitted_at=row.submitted_at,
        registered_on=row.registered_on,
        consents=consents,
        actions=_actions(actor, row),
        may_verify_party=_may_verify_party(actor, row),
        may_unmask=actor.can(Permission.VOLUNTEER_UNMASK, region=row.region_code, owner=row.key),
    )


def _actions(actor: Actor, row: Volunteer) -> list[Action]:
    possible = possible_actions(Status(row.status))
    if actor.owns(row.key):
        return [action for action in possible if action is Action.RESUBMIT]
    may = actor.can(Permission.VOLUNTEER_REVIEW, region=row.region_code)
    return [action for action in possible if action is not Action.RESUBMIT] if may else []


def _may_verify_party(actor: Actor, row: Volunteer) -> bool:
    waits = row.political_status == PARTY_MEMBER and row.party_verified_at is None
    fits = waits and row.status == Status.REGISTERED and not actor.owns(row.key)
    return fits and actor.can(Permission.PARTY_VERIFY, region=row.region_code)


def _row(actor: Actor, row: Volunteer) -> PersonRow:
    return PersonRow(
        key=row.key,
        volunteer_no=row.volunteer_no,
        name=row.name if _sees_clear(actor, row) else mask_name(row.name),
        region_code=row.region_code,
        party_verified=row.party_verified_at is not None,
        status=row.status,
        submitted_at=row.submitted_at,
        registered_on=row.registered_on,
    )


# --- for other flats --------------------------------------------------------------------------------


def standing(key: Key) -> Standing | None:
    """The standing of one volunteer. Internal."""
    return standings([key]).get(key)


def standings(keys: Iterable[Key]) -> dict[Key, Standing]:
    """The standing of many volunteers, one statement for each county. Internal."""
    found: dict[Key, Standing] = {}
    for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard):
        ids = [key.id for key in group]
        rows = session().execute(
            select(
                Volunteer.id,
                Volunteer.name,
                Volunteer.volunteer_no,
                Volunteer.status,
                Volunteer.region_code,
                Volunteer.party_verified_at,
            ).where(Volunteer.shard_code == shard, Volunteer.id.in_(ids))
        )
        for unique, name, number, status, region, verified in rows:
            key = Key(shard, unique)
            found[key] = Standing(key, name, number, Status(status), region, verified is not None)
    return found


def by_personal_code(text: str) -> Key | None:
    """Whose personal code this is; blanks, hyphens and small letters do not matter. Internal."""
    return claims.holder("personal-code", plain(text).upper())
