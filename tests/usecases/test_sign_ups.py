"""Sign-ups: who may, while places last, and back again."""

from __future__ import annotations

from itertools import count

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, NotFound, TimebankError, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Shift, SignUp
from timebank.projects.rules import SignUpStatus
from timebank.volunteers import usecases as volunteers


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event() -> make.Event:
    return make.event()


@pytest.fixture
def person() -> Actor:
    return people.actor_of_volunteer(people.volunteer())


def refused(actor: Actor, shift: Key) -> str:
    with pytest.raises(TimebankError) as told:
        perform(actor, projects.sign_up, shift=shift)
    return told.value.code


def test_a_place_is_taken_and_given_back(event: make.Event, person: Actor) -> None:
    key = perform(person, projects.sign_up, shift=event.shift)
    card = queries.shift_card(person, event.shift)
    assert (card.taken, card.is_own) == (1, True)
    assert [mine.key for mine in queries.my_sign_ups(person)] == [event.shift]
    assert queries.accepted(event.shift) == [person.volunteer]
    perform(person, projects.cancel_sign_up, sign_up=key, reason="家中有事")
    card = queries.shift_card(person, event.shift)
    assert (card.taken, card.is_own) == (0, False)
    assert queries.my_sign_ups(person) == []


def test_coming_back_uses_the_same_row(event: make.Event, person: Actor) -> None:
    first = perform(person, projects.sign_up, shift=event.shift)
    perform(person, projects.cancel_sign_up, sign_up=first, reason="家中有事")
    assert perform(person, projects.sign_up, shift=event.shift) == first
    assert session().query(SignUp).count() == 1
    assert queries.sign_up_status(event.shift, person.volunteer or first) is SignUpStatus.ACCEPTED


def test_twice_is_refused(event: make.Event, person: Actor) -> None:
    key = perform(person, projects.sign_up, shift=event.shift)
    assert refused(person, event.shift) == "already-signed-up"
    perform(person, projects.cancel_sign_up, sign_up=key, reason="家中有事")
    with pytest.raises(Conflict, match="not-signed-up"):
        perform(person, projects.cancel_sign_up, sign_up=key, reason="家中有事")
    assert queries.shift_card(person, event.shift).taken == 0


def test_the_last_place(person: Actor) -> None:
    event = make.event(capacity=1)
    first = make.signed_up(event.shift)
    assert refused(person, event.shift) == "shift-full"
    own = queries.shift_card(first, event.shift).own
    assert own is not None
    perform(first, projects.cancel_sign_up, sign_up=own.key, reason="家中有事")
    perform(person, projects.sign_up, shift=event.shift)


def test_only_registered_volunteers(event: make.Event) -> None:
    waiting = people.applicant()
    assert refused(people.actor_of_volunteer(waiting), event.shift) == "volunteer-not-registered"
    suspended = people.volunteer()
    perform(SYSTEM, volunteers.suspend, volunteer=suspended, reason="核实中")
    assert refused(people.actor_of_volunteer(suspended), event.shift) == "volunteer-suspended"
    with pytest.raises(Forbidden, match="not-a-volunteer"):
        perform(event.organizer, projects.sign_up, shift=event.shift)
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, projects.sign_up, shift=event.shift)


def test_only_while_it_recruits(person: Actor, clock: FakeClock) -> None:
    event = make.event()
    team = people.organization("另一支队伍")
    organizer = people.organizer(team)
    draft = make.draft(organizer, team)
    assert refused(person, make.shift(organizer, draft)) == "not-recruiting"
    perform(event.organizer, projects.cancel_project, project=event.project, reason="暴雨停办")
    assert refused(person, event.shift) == "not-recruiting"
    assert refused(person, event.project) == "not-found"


def test_not_once_it_has_started(event: make.Event, person: Actor, clock: FakeClock) -> None:
    key = perform(person, projects.sign_up, shift=event.shift)
    other = people.actor_of_volunteer(people.volunteer())
    clock.advance(minutes=30)
    assert refused(other, event.shift) == "shift-started"
    with pytest.raises(Conflict, match="shift-started"):
        perform(person, projects.cancel_sign_up, sign_up=key, reason="家中有事")


def test_nobody_cancels_for_others(event: make.Event, person: Actor) -> None:
    key = perform(person, projects.sign_up, shift=event.shift)
    for actor in (people.actor_of_volunteer(people.volunteer()), make.event().organizer):
        with pytest.raises(NotFound):
            perform(actor, projects.cancel_sign_up, sign_up=key, reason="家中有事")


def test_who_sees_the_list(event: make.Event, person: Actor) -> None:
    perform(person, projects.sign_up, shift=event.shift)
    assert [row.volunteer for row in queries.sign_ups(event.organizer, event.shift).items] == [
        person.volunteer
    ]
    assert len(queries.sign_ups(make.reviewer(), event.shift).items) == 1
    for actor in (make.event().organizer, make.reviewer(people.SOUTH)):
        with pytest.raises(NotFound):
            queries.sign_ups(actor, event.shift)
    with pytest.raises(Forbidden):
        queries.sign_ups(person, event.shift)


def test_places_hold_under_a_race(app_context: Flask) -> None:
    event = make.event(capacity=3)
    crowd = [people.actor_of_volunteer(people.volunteer()) for _ in range(8)]
    session().rollback()
    numbers = count()

    def rush() -> str:
        try:
            perform(crowd[next(numbers)], projects.sign_up, shift=event.shift)
        except Conflict as conflict:
            return conflict.code
        return "in"

    answers = in_threads(app_context, len(crowd), rush)
    assert sorted(answers) == ["in"] * 3 + ["shift-full"] * 5
    shift = session().get_one(Shift, (event.shift.shard, event.shift.id), populate_existing=True)
    assert shift.taken == 3
    assert len(queries.accepted(event.shift)) == 3


def test_one_person_on_many_phones_gets_one_place(event: make.Event, app_context: Flask) -> None:
    person = people.actor_of_volunteer(people.volunteer())
    session().rollback()

    def tap() -> str:
        try:
            perform(person, projects.sign_up, shift=event.shift)
        except Conflict as conflict:
            return conflict.code
        return "in"

    answers = in_threads(app_context, 6, tap)
    assert sorted(answers) == ["already-signed-up"] * 5 + ["in"]
    assert queries.shift_card(person, event.shift).taken == 1
