"""The registry as a list: who lives in the actor's regions, found by number, name or pinyin initials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TypedDict, Unpack
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, false, literal, or_, select, tuple_

from timebank.identity.queries import user_by_phone
from timebank.identity.rules import plain
from timebank.kernel import claims
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries.cards import sees_clear
from timebank.volunteers.queries.internal import VOLUNTEER_NUMBER, clear_name
from timebank.volunteers.rules import WAITING, born_between, claim_values, mask_name, passport_claim

BY_COMMUNITY = (Volunteer.region_code, Volunteer.shard_code, Volunteer.id)
"""The registry's usual order: an index holds it, with names and initials beside."""
BY_REGISTRATION = (Volunteer.shard_code, Volunteer.id)
_PASSPORT = re.compile(r"([A-Z]{3})[ :]+((?=.*\d)[A-Z0-9 -]{5,30})", re.ASCII)
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
    is_overdue: bool
    registered_on: date | None


class Filters(TypedDict, total=False):
    """Which volunteers to list; what is not said does not matter."""

    region: int | None
    status: str | None
    channel: str | None
    age: str | None
    """One of `AGE_BANDS`."""
    party: bool | None
    """Whether membership of the Communist Party of China is verified."""
    overdue: bool
    """Only those whose reply is overdue."""
    skill: str | None
    category: str | None
    text: str | None
    country: str | None
    """With a passport's number in `text`: the country that issued it."""


def persons(
    actor: Actor,
    *,
    newest_first: bool = False,
    limit: int = 50,
    cursor: str | None = None,
    **filters: Unpack[Filters],
) -> Page[PersonRow]:
    """Volunteers who live in the actor's regions, community by community, or those registered last first.

    `text` is a whole volunteer number, document number or phone, the beginning of a name, or pinyin
    initials; a passport's number comes with its `country`, or after it (`KOR M12345678`). A minor is found by
    a whole name, of which no index exists.
    """
    require(actor, Permission.VOLUNTEER_READ)
    places = _places(actor, filters, newest_first, limit + 1, cursor)
    rows = {row.key: row for row in rows_of(Key(shard, unique) for _region, shard, unique in places)}
    found = [rows[key] for _region, shard, unique in places if (key := Key(shard, unique)) in rows]
    page = page_of(found, limit, _cursor(places[:limit], newest_first))
    return Page([_row(actor, each) for each in page.items if _is_meant(each, filters.get("text"))], page.next)


def _places(
    actor: Actor, filters: Filters, newest_first: bool, most: int, cursor: str | None
) -> list[tuple[int, int, UUID]]:
    """Region and key of those wanted: where only name and initials are asked for, an index knows them all."""
    order = BY_REGISTRATION if newest_first else BY_COMMUNITY
    conditions = [within(actor, Permission.VOLUNTEER_READ), *_conditions(filters)]
    if cursor is not None:
        here = tuple_(*map(literal, _read(cursor, newest_first)))
        conditions.append(tuple_(*order) < here if newest_first else tuple_(*order) > here)
    order_by = [each.desc() for each in order] if newest_first else order
    found = session().execute(select(*BY_COMMUNITY).where(*conditions).order_by(*order_by).limit(most))
    return [(region, shard, unique) for region, shard, unique in found]


def _cursor(places: list[tuple[int, int, UUID]], newest_first: bool) -> str:
    if not places:
        return ""
    region, shard, unique = places[-1]
    return write_cursor(*(() if newest_first else (region,)), shard, str(unique))


def _read(cursor: str, newest_first: bool) -> tuple[int | UUID, ...]:
    """The position behind which a page begins. Raises Invalid for a cursor of another list."""
    try:
        *numbers, unique = read_cursor(cursor)
        position: tuple[int | UUID, ...] = (*map(int, numbers), UUID(str(unique)))
    except (ValueError, TypeError):
        raise Invalid("invalid-cursor", field="cursor") from None
    if len(position) != (2 if newest_first else 3):
        raise Invalid("invalid-cursor", field="cursor")
    return position


def rows_of(keys: Iterable[Key]) -> Iterator[Volunteer]:
    """The rows of volunteers in no order, one statement for each county. Internal."""
    for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard):
        ids = [key.id for key in group]
        yield from session().scalars(
            select(Volunteer).where(Volunteer.shard_code == shard, Volunteer.id.in_(ids))
        )


def within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Who lives where the actor holds a permission. Internal."""
    if actor.is_system:
        return and_(True)
    regions = actor.regions(permission)
    return or_(false(), *(_inside(code) for code in regions))


def _inside(region: int) -> ColumnElement[bool]:
    return Volunteer.region_code.between(region, last_in(region))


def _conditions(wanted: Filters) -> Iterator[ColumnElement[bool]]:
    if (region := wanted.get("region")) is not None:
        yield _inside(region)
    if status := wanted.get("status"):
        yield Volunteer.status == status
    if channel := wanted.get("channel"):
        yield Volunteer.channel == channel
    if (party := wanted.get("party")) is not None:
        yield Volunteer.party_verified_at.is_not(None) if party else Volunteer.party_verified_at.is_(None)
    yield from _offers(wanted)
    yield from _of_the_day(wanted)
    if text := (wanted.get("text") or "").strip():
        yield _matches(text, wanted.get("country"))


def _offers(wanted: Filters) -> Iterator[ColumnElement[bool]]:
    """Who offers something; both engines write a list of codes as text in the same way."""
    for listed, code in (
        (Volunteer.skills, wanted.get("skill")),
        (Volunteer.categories, wanted.get("category")),
    ):
        if code:
            yield cast(listed, String).contains(f'"{code}"', autoescape=True)


def _of_the_day(wanted: Filters) -> Iterator[ColumnElement[bool]]:
    """What depends on the present day: ages and deadlines."""
    if band := wanted.get("age"):
        after, until = born_between(band, today())
        yield Volunteer.born_on <= until
        if after is not None:
            yield Volunteer.born_on > after
    if wanted.get("overdue"):
        yield and_(Volunteer.reply_due_on < today(), Volunteer.status.in_(WAITING))


def _matches(text: str, country: str | None) -> ColumnElement[bool]:
    compact = plain(text).upper()
    if passport := _passport(text, country):
        return or_(false(), *map(_is, passport))
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
    # only a minor's name holds the signs of a mask
    return or_(Volunteer.name.startswith(name, autoescape=True), Volunteer.name == mask_name(name))


def _passport(text: str, country: str | None) -> list[Key] | None:
    """Who has this passport; None where no passport is asked for."""
    found = _PASSPORT.fullmatch(unicodedata.normalize("NFKC", f"{country or ''} {text}".strip()).upper())
    if found is None:
        return None
    holder = claims.holder("document", passport_claim(found[1], found[2]))
    return [holder] if holder else []


def _is_meant(row: Volunteer, text: str | None) -> bool:
    """Whether a minor found by a masked name has the name that was asked for."""
    if not row.name_sealed or not text or row.name != mask_name(_written(text)):
        return True
    return clear_name(row) == _written(text)


def _written(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is(key: Key) -> ColumnElement[bool]:
    return and_(Volunteer.shard_code == key.shard, Volunteer.id == key.id)


def today() -> date:
    """The local date. Internal."""
    return local_date(runtime().clock.now(), runtime().config.time_zone)


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
        is_overdue=row.status in WAITING and row.reply_due_on is not None and row.reply_due_on < today(),
        registered_on=row.registered_on,
    )
