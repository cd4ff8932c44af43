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
from timebank.kernel.events import Event, Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Shift, SignUp
from timebank.projects.queries import project_policy
from timebank.projects.rules import HOLDING, Action, Prerequisites, ShiftSaid, SignUpStatus
from timebank.qualifications import usecases as qualifications
from timebank.qualifications.rules import Kind, Said
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.queries import standings


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


def ask_first_aid(event: make.Event) -> None:
    """The shift of one place asks for first aid, whoever lacks it."""
    asked = Prerequisites(skills=("first_aid",))
    times = make.wall_times(event.shift)
    changes = projects.Changes("上午场", *times, 60, 240, capacity=1, prerequisites=asked)
    given = {"shift": event.shift, "changes": changes, "despite_lacking": True}
    perform(event.organizer, projects.edit_shift, **given)


def prove_first_aid(actor: Actor) -> None:
    said = Said("救护员证", "红十字会", skill="first_aid")
    proof = perform(actor, qualifications.enter, volunteer=actor.volunteer, kind=Kind.SKILL, said=said)
    perform(SYSTEM, qualifications.accept, qualification=proof)


def test_whose_turn_it_is_not_is_not_passed_over(clock: FakeClock) -> None:
    """A change of a full shift ends no wait: what is missing may be there when a place gets free."""
    event, holder, held = full(clock)
    (first, one), (_second, two) = waiting(event.shift), waiting(event.shift)
    ask_first_aid(event)
    assert (status(one), status(two)) == ("waiting", "waiting")
    prove_first_aid(first)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert (status(one), status(two), taken(event.shift)) == ("offered", "waiting", 1)
    perform(first, projects.decline_place, sign_up=one)
    assert (status(two), taken(event.shift)) == ("expired", 0)


def test_who_has_another_place_by_then_is_asked(clock: FakeClock) -> None:
    """Also who takes it at once: two places at one time are only had by saying so."""
    event, holder, held = full(clock)
    other = far(clock)
    actor, key = waiting(event.shift, takes_at_once=True)
    perform(actor, projects.sign_up, shift=other.shift)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert status(key) == "offered"
    with pytest.raises(Conflict, match="overlaps"):
        perform(actor, projects.accept_place, sign_up=key)
    perform(actor, projects.accept_place, sign_up=key, despite_overlap=True)
    assert (status(key), taken(event.shift)) == ("accepted", 1)


# --- what the person reads of it --------------------------------------------------------------------


def lost(actor: Actor) -> list[tuple[Key, str | None]]:
    """What stands in the own account of places that were not got."""
    cards = queries.my_lost_places(actor)
    return [(card.key, card.own and card.own.why_over) for card in cards]


def noted(actor: Actor) -> int:
    assert actor.volunteer
    return (
        session().query(Event).filter_by(subject_id=actor.volunteer.id, name="volunteer.place_lost").count()
    )


def test_an_offer_that_ran_out_is_told(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    actor, key = waiting(event.shift)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    clock.advance(minutes=project_policy().accept_minutes)
    assert lost(actor) == []
    expire(clock)
    assert (lost(actor), noted(actor)) == ([(event.shift, "offer")], 1)
    (card,) = queries.my_lost_places(actor)
    assert card.own
    assert (card.own.changed_at, queries.my_sign_ups(actor)) == (clock.now(), [])
    perform(actor, projects.sign_up, shift=event.shift)
    assert (status(key), lost(actor)) == ("accepted", [])


def test_whose_turn_came_without_what_is_asked_or_while_suspended_is_told(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    (lacks, one), (suspended, two), (able, three) = (waiting(event.shift) for _ in range(3))
    ask_first_aid(event)
    prove_first_aid(able)
    assert suspended.volunteer
    perform(SYSTEM, volunteers.suspend, volunteer=suspended.volunteer, reason="核实中")
    assert lost(lacks) == lost(suspended) == []
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert (status(one), status(two), status(three)) == ("expired", "expired", "offered")
    assert lost(lacks) == [(event.shift, "lacking")]
    assert lost(suspended) == [(event.shift, "standing")]
    assert (noted(lacks), noted(suspended), noted(able)) == (1, 1, 0)


def test_waits_and_invitations_that_end_with_the_start_are_told(clock: FakeClock) -> None:
    event, _holder, _held = full(clock)
    actor, _key = waiting(event.shift)
    guest = person()
    assert guest.volunteer
    (number,) = (each.volunteer_no for each in standings([guest.volunteer]).values())
    perform(event.organizer, projects.invite_volunteers, shift=event.shift, numbers=[number])
    clock.advance(days=4)
    expire(clock)
    assert lost(actor) == [(event.shift, "wait")]
    assert lost(guest) == [(event.shift, "invitation")]
    clock.advance(days=61)
    assert lost(actor) == []


def test_a_suspension_that_takes_places_is_told(clock: FakeClock) -> None:
    event = far(clock)
    actor = make.signed_up(event.shift)
    assert actor.volunteer
    perform(SYSTEM, volunteers.suspend, volunteer=actor.volunteer, reason="核实中")
    happening = Happening("volunteer.suspended", clock.now(), actor.volunteer, {})
    perform(SYSTEM, projects.give_places_back, happening=happening)
    assert (lost(actor), noted(actor)) == ([(event.shift, "standing")], 1)
    with pytest.raises(NotFound):
        queries.my_lost_places(person(), volunteer=actor.volunteer)


def test_in_a_cancelled_shift_nobody_is_blamed(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    (offered, _one), (waits, _two) = waiting(event.shift), waiting(event.shift)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    perform(event.organizer, projects.cancel_shift, shift=event.shift, reason="暴雨")
    clock.advance(days=4)
    expire(clock)
    assert lost(offered) == lost(waits) == [(event.shift, "called_off")]


# --- when recruiting has ended, and over a pause ----------------------------------------------------


def move(event: make.Event, action: Action, reason: str | None = None) -> None:
    given = {"project": event.project, "action": action, "reason": reason}
    perform(event.organizer, projects.move_project, **given)


def test_a_place_that_is_kept_can_be_taken_after_recruiting(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    (first, one), (second, two) = waiting(event.shift), waiting(event.shift)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    move(event, Action.END_RECRUITING)
    perform(first, projects.decline_place, sign_up=one)
    perform(second, projects.accept_place, sign_up=two)
    assert (status(two), taken(event.shift)) == ("accepted", 1)
    assert refusal(first, event.shift) == "not-recruiting"


def test_applications_are_decided_after_recruiting(clock: FakeClock) -> None:
    event = far(clock, capacity=1, said=ShiftSaid(needs_approval=True))
    keys = [perform(person(), projects.sign_up, shift=event.shift) for _ in range(2)]
    move(event, Action.END_RECRUITING)
    decided = perform(event.organizer, projects.approve_sign_ups, shift=event.shift, sign_ups=keys)
    assert [each.outcome for each in decided] == ["accepted", "waiting"]
    move(event, Action.PAUSE, "场地维修")
    with pytest.raises(Conflict, match="not-recruiting"):
        perform(event.organizer, projects.approve_sign_ups, shift=event.shift, sign_ups=keys)


def test_an_offer_does_not_run_out_while_nobody_can_answer(clock: FakeClock) -> None:
    event, holder, held = full(clock)
    actor, key = waiting(event.shift)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    move(event, Action.PAUSE, "场地维修")
    with pytest.raises(Conflict, match="not-recruiting"):
        perform(actor, projects.accept_place, sign_up=key)
    clock.advance(days=2)
    assert expire(clock) == {"offers": 0}
    move(event, Action.RESUME)
    row = session().get_one(SignUp, (key.shard, key.id), populate_existing=True)
    assert row.answer_by == clock.now() + timedelta(minutes=project_policy().accept_minutes)
    perform(actor, projects.accept_place, sign_up=key)
    assert (status(key), taken(event.shift)) == ("accepted", 1)


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


def test_at_the_very_cutoff_nobody_asks_why_and_at_the_start_nobody_leaves(clock: FakeClock) -> None:
    event = far(clock)
    first, second = person(), person()
    one, two = (perform(each, projects.sign_up, shift=event.shift) for each in (first, second))
    notice = timedelta(minutes=project_policy().leave_notice_minutes)
    clock.advance(seconds=(timedelta(days=4) - notice).total_seconds())
    perform(first, projects.cancel_sign_up, sign_up=one)
    assert status(one) == "cancelled"
    clock.advance(seconds=notice.total_seconds() - 1)
    with pytest.raises(Invalid, match="reason-needed"):
        perform(second, projects.cancel_sign_up, sign_up=two)
    clock.advance(seconds=1)
    with pytest.raises(Conflict, match="shift-started"):
        perform(second, projects.cancel_sign_up, sign_up=two, reason="发烧了")


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


@pytest.mark.parametrize("late", [0, 1])
def test_accepting_while_the_offer_runs_out(app_context: Flask, clock: FakeClock, late: int) -> None:
    """A second before the deadline and at it: either the place is taken or it goes on, never both."""
    event, holder, held = full(clock)
    (first, one), (_second, two) = waiting(event.shift), waiting(event.shift)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    clock.advance(seconds=project_policy().accept_minutes * 60 - 1 + late)
    session().rollback()
    numbers = count()

    def rush() -> str:
        if next(numbers) % 2:
            return str(expire(clock)["offers"])
        try:
            perform(first, projects.accept_place, sign_up=one)
        except Conflict as conflict:
            return conflict.code
        return "accepted"

    answers = in_threads(app_context, 4, rush)
    session().rollback()
    assert ("accepted" in answers) == (late == 0)
    assert (status(one), status(two)) == (("expired", "offered") if late else ("accepted", "waiting"))
    assert taken(event.shift) == 1


def test_signing_up_while_the_shift_is_cancelled(app_context: Flask, clock: FakeClock) -> None:
    """Whoever still got a place is told; nobody gets one afterwards."""
    event = far(clock, capacity=20)
    crowd = [person() for _ in range(6)]
    session().rollback()
    numbers = count()

    def rush() -> str:
        number = next(numbers)
        if number == 3:
            perform(event.organizer, projects.cancel_shift, shift=event.shift, reason="暴雨")
            return "cancelled"
        try:
            perform(crowd[number % 6], projects.sign_up, shift=event.shift)
        except Conflict as conflict:
            return conflict.code
        return "came"

    answers = in_threads(app_context, 7, rush)
    session().rollback()
    told = session().query(Event).filter_by(name="volunteer.shift_cancelled").count()
    assert answers.count("came") == told == taken(event.shift)
    assert set(answers) <= {"came", "cancelled", "not-recruiting", "already-signed-up"}
