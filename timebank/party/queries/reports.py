"""Reading reports to communities: the community's list, one report, and one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_

from timebank.kernel.db import session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.party.models import PartyReport
from timebank.party.queries.memberships import membership_places
from timebank.party.queries.organizations import OrganizationRow
from timebank.party.rules import PRESENT_REPORT, ReportStatus
from timebank.volunteers.queries import Standing, standings
from timebank.volunteers.rules import mask_name


@dataclass(frozen=True, slots=True)
class ReportCard:
    """A report to a community; the name is masked for those who only supervise."""

    key: Key
    volunteer: Key
    volunteer_no: str
    name: str
    community_code: int
    unit: str | None
    organization_name: str | None
    """Where the membership is kept now; the community of reporting is another thing."""
    status: str
    reported_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    may_decide: bool
    may_end: bool


def reports(
    actor: Actor,
    *,
    status: ReportStatus | None = None,
    region: int | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ReportCard]:
    """Reports to communities of the actor's regions, oldest of each county first."""
    require(actor, Permission.PARTY_READ)
    conditions = _conditions(actor, status, region)
    if after := after_key(cursor):
        conditions.append(tuple_(PartyReport.shard_code, PartyReport.id) > (after.shard, after.id))
    statement = select(PartyReport).where(*conditions).order_by(PartyReport.shard_code, PartyReport.id)
    rows = list(session().scalars(statement.limit(limit + 1)))
    page = page_of(rows, limit, key_cursor(rows[:limit][-1].key) if rows else "")
    return Page(_cards(actor, page.items), page.next)


def count_reports(actor: Actor, *, status: ReportStatus, region: int | None = None) -> int:
    """How many reports to communities of the actor's regions stand so."""
    require(actor, Permission.PARTY_READ)
    conditions = _conditions(actor, status, region)
    return session().execute(select(func.count()).select_from(PartyReport).where(*conditions)).scalar_one()


def report(actor: Actor, key: Key) -> ReportCard:
    """One report: for the member, the community, and the party administrator where the membership is kept.

    Raises NotFound for everybody else.
    """
    row = session().get(PartyReport, (key.shard, key.id))
    owner = Key(key.shard, row.volunteer_id) if row else None
    if not actor.owns(owner):
        require(actor, Permission.PARTY_READ)
    if row is None or owner is None:
        raise NotFound()
    if not (actor.owns(owner) or _keeps(actor, owner)):
        require(actor, Permission.PARTY_READ, region=row.community_code)
    return _cards(actor, [row])[0]


def reports_of(actor: Actor, volunteer: Key) -> list[ReportCard]:
    """All reports of one person, newest first: for the person and who may read the membership."""
    found = standings([volunteer]).get(volunteer)
    if not actor.owns(volunteer):
        require(actor, Permission.PARTY_READ)
        if found is None:
            raise NotFound()
        require(actor, Permission.PARTY_READ, region=found.region_code)
    rows = session().scalars(
        select(PartyReport)
        .where(PartyReport.shard_code == volunteer.shard, PartyReport.volunteer_id == volunteer.id)
        .order_by(PartyReport.id.desc())
    )
    return _cards(actor, list(rows))


def _conditions(actor: Actor, status: ReportStatus | None, region: int | None) -> list[ColumnElement[bool]]:
    found = [_within(actor)]
    if status is not None:
        found.append(PartyReport.status == status)
    if region is not None:
        found.append(PartyReport.community_code.between(region, last_in(region)))
    return found


def _within(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    regions = actor.regions(Permission.PARTY_READ)
    return or_(false(), *(PartyReport.community_code.between(code, last_in(code)) for code in regions))


def _keeps(actor: Actor, volunteer: Key) -> bool:
    place = membership_places([volunteer]).get(volunteer)
    return place is not None and actor.can(Permission.PARTY_VERIFY, region=place.region_code)


def _cards(actor: Actor, rows: list[PartyReport]) -> list[ReportCard]:
    keys = [Key(row.shard_code, row.volunteer_id) for row in rows]
    people, places = standings(keys), membership_places(keys)
    return [
        _card(actor, row, people[key], places.get(key))
        for row, key in zip(rows, keys, strict=True)
        if key in people
    ]


def _card(actor: Actor, row: PartyReport, who: Standing, place: OrganizationRow | None) -> ReportCard:
    is_own, decides = actor.owns(who.key), actor.can(Permission.PARTY_REPORT, region=row.community_code)
    keeps = any(
        actor.can(Permission.PARTY_VERIFY, region=code)
        for code in (row.community_code, place.region_code if place else None)
    )
    is_maker = actor.user is not None and row.entered_by == actor.label
    return ReportCard(
        key=row.key,
        volunteer=who.key,
        volunteer_no=who.volunteer_no,
        name=who.name if is_own or decides or keeps else mask_name(who.name),
        community_code=row.community_code,
        unit=row.unit,
        organization_name=place.name if place else None,
        status=row.status,
        reported_at=row.reported_at,
        decided_at=row.decided_at,
        ended_at=row.ended_at,
        reason=row.reason,
        may_decide=decides and not is_own and not is_maker and row.status == ReportStatus.REPORTED,
        may_end=(is_own or decides) and row.status in PRESENT_REPORT,
    )
