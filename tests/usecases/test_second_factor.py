"""The second factor: set up, asked for, used once, replaced, lost, and who gets by without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_people as make
from tests.support.authenticator import Authenticator, enrol, wrong
from tests.support.clock import FakeClock
from tests.support.signed_in import token_of
from tests.support.threads import in_threads
from timebank.identity import queries, usecases
from timebank.identity.models import AccessToken, RecoveryCode, SecondFactor
from timebank.identity.rules import Step
from timebank.identity.usecases import SignedIn
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Expired, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Permission, Role
from timebank.kernel.work import perform

pytestmark = pytest.mark.usefixtures("app_context")

PHONE = "12999999999"


@pytest.fixture(params=["required", "optional"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str, tmp_path: Path, mode: str) -> Flask:
    return make_app(database_url, second_factor=mode)


only_required = pytest.mark.parametrize("mode", ["required"])


@pytest.fixture
def officer(app_context: Flask) -> Actor:
    make.region_tree()
    return make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=PHONE)


def sign_in(**given: Any) -> SignedIn:
    return perform(ANONYMOUS, usecases.sign_in, phone=PHONE, password=make.PASSWORD, **given)


def finish(token: str, code: str) -> SignedIn:
    return perform(ANONYMOUS, usecases.complete_sign_in, token=token, code=code)


def user_of(actor: Actor) -> Key:
    assert actor.user is not None
    return actor.user


def happened() -> list[str]:
    return list(session().scalars(select(Event.name).order_by(Event.id)))


# --- the two steps ----------------------------------------------------------------------------------


def test_whoever_has_one_is_asked_and_the_first_step_grants_nothing(officer: Actor, clock: FakeClock) -> None:
    authenticator = enrol(officer)
    first = sign_in()
    assert first.step is Step.SECOND
    assert queries.actor_of(first.token) is None
    pending = queries.pending_of(first.token)
    assert pending
    assert (pending.user, pending.step) == (officer.user, Step.SECOND)
    second = finish(first.token, authenticator.code(clock.advance(minutes=1)))
    actor = queries.actor_of(second.token)
    assert actor
    assert actor.can(Permission.VOLUNTEER_REVIEW, region=make.NORTH_COMMUNITY)
    assert queries.pending_of(first.token) is None
    assert queries.pending_of(second.token) is None


@only_required
def test_an_officer_without_one_sets_it_up_before_anything_else(officer: Actor, clock: FakeClock) -> None:
    first = sign_in()
    assert first.step is Step.ENROL
    assert queries.actor_of(first.token) is None
    secret = queries.pending_secret(first.token)
    assert secret
    code = Authenticator(secret.text).code(clock.now())
    with pytest.raises(Invalid, match="wrong-second-factor"):
        perform(ANONYMOUS, usecases.enrol_and_sign_in, token=first.token, code=wrong(code))
    done = perform(ANONYMOUS, usecases.enrol_and_sign_in, token=first.token, code=code)
    assert queries.actor_of(done.signed_in.token)
    assert len(set(done.recovery_codes)) == 10
    assert queries.pending_secret(first.token) is None
    assert "second_factor.confirmed" in happened()


@pytest.mark.parametrize("mode", ["optional"])
def test_where_it_is_optional_others_sign_in_as_before(officer: Actor) -> None:
    signed_in = sign_in()
    assert signed_in.step is Step.DONE
    assert queries.actor_of(signed_in.token)


@only_required
def test_a_volunteer_and_a_guardian_need_none(app_context: Flask) -> None:
    make.region_tree()
    person = make.volunteer(phone=PHONE, password=make.PASSWORD)
    actor = make.actor_of_volunteer(person)
    ward = make.volunteer()

    def guard(work: Any) -> None:
        work.allow(Permission.ROLE_GRANT)
        usecases.add_grant(work, user=user_of(actor), role=Role.GUARDIAN, ward=ward)

    perform(SYSTEM, guard)
    signed_in = sign_in()
    assert signed_in.step is Step.DONE
    held = queries.actor_of(signed_in.token)
    assert held
    assert held.wards == (ward,)


@only_required
def test_a_session_made_without_one_does_not_carry_a_new_role(app_context: Flask) -> None:
    make.region_tree()
    make.volunteer(phone=PHONE, password=make.PASSWORD)
    token = sign_in().token
    assert queries.actor_of(token)
    perform(SYSTEM, usecases.grant_role, phone=PHONE, role=Role.AUDITOR, region=make.CITY)
    assert queries.actor_of(token) is None
    assert sign_in().step is Step.ENROL


def test_the_pending_step_lasts_ten_minutes(officer: Actor, clock: FakeClock) -> None:
    authenticator = enrol(officer)
    first = sign_in()
    clock.advance(minutes=10)
    assert queries.pending_of(first.token) is None
    with pytest.raises(Expired, match="sign-in-expired"):
        finish(first.token, authenticator.code(clock.now()))
    with pytest.raises(Expired, match="sign-in-expired"):
        finish(token_of(officer), authenticator.code(clock.now()))


def test_a_pending_sign_in_cannot_replace_the_second_factor(officer: Actor, clock: FakeClock) -> None:
    authenticator = enrol(officer)
    clock.advance(minutes=1)
    perform(officer, usecases.begin_second_factor, code=authenticator.code(clock.now()))
    secret = queries.own_secret(officer)
    assert secret
    first = sign_in()
    assert queries.pending_secret(first.token) is None
    with pytest.raises(Conflict, match="second-factor-set-up"):
        perform(
            ANONYMOUS,
            usecases.enrol_and_sign_in,
            token=first.token,
            code=Authenticator(secret.text).code(clock.now()),
        )
    with pytest.raises(Invalid, match="wrong-second-factor"):
        finish(first.token, Authenticator(secret.text).code(clock.now()))


# --- codes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("late", "works"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_is_good_half_a_minute_around_its_own(
    officer: Actor, clock: FakeClock, late: int, works: bool
) -> None:
    authenticator = enrol(officer)
    clock.advance(hours=1)
    code = authenticator.code(clock.now())
    clock.advance(seconds=late)
    token = sign_in().token
    if works:
        assert finish(token, f" {code[:3]} {code[3:]} ")
        return
    with pytest.raises(Invalid, match="wrong-second-factor"):
        finish(token, code)


def test_a_code_is_taken_once_and_no_earlier_one_after_it(officer: Actor, clock: FakeClock) -> None:
    authenticator = enrol(officer)
    with pytest.raises(Invalid, match="wrong-second-factor"):
        finish(sign_in().token, authenticator.code(clock.now()))
    earlier = authenticator.code(clock.advance(minutes=5))
    code = authenticator.code(clock.advance(seconds=30))
    finish(sign_in().token, code)
    for used in (code, earlier):
        with pytest.raises(Invalid, match="wrong-second-factor"):
            finish(sign_in().token, used)


@only_required
def test_two_at_once_with_one_code_are_one(app: Flask, officer: Actor, clock: FakeClock) -> None:
    authenticator = enrol(officer)
    code = authenticator.code(clock.advance(minutes=1))
    tokens = [sign_in().token for _ in range(5)]

    def attempt() -> bool:
        try:
            finish(tokens.pop(), code)
        except Invalid:
            return False
        return True

    assert sorted(in_threads(app, 5, attempt)) == [False] * 4 + [True]


def test_five_guesses_and_no_more_even_with_the_right_code(officer: Actor, clock: FakeClock) -> None:
    authenticator = enrol(officer)
    user = user_of(officer)
    for _ in range(usecases.SECOND_FACTORS_PER_USER):
        perform(ANONYMOUS, usecases.count_second_factor, user=user)
    with pytest.raises(TooMany):
        perform(ANONYMOUS, usecases.count_second_factor, user=user)
    clock.advance(minutes=15)
    perform(ANONYMOUS, usecases.count_second_factor, user=user)
    assert finish(sign_in().token, authenticator.code(clock.now()))


def test_a_recovery_code_stands_in_once(officer: Actor, app: Flask) -> None:
    authenticator = enrol(officer)
    first, second = authenticator.recovery_codes[:2]
    assert finish(sign_in().token, first.lower())
    with pytest.raises(Invalid, match="wrong-second-factor"):
        finish(sign_in().token, first)
    assert finish(sign_in().token, second.replace("-", " "))
    assert queries.second_factor(officer).recovery_codes == 8
    assert happened().count("recovery_code.used") == 2


@only_required
def test_a_recovery_code_used_twice_at_once_is_used_once(app: Flask, officer: Actor) -> None:
    code = enrol(officer).recovery_codes[0]
    tokens = [sign_in().token for _ in range(4)]

    def attempt() -> bool:
        try:
            finish(tokens.pop(), code)
        except Invalid:
            return False
        return True

    assert sorted(in_threads(app, 4, attempt)) == [False] * 3 + [True]


def test_new_recovery_codes_replace_the_old_ones(officer: Actor, clock: FakeClock) -> None:
    authenticator = enrol(officer)
    code = authenticator.code(clock.advance(minutes=1))
    fresh = perform(officer, usecases.renew_recovery_codes, code=code)
    with pytest.raises(Invalid, match="wrong-second-factor"):
        finish(sign_in().token, authenticator.recovery_codes[0])
    assert finish(sign_in().token, fresh[0])


@only_required
def test_secrets_and_recovery_codes_are_not_kept_in_clear(officer: Actor) -> None:
    authenticator = enrol(officer)
    kept = str(
        [vars(row) for table in (SecondFactor, RecoveryCode) for row in session().scalars(select(table))]
    )
    assert authenticator.secret not in kept
    for code in authenticator.recovery_codes:
        assert code not in kept
        assert code.replace("-", "") not in kept


# --- bearer tokens ----------------------------------------------------------------------------------


def test_a_bearer_token_needs_the_code_at_once(officer: Actor, clock: FakeClock) -> None:
    authenticator = enrol(officer)
    code = authenticator.code(clock.advance(minutes=1))
    for given, refusal in (({}, "second-factor-needed"), ({"totp": wrong(code)}, "wrong-second-factor")):
        with pytest.raises(Invalid, match=refusal) as refused:
            sign_in(kind="bearer", **given)
        assert list(refused.value.fields) == ["totp"]
    assert queries.actor_of(sign_in(kind="bearer", totp=code).token)


@only_required
def test_a_program_cannot_sign_in_an_officer_without_a_second_factor(officer: Actor) -> None:
    with pytest.raises(Conflict, match="second-factor-not-set-up"):
        sign_in(kind="bearer")


def test_the_password_is_judged_before_anything_is_said_of_the_second_factor(officer: Actor) -> None:
    enrol(officer)
    with pytest.raises(Invalid, match="sign-in-failed"):
        perform(ANONYMOUS, usecases.sign_in, phone=PHONE, password="wrong horse", kind="bearer")


# --- changing it ------------------------------------------------------------------------------------


def test_another_phone_takes_over_only_when_it_is_confirmed(officer: Actor, clock: FakeClock) -> None:
    old, token = enrol(officer), token_of(officer)
    with pytest.raises(Invalid, match="wrong-second-factor"):
        perform(officer, usecases.begin_second_factor)
    perform(officer, usecases.begin_second_factor, code=old.code(clock.advance(minutes=1)))
    secret = queries.own_secret(officer)
    assert secret
    assert finish(sign_in().token, old.code(clock.advance(minutes=1)))
    new = Authenticator(secret.text)
    perform(officer, usecases.confirm_second_factor, token=token, code=new.code(clock.advance(minutes=1)))
    with pytest.raises(Invalid, match="wrong-second-factor"):
        finish(sign_in().token, old.code(clock.now()))
    assert finish(sign_in().token, new.code(clock.advance(minutes=1)))
    assert queries.own_secret(officer) is None


def test_confirming_needs_something_begun(officer: Actor) -> None:
    with pytest.raises(Expired, match="second-factor-not-begun"):
        perform(officer, usecases.confirm_second_factor, token=token_of(officer), code="123456")


@only_required
def test_confirming_makes_the_session_a_strong_one(officer: Actor, clock: FakeClock) -> None:
    token = token_of(officer)
    session().scalars(select(AccessToken)).one().is_strong = False
    session().commit()
    assert queries.actor_of(token) is None
    perform(officer, usecases.begin_second_factor)
    secret = queries.own_secret(officer)
    assert secret
    code = Authenticator(secret.text).code(clock.now())
    perform(officer, usecases.confirm_second_factor, token=token, code=code)
    assert queries.actor_of(token)


def test_turning_it_off_needs_a_code_and_no_duty(officer: Actor, clock: FakeClock, mode: str) -> None:
    authenticator = enrol(officer)
    code = authenticator.code(clock.advance(minutes=1))
    if mode == "required":
        with pytest.raises(Conflict, match="second-factor-required"):
            perform(officer, usecases.remove_second_factor, code=code)
        return
    with pytest.raises(Invalid, match="wrong-second-factor"):
        perform(officer, usecases.remove_second_factor, code=wrong(code))
    perform(officer, usecases.remove_second_factor, code=code)
    assert sign_in().step is Step.DONE
    assert session().scalars(select(RecoveryCode)).all() == []


def test_nobody_changes_security_without_being_signed_in_as_a_person(officer: Actor) -> None:
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (SYSTEM, NotFound)):
        with pytest.raises(refusal):
            perform(actor, usecases.begin_second_factor)


# --- reset by an operator ---------------------------------------------------------------------------


def test_an_operator_of_the_region_resets_a_lost_one(officer: Actor, mode: str) -> None:
    enrol(officer)
    session_token = token_of(officer)
    operator = make.officer(Role.OPERATOR, make.CITY)
    perform(operator, usecases.reset_second_factor, user=user_of(officer))
    assert queries.actor_of(session_token) is None
    assert sign_in().step is (Step.ENROL if mode == "required" else Step.DONE)
    assert "second_factor.reset" in happened()
    with pytest.raises(NotFound):
        perform(operator, usecases.reset_second_factor, user=user_of(officer))


@only_required
def test_who_may_not_reset_it(officer: Actor) -> None:
    enrol(officer)
    user = user_of(officer)
    with pytest.raises(NotFound):
        perform(make.officer(Role.OPERATOR, make.SOUTH), usecases.reset_second_factor, user=user)
    with pytest.raises(Forbidden):
        perform(make.officer(Role.AUDITOR, make.CITY), usecases.reset_second_factor, user=user)
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, usecases.reset_second_factor, user=user)
    operator = make.officer(Role.OPERATOR, make.NORTH)
    enrol(operator)
    with pytest.raises(Forbidden, match="own-second-factor"):
        perform(operator, usecases.reset_second_factor, user=user_of(operator))
    perform(SYSTEM, usecases.grant_role, phone=PHONE, role=Role.AUDITOR, region=make.CITY)
    with pytest.raises(NotFound):
        perform(operator, usecases.reset_second_factor, user=user)


@only_required
def test_an_organizer_is_reset_by_the_operator_of_the_county(app_context: Flask) -> None:
    make.region_tree()
    organizer = make.organizer(make.organization())
    enrol(organizer)
    user = user_of(organizer)
    with pytest.raises(NotFound):
        perform(make.officer(Role.OPERATOR, make.SOUTH), usecases.reset_second_factor, user=user)
    perform(make.officer(Role.OPERATOR, make.NORTH), usecases.reset_second_factor, user=user)
