"""People with service records, written straight into the tables: quick, and any state that may occur."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert

from timebank.attendance.models import Visit
from timebank.hours.models import ServiceRecord
from timebank.identity.models import User
from timebank.kernel.db import Base
from timebank.kernel.ids import new_id
from timebank.kernel.region_code import county_of
from timebank.regions.models import RegionFigure
from timebank.statistics.models import IndicatorCell
from timebank.volunteers.models import Volunteer

LONG_AGO = date(2019, 5, 4)
MOMENT = datetime(2019, 5, 4, 2, 0, tzinfo=UTC)
_serials = count(1)
TABLES: tuple[type[Base], ...] = (User, Volunteer, Visit, ServiceRecord)


@dataclass(frozen=True)
class Person:
    """Somebody living in a region; `records` are days and states of service records."""

    home: int
    status: str = "registered"
    registered_on: date | None = LONG_AGO
    political: str = "13"
    verified: bool = False
    records: tuple[tuple[date, str], ...] = ()
    shard: int | None = None
    """Where they registered; the county of their home if they never moved."""


def insert_people(connection: Connection, people: Iterable[Person]) -> None:
    """Write people, their users, visits and records."""
    rows: dict[type[Base], list[dict[str, Any]]] = {table: [] for table in TABLES}
    for person in people:
        for table, row in _rows(person):
            rows[table].append(row)
    for table in TABLES:
        if rows[table]:
            connection.execute(insert(table), rows[table])


def empty_people(connection: Connection) -> None:
    """Remove the people."""
    for table in reversed(TABLES):
        connection.execute(delete(table))


def empty(connection: Connection) -> None:
    """Remove people, figures and cells."""
    empty_people(connection)
    for table in (RegionFigure, IndicatorCell):
        connection.execute(delete(table))


def _rows(person: Person) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    shard = person.shard or county_of(person.home)
    user, volunteer = new_id(MOMENT), new_id(MOMENT)
    yield User, {"shard_code": shard, "id": user, "name": "张小山", "phone_sealed": "-", "created_at": MOMENT}
    yield Volunteer, _volunteer(person, shard, volunteer, user)
    for day, status in person.records:
        visit, shift = new_id(MOMENT), new_id(MOMENT)
        start = datetime.combine(day, time(2), UTC)
        common = {"shard_code": shard, "volunteer_id": volunteer, "host_code": shard, "shift_id": shift}
        times = {"in_at": start, "out_at": start + timedelta(hours=2)}
        yield Visit, {**common, "id": visit, **times, "in_method": "venue_code", "out_method": "venue_code"}
        yield ServiceRecord, {**common, **_record(person, day, status, visit, start)}


def _volunteer(person: Person, shard: int, volunteer: UUID, user: UUID) -> dict[str, Any]:
    return {
        "shard_code": shard,
        "id": volunteer,
        "user_id": user,
        "volunteer_no": f"V{next(_serials):09}",
        "name": "张小山",
        "document_type": "resident_id",
        "document_sealed": "-",
        "nationality": "CHN",
        "phone_sealed": "-",
        "personal_code_sealed": "-",
        "sex": "1",
        "born_on": date(1990, 3, 7),
        **dict.fromkeys(("region_code", "service_region_code", "registration_region_code"), person.home),
        "availability": [],
        "channel": "web",
        "entered_by": "system",
        "political_status": person.political,
        "party_verified_at": MOMENT if person.verified else None,
        "skills": [],
        "categories": [],
        "status": person.status,
        "status_changed_by": "system",
        "status_changed_at": MOMENT,
        "submitted_at": MOMENT,
        "registered_on": person.registered_on,
    }


def _record(person: Person, day: date, status: str, visit: UUID, start: datetime) -> dict[str, Any]:
    return {
        "id": new_id(MOMENT),
        "visit_id": visit,
        "project_id": new_id(MOMENT),
        "activity_name": "邻里守望",
        "occurred_on": day,
        "place": "社区服务站",
        "content": "陪伴老人",
        "organization_shard": 511102,
        "organization_id": new_id(MOMENT),
        "organization_name": "嘉州志愿服务队",
        "leader_name": "王队长",
        "categories": ["elder_care"],
        "started_at": start,
        "ended_at": start + timedelta(hours=2),
        "minutes": 120,
        "entry_mode": "venue_code",
        "attention": [],
        "earns_credit": True,
        "region_code": person.home,
        "service_region_code": person.home,
        "policy_version": "order-67-2020",
        "attendance_policy": "in_and_out 2026-1",
        "status": status,
        "made_by": "system",
        "made_at": start,
    }
