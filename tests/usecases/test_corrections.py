"""Correction requests: what is wrong gets a reply, and what is accepted is put right by the same checks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.hours import usecases as hours_usecases
from timebank.hours.queries import service_records
from timebank.kernel import claims
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.rules import CORRECTIONS_OPEN, Wanted

pytestmark = pytest.mark.usefixtures("app_context", "tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def clerk(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.NORTH)


def ask(actor: Actor, key: Key, field: str = "name", right: str = "张大山", **more: Any) -> Key:
    wanted = Wanted(right, more.pop("document_type", None), more.pop("nationality", None))
    return perform(
        actor,
        hours_usecases.ask_for_correction,
        volunteer=key,
        field=field,
        wrong="写错了",
        wanted=wanted,
        **more,
    )


def accept(actor: Actor, correction: Key, **given: Any) -> None:
    perform(actor, usecases.accept_correction, correction=correction, **given)


def test_a_name_is_put_right_also_in_the_account(clerk: Actor) -> None:
    key, actor = lives.person()
    correction = ask(actor, key)
    (card,) = queries.corrections_to_decide(clerk).items
    assert (card.key, card.right, card.may_decide) == (correction, "张大山", True)
    accept(clerk, correction)
    row = lives.row(key)
    assert (row.name, " zds" in (row.initials or "")) == ("张大山", True)
    assert make.actor_of_volunteer(key).name == "张大山"
    (own,) = queries.corrections(actor, key)
    assert (own.status, own.may_withdraw) == ("accepted", False)
    assert {"correction_asked", "corrected"} <= set(lives.story(key))


def test_a_new_document_is_compared_anew(clerk: Actor) -> None:
    old = make.document_number(700, date(1980, 1, 1))
    new = make.document_number(701, date(1981, 2, 2))
    key, actor = lives.person(document_number=old)
    correction = ask(actor, key, "document", new, document_type="resident_id")
    assert queries.correction(clerk, correction).right == f"9901**********{new[-4:]}"
    for given, told in (
        ({}, "required"),
        ({"method": "in_person"}, "document-differs"),
        ({"method": "in_person", "number": old}, "document-differs"),
        ({"method": "by-guess", "number": new}, "not-a-choice"),
    ):
        with pytest.raises(Invalid, match=told):
            accept(clerk, correction, **given)
    accept(clerk, correction, method="document_copy", number=new)
    row = lives.row(key)
    assert (row.born_on, row.identity_method) == (date(1981, 2, 2), "document_copy")
    assert (claims.holder("document", new), claims.holder("document", old)) == (key, None)


def test_a_document_of_somebody_else_is_not_taken(clerk: Actor) -> None:
    taken = make.document_number()
    make.volunteer(document_number=taken)
    key, actor = lives.person()
    correction = ask(actor, key, "document", taken)
    with pytest.raises(Conflict, match="document-registered"):
        accept(clerk, correction, method="in_person", number=taken)


PASSPORT = {
    "document_type": "passport",
    "document_number": "K1234567",
    "nationality": "KOR",
    "born_on": date(1988, 8, 8),
    "sex": "1",
}


@pytest.mark.parametrize(
    ("field", "right", "value"), [("born_on", "1987-07-07", date(1987, 7, 7)), ("sex", "2", "2")]
)
def test_birth_and_sex_that_no_number_holds(clerk: Actor, field: str, right: str, value: object) -> None:
    key, actor = lives.person(**PASSPORT)
    accept(clerk, ask(actor, key, field, right))
    assert getattr(lives.row(key), field) == value


@pytest.mark.parametrize(
    ("field", "given", "told"),
    [
        ("name", {"right": "1"}, {"right": ["not-a-name"]}),
        ("name", {"right": " "}, {"right": ["required"]}),
        ("name", {"right": "长" * 201}, {"right": ["too-long 200"]}),
        ("document", {"right": "123"}, {"right": ["document-form"]}),
        ("document", {"right": "K1", "document_type": "passport"}, {"right": ["document-form"]}),
        (
            "document",
            {"right": "K1234567", "document_type": "passport"},
            {"nationality": ["nationality-needed"]},
        ),
        ("born_on", {"right": "1987-07-07"}, {"field": ["stands-in-document"]}),
        ("sex", {"right": "1"}, {"field": ["stands-in-document"]}),
        ("service_record", {"right": "三小时"}, {"record": ["required"]}),
        ("shoe_size", {"right": "43"}, None),
    ],
)
def test_what_could_not_be_accepted_is_said_at_once(
    field: str, given: dict[str, Any], told: dict[str, list[str]] | None
) -> None:
    key, actor = lives.person()
    with pytest.raises(Invalid) as refused:
        ask(actor, key, field, **given)
    assert refused.value.code == "not-a-choice" if told is None else refused.value.fields == told
    assert queries.corrections(actor, key) == []


def test_a_record_is_put_right_by_hand_and_answered(clock: FakeClock, clerk: Actor) -> None:
    made = hours.confirmed(clock, homes=(make.NORTH_COMMUNITY, make.NORTH_SECOND))
    actor, other = made.volunteers
    assert actor.volunteer
    assert other.volunteer
    (own,), (foreign,) = (service_records(a, a.volunteer).items for a in (actor, other))  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        ask(actor, actor.volunteer, "service_record", "三小时", record=foreign.key)
    correction = ask(actor, actor.volunteer, "service_record", "三小时", record=own.key)
    assert queries.correction(clerk, correction).record == own.key
    with pytest.raises(Invalid, match="reason-needed"):
        accept(clerk, correction)
    accept(clerk, correction, reply="已联系负责人更正")
    assert queries.corrections(actor, actor.volunteer)[0].reply == "已联系负责人更正"


def test_refused_with_a_reply_and_due_in_time(clerk: Actor, clock: FakeClock) -> None:
    key, actor = lives.person()
    correction = ask(actor, key)
    today = local_date(clock.now(), runtime().config.time_zone)
    assert queries.correction(actor, correction).due_on == today + timedelta(days=15)
    with pytest.raises(Invalid, match="reason-needed"):
        perform(clerk, usecases.refuse_correction, correction=correction, reply="")
    perform(clerk, usecases.refuse_correction, correction=correction, reply="与证件不符")
    card = queries.correction(actor, correction)
    assert (card.status, card.reply, lives.row(key).name) == ("refused", "与证件不符", "张小山")
    for deed in (accept, lambda who, what: perform(who, usecases.withdraw_correction, correction=what)):
        with pytest.raises(Conflict, match="already-decided"):
            deed(clerk, correction)


def test_withdrawn_by_the_person() -> None:
    key, actor = lives.person()
    correction = ask(actor, key)
    perform(actor, usecases.withdraw_correction, correction=correction)
    assert queries.correction(actor, correction).status == "withdrawn"


def test_who_asked_for_somebody_does_not_decide(clerk: Actor) -> None:
    key, _ = lives.person()
    correction = ask(clerk, key)
    with pytest.raises(Forbidden, match="maker-is-checker"):
        accept(clerk, correction)
    assert not queries.correction(clerk, correction).may_decide
    accept(make.officer(region=make.NORTH), correction)


def test_nobody_opens_more_than_can_be_meant() -> None:
    key, actor = lives.person()
    for _ in range(CORRECTIONS_OPEN):
        ask(actor, key, "other", "请核对地址")
    with pytest.raises(Conflict, match="too-many-open"):
        ask(actor, key)


def test_who_turns_out_to_be_under_age_needs_a_guardian(clerk: Actor) -> None:
    key, actor = lives.person(**PASSPORT)
    correction = ask(actor, key, "born_on", "2012-01-01")
    with pytest.raises(Conflict, match="guardian-required"):
        accept(clerk, correction)
    assert lives.row(key).born_on == PASSPORT["born_on"]


def test_accepting_many_times_at_once_is_once(clerk: Actor, app: Flask) -> None:
    key, actor = lives.person()
    correction = ask(actor, key)

    def attempt() -> str:
        try:
            accept(clerk, correction)
        except Conflict as conflict:
            return conflict.code
        return "accepted"

    assert sorted(in_threads(app, 4, attempt)) == ["accepted"] + ["already-decided"] * 3
    session().rollback()
    assert lives.story(key).count("corrected") == 1


DEEDS: dict[str, Callable[[Actor, Key, Key], object]] = {
    "ask": lambda actor, key, _: ask(actor, key),
    "accept": lambda actor, _, correction: accept(actor, correction),
    "refuse": lambda actor, _, correction: perform(
        actor, usecases.refuse_correction, correction=correction, reply="理由"
    ),
    "withdraw": lambda actor, _, correction: perform(
        actor, usecases.withdraw_correction, correction=correction
    ),
    "read": lambda actor, _, correction: queries.correction(actor, correction),
    "list": lambda actor, key, _: queries.corrections(actor, key),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_strangers_find_nothing_and_others_may_not(deed: str) -> None:
    key, actor = lives.person()
    correction = ask(actor, key)
    with pytest.raises(NotFound):
        DEEDS[deed](make.officer(region=make.SOUTH), key, correction)
    for who in (lives.person()[1], ANONYMOUS, make.officer(Role.AUDITOR)):
        with pytest.raises(TimebankError):
            DEEDS[deed](who, key, correction)
    assert queries.correction(actor, correction).status == "open"
