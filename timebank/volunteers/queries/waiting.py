"""The queue of registrations: what waits for the office, the earliest reply deadline first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, not_, select, tuple_

from timebank.kernel.db import session
from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries.cards import get, is_maker
from timebank.volunteers.queries.internal import clear_name
from timebank.volunteers.queries.lists import today, within
from timebank.volunteers.rules import Status

FOR_THE_OFFICE = (Status.VERIFYING, Status.SUBMITTED)
POSITION = (Volunteer.reply_due_on, Volunteer.shard_code, Volunteer.id)
"""An index serves this order; a decision empties the first of them."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A registration that the office has to answer."""

    key: Key
    volunteer_no: str
    name: str
    region_code: int
    status: str
    channel: str
    reply_due_on: date
    is_overdue: bool
    is_maker: bool
    """Whether the actor took it down: then somebody else approves it."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Whom the queue has before and after one person, without those whom the actor took down."""

    before: Key | None
    after: Key | None


def waiting(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[WaitingRow]:
    """Registrations of the actor's regions to be checked or approved, the earliest deadline first."""
    require(actor, Permission.VOLUNTEER_REVIEW)
    statement = _queue(actor)
    if cursor is not None:
        statement = statement.where(_after(_read(cursor)))
    rows = session().scalars(statement.order_by(*POSITION).limit(limit + 1)).all()
    return page_of([_row(actor, row, today()) for row in rows], limit, _cursor(rows[:limit]))


def neighbours(actor: Actor, key: Key) -> Neighbours:
    """The queue around one person; for somebody decided by now it begins at its head."""
    require(actor, Permission.VOLUNTEER_REVIEW)
    row = get(key)
    mine = _queue(actor).where(Volunteer.entered_by != actor.label, not_(_is(key)))
    if row.reply_due_on is None:
        return Neighbours(None, _first(mine.order_by(*POSITION)))
    here = _after((row.reply_due_on, row.shard_code, row.id))
    backwards = (each.desc() for each in POSITION)
    return Neighbours(
        _first(mine.where(not_(here)).order_by(*backwards)), _first(mine.where(here).order_by(*POSITION))
    )


def _queue(actor: Actor) -> Select[Volunteer]:
    return select(Volunteer).where(
        within(actor, Permission.VOLUNTEER_REVIEW),
        Volunteer.reply_due_on.is_not(None),
        Volunteer.status.in_(FOR_THE_OFFICE),
    )


def _first(statement: Select[Volunteer]) -> Key | None:
    row = session().scalars(statement.limit(1)).first()
    return row.key if row else None


def _is(key: Key) -> ColumnElement[bool]:
    return tuple_(Volunteer.shard_code, Volunteer.id) == (key.shard, key.id)


def _after(position: tuple[date, int, UUID]) -> ColumnElement[Any]:
    due, shard, unique = position
    return tuple_(*POSITION) > tuple_(literal(due), literal(shard), literal(unique))


def _read(cursor: str) -> tuple[date, int, UUID]:
    try:
        due, shard, unique = read_cursor(cursor)
        return date.fromisoformat(str(due)), int(shard), UUID(str(unique))
    except (ValueError, TypeError):
        raise Invalid("invalid-cursor", field="cursor") from None


def _cursor(rows: Sequence[Volunteer]) -> str:
    last = rows[-1] if rows else None
    if last is None or last.reply_due_on is None:
        return ""
    return write_cursor(last.reply_due_on.isoformat(), last.shard_code, str(last.id))


def _row(actor: Actor, row: Volunteer, day: date) -> WaitingRow:
    due = row.reply_due_on or day
    return WaitingRow(
        key=row.key,
        volunteer_no=row.volunteer_no,
        name=clear_name(row),
        region_code=row.region_code,
        status=row.status,
        channel=row.channel,
        reply_due_on=due,
        is_overdue=due < day,
        is_maker=is_maker(actor, row),
    )
