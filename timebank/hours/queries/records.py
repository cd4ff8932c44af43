"""Service records: of a person, one, and those that a statement speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, tuple_

from timebank.hours.flags import Attention, is_held
from timebank.hours.models import ServiceRecord
from timebank.hours.rules import RecordStatus, record_of
from timebank.kernel.db import session
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.ledger.queries import Statement
from timebank.volunteers.queries import Standing, folded_into, own_registrations, standing, standings

OPEN = (RecordStatus.TO_SUBMIT, RecordStatus.SUBMITTED, RecordStatus.RETURNED)
"""What will count, or may."""


@dataclass(frozen=True, slots=True)
class RecordCard:
    """One service record as pages and API show it."""

    key: Key
    volunteer: Key
    volunteer_name: str
    volunteer_no: str
    shift: Key
    activity_name: str
    occurred_on: date
    place: str
    organization_name: str
    started_at: datetime
    ended_at: datetime
    minutes: int
    entry_mode: str
    attendance_policy: str
    attention: list[str]
    figures: dict[str, dict[str, int]]
    """The numbers behind the marks of `attention`."""
    earns_credit: bool
    status: str
    decision_note: str | None
    submitted_at: datetime | None
    decided_at: datetime | None
    is_own: bool
    from_merge: bool = False
    """Whether it came by a registration that was folded into the one that is looked at."""

    @property
    def is_held(self) -> bool:
        """Whether it is doubtful, so that a reviewer decides it by itself."""
        return is_held(self.attention)

    @property
    def needs_check_out(self) -> bool:
        """Whether the organizer has to say when the person left."""
        return Attention.NO_CHECK_OUT in self.attention


def service_records(
    actor: Actor, volunteer: Key, *, limit: int = 50, cursor: str | None = None
) -> Page[RecordCard]:
    """A volunteer's records, the latest first: for the person and for officers of their region."""
    may_read(actor, Permission.HOURS_READ, volunteer)
    query = records_of(volunteer, *folded_into(volunteer))
    if cursor is not None:
        query = query.where(tuple_(ServiceRecord.occurred_on, ServiceRecord.id) < _after_record(cursor))
    rows = list(
        session().scalars(
            query.order_by(ServiceRecord.occurred_on.desc(), ServiceRecord.id.desc()).limit(limit + 1)
        )
    )
    last = rows[limit - 1] if len(rows) > limit else None
    following = write_cursor(last.occurred_on.isoformat(), str(last.id)) if last else ""
    cards = [replace(card, from_merge=card.volunteer != volunteer) for card in record_cards(actor, rows)]
    return page_of(cards, limit, following)


def record(actor: Actor, key: Key) -> RecordCard:
    """One record, for the person and for whoever may read the shift's records. Raises NotFound."""
    found = session().get(ServiceRecord, (key.shard, key.id), populate_existing=True)
    if found is None:
        require(actor, Permission.HOURS_READ, owner=key)
        raise NotFound()
    volunteer = Key(found.shard_code, found.volunteer_id)
    require(
        actor,
        Permission.HOURS_READ,
        owner=own_registrations(actor).get(volunteer, volunteer),
        region=found.service_region_code,
        organization=Key(found.organization_shard, found.organization_id),
    )
    return record_cards(actor, [found])[0]


def records_booked(actor: Actor, volunteer: Key, found: Statement) -> dict[str, RecordCard]:
    """The records that a statement's lines speak of, by booking key."""
    may_read(actor, Permission.HOURS_READ, volunteer)
    named = {line.booking_key: record_of(line.booking_key) for line in found.lines}
    rows = session().scalars(
        records_of(volunteer).where(ServiceRecord.id.in_([unique for unique in named.values() if unique]))
    )
    cards = {card.key.id: card for card in record_cards(actor, list(rows))}
    return {key: cards[unique] for key, unique in named.items() if unique in cards}


def may_read(actor: Actor, permission: Permission, volunteer: Key) -> int:
    """Decide whether the actor may read of this volunteer; returns the region where they live."""
    person = standing(volunteer)
    if person is None:
        require(actor, permission, owner=volunteer)
        raise NotFound()
    require(actor, permission, owner=volunteer, region=person.region_code)
    return person.region_code


def records_of(*registrations: Key) -> Select[ServiceRecord]:
    """The records of one person: of the registration, and of those folded into it."""
    each = (
        and_(ServiceRecord.shard_code == key.shard, ServiceRecord.volunteer_id == key.id)
        for key in registrations
    )
    return select(ServiceRecord).where(or_(*each)).execution_options(populate_existing=True)


def _after_record(cursor: str) -> ColumnElement[Any]:
    try:
        day, unique = read_cursor(cursor)
        return tuple_(literal(date.fromisoformat(str(day))), literal(UUID(str(unique))))
    except ValueError:
        raise Invalid("invalid-cursor", field="cursor") from None


def record_cards(actor: Actor, rows: Sequence[ServiceRecord]) -> list[RecordCard]:
    people = standings(Key(row.shard_code, row.volunteer_id) for row in rows)
    own = own_registrations(actor)
    each = ((row, people[Key(row.shard_code, row.volunteer_id)]) for row in rows)
    return [_card(row, person, is_own=person.key in own) for row, person in each]


def _card(row: ServiceRecord, person: Standing, *, is_own: bool) -> RecordCard:
    return RecordCard(
        key=row.key,
        volunteer=person.key,
        volunteer_name=person.name,
        volunteer_no=person.volunteer_no,
        shift=Key(row.host_code, row.shift_id),
        activity_name=row.activity_name,
        occurred_on=row.occurred_on,
        place=row.place,
        organization_name=row.organization_name,
        started_at=row.started_at,
        ended_at=row.ended_at,
        minutes=row.minutes,
        entry_mode=row.entry_mode,
        attendance_policy=row.attendance_policy,
        attention=row.attention,
        figures={} if is_own else row.figures or {},
        earns_credit=row.earns_credit,
        status=row.status,
        decision_note=row.decision_note,
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        is_own=is_own,
    )
