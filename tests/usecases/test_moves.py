"""Moving to another community: it decides, everything follows, and the old one sees nobody any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.hours.queries import service_records, statement
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError, Unauthenticated
from timebank.kernel.ids import Key, new_id
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.recognition.queries import star_progress
from timebank.statistics.models import IndicatorCell
from timebank.statistics.usecases import compute_indicators
from timebank.volunteers import queries, usecases

pytestmark = pytest.mark.usefixtures("app_context", "tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def old(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.NORTH, name="北工")


@pytest.fixture
def new(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.SOUTH_TOWN, name="南工")


def accept(actor: Actor, move: Key) -> None:
    perform(actor, usecases.accept_move, move=move)


def test_until_it_is_decided_nothing_changes(old: Actor, new: Actor) -> None:
    key, actor = lives.person()
    move = lives.move(actor, key)
    assert lives.row(key).region_code == make.NORTH_COMMUNITY
    (card,) = queries.moves_to_decide(new).items
    assert (card.key, card.name, card.reason) == (move, "张小山", lives.WHY)
    assert (card.from_code, card.to_code) == (make.NORTH_COMMUNITY, make.SOUTH_COMMUNITY)
    assert (card.may_decide, card.may_withdraw) == (True, False)
    with pytest.raises(NotFound):  # the number and the name are enough to decide
        queries.person(new, key)
    assert [each.key for each in queries.moves_away(old).items] == [move]
    assert queries.moves_to_decide(old).items == queries.moves_away(new).items == []
    assert not queries.move(old, move).may_decide
    (own,) = queries.moves(actor, key)
    assert (own.status, own.may_withdraw, own.may_decide) == ("open", True, False)


def test_the_new_community_takes_over_and_the_old_one_sees_nobody(old: Actor, new: Actor) -> None:
    key, actor = lives.person()
    accept(new, lives.move(actor, key))
    row = lives.row(key)
    assert (row.shard_code, row.status) == (511102, "registered")
    assert (row.region_code, row.service_region_code) == (make.SOUTH_COMMUNITY, make.SOUTH_COMMUNITY)
    assert row.registration_region_code == make.NORTH_COMMUNITY
    assert queries.person(new, key).name == "张小山"
    with pytest.raises(NotFound):
        queries.person(old, key)
    assert {"move_asked", "moved"} <= set(lives.story(key))


def test_who_helps_elsewhere_goes_on_helping_there(new: Actor) -> None:
    key, actor = lives.person(service_region_code=make.NORTH_SECOND)
    accept(new, lives.move(actor, key))
    assert lives.row(key).service_region_code == make.NORTH_SECOND


def test_hours_and_star_follow_by_themselves(clock: FakeClock, old: Actor, new: Actor) -> None:
    made = hours.confirmed(clock)
    actor = made.volunteers[0]
    assert actor.volunteer
    key = actor.volunteer
    today = local_date(clock.now(), runtime().config.time_zone)
    period = {"start": today.replace(month=1, day=1), "end": today}
    before = statement(old, key, **period), star_progress(old, key)
    accept(new, lives.move(actor, key))
    after = statement(new, key, **period), star_progress(new, key)
    assert before == after
    assert before[0].closing == 150
    assert len(service_records(new, key).items) == 1
    for read in (lambda: statement(old, key, **period), lambda: service_records(old, key)):
        with pytest.raises(NotFound):
            read()


def test_statistics_count_the_person_where_they_live_now(clock: FakeClock, new: Actor) -> None:
    made = hours.confirmed(clock)
    (actor,) = made.volunteers
    assert actor.volunteer
    today = local_date(clock.now(), runtime().config.time_zone)

    def counted(region: int, indicator: str) -> int:
        session().rollback()
        cell = session().get(IndicatorCell, (region, indicator, today.year), populate_existing=True)
        return cell.numerator if cell else 0

    for region, other in ((make.NORTH, make.SOUTH), (make.SOUTH, make.NORTH)):
        perform(SYSTEM, compute_indicators, on=today)
        for indicator in ("registered_share", "resident_participation"):
            assert (counted(region, indicator), counted(other, indicator)) == (1, 0)
        assert counted(make.CITY, "registered_share") == 1
        if region == make.NORTH:
            accept(new, lives.move(actor, actor.volunteer))


def test_refused_with_a_reason_and_asked_again(new: Actor) -> None:
    key, actor = lives.person()
    move = lives.move(actor, key)
    with pytest.raises(Invalid, match="reason-needed"):
        perform(new, usecases.refuse_move, move=move, reason=" ")
    perform(new, usecases.refuse_move, move=move, reason="不在本社区居住")
    (card,) = queries.moves(actor, key)
    assert (card.status, card.reply) == ("refused", "不在本社区居住")
    accept(new, lives.move(actor, key))
    assert lives.row(key).region_code == make.SOUTH_COMMUNITY


def test_withdrawn_by_the_person_or_the_clerk_where_they_live(old: Actor, new: Actor) -> None:
    key, actor = lives.person()
    for who in (actor, old):
        move = lives.move(actor, key)
        perform(who, usecases.withdraw_move, move=move)
        with pytest.raises(Conflict, match="already-decided"):
            accept(new, move)
    move = lives.move(actor, key)
    other = lives.person()[1]
    for stranger, refusal in ((new, NotFound), (other, Forbidden), (ANONYMOUS, Unauthenticated)):
        with pytest.raises(refusal):
            perform(stranger, usecases.withdraw_move, move=move)


def test_one_open_move_each(app: Flask) -> None:
    key, actor = lives.person()

    def attempt() -> str:
        try:
            lives.move(actor, key)
        except Conflict as conflict:
            return conflict.code
        return "asked"

    assert sorted(in_threads(app, 5, attempt)) == ["asked"] + ["move-open"] * 4


def test_many_decisions_at_once_are_one(new: Actor, app: Flask) -> None:
    key, actor = lives.person()
    move = lives.move(actor, key)

    def attempt() -> str:
        try:
            accept(new, move)
        except Conflict as conflict:
            return conflict.code
        return "accepted"

    assert sorted(in_threads(app, 5, attempt)) == ["accepted"] + ["already-decided"] * 4
    session().rollback()
    assert lives.story(key).count("moved") == 1


@pytest.mark.parametrize(
    ("to", "code"),
    [(make.NORTH_COMMUNITY, "lives-there"), (make.SOUTH, "unknown-community"), (1, "unknown-community")],
)
def test_the_place_must_be_another_community(to: int, code: str) -> None:
    key, actor = lives.person()
    with pytest.raises(Invalid, match=code):
        lives.move(actor, key, to)


def test_who_is_not_registered_corrects_the_registration_instead() -> None:
    key = make.applicant()
    with pytest.raises(Conflict, match="wrong-status"):
        lives.move(make.actor_of_volunteer(key), key)


def test_a_clerk_asks_for_somebody_and_somebody_else_decides(old: Actor) -> None:
    key, _ = lives.person()
    both = make.officer(Role.COMMUNITY_WORKER, make.CITY)
    move = lives.move(both, key)
    with pytest.raises(Forbidden, match="maker-is-checker"):
        accept(both, move)
    with pytest.raises(NotFound):
        accept(old, move)
    accept(make.officer(Role.COMMUNITY_WORKER, make.CITY), move)


def test_nobody_takes_oneself_over(new: Actor) -> None:
    phone = make.phone()
    officer = make.officer(Role.COMMUNITY_WORKER, make.CITY, phone_number=phone)
    assert officer.user
    application = usecases.registration.Application(**make.application(phone=phone))
    key = perform(officer, usecases.register, application=application)
    perform(SYSTEM, usecases.approve, volunteer=key, method="in_person")
    move = lives.move(SYSTEM, key)
    with pytest.raises(Forbidden, match="own-registration"):
        accept(make.actor_of_user(officer.user), move)


DEEDS: dict[str, Callable[[Actor, Key], object]] = {
    "accept": accept,
    "refuse": lambda actor, move: perform(actor, usecases.refuse_move, move=move, reason="理由"),
    "withdraw": lambda actor, move: perform(actor, usecases.withdraw_move, move=move),
    "read": queries.move,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_third_county_finds_no_move(deed: str) -> None:
    key, actor = lives.person()
    move = lives.move(actor, key, make.NORTH_SECOND)
    third = make.officer(Role.COMMUNITY_WORKER, make.SOUTH)
    for target in (move, Key(511102, new_id(lives.row(key).submitted_at))):
        with pytest.raises(NotFound):
            DEEDS[deed](third, target)
    for who in (ANONYMOUS, make.officer(Role.OPERATOR, make.CITY)):
        with pytest.raises(TimebankError):
            DEEDS[deed](who, move)
    assert queries.move(actor, move).status == "open"
