"""Counting people by where they live now: one row for each home region, for the indicators.

A registration that was folded into another one counts with that one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, case, func, select

from timebank.hours.models import ServiceRecord
from timebank.hours.rules import RecordStatus
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.statistics.rules import Counts
from timebank.volunteers.models import Volunteer
from timebank.volunteers.rules import PARTY_MEMBER, Status

BATCH = 3_000
Here = tuple[int, Counts]
"""A home region, and what its people count for."""


def by_home(connection: Connection, on: date) -> Iterator[Here]:
    """People by home region for the year of a day, up to and including that day, in the order of codes."""
    rows = connection.execute(_people_by_home(on), execution_options={"yield_per": BATCH})
    for code, *numbers in rows:
        yield code, Counts(*numbers)


def by_merge(connection: Connection, on: date) -> Iterator[Here]:
    """What registrations that were folded into others add to those, so that one person counts once."""
    served: dict[Key, bool] = {}
    for shard, unique, confirmed in connection.execute(_records_of_merged(on)):
        kept = Key(shard, unique)
        served[kept] = served.get(kept, False) or confirmed == 1
    yield from sorted(_added(connection, on, kept, confirmed) for kept, confirmed in served.items())


def _records_of_merged(on: date) -> Select[*tuple[Any, ...]]:
    """Whose registration goes on, and whether a record of the year that stands on the folded one counts."""
    records = _records_of_year(on)
    return (
        select(Volunteer.merged_into_shard, Volunteer.merged_into_id, records.c.confirmed)
        .join(
            records,
            and_(records.c.shard_code == Volunteer.shard_code, records.c.volunteer_id == Volunteer.id),
        )
        .where(Volunteer.status == Status.MERGED)
    )


def _added(connection: Connection, on: date, kept: Key, confirmed: bool) -> Here:
    """The difference that those records make to the region of the person who goes on."""
    row = session().get_one(Volunteer, (kept.shard, kept.id))
    own = connection.execute(
        select(func.max(case((ServiceRecord.status == RecordStatus.CONFIRMED, 1), else_=0))).where(
            ServiceRecord.shard_code == kept.shard,
            ServiceRecord.volunteer_id == kept.id,
            ServiceRecord.occurred_on.between(date(on.year, 1, 1), on),
        )
    ).scalar()
    before, after = _as_served(row, own), _as_served(row, max(own or 0, int(confirmed)))
    return row.region_code, Counts(*(then - now for now, then in zip(before, after, strict=True)))


def _as_served(row: Volunteer, confirmed: int | None) -> Counts:
    """What one person counts for by records: None without any, 1 with a confirmed one."""
    if confirmed is None:
        return Counts()
    verified = row.party_verified_at is not None
    member = row.political_status == PARTY_MEMBER
    return Counts(
        party=int(confirmed == 1 and member and verified),
        party_unverified=int(confirmed == 1 and member and not verified),
        participants=int(confirmed == 1),
        unconfirmed=int(confirmed == 0),
    )


def _people_by_home(on: date) -> Select[*tuple[int, ...]]:
    """One row for each home region; a person's records of the year are reduced to one row first."""
    records = _records_of_year(on)
    same_person = and_(records.c.shard_code == Volunteer.shard_code, records.c.volunteer_id == Volunteer.id)
    registered = and_(Volunteer.status == Status.REGISTERED, Volunteer.registered_on <= on)
    served = records.c.confirmed == 1
    member = and_(served, Volunteer.political_status == PARTY_MEMBER)
    return (
        select(
            Volunteer.region_code,
            _number(registered),
            func.count() - _number(registered),
            _number(member & Volunteer.party_verified_at.is_not(None)),
            _number(member & Volunteer.party_verified_at.is_(None)),
            _number(served),
            _number(records.c.confirmed == 0),
        )
        .outerjoin(records, same_person)
        .where(Volunteer.status != Status.MERGED)
        .group_by(Volunteer.region_code)
        .order_by(Volunteer.region_code)
    )


def _records_of_year(on: date) -> Subquery:
    """One row for each registration with records of the year up to a day: whether one is confirmed."""
    return (
        select(
            ServiceRecord.shard_code,
            ServiceRecord.volunteer_id,
            func.max(case((ServiceRecord.status == RecordStatus.CONFIRMED, 1), else_=0)).label("confirmed"),
        )
        .where(ServiceRecord.occurred_on.between(date(on.year, 1, 1), on))
        .group_by(ServiceRecord.shard_code, ServiceRecord.volunteer_id)
        .subquery()
    )


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
