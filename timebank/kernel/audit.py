"""The audit trail: `events`, read newest first by whoever may. Ids follow time, so they are the order.

Everybody sees the counties inside their own regions; whoever has less than a county sees nothing, since an
event says in which county it happened and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select

from timebank.kernel.clock import start_of_day
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.events import Event
from timebank.kernel.ids import Key, first_id
from timebank.kernel.paging import Page, page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import counties_in
from timebank.kernel.work import Work

LARGEST_EXPORT = 50_000
"""Rows of one file: what a spreadsheet still opens, and what a reader may wait for."""
TOGETHER = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the trail, None for all; `since` and `until` are local days, both included."""

    since: date | None = None
    until: date | None = None
    name: str | None = None
    by: str | None = None
    """A user's key, `system` or `anonymous`."""
    subject: Key | None = None
    region: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened; ids and numbers only."""

    id: UUID
    at: datetime
    name: str
    by: str
    subject: Key
    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """What the subject is: the first word of the event's name."""
        return self.name.partition(".")[0]

    @property
    def user(self) -> Key | None:
        """The user who did it; None for the system and for who was not signed in."""
        return user_of(self.by)


def user_of(label: str) -> Key | None:
    """The user whom an actor's label names."""
    try:
        return Key.parse(label)
    except NotFound:
        return None


def trail(actor: Actor, asked: Asked, *, limit: int = 50, cursor: str | None = None) -> Page[Entry]:
    """What happened in the actor's counties, the newest first."""
    require(actor, Permission.AUDIT_READ)
    found = _read(actor, asked, limit + 1, position_of(cursor))
    return page_of(found, limit, write_cursor(str(found[:limit][-1].id)) if found else "")


def whole_trail(actor: Actor, asked: Asked) -> Iterator[Entry]:
    """The same without pages, at most `LARGEST_EXPORT` rows, read as they are asked for."""
    require(actor, Permission.AUDIT_READ)
    last: UUID | None = None
    for _ in range(LARGEST_EXPORT // TOGETHER):
        some = _read(actor, asked, TOGETHER, last)
        session().rollback()  # no transaction stays open while a slow reader takes the rows
        yield from some
        if len(some) < TOGETHER:
            return
        last = some[-1].id


def note_export(work: Work, *, asked: Asked) -> None:
    """Allow, and record, that somebody takes a part of the trail away as a file."""
    work.allow(Permission.AUDIT_READ)
    region = asked.region if asked.region is not None else _widest(work.actor)
    days = {"since": asked.since, "until": asked.until}
    counties = counties_in(region) or (0, 0)
    work.emit("audit.exported", Key(counties[0], work.new_id()), region=region, event=asked.name, **days)


def position_of(cursor: str | None) -> UUID | None:
    """The id behind which a page begins. Raises Invalid for a cursor that is none."""
    try:
        return None if cursor is None else UUID(str(read_cursor(cursor)[0]))
    except (ValueError, IndexError):
        raise Invalid("invalid-cursor", field="cursor") from None


def within_days(column: Any, since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    """That an id was made on these local days, both included."""
    zone, found = runtime().config.time_zone, []
    if since is not None:
        found.append(column >= first_id(start_of_day(since, zone)))
    if until is not None:
        found.append(column < first_id(start_of_day(until + timedelta(days=1), zone)))
    return found


def _read(actor: Actor, asked: Asked, limit: int, before: UUID | None) -> list[Entry]:
    conditions = [_scope(actor), *within_days(Event.id, asked.since, asked.until)]
    if before is not None:
        conditions.append(Event.id < before)
    if asked.name is not None:
        conditions.append(Event.name == asked.name)
    if asked.by is not None:
        conditions.append(Event.actor == asked.by)
    if asked.subject is not None:
        conditions += [Event.shard_code == asked.subject.shard, Event.subject_id == asked.subject.id]
    if asked.region is not None:
        conditions.append(_in(asked.region))
    columns = (Event.id, Event.at, Event.name, Event.actor, Event.subject_shard, Event.subject_id, Event.data)
    rows = session().execute(select(*columns).where(*conditions).order_by(Event.id.desc()).limit(limit))
    return [Entry(row[0], row[1], row[2], row[3], Key(row[4], row[5]), row[6]) for row in rows]


def _scope(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    return or_(false(), *(_in(region) for region in actor.regions(Permission.AUDIT_READ)))


def _in(region: int) -> ColumnElement[bool]:
    """That an event happened in a county of the region.

    One county is found by the primary key. Many are not asked for by it, but by its twin without an index:
    the rows then come in the order of ids and stop when there are enough, however large the region is.
    """
    counties = counties_in(region)
    if counties is None:
        return false()
    first, last = counties
    return Event.shard_code == first if first == last else Event.subject_shard.between(first, last)


def _widest(actor: Actor) -> int:
    """The region that the actor's trail covers, or begins with."""
    return min(actor.regions(Permission.AUDIT_READ), default=0)
