"""Posts, prerequisites, overlaps and invitations."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support import make_teams as teams
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Invalid, NotFound, TimebankError
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Post, Shift
from timebank.projects.rules import PostSaid, Prerequisites, ShiftSaid, SignUpStatus
from timebank.qualifications import usecases as qualifications
from timebank.qualifications.rules import Kind, Said
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.queries import standing


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


TWO_POSTS = ShiftSaid(posts=(PostSaid("登记台", 1, "核对名单"), PostSaid("送餐", 2)))


def person(**given: Any) -> Actor:
    return people.actor_of_volunteer(people.volunteer(**given))


def refused(actor: Actor, shift: Key, **given: Any) -> TimebankError:
    with pytest.raises(TimebankError) as told:
        perform(actor, projects.sign_up, shift=shift, **given)
    return told.value


def post(event: make.Event, name: str) -> Key:
    card = queries.shift_card(event.organizer, event.shift)
    return next(each.key for each in card.posts if each.name == name)


# --- posts ------------------------------------------------------------------------------------------


def test_the_places_of_a_shift_are_those_of_its_posts() -> None:
    event = make.event(capacity=None, said=TWO_POSTS)
    card = queries.shift_card(event.organizer, event.shift)
    assert card.capacity == 3
    assert [(each.name, each.duty, each.left) for each in card.posts] == [
        ("登记台", "核对名单", 1),
        ("送餐", None, 2),
    ]


def test_a_sign_up_names_its_post() -> None:
    event = make.event(said=TWO_POSTS)
    desk = post(event, "登记台")
    assert refused(person(), event.shift).code == "post-needed"
    assert (
        refused(person(), event.shift, post=post(make.event(said=TWO_POSTS), "送餐")).code == "not-a-choice"
    )
    assert refused(person(), make.event().shift, post=desk).code == "not-a-choice"
    first = person()
    perform(first, projects.sign_up, shift=event.shift, post=desk)
    assert refused(person(), event.shift, post=desk).code == "shift-full"
    perform(person(), projects.sign_up, shift=event.shift, post=post(event, "送餐"))
    card = queries.shift_card(first, event.shift)
    assert [each.taken for each in card.posts] == [1, 1]
    assert card.taken == 2
    assert card.own
    assert card.own.post == desk


def test_who_waits_waits_for_the_post(clock: FakeClock) -> None:
    event = make.event(said=TWO_POSTS, starts_at=clock.now() + timedelta(days=3))
    desk, meals = post(event, "登记台"), post(event, "送餐")
    at_desk, carrier = person(), person()
    held = perform(at_desk, projects.sign_up, shift=event.shift, post=desk)
    carried = perform(carrier, projects.sign_up, shift=event.shift, post=meals)
    first, second = person(), person()
    for each in (first, second):
        perform(each, projects.sign_up, shift=event.shift, post=desk, waits=True, takes_at_once=True)
    own = [queries.shift_card(each, event.shift).own for each in (first, second)]
    assert [each and each.position for each in own] == [1, 2]
    perform(carrier, projects.cancel_sign_up, sign_up=carried)
    assert queries.sign_up_status(event.shift, first.volunteer or desk) is SignUpStatus.WAITING
    perform(at_desk, projects.cancel_sign_up, sign_up=held)
    assert queries.sign_up_status(event.shift, first.volunteer or desk) is SignUpStatus.ACCEPTED
    assert queries.sign_up_status(event.shift, second.volunteer or desk) is SignUpStatus.WAITING


@pytest.mark.parametrize(
    ("posts", "code"),
    [
        ((PostSaid(" ", 1),), "wrong-length 1 60"),
        ((PostSaid("甲", 0),), "out-of-range 1 5000"),
        ((PostSaid("甲", 1), PostSaid(" 甲 ", 1)), "post-twice"),
        (tuple(PostSaid(f"岗{n}", 1) for n in range(21)), "too-many-chosen 20"),
        ((PostSaid("甲", 1, "长" * 301),), "too-long 300"),
    ],
)
def test_posts_that_are_refused(posts: tuple[PostSaid, ...], code: str) -> None:
    event = make.event()
    with pytest.raises(Invalid) as told:
        make.shift(event.organizer, event.project, said=ShiftSaid(posts=posts))
    assert told.value.fields == {"posts": [code]}


def test_posts_hold_under_a_race(app_context: Flask) -> None:
    event = make.event(said=TWO_POSTS)
    posts = [post(event, "登记台"), post(event, "送餐")]
    crowd = [person() for _ in range(8)]
    session().rollback()
    numbers = count()

    def rush() -> str:
        number = next(numbers)
        try:
            perform(crowd[number], projects.sign_up, shift=event.shift, post=posts[number % 2])
        except Conflict as conflict:
            return conflict.code
        return "in"

    answers = in_threads(app_context, len(crowd), rush)
    assert sorted(answers) == ["in"] * 3 + ["shift-full"] * 5
    shift = session().get_one(Shift, (event.shift.shard, event.shift.id), populate_existing=True)
    rows = session().query(Post).filter_by(shift_id=event.shift.id).populate_existing().all()
    assert shift.taken == 3
    assert sorted(row.taken for row in rows) == [1, 2]


# --- prerequisites ----------------------------------------------------------------------------------


def asking(**asked: Any) -> make.Event:
    return make.event(said=ShiftSaid(prerequisites=Prerequisites(**asked)))


def lacks(actor: Actor, event: make.Event) -> list[str]:
    error = refused(actor, event.shift)
    assert isinstance(error, Conflict)
    assert error.code == "prerequisite-missing"
    return error.fields["prerequisites"]


def test_a_skill_counts_once_it_is_verified_and_as_long_as_it_is_valid(clock: FakeClock) -> None:
    event = asking(skills=("first_aid",))
    actor = person(skills=["first_aid"])
    assert actor.volunteer
    assert lacks(actor, event) == ["missing-skill first_aid"]
    said = Said("救护员证", "红十字会", skill="first_aid", valid_until=clock.now().date())
    given: dict[str, Any] = {"volunteer": actor.volunteer, "kind": Kind.SKILL, "said": said}
    proof = perform(actor, qualifications.enter, **given)
    assert lacks(actor, event) == ["missing-skill first_aid"]
    perform(SYSTEM, qualifications.accept, qualification=proof)
    perform(actor, projects.sign_up, shift=event.shift)
    later = make.shift(
        event.organizer,
        event.project,
        starts_at=clock.now() + timedelta(days=1),
        said=ShiftSaid(prerequisites=Prerequisites(skills=("first_aid",))),
    )
    assert refused(actor, later).code == "prerequisite-missing"


def test_a_training_counts_by_its_name() -> None:
    event = asking(trainings=("岗前 培训",))
    actor = person()
    assert lacks(actor, event) == ["missing-training 岗前 培训"]
    found = standing(actor.volunteer or event.shift)
    assert found
    said = Said("岗前培训", "志愿者协会", date(2026, 11, 1), content="安全须知", minutes=90, result="passed")
    clerk = people.officer()
    perform(clerk, qualifications.record_trainings, numbers=[found.volunteer_no], said=said)
    perform(actor, projects.sign_up, shift=event.shift)


def test_age_is_that_on_the_day_of_the_shift(clock: FakeClock) -> None:
    grown = person(document_number=people.document_number(78, date(1956, 11, 21)))
    event = asking(age_from=18, age_to=69)
    assert lacks(grown, event) == ["too-old 69"]
    tomorrow = make.shift(
        event.organizer,
        event.project,
        starts_at=clock.now() + timedelta(days=1),
        said=ShiftSaid(prerequisites=Prerequisites(age_from=20)),
    )
    nineteen = person(document_number=people.document_number(79, date(2006, 11, 22)))  # twenty tomorrow
    perform(nineteen, projects.sign_up, shift=tomorrow)
    assert lacks(nineteen, asking(age_from=20)) == ["too-young 20"]


def test_a_party_member_is_a_verified_one() -> None:
    event = asking(party_member=True)
    assert lacks(person(political_status="01"), event) == ["not-party-member"]
    perform(person(party_member=True), projects.sign_up, shift=event.shift)


def test_a_post_asks_more_than_its_shift() -> None:
    said = ShiftSaid(
        posts=(PostSaid("急救", 1, None, Prerequisites(skills=("first_aid",))), PostSaid("引导", 1)),
        prerequisites=Prerequisites(age_from=30),
    )
    event = make.event(said=said)
    actor = person(document_number=people.document_number(80, date(2000, 1, 1)))
    error = refused(actor, event.shift, post=post(event, "急救"))
    assert isinstance(error, Conflict)
    assert error.fields["prerequisites"] == ["missing-skill first_aid", "too-young 30"]


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"skills": ("juggling",)}, {"skills": ["not-a-choice"]}),
        ({"age_from": 0}, {"age_from": ["out-of-range 1 120"]}),
        ({"age_from": 40, "age_to": 30}, {"age_to": ["age-order"]}),
        ({"trainings": tuple(f"课{n}" for n in range(11))}, {"trainings": ["too-many-chosen 10"]}),
    ],
)
def test_prerequisites_that_are_refused(asked: dict[str, Any], wrong: dict[str, list[str]]) -> None:
    event = make.event()
    with pytest.raises(Invalid) as told:
        make.shift(event.organizer, event.project, said=ShiftSaid(prerequisites=Prerequisites(**asked)))
    assert told.value.fields == wrong


# --- overlaps ---------------------------------------------------------------------------------------


def test_an_overlap_asks_and_a_neighbour_does_not(clock: FakeClock) -> None:
    first, actor = make.event(), person()
    perform(actor, projects.sign_up, shift=first.shift)
    other = make.event(starts_at=clock.now() + timedelta(hours=1))
    error = refused(actor, other.shift)
    assert (error.code, error.params["shift"]) == ("overlaps", str(first.shift))
    perform(actor, projects.sign_up, shift=other.shift, despite_overlap=True)
    after = make.event(starts_at=clock.now() + timedelta(hours=4))
    perform(actor, projects.sign_up, shift=after.shift)
    assert len(queries.my_sign_ups(actor)) == 3


def test_a_cancelled_shift_overlaps_nothing() -> None:
    first, actor = make.event(), person()
    perform(actor, projects.sign_up, shift=first.shift)
    perform(first.organizer, projects.cancel_shift, shift=first.shift, reason="下雨")
    perform(actor, projects.sign_up, shift=make.event().shift)


# --- invitations ------------------------------------------------------------------------------------


def test_nobody_is_enrolled_without_their_own_yes() -> None:
    event, actor = make.event(capacity=1), person()
    found = standing(actor.volunteer or event.shift)
    assert found
    answer = perform(
        event.organizer,
        projects.invite_volunteers,
        shift=event.shift,
        numbers=[f" {found.volunteer_no.lower()} ", "000000", found.volunteer_no],
    )
    assert [each.outcome for each in answer] == ["invited", "unknown-number"]
    card = queries.shift_card(actor, event.shift)
    assert (card.taken, card.is_own) == (0, False)
    assert card.own
    assert card.own.status is SignUpStatus.INVITED
    stranger = person()
    with pytest.raises(NotFound):
        perform(stranger, projects.accept_place, sign_up=card.own.key)
    with pytest.raises(NotFound):
        perform(event.organizer, projects.accept_place, sign_up=card.own.key)
    assert perform(actor, projects.accept_place, sign_up=card.own.key) is SignUpStatus.ACCEPTED
    assert queries.accepted(event.shift) == [actor.volunteer]


def test_who_declined_is_not_asked_again_and_may_still_come(clock: FakeClock) -> None:
    event, actor = make.event(), person()
    found = standing(actor.volunteer or event.shift)
    assert found
    invite: dict[str, Any] = {"shift": event.shift, "numbers": [found.volunteer_no]}
    perform(event.organizer, projects.invite_volunteers, **invite)
    own = queries.shift_card(actor, event.shift).own
    assert own
    perform(actor, projects.decline_place, sign_up=own.key)
    (again,) = perform(event.organizer, projects.invite_volunteers, **invite)
    assert again.outcome == "already-signed-up"
    perform(actor, projects.sign_up, shift=event.shift)
    assert queries.accepted(event.shift) == [actor.volunteer]


def test_an_invitation_to_a_full_shift_can_wait_and_ends_with_the_start(clock: FakeClock) -> None:
    event = make.event(capacity=1)
    actors = [person(), person()]
    people_of = [standing(each.volunteer or event.shift) for each in actors]
    numbers = [each.volunteer_no for each in people_of if each]
    perform(event.organizer, projects.invite_volunteers, shift=event.shift, numbers=numbers)
    make.signed_up(event.shift)
    keys = [own.key for each in actors if (own := queries.shift_card(each, event.shift).own)]
    with pytest.raises(Conflict, match="shift-full"):
        perform(actors[0], projects.accept_place, sign_up=keys[0])
    assert perform(actors[0], projects.accept_place, sign_up=keys[0], waits=True) is SignUpStatus.WAITING
    clock.advance(minutes=30)
    with pytest.raises(Conflict, match="offer-over"):
        perform(actors[1], projects.accept_place, sign_up=keys[1])
    assert perform(SYSTEM, projects.expire_offers, on=clock.now().date()) == {"offers": 2}


def test_who_may_not_serve_is_not_invited_and_cannot_say_yes() -> None:
    """By number, by team, and where the suspension comes after the invitation."""
    event, early, late = make.event(), person(), person()
    assert early.volunteer
    assert late.volunteer
    numbers = [found.volunteer_no for each in (early, late) if (found := standing(each.volunteer))]
    perform(event.organizer, projects.invite_volunteers, shift=event.shift, numbers=numbers[1:])
    for each in (early, late):
        teams.member(event.organization, event.organizer, each)
        perform(SYSTEM, volunteers.suspend, volunteer=each.volunteer, reason="核实中")
    answer = perform(event.organizer, projects.invite_volunteers, shift=event.shift, numbers=numbers)
    assert {each.outcome for each in answer} == {"unknown-number"}
    invite: dict[str, Any] = {"shift": event.shift, "organization": event.organization}
    assert perform(event.organizer, projects.invite_team, **invite) == 0
    own = queries.shift_card(late, event.shift).own
    assert own
    with pytest.raises(Conflict, match="volunteer-suspended"):
        perform(late, projects.accept_place, sign_up=own.key)


def test_a_team_is_invited_member_by_member() -> None:
    event = make.event()
    members = [person() for _ in range(3)]
    for each in members:
        teams.member(event.organization, event.organizer, each)
    invite: dict[str, Any] = {"shift": event.shift, "organization": event.organization}
    assert perform(event.organizer, projects.invite_team, **invite) == 3
    assert perform(event.organizer, projects.invite_team, **invite) == 0
    other = people.organization("别的队伍")
    with pytest.raises(NotFound):
        perform(event.organizer, projects.invite_team, shift=event.shift, organization=other)
    assert queries.accepted(event.shift) == []
