"""API tokens, one's own sign-ins, and the password."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_people as make
from tests.support import make_projects
from tests.support.clock import FakeClock
from tests.support.signed_in import token_of
from timebank.identity import queries, usecases
from timebank.identity.models import AccessToken
from timebank.identity.usecases import ApiToken
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.ids import Key, shard_of
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Permission, Role, offered_scopes
from timebank.kernel.work import perform
from timebank.projects.queries import shifts
from timebank.volunteers import usecases as volunteers

pytestmark = pytest.mark.usefixtures("app_context")

PHONE = "12999999999"
P = Permission


@pytest.fixture
def officer(app_context: Flask) -> Actor:
    make.region_tree()
    return make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=PHONE)


def make_token(actor: Actor, scopes: list[str], **changes: Any) -> ApiToken:
    given = {"label": "周报", "days": 30, **changes}
    return perform(actor, usecases.make_api_token, by=token_of(actor), scopes=scopes, **given)


def held(token: str) -> Actor:
    actor = queries.actor_of(token)
    assert actor is not None
    return actor


def alive(actor: Actor) -> list[str | None]:
    return [card.label or card.kind for card in queries.sign_ins(actor, None)]


# --- API tokens -------------------------------------------------------------------------------------


def test_a_token_does_what_it_was_made_for_and_nothing_else(officer: Actor) -> None:
    actor = held(make_token(officer, ["volunteer:read", "hours:read"]).token)
    person = make.applicant()
    assert actor.scopes == {P.VOLUNTEER_READ, P.HOURS_READ}
    assert actor.can(P.VOLUNTEER_READ, region=make.NORTH_COMMUNITY)
    assert not actor.can(P.VOLUNTEER_READ, region=make.SOUTH_COMMUNITY)
    with pytest.raises(Forbidden, match="scope-missing"):
        perform(actor, volunteers.approve, volunteer=person)


def test_a_token_loses_what_its_owner_loses(officer: Actor) -> None:
    token = make_token(officer, ["volunteer:read"]).token
    assert officer.user
    (card,) = queries.grants_of(officer.user)
    perform(SYSTEM, usecases.revoke_grant, grant=card.key)
    assert not held(token).can(P.VOLUNTEER_READ, region=make.NORTH)


def test_a_token_lives_as_long_as_was_said(officer: Actor, clock: FakeClock) -> None:
    made = make_token(officer, ["hours:read"], days=7)
    clock.advance(days=6, hours=23)
    assert held(made.token)
    clock.advance(hours=1)
    assert queries.actor_of(made.token) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": ["target:write"]}, "scopes"),
        ({"scopes": ["user:secure"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"label": " "}, "label"),
        ({"days": 366}, "days"),
    ],
)
def test_what_no_token_can_be(officer: Actor, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_token(officer, **{"scopes": ["hours:read"], **change})
    assert list(refused.value.fields) == [field]


def test_a_token_makes_no_tokens_and_changes_no_security(officer: Actor) -> None:
    made = make_token(officer, sorted(scope.value for scope in offered_scopes(officer)))
    actor = held(made.token)
    for usecase, given in (
        (usecases.make_api_token, {"by": made.token, "label": "x", "scopes": ["hours:read"], "days": 1}),
        (usecases.revoke_token, {"token": made.key}),
        (usecases.sign_out_elsewhere, {"token": made.token}),
        (usecases.begin_second_factor, {}),
        (usecases.change_password, {"token": made.token, "new_password": "correct horse 2"}),
        (usecases.link_external, {"issuer": "https://x.example", "subject": "1"}),
    ):
        with pytest.raises(Forbidden, match="scope-missing"):
            perform(actor, usecase, **given)  # type: ignore[arg-type]
    with pytest.raises(Forbidden, match="scope-missing"):
        queries.sign_ins(actor, made.token)
    perform(actor, usecases.sign_out, token=made.token)
    assert queries.actor_of(made.token) is None


def test_ones_own_affairs_need_a_scope_too(officer: Actor) -> None:
    owner = make_projects.signed_up(make_projects.event().shift)
    person = owner.volunteer
    assert person
    reader = held(make_token(owner, ["volunteer:read"]).token)
    assert reader.can(P.VOLUNTEER_READ, owner=person)
    assert not reader.can(P.SIGN_UP_WRITE, owner=person)
    with pytest.raises(Forbidden, match="scope-missing"):
        perform(reader, volunteers.unmask, volunteer=person, fields=["phone"], purpose="查看")
    assert [card.own is None for card in shifts(owner).items] == [False]
    assert [card.own is None for card in shifts(reader).items] == [True]


def test_nobody_has_more_than_twenty(officer: Actor) -> None:
    for _ in range(usecases.API_TOKENS_EACH):
        made = make_token(officer, ["hours:read"])
    with pytest.raises(Conflict, match="too-many-tokens"):
        make_token(officer, ["hours:read"])
    perform(officer, usecases.revoke_token, token=made.key)
    assert make_token(officer, ["hours:read"])


def test_only_the_hash_is_kept(officer: Actor) -> None:
    made = make_token(officer, ["hours:read"])
    kept = str([vars(row) for row in session().scalars(select(AccessToken))])
    assert made.token not in kept


def test_a_token_names_the_county_of_its_user_and_opens_nothing_without(officer: Actor) -> None:
    assert officer.user is not None
    token = make_token(officer, ["hours:read"]).token
    county, _, secret = token.partition("-")
    assert int(county) == officer.user.shard == shard_of(token)
    for text in (secret, f"511111-{secret}", f"-{secret}", county, f"{county}-", ""):
        assert queries.actor_of(text) is None


# --- sign-ins ---------------------------------------------------------------------------------------


def test_one_sees_and_ends_ones_own(officer: Actor) -> None:
    made = make_token(officer, ["hours:read"])
    current = perform(
        ANONYMOUS, usecases.sign_in, phone=PHONE, password=make.PASSWORD, label="Firefox, Linux"
    )
    cards = queries.sign_ins(officer, current.token)
    assert [card.kind for card in cards if card.is_current] == ["session"]
    assert {card.label for card in cards} == {None, "周报", "Firefox, Linux"}
    perform(officer, usecases.revoke_token, token=made.key)
    assert queries.actor_of(made.token) is None
    with pytest.raises(NotFound):
        perform(officer, usecases.revoke_token, token=made.key)


def test_a_stranger_neither_sees_nor_ends_them(officer: Actor) -> None:
    made = make_token(officer, ["hours:read"])
    stranger = make.officer(Role.COMMUNITY_WORKER, make.SOUTH)
    neighbour = make.officer(Role.COMMUNITY_WORKER, make.NORTH)
    for actor in (stranger, neighbour):
        assert alive(actor) == []
        for key in (made.key, Key(stranger.user.shard if stranger.user else 0, made.key.id)):
            with pytest.raises(NotFound):
                perform(actor, usecases.revoke_token, token=key)
    with pytest.raises(Unauthenticated):
        queries.sign_ins(ANONYMOUS, None)
    assert held(made.token)


def test_signing_out_everywhere_else_leaves_the_one_in_use(officer: Actor) -> None:
    current, other = token_of(officer), token_of(officer)
    made = make_token(officer, ["hours:read"])
    bystander = token_of(make.officer(Role.AUDITOR, make.CITY))
    assert perform(officer, usecases.sign_out_elsewhere, token=current) == 3
    assert held(current)
    assert held(bystander)
    assert [queries.actor_of(token) for token in (other, made.token)] == [None, None]
    assert perform(officer, usecases.sign_out_elsewhere, token=current) == 0


def test_the_day_of_use_is_noted_once_a_day(officer: Actor, clock: FakeClock) -> None:
    token = make_token(officer, ["hours:read"]).token
    found = queries.holder_of(token)
    assert found
    assert found.last_used_on is None
    for _ in range(2):
        perform(officer, usecases.note_use, token=token)
    found = queries.holder_of(token)
    assert found
    assert str(found.last_used_on) == "2026-11-21"


def test_what_ran_out_is_swept(officer: Actor, clock: FakeClock) -> None:
    make_token(officer, ["hours:read"], days=1)
    perform(officer, usecases.begin_second_factor)
    clock.advance(days=32)
    swept = perform(SYSTEM, usecases.sweep_sign_ins, on=clock.now().date())
    assert swept == {"tokens": 1, "codes": 0, "second_factors": 1}


# --- the password -----------------------------------------------------------------------------------


def test_a_new_password_by_the_old_one_ends_every_other_sign_in(officer: Actor) -> None:
    current, other = token_of(officer), token_of(officer)
    made = make_token(officer, ["hours:read"])
    perform(
        officer,
        usecases.change_password,
        token=current,
        password=make.PASSWORD,
        new_password="battery staple",
    )
    assert held(current)
    assert [queries.actor_of(token) for token in (other, made.token)] == [None, None]
    with pytest.raises(Invalid, match="sign-in-failed"):
        perform(ANONYMOUS, usecases.sign_in, phone=PHONE, password=make.PASSWORD)
    assert perform(ANONYMOUS, usecases.sign_in, phone=PHONE, password="battery staple")


def test_a_first_password_by_a_fresh_code(app_context: Flask) -> None:
    make.region_tree()
    actor = make.actor_of_volunteer(make.volunteer(phone=PHONE))
    assert not queries.has_password(actor)
    code = perform(ANONYMOUS, usecases.request_code, phone=PHONE)
    given = {"token": token_of(actor), "code": code, "new_password": "battery staple"}
    perform(actor, usecases.change_password, **given)  # type: ignore[arg-type]
    assert queries.has_password(actor)
    with pytest.raises(Invalid, match="wrong-code"):
        perform(actor, usecases.change_password, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"password": "wrong horse"}, "password", "wrong-password"),
        ({}, "password", "wrong-password"),
        ({"code": "000000"}, "code", "wrong-code"),
        ({"password": make.PASSWORD, "new_password": "short"}, "new_password", "wrong-length 8 128"),
        ({"password": make.PASSWORD, "new_password": PHONE}, "new_password", "password-is-phone"),
    ],
)
def test_a_password_stays_when_something_is_wrong(
    officer: Actor, given: dict[str, str], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        perform(
            officer,
            usecases.change_password,
            **{"token": token_of(officer), "new_password": "battery staple", **given},  # type: ignore[arg-type]
        )
    assert refused.value.fields == {field: [code]}
    assert perform(ANONYMOUS, usecases.sign_in, phone=PHONE, password=make.PASSWORD)
