"""Writing hours: the sheet of a shift and its records, always under the lock of the sheet's row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from timebank.hours.models import ServiceRecord, ShiftSheet
from timebank.hours.rules import WITH_ORGANIZER, RecordStatus, SheetStatus, sheet_status
from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftFacts, facts_of
from timebank.volunteers.queries import registrations
from timebank.volunteers.usecases import hold_people

Values = dict[str, Any]
RecordRow = Row[*tuple[Any, ...]]

ONE_DAY = timedelta(days=1)
RECORDS = ServiceRecord.__table__.c
READ_TO_DECIDE = select(
    RECORDS.shard_code,
    RECORDS.id,
    RECORDS.volunteer_id,
    RECORDS.visit_id,
    RECORDS.occurred_on,
    RECORDS.started_at,
    RECORDS.ended_at,
    RECORDS.minutes,
    RECORDS.corrected_out_at,
    RECORDS.entry_mode,
    RECORDS.attendance_policy,
    RECORDS.attention,
    RECORDS.figures,
    RECORDS.earns_credit,
    RECORDS.policy_version,
    RECORDS.status,
    RECORDS.made_by,
    RECORDS.submitted_by,
)


def shift_facts(shift: Key) -> ShiftFacts:
    """What the shift's records state. Raises NotFound."""
    facts = facts_of(shift)
    if facts is None:
        raise NotFound()
    return facts


def opened_sheet(work: Work, facts: ShiftFacts) -> ShiftSheet:
    """The sheet of a shift, begun where there is none, locked."""
    insert_once = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    work.session.execute(insert_once(ShiftSheet).values(_new_sheet(work, facts)).on_conflict_do_nothing())
    return locked_sheet(work, facts.key)


def locked_sheet(work: Work, shift: Key) -> ShiftSheet:
    """The sheet of a shift, locked. Raises Conflict `shift-not-closed` where there is none yet."""
    found = work.session.get(
        ShiftSheet, (shift.shard, shift.id), with_for_update=True, populate_existing=True
    )
    if found is None:
        raise Conflict("shift-not-closed")
    return found


def locked_records(work: Work, sheet: ShiftSheet, only: Collection[Key] | None = None) -> list[RecordRow]:
    """The records of a sheet, or those named, locked county by county in the order of ids.

    Raises NotFound when a named one is not of this sheet.
    """
    found: list[RecordRow] = []
    for shard in sorted(sheet.home_shards):
        query = READ_TO_DECIDE.where(
            RECORDS.shard_code == shard, RECORDS.host_code == sheet.shard_code, RECORDS.shift_id == sheet.id
        )
        if only is not None:
            query = query.where(RECORDS.id.in_([key.id for key in only if key.shard == shard]))
        found += work.connection.execute(query.order_by(RECORDS.id).with_for_update())
    if only is not None and {key_of(row) for row in found} != set(only):
        raise NotFound()
    return found


def add_records(work: Work, rows: list[Values]) -> None:
    """Add records."""
    if rows:
        work.connection.execute(insert(ServiceRecord), rows)


def change(work: Work, rows: Iterable[RecordRow], **values: Any) -> None:
    """Give locked records new values, one statement for each county."""
    for shard, group in groupby(rows, key=lambda row: row.shard_code):
        ids = [row.id for row in group]
        work.connection.execute(
            update(ServiceRecord).where(RECORDS.shard_code == shard, RECORDS.id.in_(ids)).values(**values)
        )


def confirmed_elsewhere(work: Work, rows: Collection[RecordRow]) -> set[Key]:
    """Those of the locked records during whose time the same person has confirmed time already.

    Credited time of one person never overlaps, under whichever registrations, also when both are confirmed
    together. The people's rows are locked first and stay so until the end of the transaction: of two
    reviewers who confirm overlapping records, the second sees what the first did.
    """
    due = sorted((row for row in rows if row.minutes), key=key_of)
    if not due:
        return set()
    people = _held_registrations(work, {volunteer_of(row) for row in due})
    known: dict[Key, list[RecordRow]] = defaultdict(list)
    for other in _confirmed_around(work, people, [row.occurred_on for row in due]):
        known[people[volunteer_of(other)]].append(other)
    found: set[Key] = set()
    for row in due:
        others = known[people[volunteer_of(row)]]
        if _overlaps(row, others):
            found.add(key_of(row))
        else:
            others.append(row)
    return found


def _held_registrations(work: Work, people: set[Key]) -> dict[Key, Key]:
    """Every registration of these people, with the one that goes on; all locked.

    Nobody can be merged any more once they are, so what was folded is read after that.
    """
    hold_people(work, people)
    found = registrations(people)
    hold_people(work, set(found) - people)
    return found


def _confirmed_around(work: Work, registered: Collection[Key], days: Collection[date]) -> list[RecordRow]:
    """The confirmed records of these registrations from the day before to the day after."""
    found: list[RecordRow] = []
    for shard, group in groupby(sorted(registered), key=lambda key: key.shard):
        found += work.connection.execute(
            select(RECORDS.shard_code, RECORDS.volunteer_id, RECORDS.started_at, RECORDS.ended_at).where(
                RECORDS.shard_code == shard,
                RECORDS.volunteer_id.in_([key.id for key in group]),
                RECORDS.occurred_on.between(min(days) - ONE_DAY, max(days) + ONE_DAY),
                RECORDS.status == RecordStatus.CONFIRMED,
                RECORDS.minutes > 0,
            )
        )
    return found


def _overlaps(row: RecordRow, others: Iterable[Any]) -> bool:
    return any(other.started_at < row.ended_at and row.started_at < other.ended_at for other in others)


def recount(work: Work, sheet: ShiftSheet) -> None:
    """Bring the counts and the status of a sheet in line with its records."""
    people: dict[str, int] = {}
    minutes = 0
    for shard in sheet.home_shards:
        rows = work.connection.execute(
            select(RECORDS.status, func.count(), func.sum(RECORDS.minutes))
            .where(
                RECORDS.shard_code == shard,
                RECORDS.host_code == sheet.shard_code,
                RECORDS.shift_id == sheet.id,
            )
            .group_by(RECORDS.status)
        )
        for status, count, total in rows:
            people[status] = people.get(status, 0) + count
            minutes += int(total) if status != RecordStatus.NOT_RECOGNISED else 0
    sheet.status, sheet.people, sheet.minutes = sheet_status(people), sum(people.values()), minutes
    sheet.with_organizer = sum(people.get(status, 0) for status in WITH_ORGANIZER)
    sheet.waiting = people.get(RecordStatus.SUBMITTED, 0)
    sheet.confirmed = people.get(RecordStatus.CONFIRMED, 0)


def key_of(row: RecordRow) -> Key:
    """The key of a record."""
    return Key(row.shard_code, row.id)


def volunteer_of(row: RecordRow) -> Key:
    """The key of a record's volunteer."""
    return Key(row.shard_code, row.volunteer_id)


def _new_sheet(work: Work, facts: ShiftFacts) -> Values:
    return {
        "shard_code": facts.key.shard,
        "id": facts.key.id,
        "project_id": facts.project.id,
        "activity_name": facts.activity_name,
        "occurred_on": facts.occurs_on,
        "starts_at": facts.starts_at,
        "ends_at": facts.ends_at,
        "place": facts.place,
        "organization_shard": facts.organization.shard,
        "organization_id": facts.organization.id,
        "organization_name": facts.organization_name,
        "region_code": facts.region_code,
        "earns_credit": facts.earns_credit,
        "home_shards": [],
        "status": SheetStatus.TO_SUBMIT,
        "people": 0,
        "minutes": 0,
        "with_organizer": 0,
        "waiting": 0,
        "confirmed": 0,
        "closed_by": work.actor.label,
        "closed_at": work.now,
    }
