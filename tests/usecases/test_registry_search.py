"""The registry: filters and search, the queue by reply deadline, reasons in the history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support.clock import FakeClock
from timebank.kernel.db import session
from timebank.kernel.errors import Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Volunteer
from timebank.volunteers.rules import Action, Application, GuardianSaid


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def clerk() -> Actor:
    return people.officer(Role.COMMUNITY_WORKER, people.NORTH, name="李工")


@pytest.fixture
def colleague() -> Actor:
    return people.officer(Role.COMMUNITY_WORKER, people.NORTH, name="赵敏")


@pytest.fixture
def stranger() -> Actor:
    return people.officer(Role.COMMUNITY_WORKER, people.SOUTH)


def taken_down(clerk: Actor, **changes: Any) -> Key:
    """Somebody whom a clerk registered at the window, with the document seen."""
    given = {"channel": "window", "identity_method": "in_person", **changes}
    return perform(clerk, usecases.register, application=Application(**people.application(**given)))


def found(actor: Actor, **filters: Any) -> set[Key]:
    return {row.key for row in queries.persons(actor, **filters).items}


def test_every_filter_keeps_whom_it_means(clerk: Actor, clock: FakeClock) -> None:
    elder = taken_down(clerk, document_number=people.document_number(700, date(1950, 1, 1)))
    party = people.volunteer(party_member=True, skills=["law"], categories=["legal"])
    plain = people.volunteer(skills=["law", "first_aid"], region_code=people.NORTH_SECOND)
    minor = people.applicant(
        document_number=people.document_number(701, date(2010, 5, 1)),
        guardian=GuardianSaid("林大海", "father", people.phone(), people.document_number()),
    )
    assert found(clerk) == {elder, party, plain, minor}
    assert found(clerk, channel="window") == {elder}
    assert found(clerk, party=True) == {party}
    assert found(clerk, party=False) == {elder, plain, minor}
    assert found(clerk, age="60-up") >= {elder}
    assert found(clerk, age="14-17") == {minor}
    assert found(clerk, age="0-13") == set()
    assert found(clerk, skill="law") == {party, plain}
    assert found(clerk, skill="law", category="legal") == {party}
    assert found(clerk, region=people.NORTH_SECOND) == {plain}
    assert found(clerk, status="submitted", channel="window") == {elder}
    assert found(clerk, overdue=True) == set()
    clock.advance(days=queries.registration_policy().reply_days)
    assert found(clerk, overdue=True) == set()
    clock.advance(days=1)
    assert found(clerk, overdue=True) == {elder, minor}
    assert [row.is_overdue for row in queries.persons(clerk, overdue=True).items] == [True, True]


def test_the_order_can_be_turned_and_pages_follow_it(clerk: Actor, clock: FakeClock) -> None:
    keys = []
    for _ in range(5):
        keys.append(people.applicant())
        clock.advance(seconds=1)
    for newest, expected in ((False, keys), (True, keys[::-1])):
        seen, cursor = [], None
        while True:
            page = queries.persons(clerk, newest_first=newest, limit=2, cursor=cursor)
            seen += [row.key for row in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert seen == expected


SEARCHES = ["KOR M12345678", "kor m1234 5678", "ＫＯＲ　Ｍ１２３４５６７８"]


def test_a_passport_is_found_with_its_country(clerk: Actor, stranger: Actor) -> None:
    key = taken_down(
        clerk,
        document_type="passport",
        document_number="M12345678",
        nationality="KOR",
        born_on=date(1990, 1, 1),
        sex="2",
        name="Kim Minji",
    )
    for text in SEARCHES:
        assert found(clerk, text=text) == {key}
    assert found(clerk, text="M12345678", country="kor") == {key}
    assert found(clerk, text="M12345678", country="JPN") == set()
    assert found(stranger, text="KOR M12345678") == set()


def test_names_initials_and_numbers_find_people(clerk: Actor) -> None:
    phone, document = people.phone(), people.document_number()
    key = people.volunteer(name="单小乐", phone=phone, document_number=document)
    other = people.volunteer(name="王秀英")
    number = session().get_one(Volunteer, (key.shard, key.id)).volunteer_no
    for text in ("单", "单小乐", "sxl", "dxy", "SX", phone, document, document.lower(), number):
        assert found(clerk, text=text) == {key}, text
    assert found(clerk, text="wxy") == {other}
    assert found(clerk, text="nobody at all") == set()


# --- documents that are registered already -----------------------------------------------------------


def test_a_known_document_leads_to_the_person_or_names_the_county(clerk: Actor, stranger: Actor) -> None:
    document = people.document_number()
    key = people.volunteer(document_number=document)
    assert queries.registered_document(clerk, document) == queries.Registered(key, 511102)
    assert queries.registered_document(stranger, document) == queries.Registered(None, 511102)
    assert queries.registered_document(clerk, people.document_number()) is None
    for actor, refusal in (
        (ANONYMOUS, Unauthenticated),
        (people.actor_of_volunteer(key), Forbidden),
        (people.officer(Role.AUDITOR, people.NORTH), Forbidden),
    ):
        with pytest.raises(refusal):
            queries.registered_document(actor, document)


# --- the queue ---------------------------------------------------------------------------------------


@pytest.fixture
def three(clock: FakeClock) -> list[Key]:
    """Three registrations, each a day later than the one before."""
    keys = []
    for _ in range(3):
        keys.append(people.applicant())
        clock.advance(days=1)
    return keys


def test_the_queue_begins_with_the_earliest_deadline(
    clerk: Actor, stranger: Actor, three: list[Key], clock: FakeClock
) -> None:
    people.volunteer()
    perform(clerk, usecases.return_for_correction, volunteer=people.applicant(), reason="请补充")
    page = queries.waiting(clerk, limit=2)
    assert [row.key for row in page.items] == three[:2]
    assert [row.key for row in queries.waiting(clerk, limit=2, cursor=page.next).items] == three[2:]
    assert queries.waiting(stranger).items == []
    assert not any(row.is_overdue for row in page.items)
    days = queries.registration_policy().reply_days
    clock.advance(days=days - 2)
    assert [row.is_overdue for row in queries.waiting(clerk).items] == [True, False, False]
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (people.officer(Role.AUDITOR), Forbidden)):
        with pytest.raises(refusal):
            queries.waiting(actor)
    with pytest.raises(Invalid, match="invalid-cursor"):
        queries.waiting(clerk, cursor="bm8")


def test_one_goes_from_person_to_person(clerk: Actor, colleague: Actor, three: list[Key]) -> None:
    first, second, third = three
    mine = taken_down(clerk)
    assert queries.neighbours(clerk, first) == queries.Neighbours(None, second)
    assert queries.neighbours(clerk, second) == queries.Neighbours(first, third)
    # what one took down oneself is somebody else's to decide
    assert queries.neighbours(clerk, third) == queries.Neighbours(second, None)
    assert queries.neighbours(colleague, third) == queries.Neighbours(second, mine)
    perform(clerk, usecases.reject, volunteer=second, reason="冒用证件")
    assert queries.neighbours(clerk, first) == queries.Neighbours(None, third)
    # for somebody decided by now the queue begins at its head
    assert queries.neighbours(clerk, second) == queries.Neighbours(None, first)


def test_who_took_it_down_is_not_offered_to_approve(clerk: Actor, colleague: Actor) -> None:
    key = taken_down(clerk)
    mine, theirs = queries.person(clerk, key), queries.person(colleague, key)
    assert (mine.is_maker, Action.APPROVE in mine.actions) == (True, False)
    assert (theirs.is_maker, Action.APPROVE in theirs.actions) == (False, True)
    assert [row.is_maker for row in queries.waiting(clerk).items] == [True]
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(clerk, usecases.approve, volunteer=key)
    perform(colleague, usecases.approve, volunteer=key)
    assert queries.waiting(clerk).items == []


# --- the history -------------------------------------------------------------------------------------


def test_the_history_keeps_every_reason_with_who_gave_it(clerk: Actor, clock: FakeClock) -> None:
    key = taken_down(clerk)
    clock.advance(minutes=1)
    perform(clerk, usecases.return_for_correction, volunteer=key, reason="照片与证件不符")
    clock.advance(minutes=1)
    perform(SYSTEM, usecases.reject, volunteer=key, reason="冒用证件")
    told = [(line.name, line.by, line.channel, line.reason) for line in queries.history(clerk, key)]
    assert told == [
        ("volunteer.submitted", "李工", "window", None),
        ("volunteer.returned", "李工", None, "照片与证件不符"),
        ("volunteer.rejected", None, None, "冒用证件"),
    ]
    supervisor = people.officer(Role.AUDITOR, people.NORTH)
    assert {line.reason for line in queries.history(supervisor, key)} == {None}


def test_strangers_read_no_history(stranger: Actor) -> None:
    with pytest.raises(NotFound):
        queries.history(stranger, people.volunteer())


def test_the_deadline_is_said_in_days(clerk: Actor) -> None:
    key = taken_down(clerk)
    days = timedelta(days=queries.registration_policy().reply_days)
    assert queries.person(clerk, key).reply_due_on == date(2026, 11, 21) + days
