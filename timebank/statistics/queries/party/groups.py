"""How party members take part, by community and by party organisation, in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from timebank.hours.models import ServiceRecord
from timebank.hours.rules import RecordStatus
from timebank.kernel.db import session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import NATION, covers, last_in
from timebank.kernel.units import share
from timebank.party.models import PartyMembership, PartyReport
from timebank.party.queries import OrganizationRow, organization_rows
from timebank.party.rules import Belongs, MembershipStatus, ReportStatus, period_of, veiled
from timebank.regions.queries import FigureCard, RegionCard, children, figure, path
from timebank.volunteers.models import Volunteer
from timebank.volunteers.rules import Status

NATION_CARD = RegionCard(NATION, "", "nation", None, None)


@dataclass(frozen=True, slots=True)
class Group:
    """Party members of one community or organisation; every number is None where the group is veiled."""

    members: int | None = 0
    reported: int | None = 0
    served: int | None = 0
    minutes: int | None = 0
    base: int | None = 0
    """How many people `served` is divided by."""

    @property
    def share(self) -> int | None:
        """Who took part, in basis points."""
        return None if self.served is None else share(self.served, self.base)

    @property
    def is_veiled(self) -> bool:
        return self.members is None

    def plus(self, other: Group) -> Group:
        pairs = zip(self.numbers(), other.numbers(), strict=True)
        return Group(*((mine or 0) + (more or 0) for mine, more in pairs))

    def numbers(self) -> tuple[int | None, ...]:
        return self.members, self.reported, self.served, self.minutes, self.base

    def people(self) -> tuple[int, ...]:
        """The numbers of people in it."""
        return tuple(number or 0 for number in (self.members, self.reported, self.served))


VEILED = Group(None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class CommunityGroup:
    """A region and the party members who count in it."""

    region: RegionCard
    group: Group


@dataclass(frozen=True, slots=True)
class BranchGroup:
    """A party organisation and its members; `reported` are those of them who reported to a community."""

    organization: OrganizationRow
    group: Group


@dataclass(frozen=True, slots=True)
class Participation:
    """A region, those directly inside it, and the published figures there are."""

    way: list[RegionCard]
    year: int
    own: Group
    below: list[CommunityGroup]
    unplaced: int | None
    """Verified members who live here and of whom no party organisation is on record."""
    community_members: FigureCard | None
    in_service_members: FigureCard | None
    names: bool
    """Whether the actor may see who they are."""

    @property
    def reporting_share(self) -> int | None:
        """In-service member reporting (在职党员报到率, domain.md §1.2 no. 16) in basis points."""
        if self.in_service_members is None or self.own.reported is None:
            return None
        return share(self.own.reported, self.in_service_members.value)


def participation(actor: Actor, *, region: int, year: int) -> Participation:
    """Party members of a region and of those directly inside. Raises NotFound outside the actor's regions."""
    require(actor, Permission.PARTY_READ, region=region)
    way = [NATION_CARD, *(path(region) if region else [])]
    if way[-1].code != region:
        raise NotFound("no-such-region")
    inside = children(region or None)
    total, found = Group(), {each.code: Group() for each in inside}
    for code, group in _by_place(region, year):
        total = total.plus(group)
        child = next((each.code for each in inside if covers(each.code, code)), None)
        if child is not None:
            found[child] = found[child].plus(group)
    names = actor.can(Permission.PARTY_VERIFY, region=region)
    below = [CommunityGroup(each, found[each.code]) for each in inside]
    shown = [group.group for group in below] if names else _veil([group.group for group in below])
    return Participation(
        way=way,
        year=year,
        own=total if names else _veil([total])[0],
        below=[replace(each, group=group) for each, group in zip(below, shown, strict=True)],
        unplaced=_unplaced(region) if names else None,
        community_members=figure(region, "party_members", year),
        in_service_members=figure(region, "in_service_members", year),
        names=names,
    )


def branches(
    actor: Actor, *, region: int, year: int, limit: int = 50, cursor: str | None = None
) -> Page[BranchGroup]:
    """Party organisations of a region that have members, with figures of these. Raises as `participation`."""
    require(actor, Permission.PARTY_READ, region=region)
    member = PartyMembership
    people = _people(member, member.organization_region_code.between(region, last_in(region)), year)
    place = (people.c.organization_shard, people.c.organization_id)
    statement = select(*place, *_sums(people)).where(place[1].is_not(None)).group_by(*place).order_by(*place)
    if after := after_key(cursor):
        statement = statement.where(tuple_(*place) > (after.shard, after.id))
    rows = list(session().execute(statement.limit(limit + 1)))
    keys = [Key(row[0], row[1]) for row in rows]
    page = page_of(rows, limit, key_cursor(keys[:limit][-1]) if keys else "")
    names = organization_rows(keys[:limit])
    groups = [_branch(*row[2:]) for row in page.items]
    if not actor.can(Permission.PARTY_VERIFY, region=region):
        groups = _veil(groups)
    return Page([BranchGroup(names[key], group) for key, group in zip(keys, groups, strict=False)], page.next)


def _by_place(region: int, year: int) -> Iterator[tuple[int, Group]]:
    """By community: members of its own party organisations, and in-service members who reported there."""
    member, told = PartyMembership, PartyReport
    within = and_(
        member.organization_belongs == Belongs.COMMUNITY,
        member.organization_region_code.between(region, last_in(region)),
    )
    for code, people, _reported, served, minutes in _grouped(
        _people(member, within, year), "organization_region_code"
    ):
        yield code, Group(people, 0, served, minutes, people)
    there = told.community_code.between(region, last_in(region))
    for code, people, _reported, served, minutes in _grouped(_people(told, there, year), "community_code"):
        yield code, Group(0, people, served, minutes, people)


def _grouped(people: Subquery, place: str) -> Iterable[Any]:
    return session().execute(select(people.c[place], *_sums(people)).group_by(people.c[place]))


def _sums(people: Subquery) -> tuple[ColumnElement[int], ...]:
    """People, those of them who reported, those who served, and their minutes."""
    return (
        func.count(),
        func.sum(case((people.c.reports > 0, 1), else_=0)),
        func.sum(case((people.c.records > 0, 1), else_=0)),
        func.sum(people.c.minutes),
    )


def _people(
    source: type[PartyMembership] | type[PartyReport], where: ColumnElement[bool], year: int
) -> Subquery:
    """One row for each member: records and minutes of the year, and whether a report is confirmed."""
    record = ServiceRecord
    in_force = MembershipStatus.VERIFIED if source is PartyMembership else ReportStatus.CONFIRMED
    columns = [source.shard_code, source.volunteer_id, *_places(source)]
    statement = (
        select(
            *columns,
            func.count(record.id).label("records"),
            func.coalesce(func.sum(record.minutes), 0).label("minutes"),
            _reports(source).label("reports"),
        )
        .select_from(source)
        .outerjoin(record, confirmed_in(source, *period_of(year, None)))
        .where(source.status == in_force, where)
    )
    if source is PartyMembership:
        statement = statement.outerjoin(PartyReport, _reported())
    return statement.group_by(*columns).subquery()


def _places(source: type[PartyMembership] | type[PartyReport]) -> Sequence[InstrumentedAttribute[Any]]:
    if issubclass(source, PartyReport):
        return (source.community_code,)
    return (source.organization_shard, source.organization_id, source.organization_region_code)


def _reports(source: type[PartyMembership] | type[PartyReport]) -> ColumnElement[int]:
    return func.count(PartyReport.id) if source is PartyMembership else func.count(source.id)


def _reported() -> ColumnElement[bool]:
    return and_(
        PartyReport.shard_code == PartyMembership.shard_code,
        PartyReport.volunteer_id == PartyMembership.volunteer_id,
        PartyReport.status == ReportStatus.CONFIRMED,
    )


def confirmed_in(
    source: type[PartyMembership] | type[PartyReport], start: date, end: date
) -> ColumnElement[bool]:
    """Joins to each member the records that were confirmed of the period. Internal."""
    return and_(
        ServiceRecord.shard_code == source.shard_code,
        ServiceRecord.volunteer_id == source.volunteer_id,
        ServiceRecord.status == RecordStatus.CONFIRMED,
        ServiceRecord.occurred_on.between(start, end),
    )


def _branch(people: int, reported: int, served: int, minutes: int) -> Group:
    return Group(people, reported, served, minutes, people)


def _veil(groups: list[Group]) -> list[Group]:
    hidden = veiled([group.people() for group in groups])
    return [VEILED if at in hidden else group for at, group in enumerate(groups)]


def _unplaced(region: int) -> int:
    kept = and_(
        PartyMembership.shard_code == Volunteer.shard_code,
        PartyMembership.volunteer_id == Volunteer.id,
        PartyMembership.status == MembershipStatus.VERIFIED,
    )
    return (
        session()
        .execute(
            select(func.count())
            .select_from(Volunteer)
            .outerjoin(PartyMembership, kept)
            .where(
                Volunteer.region_code.between(region, last_in(region)),
                Volunteer.status == Status.REGISTERED,
                Volunteer.party_verified_at.is_not(None),
                PartyMembership.organization_id.is_(None),
            )
        )
        .scalar_one()
    )
