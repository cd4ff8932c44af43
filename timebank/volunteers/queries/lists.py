"""The registry as a list: who lives in the actor's regions, found by number, name or pinyin initials."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, tuple_

from timebank.identity.queries import user_by_phone
from timebank.identity.rules import plain
from timebank.kernel import claims
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries.cards import sees_clear
from timebank.volunteers.queries.internal import VOLUNTEER_NUMBER, clear_name
from timebank.volunteers.rules import claim_values, mask_name

_INITIALS = re.compile(r"[a-z]{2,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A volunteer in a list; the name is masked for those who only supervise."""

    key: Key
    volunteer_no: str
    name: str
    region_code: int
    party_verified: bool
    status: str
    channel: str
    submitted_at: datetime
    reply_due_on: date | None
    registered_on: date | None


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

    `text` is a whole volunteer number, document number or phone, the beginning of a name, or pinyin
    initials. A minor is found by a whole name, of which no index exists.
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
    rows = list(session().scalars(statement.limit(limit + 1)))
    last = key_cursor(rows[:limit][-1].key) if rows else ""
    page = page_of(rows, limit, last)
    return Page([_row(actor, each) for each in page.items if _is_meant(each, text)], page.next)


def _within(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    regions = actor.regions(Permission.VOLUNTEER_READ)
    return or_(false(), *(Volunteer.region_code.between(code, last_in(code)) for code in regions))


def _matches(text: str) -> ColumnElement[bool]:
    compact = plain(text).upper()
    if number := VOLUNTEER_NUMBER.fullmatch(compact):
        return and_(Volunteer.shard_code == int(number[1]), Volunteer.volunteer_no == compact)
    documents = [key for value in claim_values(compact) if (key := claims.holder("document", value))]
    if documents:
        return or_(*map(_is, documents))
    if user := user_by_phone(compact):
        return and_(Volunteer.shard_code == user.shard, Volunteer.user_id == user.id)
    if _INITIALS.fullmatch(text.lower()):
        return Volunteer.initials.contains(f" {text.lower()}", autoescape=True)
    name = _written(text)
    minor = and_(Volunteer.name_sealed.is_not(None), Volunteer.name == mask_name(name))
    return or_(Volunteer.name.startswith(name, autoescape=True), minor)


def _is_meant(row: Volunteer, text: str | None) -> bool:
    """Whether a minor found by a masked name has the name that was asked for."""
    if not row.name_sealed or not text or row.name != mask_name(_written(text)):
        return True
    return clear_name(row) == _written(text)


def _written(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is(key: Key) -> ColumnElement[bool]:
    return and_(Volunteer.shard_code == key.shard, Volunteer.id == key.id)


def _row(actor: Actor, row: Volunteer) -> PersonRow:
    return PersonRow(
        key=row.key,
        volunteer_no=row.volunteer_no,
        name=clear_name(row) if sees_clear(actor, row) else mask_name(clear_name(row)),
        region_code=row.region_code,
        party_verified=row.party_verified_at is not None,
        status=row.status,
        channel=row.channel,
        submitted_at=row.submitted_at,
        reply_due_on=row.reply_due_on,
        registered_on=row.registered_on,
    )
