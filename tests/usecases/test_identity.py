"""Sign-in right and wrong, one-time codes, tokens, roles, preferences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.support import make_people as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.identity import queries, usecases
from timebank.identity.models import AccessToken, OneTimeCode, RoleGrant, User
from timebank.identity.rules import CODE_ATTEMPTS
from timebank.identity.usecases import SignedIn
from timebank.kernel import claims
from timebank.kernel.db import db, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Permission, Role
from timebank.kernel.work import perform

pytestmark = pytest.mark.usefixtures("app_context")

PHONE = "12999999999"


@pytest.fixture
def user(app_context: Flask) -> Key:
    make.region_tree()
    actor = make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=PHONE)
    assert actor.user
    return actor.user


def sign_in(**given: Any) -> SignedIn:
    by_code = "code" in given
    perform(ANONYMOUS, usecases.count_sign_in, phone=PHONE, address="192.0.2.1", by_code=by_code)
    return perform(ANONYMOUS, usecases.sign_in, phone=PHONE, **given)


def code() -> str:
    found = perform(ANONYMOUS, usecases.request_code, phone=PHONE)
    assert found is not None
    return found


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 10**6:06}"


def test_the_right_password_opens_a_session_of_fixed_length(user: Key, clock: FakeClock) -> None:
    signed_in = sign_in(password=make.PASSWORD)
    assert (signed_in.user, signed_in.expires_at) == (user, clock.now() + timedelta(hours=12))
    actor = queries.actor_of(signed_in.token)
    assert actor
    assert (actor.user, actor.name, actor.volunteer) == (user, "李工", None)
    assert actor.can(Permission.VOLUNTEER_REVIEW, region=make.NORTH_COMMUNITY)
    assert not actor.can(Permission.VOLUNTEER_REVIEW, region=make.SOUTH_COMMUNITY)
    clock.advance(hours=11, minutes=59)
    assert queries.actor_of(signed_in.token)
    clock.advance(minutes=1)
    assert queries.actor_of(signed_in.token) is None


def test_an_actor_costs_one_statement_however_many_roles(user: Key) -> None:
    for region in (make.SOUTH, make.CITY):
        perform(SYSTEM, usecases.grant_role, phone=PHONE, role=Role.AUDITOR, region=region)
    token = sign_in(password=make.PASSWORD).token
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    actor = queries.actor_of(token)
    assert actor
    assert len(actor.grants) == 3
    assert len([each for each in statements if each.startswith("SELECT")]) == 1


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize(
    "given",
    [{"password": "wrong horse"}, {"password": ""}, {"code": "000000"}, {}, {"password": "12999999999"}],
)
def test_a_wrong_secret_tells_nothing(given: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="sign-in-failed"):
        sign_in(**given)


def test_an_unknown_phone_fails_like_a_wrong_password() -> None:
    with pytest.raises(Invalid, match="sign-in-failed"):
        sign_in(password=make.PASSWORD)
    assert perform(ANONYMOUS, usecases.request_code, phone=PHONE) is None


def test_a_closed_user_has_no_way_in(user: Key) -> None:
    token = sign_in(password=make.PASSWORD).token
    session().get_one(User, (user.shard, user.id)).status = "closed"
    session().commit()
    assert queries.actor_of(token) is None
    with pytest.raises(Invalid, match="sign-in-failed"):
        sign_in(password=make.PASSWORD)


@pytest.mark.usefixtures("user")
def test_signing_out_revokes_at_once_and_only_this_token() -> None:
    one, other = sign_in(password=make.PASSWORD), sign_in(password=make.PASSWORD)
    for _ in range(2):
        perform(ANONYMOUS, usecases.sign_out, token=one.token)
    assert queries.actor_of(one.token) is None
    assert queries.actor_of(other.token)
    assert queries.actor_of("never issued") is None


@pytest.mark.usefixtures("user")
def test_tokens_codes_and_passwords_are_kept_as_digests() -> None:
    sent, token = code(), sign_in(password=make.PASSWORD).token
    rows = [*session().scalars(select(AccessToken)), *session().scalars(select(OneTimeCode))]
    kept = str([vars(row) for row in rows])
    assert token not in kept
    assert f"'{sent}'" not in kept
    (hashed,) = session().scalars(select(User.password_hash))
    assert hashed
    assert hashed.startswith("$argon2id$")


def test_a_code_signs_in_once(user: Key) -> None:
    sent = code()
    assert len(sent) == 6
    assert sign_in(code=f" {sent} ").user == user
    with pytest.raises(Invalid, match="sign-in-failed"):
        sign_in(code=sent)


@pytest.mark.usefixtures("user")
def test_two_at_once_with_one_code_are_one(app: Flask) -> None:
    sent = code()

    def attempt() -> bool:
        try:
            perform(ANONYMOUS, usecases.sign_in, phone=PHONE, code=sent)
        except Invalid:
            return False
        return True

    assert sorted(in_threads(app, 5, attempt)) == [False] * 4 + [True]


@pytest.mark.usefixtures("user")
def test_a_code_lives_five_minutes_and_the_last_one_counts(clock: FakeClock) -> None:
    first = code()
    second = code()
    if first != second:
        with pytest.raises(Invalid, match="sign-in-failed"):
            sign_in(code=first)
    clock.advance(minutes=5)
    with pytest.raises(Invalid, match="sign-in-failed"):
        sign_in(code=second)


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize(("failures", "works"), [(CODE_ATTEMPTS - 1, True), (CODE_ATTEMPTS, False)])
def test_a_few_wrong_codes_use_the_right_one_up(failures: int, works: bool) -> None:
    sent = code()
    for _ in range(failures):
        with pytest.raises(Invalid):
            sign_in(code=wrong(sent))
    if works:
        assert sign_in(code=sent)
        return
    with pytest.raises(Invalid, match="sign-in-failed"):
        sign_in(code=sent)


@pytest.mark.usefixtures("user")
def test_many_attempts_on_one_phone_are_stopped_even_with_the_right_password(clock: FakeClock) -> None:
    for _ in range(usecases.SIGN_INS_PER_PHONE):
        with pytest.raises(Invalid):
            sign_in(password="wrong horse")
    with pytest.raises(TooMany) as refused:
        sign_in(password=make.PASSWORD)
    assert 0 < refused.value.retry_after <= 15 * 60
    clock.advance(minutes=15)
    assert sign_in(password=make.PASSWORD)


def test_many_phones_from_one_address_are_stopped() -> None:
    def attempt(serial: int) -> None:
        phone = make.phone(serial)
        perform(ANONYMOUS, usecases.count_sign_in, phone=phone, address="192.0.2.9")

    for serial in range(usecases.SIGN_INS_PER_ADDRESS):
        attempt(serial)
    with pytest.raises(TooMany):
        attempt(999)


def test_codes_are_counted_too() -> None:
    def ask() -> None:
        perform(ANONYMOUS, usecases.count_code_request, phone=PHONE, address="192.0.2.1")

    for _ in range(usecases.CODES_PER_PHONE):
        ask()
    with pytest.raises(TooMany):
        ask()


def test_a_phone_signs_in_one_user_only(user: Key, app: Flask) -> None:
    with pytest.raises(Conflict, match="phone-taken"):
        make.officer(phone_number=PHONE)
    assert claims.holder("phone", PHONE) == user == queries.user_by_phone(f"+86 {PHONE}")
    assert queries.user_by_phone("nonsense") is None


def test_a_role_is_given_once_by_who_may(user: Key) -> None:
    operator = make.officer(Role.OPERATOR, make.CITY)
    for _ in range(2):
        perform(operator, usecases.grant_role, phone=PHONE, role=Role.AUDITOR, region=make.SOUTH)
    assert len(session().scalars(select(RoleGrant).where(RoleGrant.role == "auditor")).all()) == 1
    grant = session().scalars(select(RoleGrant).where(RoleGrant.role == "auditor")).one()
    assert (grant.granted_by, grant.user_id) == (str(operator.user), user.id)


def test_nobody_gives_roles_outside_the_own_region_or_without_the_right(user: Key) -> None:
    operator = make.officer(Role.OPERATOR, make.NORTH)
    with pytest.raises(NotFound):
        perform(operator, usecases.grant_role, phone=PHONE, role=Role.AUDITOR, region=make.CITY)
    with pytest.raises(NotFound):
        perform(
            operator, usecases.grant_role, phone=PHONE, role=Role.ORGANIZER, organization=make.organization()
        )
    with pytest.raises(Forbidden):
        perform(
            make.actor_of_user(user), usecases.grant_role, phone=PHONE, role=Role.AUDITOR, region=make.NORTH
        )
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, usecases.grant_role, phone=PHONE, role=Role.AUDITOR, region=make.NORTH)
    with pytest.raises(Invalid, match="unknown-phone"):
        perform(SYSTEM, usecases.grant_role, phone=make.phone(), role=Role.AUDITOR, region=make.NORTH)


def test_a_revoked_role_is_gone(user: Key, clock: FakeClock) -> None:
    grant = session().scalars(select(RoleGrant)).one()
    grant.revoked_at = clock.now()
    session().commit()
    assert make.actor_of_user(user).grants == ()


def test_language_and_view_are_kept_with_the_person(user: Key) -> None:
    actor = make.actor_of_user(user)
    assert queries.preferences(actor) == queries.Preferences("zh_Hans_CN", "normal")
    perform(actor, usecases.set_preferences, view="elder")
    perform(actor, usecases.set_preferences, locale="en")
    assert queries.preferences(actor) == queries.Preferences("en", "elder")
    assert queries.preferences(ANONYMOUS) is None
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, usecases.set_preferences, view="elder")
