"""What units recorded of a person and somebody confirmed, for certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func

from timebank.hours.models import ServiceRecord
from timebank.hours.queries.records import records_of
from timebank.hours.rules import RecordStatus
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.volunteers.queries import folded_into


@dataclass(frozen=True, slots=True)
class RecordingUnit:
    """An organisation that recorded service of one person: how much of it is confirmed, from when to when."""

    organization: Key
    name: str
    records: int
    minutes: int
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class ConfirmedLine:
    """What one confirmed record says (MCA Order 67 Art. 7)."""

    record: Key
    occurred_on: date
    activity_name: str
    place: str
    content: str
    categories: list[str]
    minutes: int
    entry_mode: str


def recording_units(volunteer: Key) -> list[RecordingUnit]:
    """The organisations with confirmed hours of a person, the most recent first. Internal."""
    unit = (ServiceRecord.organization_shard, ServiceRecord.organization_id)
    rows = session().execute(
        _confirmed_of(volunteer)
        .with_only_columns(
            *unit,
            func.max(ServiceRecord.organization_name),
            func.count(),
            func.sum(ServiceRecord.minutes),
            func.min(ServiceRecord.occurred_on),
            func.max(ServiceRecord.occurred_on),
        )
        .group_by(*unit)
    )
    found = [
        RecordingUnit(Key(shard, unique), name, records, minutes, first, last)
        for shard, unique, name, records, minutes, first, last in rows
    ]
    return sorted(found, key=lambda each: (each.last_on, each.organization), reverse=True)


def confirmed_lines(volunteer: Key, organization: Key, start: date, end: date) -> list[ConfirmedLine]:
    """A person's confirmed records of one organisation in a period, the earliest first. Internal."""
    rows = session().scalars(
        _confirmed_of(volunteer)
        .where(
            ServiceRecord.organization_shard == organization.shard,
            ServiceRecord.organization_id == organization.id,
            ServiceRecord.occurred_on.between(start, end),
        )
        .order_by(ServiceRecord.occurred_on, ServiceRecord.started_at, ServiceRecord.id)
    )
    return [
        ConfirmedLine(
            record=row.key,
            occurred_on=row.occurred_on,
            activity_name=row.activity_name,
            place=row.place,
            content=row.content,
            categories=row.categories,
            minutes=row.minutes,
            entry_mode=row.entry_mode,
        )
        for row in rows
    ]


def _confirmed_of(volunteer: Key) -> Select[ServiceRecord]:
    """What counted of a person, also under registrations that were folded into this one."""
    return records_of(volunteer, *folded_into(volunteer)).where(
        ServiceRecord.status == RecordStatus.CONFIRMED, ServiceRecord.minutes > 0
    )
