"""A post that is changed after its shift was made: by whom, until when, who is told and who keeps a place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.statements import executed
from tests.support.threads import in_threads
from timebank.hours.usecases import close_shift
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import SignUp
from timebank.projects.queries import PostCard
from timebank.projects.rules import Action, PostSaid, PostTerms, Prerequisites, ShiftSaid
from timebank.qualifications import usecases as qualifications
from timebank.qualifications.rules import Kind, Said

FIRST_AID = Prerequisites(skills=("first_aid",))
TWO_POSTS = ShiftSaid(posts=(PostSaid("登记台", 1, "核对名单"), PostSaid("送餐", 2)))


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event(clock: FakeClock) -> make.Event:
    return make.event(said=TWO_POSTS, starts_at=clock.now() + timedelta(days=3))


def person(**given: Any) -> Actor:
    return people.actor_of_volunteer(people.volunteer(**given))


def aider() -> Actor:
    """Somebody with a verified certificate of first aid."""
    actor = person()
    assert actor.volunteer
    said = Said("救护员证", "红十字会", skill="first_aid")
    proof = perform(actor, qualifications.enter, volunteer=actor.volunteer, kind=Kind.SKILL, said=said)
    perform(SYSTEM, qualifications.accept, qualification=proof)
    return actor


def post(event: make.Event, name: str = "登记台") -> PostCard:
    card = queries.shift_card(event.organizer, event.shift)
    return next(each for each in card.posts if each.name == name)


def terms(found: PostCard, **changes: Any) -> PostTerms:
    return replace(PostTerms(found.name, found.duty, found.prerequisites), **changes)


def edit(event: make.Event, found: PostCard, *, by: Actor | None = None, **given: Any) -> bool:
    asked = {name: given.pop(name) for name in ("revision", "despite_lacking") if name in given}
    return perform(
        by or event.organizer,
        projects.edit_post,
        shift=event.shift,
        post=found.key,
        terms=terms(found, **given),
        **asked,
    )


def refused(event: make.Event, found: PostCard, **given: Any) -> TimebankError:
    with pytest.raises(TimebankError) as told:
        edit(event, found, **given)
    return told.value


def take(actor: Actor, event: make.Event, found: PostCard, **given: Any) -> Key:
    return perform(actor, projects.sign_up, shift=event.shift, post=found.key, **given)


def status(key: Key) -> str:
    return session().get_one(SignUp, (key.shard, key.id), populate_existing=True).status


def told(actor: Actor) -> list[str]:
    """What of shifts was noted in the history of a volunteer."""
    assert actor.volunteer
    rows = session().query(Event).filter_by(subject_id=actor.volunteer.id).order_by(Event.id)
    return [row.name for row in rows if row.name.startswith("volunteer.shift")]


# --- what is changed --------------------------------------------------------------------------------


def test_name_duty_and_what_is_asked(event: make.Event, clock: FakeClock) -> None:
    desk = post(event)
    clock.advance(minutes=5)
    asked = Prerequisites(skills=("first_aid",), age_from=18)
    assert edit(event, desk, name=" 签到 台 ", duty=" 发放胸牌 ", prerequisites=asked)
    card = queries.shift_card(event.organizer, event.shift)
    (changed, other) = card.posts
    assert (changed.key, changed.name, changed.duty) == (desk.key, "签到 台", "发放胸牌")
    assert (changed.prerequisites, changed.capacity) == (asked, 1)
    assert (other.name, other.prerequisites) == ("送餐", Prerequisites())
    assert (card.revision, card.changed_at) == (1, clock.now())
    assert edit(event, changed, duty="", prerequisites=Prerequisites())
    assert (post(event, "签到 台").duty, post(event, "签到 台").prerequisites) == (None, Prerequisites())


def test_saying_the_same_again_changes_nothing(event: make.Event) -> None:
    actor = person()
    take(actor, event, post(event))
    assert not edit(event, post(event), name=" 登记台")
    assert queries.shift_card(actor, event.shift).revision == 0
    assert told(actor) == []


def test_who_has_or_awaits_a_place_in_it_is_told(event: make.Event) -> None:
    desk, meals = post(event), post(event, "送餐")
    holder, waits, carrier = person(), person(), person()
    take(holder, event, desk)
    take(waits, event, desk, waits=True)
    take(carrier, event, meals)
    edit(event, desk, duty="发放胸牌")
    assert [told(each) for each in (holder, waits, carrier)] == [["volunteer.shift_changed"]] * 2 + [[]]
    (happened,) = session().query(Event).filter_by(name="shift.post_changed").all()
    assert happened.data == {"project": str(event.project), "post": str(desk.key)}


def test_the_own_calendar_takes_it_over(event: make.Event, clock: FakeClock) -> None:
    actor = person()
    take(actor, event, post(event))
    secret = perform(actor, projects.make_calendar)
    (before,) = queries.personal_calendar(secret).events
    clock.advance(minutes=5)
    edit(event, post(event), name="签到台", duty="发放胸牌")
    (after,) = queries.personal_calendar(secret).events
    assert (before.post, before.duty, before.revision) == ("登记台", "核对名单", 0)
    assert (after.post, after.duty, after.revision) == ("签到台", "发放胸牌", 1)
    assert after.changed_at == clock.now()
    (public,) = queries.project_calendar(event.project).events
    assert (public.post, public.duty, public.revision) == (None, None, 1)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": "送餐"}, {"name": ["post-twice"]}),
        ({"name": " "}, {"name": ["wrong-length 1 60"]}),
        ({"duty": "长" * 301}, {"duty": ["too-long 300"]}),
        ({"prerequisites": Prerequisites(skills=("juggling",))}, {"skills": ["not-a-choice"]}),
    ],
)
def test_what_is_refused(event: make.Event, changes: dict[str, Any], wrong: dict[str, list[str]]) -> None:
    error = refused(event, post(event), **changes)
    assert isinstance(error, Invalid)
    assert error.fields == wrong
    assert queries.shift_card(event.organizer, event.shift).revision == 0


# --- by whom and until when -------------------------------------------------------------------------


def test_only_its_organizer(event: make.Event) -> None:
    desk = post(event)
    for who in (make.event().organizer, make.reviewer(people.SOUTH)):
        with pytest.raises((NotFound, Forbidden)):
            edit(event, desk, by=who, duty="发放胸牌")
    with pytest.raises(Forbidden):
        edit(event, desk, by=person(), duty="发放胸牌")
    elsewhere = make.event(said=TWO_POSTS)
    with pytest.raises(NotFound):
        edit(event, post(elsewhere), duty="发放胸牌")


def test_until_the_shift_is_over(event: make.Event, clock: FakeClock) -> None:
    clock.advance(days=3, hours=1)
    assert edit(event, post(event), duty="发放胸牌")
    clock.advance(hours=2)
    assert refused(event, post(event), duty="核对名单").code == "shift-ended"


def test_not_when_it_is_closed_or_cancelled_or_under_review(event: make.Event, clock: FakeClock) -> None:
    other = replace(event, shift=make.shift(event.organizer, event.project, said=TWO_POSTS))
    perform(event.organizer, projects.cancel_shift, shift=event.shift, reason="暴雨")
    assert refused(event, post(event), duty="发放胸牌").code == "shift-over"
    clock.advance(hours=1)
    perform(event.organizer, close_shift, shift=other.shift)
    assert refused(other, post(other), duty="发放胸牌").code == "shift-over"
    draft = make.draft(event.organizer, event.organization)
    third = replace(event, shift=make.shift(event.organizer, draft, said=TWO_POSTS))
    assert edit(third, post(third), duty="发放胸牌")
    perform(event.organizer, projects.submit_project, project=draft)
    assert refused(third, post(third), duty="核对名单").code == "wrong-project-status"


def test_not_while_the_project_is_paused(event: make.Event) -> None:
    given: dict[str, Any] = {"project": event.project, "reason": "场地整修"}
    perform(event.organizer, projects.move_project, action=Action.PAUSE, **given)
    assert refused(event, post(event), duty="发放胸牌").code == "wrong-project-status"


def test_who_has_not_seen_what_it_says_now_looks_again(event: make.Event) -> None:
    desk = post(event)
    assert edit(event, desk, revision=0, duty="发放胸牌")
    assert refused(event, desk, revision=0, name="签到台").code == "changed-meanwhile"
    assert edit(event, post(event), revision=1, name="签到台")
    assert post(event, "签到台").duty == "发放胸牌"


def test_of_two_at_once_one_looks_again(event: make.Event, app_context: Flask) -> None:
    desk, numbers = post(event), count()
    session().rollback()

    def rush() -> str:
        try:
            edit(event, desk, revision=0, duty=f"第{next(numbers)}版")
        except Conflict as conflict:
            return conflict.code
        return "changed"

    assert sorted(in_threads(app_context, 4, rush)) == ["changed", *["changed-meanwhile"] * 3]
    assert queries.shift_card(event.organizer, event.shift).revision == 1


# --- people who lack what is asked anew -------------------------------------------------------------


def test_whoever_has_a_place_keeps_it(event: make.Event, clock: FakeClock) -> None:
    desk, holder = post(event), person()
    key = take(holder, event, desk)
    error = refused(event, desk, prerequisites=FIRST_AID)
    assert (error.code, error.params) == ("people-lack-it", {"number": 1, "pending": 0})
    assert post(event).prerequisites == Prerequisites()
    assert edit(event, desk, prerequisites=FIRST_AID, despite_lacking=True)
    assert (status(key), post(event).taken) == ("accepted", 1)
    assert told(holder) == ["volunteer.shift_changed"]
    clock.advance(days=3)
    assert make.scan(holder, event).verdict == "accepted"


def test_nobody_is_asked_about_where_nobody_lacks_anything(event: make.Event) -> None:
    desk = post(event)
    take(aider(), event, desk)
    take(person(), event, post(event, "送餐"))
    assert edit(event, desk, prerequisites=FIRST_AID)
    assert edit(event, post(event), name="急救", prerequisites=FIRST_AID)
    assert edit(event, post(event, "急救"), prerequisites=Prerequisites())


def test_who_lacked_it_before_does_not_count(event: make.Event) -> None:
    desk = post(event)
    take(person(), event, desk)
    edit(event, desk, prerequisites=FIRST_AID, despite_lacking=True)
    again = post(event)
    assert edit(event, again, name="急救台")
    both = Prerequisites(skills=("first_aid",), trainings=("岗前培训",))
    assert refused(event, post(event, "急救台"), prerequisites=both).params["number"] == 1


def test_the_organizer_reads_who_lacks_a_proof_and_how_many_lack_something_else(event: make.Event) -> None:
    meals = post(event, "送餐")
    older, able = person(name="周小川"), aider()
    take(older, event, meals)
    take(able, event, meals)
    waits = person()
    take(waits, event, meals, waits=True)
    find = queries.post_short_of
    short = find(event.organizer, event.shift, meals.key, FIRST_AID)
    assert [each.name for each in short.named] == ["周小川"]
    assert (short.unnamed, short.pending) == (0, 1)
    aged = find(event.organizer, event.shift, meals.key, Prerequisites(age_from=100))
    assert (aged.named, aged.unnamed, aged.pending) == ([], 2, 1)
    party = find(event.organizer, event.shift, meals.key, Prerequisites(party_member=True))
    assert (party.named, party.unnamed) == ([], 2)
    both = find(event.organizer, event.shift, meals.key, replace(FIRST_AID, age_from=100))
    assert ([each.name for each in both.named], both.unnamed) == (["周小川"], 1)
    none = find(event.organizer, event.shift, meals.key, Prerequisites())
    assert (none.named, none.unnamed, none.pending) == ([], 0, 0)
    with pytest.raises(NotFound):
        find(make.event().organizer, event.shift, meals.key, FIRST_AID)
    with pytest.raises(Forbidden):
        find(able, event.shift, meals.key, FIRST_AID)
    with pytest.raises(NotFound):
        find(event.organizer, event.shift, event.shift, FIRST_AID)


def test_who_waits_and_does_not_qualify_any_more_is_passed_over(event: make.Event) -> None:
    desk, holder = post(event), person()
    held = take(holder, event, desk)
    first, second = person(), aider()
    one, two = (take(each, event, desk, waits=True, takes_at_once=True) for each in (first, second))
    assert refused(event, desk, prerequisites=FIRST_AID).params == {"number": 1, "pending": 1}
    edit(event, desk, prerequisites=FIRST_AID, despite_lacking=True)
    assert (status(one), status(two)) == ("waiting", "waiting")
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert (status(held), status(one), status(two)) == ("cancelled", "expired", "accepted")
    assert post(event).taken == 1


def test_who_was_offered_a_place_and_does_not_qualify_any_more_cannot_take_it(event: make.Event) -> None:
    desk, holder = post(event), person()
    held, waits = take(holder, event, desk), person()
    key = take(waits, event, desk, waits=True)
    perform(holder, projects.cancel_sign_up, sign_up=held)
    assert status(key) == "offered"
    assert refused(event, desk, prerequisites=FIRST_AID).params == {"number": 0, "pending": 1}
    edit(event, desk, prerequisites=FIRST_AID, despite_lacking=True)
    with pytest.raises(Conflict, match="prerequisite-missing"):
        perform(waits, projects.accept_place, sign_up=key)


def test_who_applied_and_does_not_qualify_any_more_is_not_accepted(clock: FakeClock) -> None:
    said = replace(TWO_POSTS, needs_approval=True)
    event = make.event(said=said, starts_at=clock.now() + timedelta(days=3))
    key = take(person(), event, post(event))
    edit(event, post(event), prerequisites=FIRST_AID, despite_lacking=True)
    (answer,) = perform(event.organizer, projects.approve_sign_ups, shift=event.shift, sign_ups=[key])
    assert (answer.outcome, status(key)) == ("prerequisite-missing", "applied")


def test_a_new_sign_up_needs_what_is_asked_now(event: make.Event) -> None:
    edit(event, post(event), prerequisites=FIRST_AID)
    with pytest.raises(Conflict, match="prerequisite-missing"):
        take(person(), event, post(event))
    take(aider(), event, post(event))


def test_the_statements_do_not_grow_with_the_people(event: make.Event, clock: FakeClock) -> None:
    numbers = []
    for size in (2, 8):
        said = ShiftSaid(posts=(PostSaid("引导", size),))
        many = make.event(said=said, starts_at=clock.now() + timedelta(days=3))
        guide = post(many, "引导")
        for _ in range(size):
            take(person(), many, guide)
        with executed() as statements:
            queries.post_short_of(many.organizer, many.shift, guide.key, FIRST_AID)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
