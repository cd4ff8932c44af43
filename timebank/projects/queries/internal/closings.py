"""When the gates of shifts close, and what becomes of who is inside then."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import literal, select, tuple_

from timebank.kernel.db import Instant, bulk_connection
from timebank.kernel.ids import Key
from timebank.projects.models import Shift
from timebank.projects.queries.internal.shifts import ATTENDANCE, AnyRow, AnySelect, terms_of
from timebank.projects.rules import AttendanceTerms, ShiftStatus, closes_at


@dataclass(frozen=True, slots=True)
class ShiftClosing:
    """When the gate of a shift closes, and what becomes of who is inside then."""

    key: Key
    ends_at: datetime
    closes_at: datetime
    called_off_at: datetime | None
    status: ShiftStatus
    terms: AttendanceTerms


CLOSING: AnySelect = select(
    Shift.shard_code,
    Shift.id,
    Shift.ends_at,
    Shift.closes_minutes,
    Shift.called_off_at,
    Shift.status,
    *ATTENDANCE,
)


BATCH = 500


def closing_of(shifts: Collection[Key]) -> dict[Key, ShiftClosing]:
    """When and how the gates of these shifts close: one statement for each county."""
    found: dict[Key, ShiftClosing] = {}
    for shard, group in groupby(sorted(shifts), key=lambda key: key.shard):
        rows = bulk_connection().execute(
            CLOSING.where(Shift.shard_code == shard, Shift.id.in_([key.id for key in group]))
        )
        found |= {each.key: each for each in map(_closing, rows)}
    return found


def shifts_to_close(now: datetime) -> Iterator[ShiftClosing]:
    """The open shifts whose gates take nobody any more, those that ended first at the head."""
    order = (Shift.ends_at, Shift.shard_code, Shift.id)
    query = CLOSING.where(Shift.status == ShiftStatus.OPEN, Shift.ends_at <= now).order_by(*order)
    after: tuple[Any, ...] | None = None
    while True:
        following = query if after is None else query.where(tuple_(*order) > tuple_(*after))
        rows = bulk_connection().execute(following.limit(BATCH)).all()
        yield from (each for each in map(_closing, rows) if each.closes_at < now)
        if len(rows) < BATCH:
            return
        last = rows[-1]
        after = (literal(last.ends_at, Instant()), literal(last.shard_code), literal(last.id))


def _closing(row: AnyRow) -> ShiftClosing:
    return ShiftClosing(
        key=Key(row.shard_code, row.id),
        ends_at=row.ends_at,
        closes_at=closes_at(row.ends_at, row.closes_minutes),
        called_off_at=row.called_off_at,
        status=ShiftStatus(row.status),
        terms=terms_of(row),
    )
