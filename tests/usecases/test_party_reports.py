"""Reporting to a community, how members take part, and what a unit is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.support import make_hours as hours
from tests.support import make_party as make
from tests.support import make_people as people
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.party import queries, usecases
from timebank.party.rules import Belongs, ReportStatus
from timebank.statistics.queries import party as statistics
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries import standing

pytestmark = pytest.mark.usefixtures("tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def clerk(tree: None) -> Actor:
    return people.officer(Role.COMMUNITY_WORKER, people.NORTH_COMMUNITY)


def number_of(key: Key) -> str:
    found = standing(key)
    assert found
    return found.volunteer_no


def test_a_member_reports_and_the_community_confirms(clerk: Actor) -> None:
    key = make.in_service(region_code=people.SOUTH_COMMUNITY)
    report = make.reported(key, confirmed=False)
    (waiting,) = queries.reports(clerk, status=ReportStatus.REPORTED).items
    assert (waiting.key, waiting.may_decide, waiting.organization_name) == (
        report,
        True,
        queries.party_card(SYSTEM, key).present.organization.name,  # type: ignore[union-attr]
    )
    for _ in range(2):
        perform(clerk, usecases.confirm_report, report=report)
    card = queries.report(people.actor_of_volunteer(key), report)
    assert (card.status, card.community_code, card.unit) == ("confirmed", people.NORTH_COMMUNITY, "区图书馆")


def test_a_clerk_records_and_another_confirms(clerk: Actor) -> None:
    key = make.in_service()
    report = perform(
        clerk, usecases.record_report, number=number_of(key).lower(), community_code=people.NORTH_COMMUNITY
    )
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(clerk, usecases.confirm_report, report=report)
    perform(people.officer(Role.COMMUNITY_WORKER, people.NORTH_TOWN), usecases.confirm_report, report=report)


def test_there_is_one_present_report_and_a_history(clock: FakeClock) -> None:
    key = make.in_service()
    first = make.reported(key)
    with pytest.raises(Conflict, match="reported-already"):
        make.reported(key, people.NORTH_SECOND)
    who = people.actor_of_volunteer(key)
    perform(who, usecases.end_report, report=first, reason="搬家到铁牛门社区")
    clock.advance(minutes=1)
    second = make.reported(key, people.NORTH_SECOND, confirmed=False)
    perform(SYSTEM, usecases.refuse_report, report=second, reason="不在本社区居住")
    clock.advance(minutes=1)
    third = make.reported(key, people.NORTH_SECOND)
    assert [(each.key, each.status, each.reason) for each in queries.reports_of(who, key)] == [
        (third, "confirmed", None),
        (second, "refused", "不在本社区居住"),
        (first, "ended", "搬家到铁牛门社区"),
    ]


def test_many_reports_at_once_are_one(app: Flask) -> None:
    key = make.in_service()
    who = people.actor_of_volunteer(key)

    def attempt() -> str:
        try:
            perform(who, usecases.record_report, volunteer=key, community_code=people.NORTH_COMMUNITY)
        except Conflict as refused:
            return refused.code
        return "reported"

    assert sorted(in_threads(app, 5, attempt)) == ["reported"] + ["reported-already"] * 4


@pytest.mark.parametrize(
    ("make_one", "code"),
    [
        (make.claimant, "party-not-verified"),
        (people.volunteer, "party-not-verified"),
        (make.member, "party-not-verified"),
        (lambda: make.member(make.organization()), "community-party-member"),
    ],
)
def test_only_a_verified_member_of_a_unit_reports(make_one: Callable[[], Key], code: str) -> None:
    with pytest.raises(Conflict, match=code):
        make.reported(make_one())


@pytest.mark.parametrize("place", [people.NORTH, people.NORTH_TOWN, 511102001999])
def test_one_reports_to_a_community_that_exists(place: int) -> None:
    with pytest.raises(Invalid) as refused:
        make.reported(make.in_service(), place)
    assert set(refused.value.fields) == {"region_code"}


DEEDS: dict[str, Callable[[Actor, Key], object]] = {
    "confirm": lambda actor, key: perform(actor, usecases.confirm_report, report=key),
    "refuse": lambda actor, key: perform(actor, usecases.refuse_report, report=key, reason="不住这里"),
    "end": lambda actor, key: perform(actor, usecases.end_report, report=key, reason="不住这里"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_clerk_of_another_community_finds_no_report(deed: str) -> None:
    report = make.reported(make.in_service(), confirmed=False)
    for region in (people.SOUTH, people.NORTH_SECOND):
        with pytest.raises(NotFound):
            DEEDS[deed](people.officer(Role.COMMUNITY_WORKER, region), report)
    with pytest.raises(Unauthenticated):
        DEEDS[deed](ANONYMOUS, report)
    with pytest.raises((Forbidden, NotFound)):
        DEEDS[deed](people.actor_of_volunteer(people.volunteer()), report)
    assert queries.report(SYSTEM, report).status == "reported"


@pytest.mark.parametrize("deed", ["confirm", "refuse"])
def test_nobody_decides_about_the_own_report(deed: str) -> None:
    key = make.in_service()
    report, officer = make.reported(key, confirmed=False), people.officer(Role.COMMUNITY_WORKER)
    for actor in (people.actor_of_volunteer(key), Actor(officer.user, "李工", key, officer.grants)):
        with pytest.raises(Forbidden):
            DEEDS[deed](actor, report)


def test_who_may_read_a_report(clerk: Actor) -> None:
    unit = make.organization(people.SOUTH, belongs=Belongs.UNIT)
    report = make.reported(make.in_service(unit, name="张小三"))
    for actor, name in (
        (clerk, "张小三"),
        (make.administrator(people.SOUTH), "张小三"),
        (make.administrator(people.NORTH), "张小三"),
        (people.officer(Role.AUDITOR), "张*三"),
    ):
        assert queries.report(actor, report).name == name
    for stranger in (
        people.officer(Role.COMMUNITY_WORKER, people.SOUTH),
        people.officer(Role.AUTHORITY, people.SOUTH),
    ):
        with pytest.raises(NotFound):
            queries.report(stranger, report)
    assert queries.reports(people.officer(Role.AUDITOR, people.SOUTH)).items == []


# --- taking part ------------------------------------------------------------------------------------


@pytest.fixture
def served(tree: None, clock: FakeClock) -> list[Key]:
    """Three people with two and a half confirmed hours each, at home in the north."""
    made = hours.confirmed(clock, [people.NORTH_COMMUNITY] * 3, region_code=people.NORTH_COMMUNITY)
    return [actor.volunteer for actor in made.volunteers if actor.volunteer]


def become(keys: list[Key], organization: Key) -> None:
    for key in keys:
        session().get_one(Volunteer, (key.shard, key.id)).political_status = "01"
        session().commit()
        perform(SYSTEM, usecases.verify_member, volunteer=key, organization=organization)


def test_members_count_where_they_belong_or_reported(served: list[Key]) -> None:
    branch, unit = make.organization(), make.organization(people.SOUTH, belongs=Belongs.UNIT)
    become(served[:2], branch)
    become(served[2:], unit)
    make.reported(served[2], people.NORTH_SECOND)
    make.member(branch)
    make.member()
    secretary = make.administrator(people.CITY)
    found = statistics.participation(secretary, region=people.NORTH_TOWN, year=2026)
    assert [(each.region.code, *each.group.numbers()) for each in found.below] == [
        (people.NORTH_COMMUNITY, 3, 0, 2, 300, 3),
        (people.NORTH_SECOND, 0, 1, 1, 150, 1),
    ]
    assert (found.own.numbers(), found.own.share, found.unplaced) == ((3, 1, 3, 450, 4), 7500, 1)
    assert statistics.participation(secretary, region=people.CITY, year=2026).own == found.own
    assert statistics.participation(secretary, region=people.CITY, year=2025).own.served == 0
    assert (found.in_service_members, found.reporting_share) == (None, None)
    by_unit = {
        each.organization.key: each.group.numbers()
        for each in statistics.branches(secretary, region=people.CITY, year=2026).items
    }
    assert by_unit == {branch: (3, 0, 2, 300, 3), unit: (1, 1, 1, 150, 1)}


def test_few_people_are_veiled_for_who_may_not_see_names(served: list[Key]) -> None:
    branch = make.organization()
    become(served, branch)
    for actor, veiled in ((people.officer(Role.AUDITOR), True), (make.administrator(), False)):
        found = statistics.participation(actor, region=people.NORTH_TOWN, year=2026)
        assert (found.own.is_veiled, found.below[0].group.is_veiled, found.names) == (
            veiled,
            veiled,
            not veiled,
        )
        (line,) = statistics.branches(actor, region=people.NORTH_TOWN, year=2026).items
        assert line.group.is_veiled is veiled


def test_names_by_right_and_in_no_ranking(served: list[Key]) -> None:
    branch, unit = make.organization(), make.organization(people.NORTH, belongs=Belongs.UNIT)
    become(served[:1], branch)
    idle = make.member(branch, name="李不忙")
    reporter = make.in_service(unit)
    make.reported(reporter)
    secretary = make.administrator()
    listed = statistics.members_of(secretary, organization=branch, year=2026).items
    assert [(each.volunteer, each.took_part) for each in listed] == sorted([(served[0], True), (idle, False)])
    there = statistics.reported_to(secretary, region=people.NORTH_COMMUNITY, year=2026).items
    assert [(each.volunteer, each.took_part) for each in there] == [(reporter, False)]
    page = statistics.members_of(secretary, organization=branch, year=2026, limit=1)
    rest = statistics.members_of(secretary, organization=branch, year=2026, limit=1, cursor=page.next)
    assert [*page.items, *rest.items] == listed
    for actor, refusal in (
        (people.officer(Role.AUDITOR), Forbidden),
        (people.officer(Role.COMMUNITY_WORKER), Forbidden),
        (make.administrator(people.SOUTH), NotFound),
    ):
        with pytest.raises(refusal):
            statistics.members_of(actor, organization=branch, year=2026)
        with pytest.raises(refusal):
            statistics.reported_to(actor, region=people.NORTH, year=2026)
        if refusal is NotFound:
            with pytest.raises(refusal):
                statistics.participation(actor, region=people.NORTH, year=2026)


def test_the_unit_is_told_of_counts_and_hours(served: list[Key], clock: FakeClock) -> None:
    become(served[:1], make.organization(people.NORTH, belongs=Belongs.UNIT))
    report = make.reported(served[0], people.NORTH_SECOND)
    who = people.actor_of_volunteer(served[0])
    day = clock.now() + timedelta(hours=8)
    quarter = (day.month + 2) // 3
    found = statistics.feedback(who, key=report, year=day.year, quarter=quarter, now=clock.now())
    assert (found.records, found.minutes, len(found.lines)) == (1, 150, 1)
    before = statistics.feedback(who, key=report, year=day.year, quarter=1, now=clock.now())
    assert (before.records, before.lines) == (0, [])
    with pytest.raises(NotFound):
        statistics.feedback(
            people.officer(Role.COMMUNITY_WORKER, people.SOUTH),
            key=report,
            year=2026,
            quarter=None,
            now=clock.now(),
        )
