"""The wait-list: who waits, who moves up, how long a place is kept, and who decides about applications."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Invalid, NotFound, TimebankError
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Shift, SignUp
from timebank.projects.queries import project_policy
from timebank.projects.rules import HOLDING, ShiftSaid, SignUpStatus
from timebank.volunteers import usecases as volunteers


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


def far(clock: FakeClock, **changes: Any) -> make.Event:
    """A shift in four days: time enough to cancel and to accept."""
    return make.event(starts_at=clock.now() + timedelta(days=4), **changes)


def person() -> Actor:
    return people.actor_of_volunteer(people.volunteer())


def waiting(shift: Key, **given: Any) -> tuple[Actor, Key]:
    actor = person()
    return actor, perform(actor, projects.sign_up, shift=shift, waits=True, **given)


def status(key: Key) -> str:
    return session().get_one(SignUp, (key.shard, key.id), populate_existing=True).status


def taken(shift: Key) -> int:
    return session().get_one(Shift, (shift.shard, shift.id), populate_existing=True).taken


def reason(actor: Actor, shift: Key) -> str | None:
    own = queries.shift_card(actor, shift).own
    assert own
    return own.reason


def full(clock: FakeClock) -> tuple[make.Event, Actor, Key]:
    """A shift of one place that somebody has."""
    event = far(clock, capacity=1)
    holder = person()
    return event, holder, perform(holder, projects.sign_up, shift=event.shift)


def expire(clock: FakeClock) -> dict[str, int]:
    return perform(SYSTEM, projects.expire_offers, on=clock.now().date())


def test_a_place_that_gets_free_is_offered_in_order(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    (_first, one), (_second, two) = waiting(event.shift), waiting(event.shift)
    assert (status(one), status(two), taken(event.shift)) == ("waiting", "waiting", 1)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert (status(held), status(one), status(two)) == ("cancelled", "offered", "waiting")
    assert taken(event.shift) == 1
    row = session().get_one(SignUp, (one.shard, one.id))
    assert row.answer_by == clock.now() + timedelta(minutes=project_policy().accept_minutes)


def test_an_offer_is_accepted_or_declined(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    (first, one), (second, two) = waiting(event.shift), waiting(event.shift)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert queries.accepted(event.shift) == []
    with pytest.raises(NotFound):
        perform(second, projects.accept_place, sign_up=one)
    with pytest.raises(Conflict, match="offer-over"):
        perform(second, projects.accept_place, sign_up=two)
    perform(first, projects.decline_place, sign_up=one)
    assert (status(one), status(two)) == ("declined", "offered")
    perform(second, projects.accept_place, sign_up=two)
    assert (status(two), taken(event.shift)) == ("accepted", 1)
    assert queries.accepted(event.shift) == [second.volunteer]


def test_who_takes_it_at_once_is_not_asked(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    next_one, key = waiting(event.shift, takes_at_once=True)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert status(key) == "accepted"
    assert queries.accepted(event.shift) == [next_one.volunteer]


def test_an_offer_runs_out_and_the_next_one_is_asked(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    (first, one), (_second, two) = waiting(event.shift), waiting(event.shift)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert expire(clock) == {"offers": 0}
    clock.advance(minutes=project_policy().accept_minutes)
    with pytest.raises(Conflict, match="offer-over"):
        perform(first, projects.accept_place, sign_up=one)
    assert expire(clock) == {"offers": 1}
    assert expire(clock) == {"offers": 0}
    assert (status(one), status(two), taken(event.shift)) == ("expired", "offered", 1)


def test_an_offer_never_outlasts_the_start_and_then_nobody_moves_up(clock: FakeClock) -> None:
    event = make.event(starts_at=clock.now() + timedelta(hours=2), capacity=1)
    holder = person()
    held = perform(holder, projects.sign_up, shift=event.shift)
    (_a, one), (_b, two) = waiting(event.shift), waiting(event.shift)
    perform(holder, projects.cancel_sign_up, sign_up=held, reason="发烧了")
    assert session().get_one(SignUp, (one.shard, one.id)).answer_by == clock.now() + timedelta(hours=2)
    clock.advance(hours=2)
    assert expire(clock) == {"offers": 2}
    assert (status(one), status(two), taken(event.shift)) == ("expired", "expired", 0)


def test_who_may_not_serve_any_more_is_passed_over(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    (suspended, one), (_second, two) = waiting(event.shift), waiting(event.shift)
    assert suspended.volunteer
    perform(SYSTEM, volunteers.suspend, volunteer=suspended.volunteer, reason="核实中")
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert (status(one), status(two)) == ("expired", "offered")


def test_leaving_the_line_is_always_plain(clock: FakeClock) -> None:
    event = make.event(capacity=1)
    make.signed_up(event.shift)
    actor, key = waiting(event.shift)
    assert refusal(actor, event.shift) == "already-signed-up"
    perform(actor, projects.cancel_sign_up, sign_up=key)
    assert (status(key), taken(event.shift)) == ("cancelled", 1)
    perform(actor, projects.sign_up, shift=event.shift, waits=True)
    assert status(key) == "waiting"


def refusal(actor: Actor, shift: Key, **given: Any) -> str:
    with pytest.raises(TimebankError) as told:
        perform(actor, projects.sign_up, shift=shift, **given)
    return told.value.code


def test_leave_says_why_and_a_cancelling_in_time_does_not(clock: FakeClock) -> None:
    event = far(clock)
    early, late = person(), person()
    first, second = (perform(each, projects.sign_up, shift=event.shift) for each in (early, late))
    perform(early, projects.cancel_sign_up, sign_up=first)
    clock.advance(days=4, minutes=1 - project_policy().leave_notice_minutes)
    with pytest.raises(Invalid, match="reason-needed"):
        perform(late, projects.cancel_sign_up, sign_up=second)
    perform(late, projects.cancel_sign_up, sign_up=second, reason="孩子住院")
    assert (status(first), status(second), taken(event.shift)) == ("cancelled", "on_leave", 0)
    row = session().get_one(SignUp, (second.shard, second.id))
    assert "孩子" not in (row.reason_sealed or "孩子")
    assert reason(late, event.shift) == "孩子住院"


def test_more_places_are_given_to_who_waits(clock: FakeClock) -> None:
    event, _holder, _held = full(clock)
    keys = [waiting(event.shift, takes_at_once=True)[1] for _ in range(3)]
    changes = projects.Changes("上午场", *make.wall_times(event.shift), 60, 240, capacity=3)
    perform(event.organizer, projects.edit_shift, shift=event.shift, changes=changes)
    assert [status(key) for key in keys] == ["accepted", "accepted", "waiting"]


# --- approval ---------------------------------------------------------------------------------------


def test_applications_wait_for_the_organizer(clock: FakeClock) -> None:
    event = far(clock, capacity=1, said=ShiftSaid(needs_approval=True))
    crowd = [person() for _ in range(4)]
    keys = [perform(each, projects.sign_up, shift=event.shift) for each in crowd]
    assert [status(key) for key in keys] == ["applied"] * 4
    assert taken(event.shift) == 0
    stranger = make.event().organizer
    with pytest.raises(NotFound):
        perform(stranger, projects.approve_sign_ups, shift=event.shift, sign_ups=keys)
    decided = perform(event.organizer, projects.approve_sign_ups, shift=event.shift, sign_ups=keys[:2])
    assert [each.outcome for each in decided] == ["accepted", "waiting"]
    decided = perform(
        event.organizer, projects.refuse_sign_ups, shift=event.shift, sign_ups=keys[1:3], reason="名额已满"
    )
    assert [each.outcome for each in decided] == ["refused", "refused"]
    again = perform(
        event.organizer, projects.approve_sign_ups, shift=event.shift, sign_ups=[keys[0], keys[2]]
    )
    assert [each.outcome for each in again] == ["decided-already"] * 2
    assert reason(crowd[2], event.shift) == "名额已满"
    assert perform(crowd[2], projects.sign_up, shift=event.shift) == keys[2]
    assert status(keys[2]) == "applied"


def test_a_refusal_needs_a_reason_and_a_choice(clock: FakeClock) -> None:
    event = far(clock, said=ShiftSaid(needs_approval=True))
    key = perform(person(), projects.sign_up, shift=event.shift)
    with pytest.raises(Invalid, match="reason-needed"):
        perform(event.organizer, projects.refuse_sign_ups, shift=event.shift, sign_ups=[key], reason=" ")
    with pytest.raises(Invalid) as told:
        perform(event.organizer, projects.approve_sign_ups, shift=event.shift, sign_ups=[])
    assert told.value.fields == {"sign_ups": ["required"]}
    other = far(clock, organization=event.organization, organizer=event.organizer)
    with pytest.raises(NotFound):
        perform(event.organizer, projects.approve_sign_ups, shift=other.shift, sign_ups=[key])


# --- races ------------------------------------------------------------------------------------------


def test_no_more_than_the_places_while_people_come_and_go(app_context: Flask, clock: FakeClock) -> None:
    event = far(clock, capacity=3)
    crowd = [person() for _ in range(10)]
    held = [perform(each, projects.sign_up, shift=event.shift) for each in crowd[:3]]
    session().rollback()
    numbers = count()

    def rush() -> str:
        number = next(numbers)
        if number < 3:
            perform(crowd[number], projects.cancel_sign_up, sign_up=held[number])
            return "left"
        perform(crowd[number], projects.sign_up, shift=event.shift, waits=True, takes_at_once=number % 2 == 0)
        return "came"

    answers = in_threads(app_context, len(crowd), rush)
    assert sorted(answers) == ["came"] * 7 + ["left"] * 3
    rows = session().query(SignUp).filter_by(shift_id=event.shift.id).all()
    assert sum(row.status in HOLDING for row in rows) == 3
    assert sum(row.status == SignUpStatus.WAITING for row in rows) == 4
    assert taken(event.shift) == 3
    line = sorted((row.waits_since, row.id) for row in rows if row.status == SignUpStatus.WAITING)
    moved = session().query(Event).filter(Event.name.in_(("sign_up.offered", "volunteer.moved_up"))).count()
    assert len(line) == 4
    assert moved <= 3


def test_two_jobs_at_once_promote_one_person(app_context: Flask, clock: FakeClock) -> None:
    event, holder, held = full(clock)
    keys = [waiting(event.shift)[1] for _ in range(3)]
    perform(holder, projects.cancel_sign_up, sign_up=held)
    clock.advance(minutes=project_policy().accept_minutes)
    session().rollback()
    ended = in_threads(app_context, 4, lambda: expire(clock)["offers"])
    assert sum(ended) == 1
    assert [status(key) for key in keys] == ["expired", "offered", "waiting"]
    assert taken(event.shift) == 1
