"""Reading hours: the records of a shift, of a person, and what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select, true, tuple_

from timebank.hours.flags import Attention, is_held
from timebank.hours.models import ServiceRecord, ShiftSheet
from timebank.hours.rules import RecordStatus, SheetStatus, record_of, urgency
from timebank.kernel.clock import aware
from timebank.kernel.db import Instant, runtime, session
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import county_of, last_in
from timebank.ledger import queries as ledger
from timebank.ledger.queries import Balances, Statement
from timebank.ledger.rules import AccountKind
from timebank.projects.queries import ShiftFacts, facts_of
from timebank.projects.rules import ShiftStatus
from timebank.volunteers.queries import Standing, folded_into, standing, standings

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


@dataclass(frozen=True, slots=True)
class SheetCard:
    """The hours of one shift as a whole, and what whoever looks can do with them now."""

    key: Key
    activity_name: str
    occurred_on: date
    starts_at: datetime
    ends_at: datetime
    place: str
    organization_name: str
    region_code: int
    earns_credit: bool
    status: str
    people: int
    minutes: int
    with_organizer: int
    waiting: int
    confirmed: int
    submitted_at: datetime | None
    can_close: bool
    can_submit: bool
    can_decide: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """What a volunteer's own page says: balances, the year's service time in minutes, what is pending."""

    balances: Balances
    year: int
    year_minutes: int
    pending: list[RecordCard]


def shift_sheet(actor: Actor, shift: Key) -> SheetCard:
    """The hours of a shift, for its organisation and for officers of its region. Raises NotFound."""
    facts = facts_of(shift)
    if facts is None:
        raise NotFound()
    require(actor, Permission.HOURS_READ, region=facts.region_code, organization=facts.organization)
    found = session().get(ShiftSheet, (shift.shard, shift.id), populate_existing=True)
    return _sheet_card(actor, found) if found else _not_closed(actor, facts)


def shift_records(actor: Actor, shift: Key) -> list[RecordCard]:
    """The records of a shift, what needs a decision first; readable as the sheet is."""
    shift_sheet(actor, shift)
    sheet = session().get(ShiftSheet, (shift.shard, shift.id))
    rows: list[ServiceRecord] = []
    for shard in sheet.home_shards if sheet else []:
        rows += session().scalars(
            select(ServiceRecord)
            .where(
                ServiceRecord.shard_code == shard,
                ServiceRecord.host_code == shift.shard,
                ServiceRecord.shift_id == shift.id,
            )
            .execution_options(populate_existing=True)
        )
    cards = _cards(actor, rows)
    return sorted(
        cards, key=lambda card: (urgency(card.status, card.attention), card.volunteer_name, card.key)
    )


def shifts_to_confirm(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[SheetCard]:
    """The shifts with submitted records that the actor may decide, the oldest submission first."""
    require(actor, Permission.HOURS_CONFIRM)
    order = (ShiftSheet.submitted_at, ShiftSheet.shard_code, ShiftSheet.id)
    query = select(ShiftSheet).where(ShiftSheet.status == SheetStatus.SUBMITTED, _in_reach(actor))
    if cursor is not None:
        query = query.where(tuple_(*order) > _after_sheet(cursor))
    fresh = query.order_by(*order).limit(limit + 1).execution_options(populate_existing=True)
    rows = list(session().scalars(fresh))
    last = rows[limit - 1] if len(rows) > limit else None
    at = last and last.submitted_at
    following = write_cursor(at.isoformat(), last.shard_code, str(last.id)) if last and at else ""
    return page_of([_sheet_card(actor, row) for row in rows], limit, following)


def service_records(
    actor: Actor, volunteer: Key, *, limit: int = 50, cursor: str | None = None
) -> Page[RecordCard]:
    """A volunteer's records, the latest first: for the person and for officers of their region."""
    _may_read(actor, Permission.HOURS_READ, volunteer)
    query = _records_of(volunteer, *folded_into(volunteer))
    if cursor is not None:
        query = query.where(tuple_(ServiceRecord.occurred_on, ServiceRecord.id) < _after_record(cursor))
    rows = list(
        session().scalars(
            query.order_by(ServiceRecord.occurred_on.desc(), ServiceRecord.id.desc()).limit(limit + 1)
        )
    )
    last = rows[limit - 1] if len(rows) > limit else None
    following = write_cursor(last.occurred_on.isoformat(), str(last.id)) if last else ""
    cards = [replace(card, from_merge=card.volunteer != volunteer) for card in _cards(actor, rows)]
    return page_of(cards, limit, following)


def record(actor: Actor, key: Key) -> RecordCard:
    """One record, for the person and for whoever may read the shift's records. Raises NotFound."""
    found = session().get(ServiceRecord, (key.shard, key.id), populate_existing=True)
    if found is None:
        require(actor, Permission.HOURS_READ, owner=key)
        raise NotFound()
    require(
        actor,
        Permission.HOURS_READ,
        owner=Key(found.shard_code, found.volunteer_id),
        region=found.service_region_code,
        organization=Key(found.organization_shard, found.organization_id),
    )
    return _cards(actor, [found])[0]


def summary(actor: Actor, volunteer: Key, *, year: int) -> Summary:
    """Balances, the year's service time and what is pending: for the person and officers of their region."""
    _may_read(actor, Permission.HOURS_READ, volunteer)
    pending = session().scalars(
        _records_of(volunteer).where(ServiceRecord.status.in_(OPEN)).order_by(ServiceRecord.occurred_on)
    )
    whole_year = (date(year, 1, 1), date(year, 12, 31))
    return Summary(
        balances=ledger.balances(volunteer),
        year=year,
        year_minutes=ledger.earned(volunteer, AccountKind.SERVICE_TIME, *whole_year),
        pending=_cards(actor, list(pending)),
    )


def statement(
    actor: Actor,
    volunteer: Key,
    *,
    start: date,
    end: date,
    kind: AccountKind = AccountKind.SERVICE_TIME,
    limit: int = 200,
    cursor: str | None = None,
) -> Statement:
    """A volunteer's statement: for the person and for officers of the region where they live."""
    region = _may_read(actor, Permission.LEDGER_READ, volunteer)
    return ledger.statement(
        actor, owner=volunteer, start=start, end=end, kind=kind, region=region, limit=limit, cursor=cursor
    )


def records_booked(actor: Actor, volunteer: Key, found: Statement) -> dict[str, RecordCard]:
    """The records that a statement's lines speak of, by booking key."""
    _may_read(actor, Permission.HOURS_READ, volunteer)
    named = {line.booking_key: record_of(line.booking_key) for line in found.lines}
    rows = session().scalars(
        _records_of(volunteer).where(ServiceRecord.id.in_([unique for unique in named.values() if unique]))
    )
    cards = {card.key.id: card for card in _cards(actor, list(rows))}
    return {key: cards[unique] for key, unique in named.items() if unique in cards}


def _may_read(actor: Actor, permission: Permission, volunteer: Key) -> int:
    """Decide whether the actor may read of this volunteer; returns the region where they live."""
    person = standing(volunteer)
    if person is None:
        require(actor, permission, owner=volunteer)
        raise NotFound()
    require(actor, permission, owner=volunteer, region=person.region_code)
    return person.region_code


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """Sheets of the regions and organisations for which the actor confirms hours."""
    inside = [
        and_(
            ShiftSheet.shard_code.between(county_of(code), county_of(last_in(code))),
            ShiftSheet.region_code.between(code, last_in(code)),
        )
        for code in actor.regions(Permission.HOURS_CONFIRM)
    ]
    own = [
        and_(ShiftSheet.organization_shard == key.shard, ShiftSheet.organization_id == key.id)
        for key in actor.organizations(Permission.HOURS_CONFIRM)
    ]
    return true() if actor.is_system else or_(false(), *inside, *own)


def _records_of(*registrations: Key) -> Select[ServiceRecord]:
    """The records of one person: of the registration, and of those folded into it."""
    each = (
        and_(ServiceRecord.shard_code == key.shard, ServiceRecord.volunteer_id == key.id)
        for key in registrations
    )
    return select(ServiceRecord).where(or_(*each)).execution_options(populate_existing=True)


def _after_sheet(cursor: str) -> ColumnElement[Any]:
    try:
        at, shard, unique = read_cursor(cursor)
        instant = literal(aware(datetime.fromisoformat(str(at))), Instant())
        return tuple_(instant, literal(int(shard)), literal(UUID(str(unique))))
    except ValueError:
        raise Invalid("invalid-cursor", field="cursor") from None


def _after_record(cursor: str) -> ColumnElement[Any]:
    try:
        day, unique = read_cursor(cursor)
        return tuple_(literal(date.fromisoformat(str(day))), literal(UUID(str(unique))))
    except ValueError:
        raise Invalid("invalid-cursor", field="cursor") from None


def _not_closed(actor: Actor, facts: ShiftFacts) -> SheetCard:
    """The sheet of a shift that has none yet."""
    is_begun = facts.status != ShiftStatus.CANCELLED and runtime().clock.now() >= facts.starts_at
    return SheetCard(
        key=facts.key,
        activity_name=facts.activity_name,
        occurred_on=facts.occurs_on,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        place=facts.place,
        organization_name=facts.organization_name,
        region_code=facts.region_code,
        earns_credit=facts.earns_credit,
        status=SheetStatus.NOT_CLOSED,
        people=0,
        minutes=0,
        with_organizer=0,
        waiting=0,
        confirmed=0,
        submitted_at=None,
        can_close=is_begun and actor.can(Permission.GATE_OPERATE, organization=facts.organization),
        can_submit=False,
        can_decide=False,
    )


def _sheet_card(actor: Actor, row: ShiftSheet) -> SheetCard:
    organization = Key(row.organization_shard, row.organization_id)
    is_maker = actor.label in (row.closed_by, row.submitted_by)
    confirms = actor.can(Permission.HOURS_CONFIRM, region=row.region_code, organization=organization)
    submits = actor.can(Permission.HOURS_SUBMIT, organization=organization)
    return SheetCard(
        key=row.key,
        activity_name=row.activity_name,
        occurred_on=row.occurred_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        organization_name=row.organization_name,
        region_code=row.region_code,
        earns_credit=row.earns_credit,
        status=row.status,
        people=row.people,
        minutes=row.minutes,
        with_organizer=row.with_organizer,
        waiting=row.waiting,
        confirmed=row.confirmed,
        submitted_at=row.submitted_at,
        can_close=False,
        can_submit=submits and row.with_organizer > 0,
        can_decide=confirms and not is_maker and row.waiting > 0,
    )


def _cards(actor: Actor, rows: Sequence[ServiceRecord]) -> list[RecordCard]:
    people = standings(Key(row.shard_code, row.volunteer_id) for row in rows)
    return [_card(actor, row, people[Key(row.shard_code, row.volunteer_id)]) for row in rows]


def _card(actor: Actor, row: ServiceRecord, person: Standing) -> RecordCard:
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
        figures={} if actor.owns(person.key) else row.figures or {},
        earns_credit=row.earns_credit,
        status=row.status,
        decision_note=row.decision_note,
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        is_own=actor.owns(person.key),
    )


# --- for certificates of what a unit recorded ---------------------------------------------------------


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
    return _records_of(volunteer, *folded_into(volunteer)).where(
        ServiceRecord.status == RecordStatus.CONFIRMED, ServiceRecord.minutes > 0
    )
