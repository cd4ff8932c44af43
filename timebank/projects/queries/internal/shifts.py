"""What several questions read of shifts: how attendance counts, and where they take place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, and_, bindparam, select

from timebank.kernel.db import bulk_connection
from timebank.kernel.ids import Key
from timebank.projects.models import Project, Shift
from timebank.projects.rules import AttendanceMode, AttendanceTerms, ClosingPolicy

AnySelect = Select[*tuple[Any, ...]]


AnyRow = Row[*tuple[Any, ...]]


OF_ITS_PROJECT = and_(Project.shard_code == Shift.shard_code, Project.id == Shift.project_id)


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a shift takes place, and how far from there a phone may be."""

    latitude: float
    longitude: float
    radius_m: int


ATTENDANCE = (
    Shift.attendance_mode,
    Shift.closing_policy,
    Shift.closing_minutes,
    Shift.attendance_policy,
    Shift.printed_code,
    Shift.offers_place,
    Shift.latitude,
    Shift.longitude,
    Shift.radius_m,
)
"""Columns that `terms_of` and `venue_of` read."""


BY_KEY = and_(Shift.shard_code == bindparam("shard"), Shift.id == bindparam("shift", type_=Uuid()))


def shift_keys(project: Key) -> list[Key]:
    """The shifts of a project."""
    rows = bulk_connection().execute(
        select(Shift.id)
        .where(Shift.shard_code == project.shard, Shift.project_id == project.id)
        .order_by(Shift.id)
    )
    return [Key(project.shard, unique) for unique in rows.scalars()]


def terms_of(row: AnyRow) -> AttendanceTerms:
    """Mode and closing policy of a shift, from a row with the columns of ATTENDANCE."""
    return AttendanceTerms(
        mode=AttendanceMode(row.attendance_mode),
        closing=ClosingPolicy(row.closing_policy),
        minutes=row.closing_minutes,
        version=row.attendance_policy,
    )


def venue_of(row: AnyRow) -> Venue | None:
    """Where a shift takes place, if its organizer has said so, from a row with the columns of ATTENDANCE."""
    if row.latitude is None or row.longitude is None or row.radius_m is None:
        return None
    return Venue(row.latitude, row.longitude, row.radius_m)


def venues_of(shifts: Collection[Key]) -> dict[Key, Venue]:
    """Where shifts take place, of those whose organizers have said so: one statement for each county."""
    found: dict[Key, Venue] = {}
    for shard, group in groupby(sorted(shifts), key=lambda key: key.shard):
        rows = bulk_connection().execute(
            select(Shift.id, *ATTENDANCE).where(
                Shift.shard_code == shard, Shift.id.in_([key.id for key in group])
            )
        )
        found |= {Key(shard, row.id): venue for row in rows if (venue := venue_of(row))}
    return found


def of_shift(shift: Key) -> dict[str, int | UUID]:
    return {"shard": shift.shard, "shift": shift.id}
