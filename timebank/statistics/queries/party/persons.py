"""Party members by name: whether they took part, never how much; and what a unit is told of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, select, tuple_

from timebank.hours.models import ServiceRecord
from timebank.hours.rules import RecordStatus
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import covers, last_in
from timebank.party.models import PartyMembership, PartyReport
from timebank.party.queries import ReportCard, organization_detail, report
from timebank.party.rules import MembershipStatus, ReportStatus, period_of
from timebank.statistics.queries.party.groups import confirmed_in
from timebank.volunteers.queries import standings

LINES = 200
"""Records on one feedback form; a quarter has fewer."""


@dataclass(frozen=True, slots=True)
class Participant:
    """One member by name, and whether there is a confirmed record of the year; no hours, nobody is ranked."""

    volunteer: Key
    volunteer_no: str
    name: str
    region_code: int
    took_part: bool


@dataclass(frozen=True, slots=True)
class FeedbackLine:
    """One confirmed record on a feedback form."""

    occurred_on: date
    activity_name: str
    place: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the unit is told of one member's service in a year or quarter (在职党员社区服务反馈表)."""

    report: ReportCard
    year: int
    quarter: int | None
    start: date
    end: date
    records: int
    minutes: int
    records_there: int
    """Of these in the community of reporting."""
    minutes_there: int
    lines: list[FeedbackLine]
    made_at: datetime


def members_of(
    actor: Actor, *, organization: Key, year: int, limit: int = 50, cursor: str | None = None
) -> Page[Participant]:
    """The members of a party organisation by name, by number and not by what they did.

    Raises Forbidden or NotFound for who may not verify members there.
    """
    place = organization_detail(actor, organization)
    require(actor, Permission.PARTY_VERIFY, region=place.region_code)
    kept = and_(
        PartyMembership.organization_shard == organization.shard,
        PartyMembership.organization_id == organization.id,
        PartyMembership.status == MembershipStatus.VERIFIED,
    )
    return _participants(PartyMembership, kept, year, limit, cursor)


def reported_to(
    actor: Actor, *, region: int, year: int, limit: int = 50, cursor: str | None = None
) -> Page[Participant]:
    """Who reported to the communities of a region, by name. Raises as `members_of`."""
    require(actor, Permission.PARTY_VERIFY, region=region)
    there = and_(
        PartyReport.community_code.between(region, last_in(region)),
        PartyReport.status == ReportStatus.CONFIRMED,
    )
    return _participants(PartyReport, there, year, limit, cursor)


def _participants(
    source: type[PartyMembership] | type[PartyReport],
    where: ColumnElement[bool],
    year: int,
    limit: int,
    cursor: str | None,
) -> Page[Participant]:
    key = (source.shard_code, source.volunteer_id)
    statement = (
        select(*key, func.count(ServiceRecord.id))
        .select_from(source)
        .outerjoin(ServiceRecord, confirmed_in(source, *period_of(year, None)))
        .where(where)
        .group_by(*key)
        .order_by(*key)
        .limit(limit + 1)
    )
    if after := after_key(cursor):
        statement = statement.where(tuple_(*key) > (after.shard, after.id))
    rows = [(Key(shard, unique), records > 0) for shard, unique, records in session().execute(statement)]
    page = page_of(rows, limit, key_cursor(rows[:limit][-1][0]) if rows else "")
    known = standings(volunteer for volunteer, _ in page.items)
    found = [(known[volunteer], took_part) for volunteer, took_part in page.items if volunteer in known]
    return Page(
        [Participant(who.key, who.volunteer_no, who.name, who.region_code, took) for who, took in found],
        page.next,
    )


def feedback(actor: Actor, *, key: Key, year: int, quarter: int | None, now: datetime) -> Feedback:
    """One member's service in a year or quarter, for the unit. Raises NotFound as `report` does."""
    card = report(actor, key)
    start, end = period_of(year, quarter)
    rows = list(
        session().execute(
            select(
                ServiceRecord.occurred_on,
                ServiceRecord.activity_name,
                ServiceRecord.place,
                ServiceRecord.minutes,
                ServiceRecord.service_region_code,
            )
            .where(
                ServiceRecord.shard_code == card.volunteer.shard,
                ServiceRecord.volunteer_id == card.volunteer.id,
                ServiceRecord.status == RecordStatus.CONFIRMED,
                ServiceRecord.occurred_on.between(start, end),
            )
            .order_by(ServiceRecord.occurred_on, ServiceRecord.id)
        )
    )
    there = [row.minutes for row in rows if covers(card.community_code, row.service_region_code)]
    return Feedback(
        report=card,
        year=year,
        quarter=quarter,
        start=start,
        end=end,
        records=len(rows),
        minutes=sum(row.minutes for row in rows),
        records_there=len(there),
        minutes_there=sum(there),
        lines=[FeedbackLine(*row[:4]) for row in rows[:LINES]],
        made_at=now,
    )
