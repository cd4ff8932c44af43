"""What a shift asks anew, and posts of a series: who is told of it, and that all shifts change or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.statements import executed
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Shift, SignUp
from timebank.projects.queries import PostCard
from timebank.projects.rules import PostSaid, PostTerms, Prerequisites, ShiftSaid
from timebank.qualifications import usecases as qualifications
from timebank.qualifications.rules import Kind, Said
from timebank.volunteers.queries import standings

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_AID = Prerequisites(skills=("first_aid",))
TWO_POSTS = ShiftSaid(posts=(PostSaid("登记台", 2, "核对名单"), PostSaid("送餐", 2)))


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event() -> make.Event:
    return make.event()


def series(event: make.Event, **changes: Any) -> list[Key]:
    """Three shifts on Thursdays from 24 December 2026, nine to eleven."""
    given: dict[str, Any] = {
        "project": event.project,
        "title": "每周午餐",
        "starts_at": datetime(2026, 12, 24, 9, tzinfo=SHANGHAI),
        "ends_at": datetime(2026, 12, 24, 11, tzinfo=SHANGHAI),
        "rule": "FREQ=WEEKLY;COUNT=3",
        "said": TWO_POSTS,
        **changes,
    }
    return perform(event.organizer, projects.add_series, **given)


def plain(event: make.Event, **changes: Any) -> list[Key]:
    return series(event, **{"said": ShiftSaid(), "capacity": 5, **changes})


def changes(**given: Any) -> projects.Changes:
    """What the shifts of `series` say already, and something else."""
    usual: dict[str, Any] = {"title": "每周午餐", "begins": time(9), "ends": time(11), "capacity": 5}
    return projects.Changes(**{**usual, "opens_minutes": 60, "closes_minutes": 240, **given})


def person(**given: Any) -> Actor:
    return people.actor_of_volunteer(people.volunteer(**given))


def aider() -> Actor:
    """Somebody with a verified certificate of first aid."""
    actor = person()
    said = Said("救护员证", "红十字会", skill="first_aid")
    proof = perform(actor, qualifications.enter, volunteer=actor.volunteer, kind=Kind.SKILL, said=said)
    perform(SYSTEM, qualifications.accept, qualification=proof)
    return actor


def take(actor: Actor, shift: Key, post: str | None = None, **given: Any) -> Key:
    of = named(shift, post).key if post else None
    return perform(actor, projects.sign_up, shift=shift, post=of, despite_overlap=True, **given)


def named(shift: Key, name: str = "登记台") -> PostCard:
    return next(each for each in queries.shift_card(SYSTEM, shift).posts if each.name == name)


def row(key: Key) -> Shift:
    return session().get_one(Shift, (key.shard, key.id), populate_existing=True)


def status(key: Key) -> str:
    return session().get_one(SignUp, (key.shard, key.id), populate_existing=True).status


def edit(event: make.Event, shift: Key, given: projects.Changes, **more: Any) -> Any:
    following = more.pop("following", False)
    usecase = projects.edit_following if following else projects.edit_shift
    return perform(event.organizer, usecase, shift=shift, changes=given, **more)


def edit_post(event: make.Event, shift: Key, *, post: str = "登记台", **given: Any) -> list[Key]:
    card = named(shift, post)
    more = {each: given.pop(each) for each in ("revision", "despite_lacking") if each in given}
    terms = replace(PostTerms(card.name, card.duty, card.prerequisites), **given)
    kept = {"shift": shift, "post": card.key, "terms": terms, "following": True}
    return perform(event.organizer, projects.edit_post, **kept, **more)


def told(refused: pytest.ExceptionInfo[TimebankError]) -> tuple[str, dict[str, list[str]]]:
    error = refused.value
    assert isinstance(error, Conflict | Invalid)
    return error.code, error.fields


# --- what a shift asks anew -------------------------------------------------------------------------


def test_whoever_has_a_place_in_the_shift_keeps_it(event: make.Event, clock: FakeClock) -> None:
    shift = plain(event)[0]
    holder = person()
    key = take(holder, shift)
    with pytest.raises(Conflict) as refused:
        edit(event, shift, changes(prerequisites=FIRST_AID, title="急救"))
    assert (refused.value.code, refused.value.params) == ("people-lack-it", {"number": 1, "pending": 0})
    assert (row(shift).title, row(shift).prerequisites, row(shift).revision) == ("每周午餐", {}, 0)
    edit(event, shift, changes(prerequisites=FIRST_AID), despite_lacking=True)
    assert (status(key), row(shift).taken, row(shift).revision) == ("accepted", 1, 1)
    with pytest.raises(Conflict, match="prerequisite-missing"):
        take(person(), shift)
    edit(event, shift, changes(prerequisites=FIRST_AID, title="急救班"))
    assert row(shift).title == "急救班"


def test_each_post_of_the_shift_asks_what_it_asks_on_top(event: make.Event) -> None:
    asked = (PostSaid("急救", 2, prerequisites=FIRST_AID), PostSaid("送餐", 2))
    shift = series(event, said=ShiftSaid(posts=asked))[0]
    take(aider(), shift, "急救")
    edit(event, shift, changes(prerequisites=FIRST_AID))
    edit(event, shift, changes())
    take(person(), shift, "送餐")
    with pytest.raises(Conflict) as refused:
        edit(event, shift, changes(prerequisites=FIRST_AID))
    assert refused.value.params == {"number": 1, "pending": 0}


def test_who_waits_lacks_it_too_and_who_is_only_invited_is_nobodys_business(event: make.Event) -> None:
    shift = plain(event, capacity=1)[0]
    one = changes(prerequisites=Prerequisites(age_from=100), capacity=1)
    guest = person()
    assert guest.volunteer
    (number,) = (each.volunteer_no for each in standings([guest.volunteer]).values())
    perform(event.organizer, projects.invite_volunteers, shift=shift, numbers=[number])
    edit(event, shift, one)
    edit(event, shift, changes(capacity=1))
    take(person(), shift)
    waits = take(person(), shift, waits=True)
    with pytest.raises(Conflict) as refused:
        edit(event, shift, one)
    assert refused.value.params == {"number": 1, "pending": 1}
    assert status(waits) == "waiting"
    short = queries.shift_short_of(event.organizer, shift, one.prerequisites)
    assert (short.named, short.unnamed, short.pending) == ([], 1, 1)


def test_the_organizer_reads_who_of_the_shift_lacks_a_proof(event: make.Event) -> None:
    first, second, third = plain(event)
    older, able = person(name="周小川"), aider()
    for actor, shift in ((older, first), (older, third), (able, first)):
        take(actor, shift)
    find = queries.shift_short_of
    (one,) = find(event.organizer, first, FIRST_AID).named
    assert (one.name, one.days) == ("周小川", [date(2026, 12, 24)])
    (all_days,) = find(event.organizer, first, FIRST_AID, following=True).named
    assert all_days.days == [date(2026, 12, 24), date(2027, 1, 7)]
    assert find(event.organizer, second, FIRST_AID).named == []
    aged = find(event.organizer, first, Prerequisites(age_from=100), following=True)
    assert (aged.named, aged.unnamed) == ([], 2)
    with pytest.raises(NotFound):
        find(make.event().organizer, first, FIRST_AID)
    with pytest.raises(Forbidden):
        find(able, first, FIRST_AID)


def test_the_day_to_which_the_shift_moves_counts(event: make.Event) -> None:
    shift = plain(event)[0]
    take(person(document_number=people.document_number(born_on=date(1990, 12, 26))), shift)
    adult = changes(prerequisites=Prerequisites(age_from=36))
    with pytest.raises(Conflict, match="people-lack-it"):
        edit(event, shift, adult)
    later = replace(adult, occurs_on=date(2026, 12, 26))
    assert (
        queries.shift_short_of(event.organizer, shift, adult.prerequisites, day=later.occurs_on).unnamed == 0
    )
    edit(event, shift, later, reason="场地冲突")


def test_in_a_series_everybody_is_counted_once(event: make.Event) -> None:
    first, second, third = plain(event, capacity=1)
    actor, other = person(), person()
    take(actor, second)
    take(actor, third)
    take(other, first)
    take(other, second, waits=True)
    one = changes(prerequisites=FIRST_AID, capacity=1)
    with pytest.raises(Conflict) as refused:
        edit(event, first, one, following=True)
    assert refused.value.params == {"number": 2, "pending": 0}
    assert [row(key).prerequisites for key in (first, second, third)] == [{}] * 3
    edit(event, first, one, following=True, despite_lacking=True)
    assert [row(key).prerequisites for key in (first, second, third)] == [FIRST_AID.document()] * 3


def test_whoever_has_not_seen_what_the_shift_says_now_looks_again(event: make.Event) -> None:
    first, second, _third = plain(event)
    edit(event, first, changes(title="第二版"), revision=0)
    for following in (False, True):
        with pytest.raises(Conflict, match="changed-meanwhile"):
            edit(event, first, changes(title="第三版"), revision=0, following=following)
    assert row(second).title == "每周午餐"


def test_the_statements_do_not_grow_with_the_people(event: make.Event) -> None:
    numbers = []
    for size in (2, 8):
        shift = plain(event, capacity=size)[0]
        for _ in range(size):
            take(person(), shift)
        with executed() as statements:
            queries.shift_short_of(event.organizer, shift, FIRST_AID)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]


# --- posts of a series ------------------------------------------------------------------------------


def test_a_post_changes_in_this_shift_and_those_that_follow(event: make.Event) -> None:
    first, second, third = series(event)
    assert edit_post(event, second, name="签到台", duty="发放胸牌") == [second, third]
    names = [[post.name for post in queries.shift_card(SYSTEM, key).posts] for key in (first, second, third)]
    assert names == [["登记台", "送餐"], ["签到台", "送餐"], ["签到台", "送餐"]]
    assert [row(key).revision for key in (first, second, third)] == [0, 1, 1]
    assert edit_post(event, second, post="签到台") == []


def test_only_shifts_that_say_something_else_change(event: make.Event) -> None:
    first, second, third = series(event)
    perform(
        event.organizer,
        projects.edit_post,
        shift=second,
        post=named(second).key,
        terms=PostTerms("登记台", "发放胸牌"),
    )
    assert edit_post(event, first, duty="发放胸牌") == [first, third]
    assert [row(key).revision for key in (first, second, third)] == [1, 1, 1]


def test_where_one_shift_does_not_take_it_none_changes(event: make.Event) -> None:
    first, second, third = series(event)
    alone = {"shift": second, "post": named(second).key}
    perform(event.organizer, projects.edit_post, **alone, terms=PostTerms("引导", "核对名单"))
    with pytest.raises(Conflict) as refused:
        edit_post(event, first, duty="发放胸牌")
    assert told(refused) == ("series-refused", {str(second): ["no-such-post"]})
    assert refused.value.params == {"number": 1, "day": "2026-12-31", "title": "每周午餐"}
    assert [row(key).revision for key in (first, second, third)] == [0, 1, 0]
    with pytest.raises(Conflict) as refused:
        edit_post(event, first, post="送餐", name="引导")
    assert told(refused) == ("series-refused", {str(second): ["post-twice"]})
    with pytest.raises(Invalid) as wrong:
        edit_post(event, first, name="送餐")
    assert told(wrong)[1] == {"name": ["post-twice"]}


def test_cancelled_and_other_shifts_are_left_out(event: make.Event) -> None:
    first, second, third = series(event)
    perform(event.organizer, projects.cancel_shift, shift=second, reason="暴雨")
    assert edit_post(event, first, duty="发放胸牌") == [first, third]
    alone = make.shift(event.organizer, event.project, said=TWO_POSTS)
    with pytest.raises(Conflict, match="no-series"):
        edit_post(event, alone, duty="发放胸牌")


def test_people_of_all_posts_of_the_name_are_asked_about(event: make.Event) -> None:
    first, second, third = series(event)
    actor, carrier = person(name="周小川"), person()
    for key in (second, third):
        take(actor, key, "登记台")
    take(carrier, third, "送餐")
    with pytest.raises(Conflict) as refused:
        edit_post(event, first, prerequisites=FIRST_AID)
    assert refused.value.params == {"number": 1, "pending": 0}
    shown = queries.post_short_of(event.organizer, first, named(first).key, FIRST_AID, following=True)
    assert [(each.name, len(each.days)) for each in shown.named] == [("周小川", 2)]
    assert queries.post_short_of(event.organizer, first, named(first).key, FIRST_AID).named == []
    done = edit_post(event, first, prerequisites=FIRST_AID, despite_lacking=True)
    assert done == [first, second, third]
    assert [row(key).taken for key in (first, second, third)] == [0, 1, 2]


# --- places of posts in a series --------------------------------------------------------------------


def capacities(keys: Sequence[Key]) -> list[tuple[int, int]]:
    return [(row(key).capacity, named(key).capacity) for key in keys]


def test_places_of_a_post_change_in_all_and_who_waits_moves_up(event: make.Event) -> None:
    keys = series(event)
    for _ in range(2):
        take(person(), keys[2], "登记台")
    waits = take(person(), keys[2], "登记台", waits=True, takes_at_once=True)
    more = changes(posts=((named(keys[0]).key, 3),))
    edit(event, keys[0], more, following=True)
    assert capacities(keys) == [(5, 3)] * 3
    assert (status(waits), named(keys[2]).taken) == ("accepted", 3)


def test_fewer_places_than_are_taken_in_one_shift_change_none(event: make.Event) -> None:
    first, second, third = series(event)
    for key in (second, third):
        for _ in range(2):
            take(person(), key, "登记台")
    fewer = changes(posts=((named(first).key, 1), (named(first, "送餐").key, 1)), title="新名字")
    with pytest.raises(Conflict) as refused:
        edit(event, first, fewer, following=True)
    assert told(refused) == (
        "series-refused",
        {str(second): ["below-taken"], str(third): ["below-taken"]},
    )
    assert refused.value.params == {"number": 2, "day": "2026-12-31", "title": "每周午餐"}
    assert capacities((first, second, third)) == [(4, 2)] * 3
    assert [(row(key).title, row(key).revision) for key in (first, second, third)] == [("每周午餐", 0)] * 3
    edit(event, first, fewer)
    assert capacities((first, second, third)) == [(2, 1), (4, 2), (4, 2)]


def test_the_same_for_shifts_without_posts(event: make.Event) -> None:
    first, second, third = plain(event)
    for _ in range(2):
        take(person(), first)
    with pytest.raises(Conflict) as refused:
        edit(event, first, changes(capacity=1), following=True)
    assert told(refused) == ("series-refused", {str(first): ["below-taken"]})
    with pytest.raises(Invalid) as wrong:
        edit(event, first, changes(capacity=0), following=True)
    assert told(wrong)[1] == {"capacity": ["out-of-range 1 5000"]}
    assert [row(key).capacity for key in (first, second, third)] == [5, 5, 5]


def test_a_post_that_only_some_shifts_have(event: make.Event) -> None:
    first, second, _third = series(event)
    alone = {"shift": second, "post": named(second).key}
    perform(event.organizer, projects.edit_post, **alone, terms=PostTerms("引导", "核对名单"))
    edit(event, first, changes(title="新名字"), following=True)
    with pytest.raises(Conflict) as refused:
        edit(event, first, changes(posts=((named(first).key, 3),)), following=True)
    assert told(refused) == ("series-refused", {str(second): ["no-such-post"]})
    foreign = changes(posts=((named(second, "引导").key, 3),))
    with pytest.raises(Invalid) as wrong:
        edit(event, first, foreign, following=True)
    assert told(wrong)[1] == {"posts": ["not-a-choice"]}


def test_places_hold_while_the_series_changes(event: make.Event, app_context: Flask) -> None:
    """Fewer places everywhere while people take some: nobody is beyond them, and nothing is half done."""
    keys = series(event)
    crowd = [person() for _ in range(6)]
    posts = [named(key).key for key in keys]
    fewer = changes(posts=((posts[0], 1),))
    numbers = count()
    session().rollback()

    def rush() -> str:
        number = next(numbers)
        try:
            if number == 3:
                edit(event, keys[0], fewer, following=True)
                return "changed"
            actor = crowd[number % len(crowd)]
            at = number % len(keys)
            perform(actor, projects.sign_up, shift=keys[at], post=posts[at], despite_overlap=True)
        except Conflict as conflict:
            return conflict.code
        return "came"

    answers = in_threads(app_context, 7, rush)
    session().rollback()
    found = [(named(key).capacity, named(key).taken) for key in keys]
    assert all(taken <= capacity for capacity, taken in found)
    assert len({capacity for capacity, _taken in found}) == 1
    assert ("changed" in answers) == (found[0][0] == 1)
    assert [row(key).taken for key in keys] == [taken for _capacity, taken in found]


def test_far_shifts_of_the_series_keep_their_own_days(event: make.Event, clock: FakeClock) -> None:
    """A shift that was moved before the first one is no later one any more."""
    first, second, third = plain(event)
    edit(event, third, changes(occurs_on=date(2026, 12, 20)))
    assert edit(event, first, changes(title="新名字"), following=True).changed == [first, second]
    clock.advance(days=(row(third).starts_at - clock.now()) // timedelta(days=1) + 1)
    assert edit(event, first, changes(title="再改"), following=True).changed == [first, second]
