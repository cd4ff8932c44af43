"""The hours of a shift, and shifts whose hours wait for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, literal, or_, select, true, tuple_

from timebank.hours.models import ServiceRecord, ShiftSheet
from timebank.hours.queries.records import RecordCard, record_cards
from timebank.hours.rules import SheetStatus, urgency
from timebank.kernel.clock import aware
from timebank.kernel.db import Instant, runtime, session
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import county_of, last_in
from timebank.projects.queries import ShiftFacts, facts_of
from timebank.projects.rules import ShiftStatus


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
    cards = record_cards(actor, rows)
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


def _after_sheet(cursor: str) -> ColumnElement[Any]:
    try:
        at, shard, unique = read_cursor(cursor)
        instant = literal(aware(datetime.fromisoformat(str(at))), Instant())
        return tuple_(instant, literal(int(shard)), literal(UUID(str(unique))))
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
