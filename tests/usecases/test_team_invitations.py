"""Invitations that tell nothing about a number, and join codes that are used up exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_teams as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Forbidden, Invalid, NotFound, TimebankError, TooMany, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.memberships import queries, usecases
from timebank.memberships.models import JoinCode
from timebank.memberships.rules import INVITATION_LIFE, Status
from timebank.memberships.usecases.codes import CODE_ATTEMPTS
from timebank.memberships.usecases.inviting import INVITATIONS_PER_TEAM
from timebank.organizations.usecases import suspend_organization
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.queries import standing


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def team() -> tuple[Key, Actor]:
    return make.founded()


def refused(actor: Actor, usecase: Callable[..., Any], **given: Any) -> str:
    with pytest.raises(TimebankError) as told:
        perform(actor, usecase, **given)
    return told.value.code


def invited(team: tuple[Key, Actor], to: str) -> Key:
    return perform(team[1], usecases.invite, organization=team[0], to=to)


# --- invitations ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["phone", "number"])
def test_the_invited_person_sees_it_and_joins(team: tuple[Key, Actor], by: str) -> None:
    phone = people.phone()
    volunteer = people.volunteer(phone=phone, name="陈大海")
    person, known = people.actor_of_volunteer(volunteer), standing(volunteer)
    assert known is not None
    invitation = invited(team, phone if by == "phone" else known.volunteer_no.lower())
    assert [each.organization.key for each in queries.my_invitations(person)] == [team[0]]
    perform(person, usecases.accept_invitation, invitation=invitation)
    assert queries.my_invitations(person) == []
    own = queries.my_membership(person, team[0])
    assert own is not None
    assert own.status is Status.ACTIVE
    assert [each.status for each in queries.invitations(team[1], team[0]).items] == ["accepted"]
    row = next(row for row in queries.members(team[1], team[0]).items if row.name == "陈大海")
    assert row.way == "invitation"


def test_a_number_nobody_has_looks_the_same(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    phone = people.phone()
    volunteer = people.volunteer(phone=phone)
    officer_phone = people.phone()
    people.officer(phone_number=officer_phone)
    known = standing(volunteer)
    assert known is not None
    for number in (phone, people.phone(), officer_phone, known.volunteer_no, "511102ABCDEFGHJK"):
        for _ in range(2):
            assert isinstance(invited(team, number), Key)
    rows = queries.invitations(administrator, key).items
    assert len(rows) == 10
    assert {(row.status, row.expires_at - row.invited_at) for row in rows} == {("open", INVITATION_LIFE)}
    assert len({len(row.number) for row in rows}) == 2
    assert [
        each.organization.key for each in queries.my_invitations(people.actor_of_volunteer(volunteer))
    ] == [key]


def test_declining_is_not_told_and_is_respected(team: tuple[Key, Actor], clock: FakeClock) -> None:
    key, administrator = team
    phone = people.phone()
    person = people.actor_of_volunteer(people.volunteer(phone=phone))
    invitation = invited(team, phone)
    perform(person, usecases.decline_invitation, invitation=invitation)
    assert [each.status for each in queries.invitations(administrator, key).items] == ["open"]
    assert refused(person, usecases.accept_invitation, invitation=invitation) == "invitation-over"
    perform(administrator, usecases.withdraw_invitation, invitation=invitation)
    assert [each.status for each in queries.invitations(administrator, key).items] == ["withdrawn"]
    invited(team, phone)
    assert queries.my_invitations(person) == []
    clock.advance(days=15)
    invited(team, phone)
    assert len(queries.my_invitations(person)) == 1


def test_an_invitation_is_answered_once_and_in_time(team: tuple[Key, Actor], clock: FakeClock) -> None:
    phone = people.phone()
    person = people.actor_of_volunteer(people.volunteer(phone=phone))
    first, second = invited(team, phone), invited(team, phone)
    perform(person, usecases.accept_invitation, invitation=first)
    for invitation in (first, second):
        assert refused(person, usecases.decline_invitation, invitation=invitation) == "invitation-over"
    other = make.founded()
    late = invited(other, phone)
    clock.advance(days=15)
    assert queries.my_invitations(person) == []
    assert refused(person, usecases.accept_invitation, invitation=late) == "invitation-over"
    assert refused(other[1], usecases.withdraw_invitation, invitation=late) == "invitation-over"
    assert [each.status for each in queries.invitations(other[1], other[0]).items] == ["expired"]


def test_a_withdrawn_invitation_is_gone(team: tuple[Key, Actor]) -> None:
    phone = people.phone()
    person = people.actor_of_volunteer(people.volunteer(phone=phone))
    invitation = invited(team, phone)
    perform(team[1], usecases.withdraw_invitation, invitation=invitation)
    assert queries.my_invitations(person) == []
    assert refused(person, usecases.accept_invitation, invitation=invitation) == "invitation-over"


def test_who_waits_for_approval_answers_later(team: tuple[Key, Actor]) -> None:
    phone = people.phone()
    volunteer = people.applicant(phone=phone)
    person = people.actor_of_volunteer(volunteer)
    invitation = invited(team, phone)
    assert refused(person, usecases.accept_invitation, invitation=invitation) == "registration-not-approved"
    perform(SYSTEM, volunteers.approve, volunteer=volunteer, method="in_person")
    perform(person, usecases.accept_invitation, invitation=invitation)


def test_nobody_answers_or_withdraws_for_others(team: tuple[Key, Actor]) -> None:
    phone = people.phone()
    people.volunteer(phone=phone)
    invitation = invited(team, phone)
    stranger = make.person()
    for usecase in (usecases.accept_invitation, usecases.decline_invitation):
        with pytest.raises(NotFound):
            perform(stranger, usecase, invitation=invitation)
        with pytest.raises(Unauthenticated):
            perform(ANONYMOUS, usecase, invitation=invitation)
    other = make.founded()[1]
    with pytest.raises(NotFound):
        perform(other, usecases.withdraw_invitation, invitation=invitation)
    for actor, error in ((other, NotFound), (stranger, Forbidden), (make.reviewer(), Forbidden)):
        with pytest.raises(error):
            perform(actor, usecases.invite, organization=team[0], to=people.phone())
        with pytest.raises(error):
            queries.invitations(actor, team[0])


def test_what_is_no_number_is_named(team: tuple[Key, Actor]) -> None:
    with pytest.raises(Invalid, match="not-an-addressee"):
        invited(team, "张小山")


def test_a_team_cannot_bother_a_whole_town(team: tuple[Key, Actor]) -> None:
    for _ in range(INVITATIONS_PER_TEAM):
        perform(team[1], usecases.count_invitation, organization=team[0])
    with pytest.raises(TooMany):
        perform(team[1], usecases.count_invitation, organization=team[0])


# --- join codes -------------------------------------------------------------------------------------


def test_a_code_lets_in_at_once(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    code = make.join_code(*team)
    person = make.person(name="陈大海")
    opened = queries.open_code(code.lower())
    assert opened.fault is None
    assert opened.organization is not None
    assert opened.organization.key == key
    perform(person, usecases.join_by_code, code=f" {code[:5].lower()}-{code[5:]}")
    assert queries.count_members(key) == 2
    card = queries.join_code(administrator, key)
    assert card is not None
    assert (card.used, card.uses, card.path) == (1, 50, f"/join/{code}")
    assert refused(person, usecases.join_by_code, code=code) == "already-member"
    again = queries.join_code(administrator, key)
    assert again is not None
    assert again.used == 1


def test_the_code_is_sealed(team: tuple[Key, Actor]) -> None:
    code = make.join_code(*team)
    assert code not in session().query(JoinCode).one().code_sealed


def test_a_new_code_ends_the_old_one(team: tuple[Key, Actor]) -> None:
    old = make.join_code(*team)
    new = make.join_code(*team)
    assert (queries.open_code(old).fault, queries.open_code(new).fault) == ("code-over", None)
    assert refused(make.person(), usecases.join_by_code, code=old) == "code-over"
    perform(team[1], usecases.revoke_join_code, organization=team[0])
    perform(team[1], usecases.revoke_join_code, organization=team[0])
    assert queries.join_code(team[1], team[0]) is None
    assert refused(make.person(), usecases.join_by_code, code=new) == "code-over"


def test_a_code_runs_out(team: tuple[Key, Actor], clock: FakeClock) -> None:
    code = make.join_code(*team, days=2)
    clock.advance(days=2)
    assert queries.open_code(code).fault == "code-over"
    assert refused(make.person(), usecases.join_by_code, code=code) == "code-over"
    card = queries.join_code(team[1], team[0])
    assert card is not None
    assert card.is_over
    assert card.expires_at == card.made_at + timedelta(days=2)


def test_the_last_use_goes_to_one_person(team: tuple[Key, Actor], app: Flask) -> None:
    code = make.join_code(*team, uses=2)
    crowd = [make.person() for _ in range(6)]
    session().rollback()
    numbers = count()

    def join() -> str:
        try:
            perform(crowd[next(numbers)], usecases.join_by_code, code=code)
        except TimebankError as error:
            return error.code
        return "in"

    assert sorted(in_threads(app, len(crowd), join)) == ["code-over"] * 4 + ["in"] * 2
    assert queries.count_members(team[0]) == 3


def test_one_person_on_many_phones_uses_one(team: tuple[Key, Actor], app: Flask) -> None:
    code, person = make.join_code(*team), make.person()
    session().rollback()

    def join() -> str:
        try:
            perform(person, usecases.join_by_code, code=code)
        except TimebankError as error:
            return error.code
        return "in"

    assert sorted(in_threads(app, 4, join)) == ["already-member"] * 3 + ["in"]
    card = queries.join_code(team[1], team[0])
    assert card is not None
    assert card.used == 1


def test_a_code_does_not_bring_back_who_was_removed(team: tuple[Key, Actor]) -> None:
    code = make.join_code(*team)
    membership, person = make.member(*team)
    perform(person, usecases.leave_team, membership=membership)
    assert perform(person, usecases.join_by_code, code=code) == membership
    perform(team[1], usecases.remove_member, membership=membership, reason="多次无故缺席")
    assert refused(person, usecases.join_by_code, code=code) == "ask-to-come-back"


def test_a_code_opens_only_active_teams_to_registered_volunteers(team: tuple[Key, Actor]) -> None:
    code = make.join_code(*team)
    waiting = people.actor_of_volunteer(people.applicant())
    assert refused(waiting, usecases.join_by_code, code=code) == "registration-not-approved"
    assert refused(make.person(), usecases.join_by_code, code="ABCDEFGHJK") == "unknown-code"
    perform(make.reviewer(), suspend_organization, organization=team[0], reason="核实中")
    assert queries.open_code(code).fault == "unknown-code"
    with pytest.raises(NotFound):
        perform(make.person(), usecases.join_by_code, code=code)
    with pytest.raises(NotFound):
        perform(team[1], usecases.make_join_code, organization=team[0], days=7, uses=5)


def test_only_administrators_make_and_see_codes(team: tuple[Key, Actor]) -> None:
    make.join_code(*team)
    for actor, error in (
        (make.founded()[1], NotFound),
        (make.person(), Forbidden),
        (make.reviewer(), Forbidden),
        (ANONYMOUS, Unauthenticated),
    ):
        with pytest.raises(error):
            perform(actor, usecases.make_join_code, organization=team[0], days=7, uses=5)
        with pytest.raises(error):
            perform(actor, usecases.revoke_join_code, organization=team[0])
        with pytest.raises(error):
            queries.join_code(actor, team[0])


def test_guessing_is_hopeless(team: tuple[Key, Actor]) -> None:
    person = make.person()
    for _ in range(CODE_ATTEMPTS):
        perform(person, usecases.count_code_attempt)
    with pytest.raises(TooMany):
        perform(person, usecases.count_code_attempt)
