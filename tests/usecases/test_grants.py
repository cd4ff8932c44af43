"""Roles: who sees them, who takes them back, and that nothing outlives them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_people as make
from tests.support.authenticator import enrol
from tests.support.signed_in import token_of
from tests.support.threads import in_threads
from timebank.identity import queries, usecases
from timebank.kernel.db import session
from timebank.kernel.errors import Forbidden, NotFound, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Permission, Role
from timebank.kernel.work import perform

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def operator(app_context: Flask) -> Actor:
    make.region_tree()
    return make.officer(Role.OPERATOR, make.CITY, name="周主任")


def grant_of(actor: Actor) -> Key:
    assert actor.user
    (card,) = queries.grants_of(actor.user)
    return card.key


def test_a_role_taken_back_ends_at_once(operator: Actor) -> None:
    officer = make.officer(Role.COMMUNITY_WORKER, make.NORTH)
    token = token_of(officer)
    perform(operator, usecases.revoke_grant, grant=grant_of(officer))
    actor = queries.actor_of(token)
    assert actor
    assert actor.grants == ()
    event = session().scalars(select(Event).where(Event.name == "role.revoked")).one()
    assert (event.actor, event.subject_id) == (str(operator.user), officer.user and officer.user.id)
    assert event.data["role"] == "community_worker"


def test_a_role_is_taken_back_once_also_by_two_at_once(app: Flask, operator: Actor) -> None:
    grant = grant_of(make.officer(Role.COMMUNITY_WORKER, make.NORTH))

    def attempt() -> bool:
        try:
            perform(operator, usecases.revoke_grant, grant=grant)
        except NotFound:
            return False
        return True

    assert sorted(in_threads(app, 4, attempt)) == [False] * 3 + [True]


def test_who_may_not_take_it_back(operator: Actor) -> None:
    officer = make.officer(Role.COMMUNITY_WORKER, make.NORTH)
    organizer = make.organizer(make.organization())
    cases: list[tuple[Actor, Actor, Any]] = [
        (make.officer(Role.OPERATOR, make.SOUTH), officer, NotFound),
        (make.officer(Role.AUTHORITY, make.CITY), officer, Forbidden),
        (officer, officer, Forbidden),
        (ANONYMOUS, officer, Unauthenticated),
        (operator, organizer, NotFound),
    ]
    for actor, holder, refusal in cases:
        with pytest.raises(refusal):
            perform(actor, usecases.revoke_grant, grant=grant_of(holder))
    perform(SYSTEM, usecases.revoke_grant, grant=grant_of(organizer))


def test_given_again_it_counts_again(operator: Actor) -> None:
    officer = make.officer(Role.AUDITOR, make.NORTH, phone_number="12900000077")
    perform(operator, usecases.revoke_grant, grant=grant_of(officer))
    perform(operator, usecases.grant_role, phone="12900000077", role=Role.AUDITOR, region=make.NORTH)
    assert officer.user
    assert make.actor_of_user(officer.user).can(Permission.AUDIT_READ, region=make.NORTH)


def test_the_list_holds_the_own_regions_page_by_page(operator: Actor) -> None:
    for region in (make.NORTH, make.NORTH_COMMUNITY, make.SOUTH, make.PROVINCE):
        make.officer(Role.COMMUNITY_WORKER, region)
    make.organizer(make.organization())
    enrol(operator)
    found: list[queries.GrantCard] = []
    cursor = None
    while True:
        page = queries.grants(operator, limit=2, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    places = {(card.role, card.region) for card in found}
    assert places == {
        (Role.OPERATOR, make.CITY),
        (Role.COMMUNITY_WORKER, make.NORTH),
        (Role.COMMUNITY_WORKER, make.NORTH_COMMUNITY),
        (Role.COMMUNITY_WORKER, make.SOUTH),
    }
    assert [card.has_second_factor for card in found if card.is_own] == [True]
    assert [card.role for card in queries.grants(operator, role=Role.OPERATOR).items] == [Role.OPERATOR]


def test_the_list_is_for_who_may_give_roles(operator: Actor) -> None:
    south = make.officer(Role.OPERATOR, make.SOUTH)
    assert [card.is_own for card in queries.grants(south).items] == [True]
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (make.officer(Role.AUDITOR, make.CITY), Forbidden)):
        with pytest.raises(refusal):
            queries.grants(actor)
