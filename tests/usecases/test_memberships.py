"""Members of teams: asking, being let in, leaving, being removed, roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support import make_teams as make
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Permission, Role
from timebank.kernel.work import perform
from timebank.memberships import queries, usecases
from timebank.memberships.models import Membership
from timebank.memberships.rules import Status
from timebank.organizations import usecases as organizations
from timebank.organizations.queries import members as role_holders
from timebank.volunteers import usecases as volunteers


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


def names(actor: Actor, team: Key, status: Status = Status.ACTIVE) -> list[str]:
    return [row.name for row in queries.members(actor, team, status=status).items]


def test_a_volunteer_asks_and_is_let_in(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    membership, somebody = make.requested(key, make.person(name="陈大海"))
    assert [row.name for row in queries.members(administrator, key, status=Status.REQUESTED).items] == [
        "陈大海"
    ]
    assert queries.count_members(key) == 1
    perform(administrator, usecases.approve_membership, membership=membership)
    assert queries.count_members(key) == 2
    assert set(names(administrator, key)) == {"周小川", "陈大海"}
    own = queries.my_membership(somebody, key)
    assert own is not None
    assert (own.status, own.reason) == ("active", None)
    assert [each.organization.key for each in queries.my_memberships(somebody)] == [key]


def test_a_refusal_has_a_reason_that_the_person_reads(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    membership, somebody = make.requested(key)
    with pytest.raises(Invalid, match="reason-needed"):
        perform(administrator, usecases.refuse_membership, membership=membership, reason=" ")
    perform(administrator, usecases.refuse_membership, membership=membership, reason="本季度名额已满")
    own = queries.my_membership(somebody, key)
    assert own is not None
    assert (own.status, own.reason) == ("refused", "本季度名额已满")
    assert perform(somebody, usecases.request_membership, organization=key) == membership
    assert session().query(Membership).filter_by(status=Status.REQUESTED).count() == 1


def test_repeating_is_refused_with_the_reason(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    membership, somebody = make.requested(key)
    assert refused(somebody, usecases.request_membership, organization=key) == "already-requested"
    perform(administrator, usecases.approve_membership, membership=membership)
    assert refused(administrator, usecases.approve_membership, membership=membership) == "wrong-status"
    assert refused(somebody, usecases.request_membership, organization=key) == "already-member"


def test_leaving_is_always_possible(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    membership, somebody = make.member(key, administrator)
    perform(make.reviewer(), organizations.suspend_organization, organization=key, reason="核实中")
    assert perform(somebody, usecases.leave_team, membership=membership) is True
    assert refused(somebody, usecases.leave_team, membership=membership) == "wrong-status"
    assert queries.my_memberships(somebody) == []
    assert names(administrator, key, Status.LEFT) == [somebody.name]


def test_a_request_is_taken_back(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    membership, somebody = make.requested(key)
    perform(somebody, usecases.leave_team, membership=membership)
    assert refused(administrator, usecases.approve_membership, membership=membership) == "wrong-status"
    assert perform(somebody, usecases.request_membership, organization=key) == membership


def test_somebody_is_removed_with_a_reason_and_loses_the_role(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    membership, somebody = make.member(key, administrator)
    perform(administrator, usecases.appoint_member, membership=membership, role=Role.RECORDER)
    assert make.again(somebody).can(Permission.HOURS_CONFIRM, organization=key)
    perform(administrator, usecases.remove_member, membership=membership, reason="多次无故缺席")
    assert not make.again(somebody).can(Permission.HOURS_CONFIRM, organization=key)
    own = queries.my_membership(somebody, key)
    assert own is not None
    assert (own.status, own.reason, own.roles) == ("removed", "多次无故缺席", ())


def test_only_registered_volunteers_are_members(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    waiting = people.actor_of_volunteer(people.applicant())
    assert refused(waiting, usecases.request_membership, organization=key) == "registration-not-approved"
    suspended = people.volunteer()
    membership, person = make.requested(key, people.actor_of_volunteer(suspended))
    perform(SYSTEM, volunteers.suspend, volunteer=suspended, reason="核实中")
    assert (
        refused(administrator, usecases.approve_membership, membership=membership) == "member-not-registered"
    )
    other = make.founded()[0]
    assert refused(person, usecases.request_membership, organization=other) == "volunteer-suspended"
    assert refused(people.officer(), usecases.request_membership, organization=key) == "not-a-volunteer"
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, usecases.request_membership, organization=key)


def test_only_active_teams_take_members(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    membership, _somebody = make.requested(key)
    perform(make.reviewer(), organizations.suspend_organization, organization=key, reason="核实中")
    with pytest.raises(NotFound):
        perform(make.person(), usecases.request_membership, organization=key)
    with pytest.raises(NotFound):
        perform(administrator, usecases.approve_membership, membership=membership)
    with pytest.raises(NotFound):
        perform(make.person(), usecases.request_membership, organization=make.draft(make.person())[0])


def test_strangers_decide_and_see_nothing(team: tuple[Key, Actor]) -> None:
    key, _administrator = team
    membership, somebody = make.requested(key)
    other = make.founded()[1]
    officer = make.reviewer(people.SOUTH)
    for actor, error in (
        (other, NotFound),
        (officer, Forbidden),
        (somebody, Forbidden),
        (ANONYMOUS, Unauthenticated),
    ):
        with pytest.raises(error):
            perform(actor, usecases.approve_membership, membership=membership)
        with pytest.raises(error):
            perform(actor, usecases.remove_member, membership=membership, reason="无关")
    for actor, error in (
        (other, NotFound),
        (officer, NotFound),
        (somebody, Forbidden),
        (ANONYMOUS, Unauthenticated),
    ):
        with pytest.raises(error):
            queries.members(actor, key)
        with pytest.raises(error):
            queries.member(actor, membership)
    with pytest.raises(NotFound):
        perform(other, usecases.leave_team, membership=membership)
    with pytest.raises(Forbidden):
        perform(officer, usecases.leave_team, membership=membership)


def test_names_are_clear_for_the_team_and_masked_for_who_supervises(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    make.member(key, administrator, make.person(name="陈大海"))
    assert set(names(administrator, key)) == {"周小川", "陈大海"}
    assert set(names(make.reviewer(), key)) == {"周小川", "陈大海"}
    for supervisor in (
        people.officer(Role.AUDITOR, people.CITY),
        people.officer(Role.AUTHORITY, people.CITY),
    ):
        assert set(names(supervisor, key)) == {"周*川", "陈*海"}


def test_the_list_is_paged(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    for _ in range(4):
        make.member(key, administrator)
    first = queries.members(administrator, key, limit=3)
    second = queries.members(administrator, key, limit=3, cursor=first.next)
    assert len({row.key for row in (*first.items, *second.items)}) == 5
    assert second.next is None


# --- roles ------------------------------------------------------------------------------------------


def test_a_member_becomes_administrator_and_works_as_one(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    membership, somebody = make.member(key, administrator)
    for _ in range(2):
        perform(administrator, usecases.appoint_member, membership=membership, role=Role.ORGANIZER)
    assert [each.role for each in role_holders(administrator, key)] == [Role.ORGANIZER] * 2
    second = make.again(somebody)
    assert projects.draft(second, key)
    perform(second, usecases.invite, organization=key, to=people.phone())
    row = next(row for row in queries.members(second, key).items if row.key == membership)
    assert row.roles == (Role.ORGANIZER,)


def test_roles_are_for_members_and_given_by_administrators(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    membership, somebody = make.requested(key)
    assert (
        refused(administrator, usecases.appoint_member, membership=membership, role=Role.RECORDER)
        == "not-a-member"
    )
    perform(administrator, usecases.approve_membership, membership=membership)
    assert (
        refused(administrator, usecases.appoint_member, membership=membership, role=Role.AUTHORITY)
        == "not-a-choice"
    )
    with pytest.raises(Forbidden):
        perform(somebody, usecases.appoint_member, membership=membership, role=Role.ORGANIZER)
    for stranger in (make.founded()[1], make.reviewer(people.SOUTH)):
        with pytest.raises(NotFound):
            perform(stranger, usecases.appoint_member, membership=membership, role=Role.ORGANIZER)
    perform(make.reviewer(), usecases.appoint_member, membership=membership, role=Role.RECORDER)
    assert make.again(somebody).can(Permission.HOURS_CONFIRM, organization=key)


def test_the_last_administrator_stays(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    user = administrator.user
    for actor in (administrator, make.reviewer()):
        assert (
            refused(actor, organizations.dismiss, organization=key, user=user, role=Role.ORGANIZER)
            == "last-administrator"
        )
    membership, somebody = make.member(key, administrator)
    perform(administrator, usecases.appoint_member, membership=membership, role=Role.ORGANIZER)
    perform(administrator, organizations.dismiss, organization=key, user=user, role=Role.ORGANIZER)
    assert not make.again(administrator).can(Permission.MEMBERSHIP_WRITE, organization=key)
    assert [each.user for each in role_holders(make.again(somebody), key)] == [somebody.user]
    with pytest.raises(NotFound):
        perform(make.reviewer(), organizations.dismiss, organization=key, user=user, role=Role.ORGANIZER)


def test_the_last_administrator_may_leave_as_a_member(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    own = queries.my_membership(administrator, key)
    assert own is not None
    assert (
        refused(administrator, usecases.remove_member, membership=own.key, reason="自己")
        == "last-administrator"
    )
    assert perform(administrator, usecases.leave_team, membership=own.key) is False
    assert make.again(administrator).can(Permission.MEMBERSHIP_WRITE, organization=key)
    assert queries.count_members(key) == 0


def test_strangers_take_no_role_back(team: tuple[Key, Actor]) -> None:
    key, administrator = team
    for actor, error in (
        (make.founded()[1], NotFound),
        (make.reviewer(people.SOUTH), NotFound),
        (make.person(), Forbidden),
    ):
        with pytest.raises(error):
            perform(
                actor, organizations.dismiss, organization=key, user=administrator.user, role=Role.ORGANIZER
            )


# --- raced ------------------------------------------------------------------------------------------


def test_one_request_is_decided_once(team: tuple[Key, Actor], app: Flask) -> None:
    key, administrator = team
    membership, _somebody = make.requested(key)
    session().rollback()

    def decide() -> str:
        try:
            perform(administrator, usecases.approve_membership, membership=membership)
        except Conflict as conflict:
            return conflict.code
        return "in"

    assert sorted(in_threads(app, 4, decide)) == ["in"] + ["wrong-status"] * 3


def test_one_person_on_many_phones_asks_once(team: tuple[Key, Actor], app: Flask) -> None:
    key, administrator = team
    somebody = make.person()
    session().rollback()

    def ask() -> str:
        try:
            return str(perform(somebody, usecases.request_membership, organization=key))
        except Conflict as conflict:
            return conflict.code

    answers = sorted(in_threads(app, 5, ask))
    assert answers[1:] == ["already-requested"] * 4
    assert len(queries.members(administrator, key, status=Status.REQUESTED).items) == 1


def test_two_administrators_cannot_dismiss_each_other(team: tuple[Key, Actor], app: Flask) -> None:
    key, first = team
    membership, somebody = make.member(key, first)
    perform(first, usecases.appoint_member, membership=membership, role=Role.ORGANIZER)
    pair = [first, make.again(somebody)]
    turns = iter([(pair[0], pair[1]), (pair[1], pair[0])] * 2)
    session().rollback()

    def dismiss() -> str:
        by, whom = next(turns)
        try:
            perform(by, organizations.dismiss, organization=key, user=whom.user, role=Role.ORGANIZER)
        except TimebankError as error:
            return error.code
        return "dismissed"

    answers = in_threads(app, 4, dismiss)
    assert answers.count("dismissed") == 1
    assert len(role_holders(SYSTEM, key)) == 1
