"""Visits: of a shift, of a volunteer, by their keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import Direction, Method, Presence, Verdict
from timebank.kernel.db import bulk_connection
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor


@dataclass(frozen=True, slots=True)
class VisitCard:
    """A volunteer at a shift; `out_at` is None while they are inside."""

    visit: Key
    volunteer: Key
    shift: Key
    in_at: datetime
    in_method: Method
    out_at: datetime | None
    out_method: Method | None
    out_reason: str | None
    out_policy: str | None

    @property
    def presence(self) -> Presence:
        """Where the volunteer is, seen from this shift."""
        return Presence.INSIDE if self.out_at is None else Presence.GONE


VISITS = select(
    Visit.shard_code,
    Visit.id,
    Visit.volunteer_id,
    Visit.host_code,
    Visit.shift_id,
    Visit.in_at,
    Visit.in_method,
    Visit.out_at,
    Visit.out_method,
    Visit.out_reason,
    Visit.out_policy,
)


def visits(shift: Key) -> list[VisitCard]:
    """The visits of a shift in the order of arrival. Internal.

    The accepted scans of the host county name them, so that no other county is asked in vain.
    """
    return sorted(visits_by_key(visit_keys(shift)), key=lambda visit: (visit.in_at, visit.visit))


def visit_keys(shift: Key) -> list[Key]:
    """The keys of the visits to a shift, also of those that were taken back. Internal."""
    scans = bulk_connection().execute(
        select(Scan.visit_shard, Scan.visit_id).where(
            Scan.shard_code == shift.shard,
            Scan.shift_id == shift.id,
            Scan.direction == Direction.IN,
            Scan.verdict == Verdict.ACCEPTED,
        )
    )
    return [Key(row.visit_shard, row.visit_id) for row in scans]


def visits_of(shift: Key, volunteers: Iterable[Key]) -> list[VisitCard]:
    """The visits of some people to a shift, one statement for each county. Internal."""
    found: list[VisitCard] = []
    for shard, group in groupby(sorted(volunteers), key=lambda key: key.shard):
        ids = [key.id for key in group]
        here = and_(Visit.shard_code == shard, Visit.host_code == shift.shard, Visit.shift_id == shift.id)
        rows = bulk_connection().execute(VISITS.where(here, Visit.volunteer_id.in_(ids)))
        found.extend(_visit_card(row) for row in rows)
    return found


def my_open_visit(actor: Actor) -> VisitCard | None:
    """Where the actor is inside at this moment."""
    if actor.volunteer is None:
        return None
    return one_visit(actor.volunteer, Visit.out_at.is_(None))


def visit_card(visit: Key) -> VisitCard | None:
    """One visit. Internal."""
    return next(iter(visits_by_key([visit])), None)


def recent_visits(volunteer: Key, since: datetime) -> list[VisitCard]:
    """A volunteer's visits that ended since an instant, the latest first. Internal."""
    rows = bulk_connection().execute(
        VISITS.where(
            Visit.shard_code == volunteer.shard,
            Visit.volunteer_id == volunteer.id,
            Visit.out_at >= since,
        ).order_by(Visit.out_at.desc(), Visit.id)
    )
    return [_visit_card(row) for row in rows]


def is_inside(volunteer: Key) -> bool:
    """Whether a volunteer is inside somewhere at this moment. Internal."""
    return one_visit(volunteer, Visit.out_at.is_(None)) is not None


def visits_by_key(keys: Iterable[Key]) -> list[VisitCard]:
    """Visits by their keys, one statement for each county."""
    found: list[VisitCard] = []
    for shard, group in groupby(sorted(keys), key=lambda key: key.shard):
        ids = [key.id for key in group]
        rows = bulk_connection().execute(VISITS.where(Visit.shard_code == shard, Visit.id.in_(ids)))
        found.extend(_visit_card(row) for row in rows)
    return found


def one_visit(volunteer: Key, condition: ColumnElement[bool]) -> VisitCard | None:
    row = (
        bulk_connection()
        .execute(
            VISITS.where(Visit.shard_code == volunteer.shard, Visit.volunteer_id == volunteer.id, condition)
        )
        .first()
    )
    return _visit_card(row) if row else None


def _visit_card(row: Any) -> VisitCard:
    return VisitCard(
        visit=Key(row.shard_code, row.id),
        volunteer=Key(row.shard_code, row.volunteer_id),
        shift=Key(row.host_code, row.shift_id),
        in_at=row.in_at,
        in_method=Method(row.in_method),
        out_at=row.out_at,
        out_method=Method(row.out_method) if row.out_method else None,
        out_reason=row.out_reason,
        out_policy=row.out_policy,
    )
