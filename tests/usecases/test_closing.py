"""Closing an account: thought over for some days, then nothing personal remains and the record does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as make
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.hours import usecases as hours_usecases
from timebank.hours.queries import service_records
from timebank.identity.models import ExternalIdentity, RecoveryCode, SecondFactor, User
from timebank.identity.queries import actor_of, external_user, user_by_phone
from timebank.identity.usecases import (
    SIGN_INS_PER_PHONE,
    begin_second_factor,
    link_external,
    request_code,
    sign_in,
)
from timebank.identity.usecases.hashing import HASHERS
from timebank.identity.usecases.leaving import count_proof, own_number
from timebank.kernel import claims
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.ledger.proof import verify
from timebank.ledger.queries import balances
from timebank.memberships.models import Membership
from timebank.memberships.usecases import request_membership
from timebank.projects.queries import my_sign_ups
from timebank.volunteers import queries, usecases
from timebank.volunteers.queries import by_personal_code
from timebank.volunteers.rules import Application, GuardianSaid

pytestmark = pytest.mark.usefixtures("app_context", "tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def clerk(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.NORTH)


def ask(actor: Actor, key: Key, **given: object) -> None:
    proof = given or {"password": make.PASSWORD}
    perform(actor, hours_usecases.ask_to_close, volunteer=key, **proof)  # type: ignore[arg-type]


def night(clock: FakeClock, days: int = 1) -> int:
    """The job as it runs on one of the following nights; how many it closed."""
    clock.advance(days=days)
    today = local_date(clock.now(), runtime().config.time_zone)
    return perform(SYSTEM, usecases.close_accounts, on=today)["closed"]


def test_it_can_be_kept_for_the_days_of_the_policy(clock: FakeClock) -> None:
    key, actor = lives.person()
    ask(actor, key)
    assert lives.row(key).status == "closing"
    for _ in range(7):
        assert night(clock) == 0
    perform(make.actor_of_volunteer(key), usecases.keep, volunteer=key)
    assert lives.row(key).status == "registered"
    assert [night(clock) for _ in range(3)] == [0, 0, 0]
    assert {"closing", "kept"} <= set(lives.story(key))


def test_it_closes_in_the_night_after_the_last_day(clock: FakeClock) -> None:
    key, actor = lives.person()
    ask(actor, key)
    assert [night(clock) for _ in range(9)] == [0] * 7 + [1, 0]
    row = lives.row(key)
    assert (row.status, row.name, row.erased_at is not None) == ("closed", "", True)
    with pytest.raises(Conflict, match="wrong-status"):
        perform(SYSTEM, usecases.keep, volunteer=key)


def test_a_run_for_a_day_to_come_closes_nobody_early(clock: FakeClock) -> None:
    key, actor = lives.person()
    ask(actor, key)
    assert perform(SYSTEM, usecases.close_accounts, on=date(2030, 1, 1)) == {"closed": 0}


def test_the_will_is_proven_by_password_or_code() -> None:
    key, actor = lives.person()
    number = perform(actor, own_number)
    code = perform(ANONYMOUS, request_code, phone=number)
    assert code
    wrong = "000000" if code != "000000" else "111111"
    for given, told in (
        ({"password": "wrong"}, "wrong-password"),
        ({"password": None}, "wrong-password"),
        ({"code": wrong}, "wrong-code"),
    ):
        with pytest.raises(Invalid, match=told):
            ask(actor, key, **given)
    ask(actor, key, code=code)
    perform(actor, usecases.keep, volunteer=key)
    with pytest.raises(Invalid, match="wrong-code"):  # a code is good once
        ask(actor, key, code=code)


def test_attempts_to_prove_are_counted() -> None:
    _, actor = lives.person()
    for _ in range(SIGN_INS_PER_PHONE):
        perform(actor, count_proof, address="192.0.2.1")
    with pytest.raises(TooMany):
        perform(actor, count_proof, address="192.0.2.1")
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, count_proof, address="192.0.2.1")


def test_the_window_closes_by_a_signed_application(clerk: Actor) -> None:
    key = make.volunteer()
    with pytest.raises(Invalid, match="signed-application-needed"):
        ask(clerk, key, signed=False)
    ask(clerk, key, signed=True)
    perform(clerk, usecases.keep, volunteer=key)
    assert lives.row(key).status == "registered"


def test_strangers_close_and_keep_nothing(clerk: Actor) -> None:
    key, actor = lives.person()
    stranger, other = make.officer(Role.COMMUNITY_WORKER, make.SOUTH), lives.person()[1]
    for who, refusal in ((stranger, NotFound), (other, Forbidden), (ANONYMOUS, Unauthenticated)):
        with pytest.raises(refusal):
            ask(who, key, signed=True)
    ask(actor, key)
    for who, refusal in ((stranger, NotFound), (other, Forbidden), (ANONYMOUS, Unauthenticated)):
        with pytest.raises(refusal):
            perform(who, usecases.keep, volunteer=key)


def test_an_office_is_handed_over_first() -> None:
    phone = make.phone()
    officer = make.officer(Role.COMMUNITY_WORKER, make.SOUTH, phone_number=phone)
    key = perform(officer, usecases.register, application=Application(**make.application(phone=phone)))
    assert officer.user
    with pytest.raises(Conflict, match="roles-first"):
        ask(make.actor_of_user(officer.user), key)
    assert lives.row(key).status != "closing"


def test_a_guardian_stays_while_there_are_wards(clerk: Actor) -> None:
    key, actor = lives.person(phone="12900000055")
    ward(clerk, phone="12900000055")
    assert actor.user
    with pytest.raises(Conflict, match="wards-first"):
        ask(make.actor_of_user(actor.user), key)


def ward(clerk: Actor, phone: str, document: str | None = None) -> Key:
    """A child of ten whose guardian has this phone."""
    guardian = GuardianSaid("张大山", "father", phone, document or make.document_number(77, date(1985, 1, 1)))
    given = make.application(
        name="张小小",
        phone=None,
        document_number=make.document_number(501, date(2016, 1, 1)),
        channel="window",
        identity_method="in_person",
        guardian=guardian,
        guardian_signed=True,
    )
    key = perform(clerk, usecases.register, application=Application(**given))
    perform(SYSTEM, usecases.approve, volunteer=key)
    return key


def test_what_is_open_is_settled_first(clock: FakeClock) -> None:
    made = hours.submitted(clock)
    (actor,) = made.volunteers
    assert actor.volunteer
    set_password(actor)
    with pytest.raises(Conflict, match="hours-open"):
        ask(actor, actor.volunteer)
    perform(made.reviewer, hours_usecases.confirm_records, shift=made.shift)
    ask(actor, actor.volunteer)


def test_who_is_inside_checks_out_first() -> None:
    actor = projects.checked_in(projects.event())
    assert actor.volunteer
    set_password(actor)
    with pytest.raises(Conflict, match="visit-open"):
        ask(actor, actor.volunteer)


def set_password(actor: Actor) -> None:
    """Give somebody who registered without one the usual password."""
    assert actor.user
    user = session().get_one(User, (actor.user.shard, actor.user.id))
    user.password_hash = HASHERS["test"].hash(make.PASSWORD)
    session().commit()


@pytest.mark.parametrize("leaves", ["suspend", "close"])
def test_places_in_shifts_ahead_are_given_back(clerk: Actor, leaves: str) -> None:
    event = projects.event(capacity=1)
    key, actor = lives.person()
    projects.signed_up(event.shift, key)
    if leaves == "suspend":
        perform(clerk, usecases.suspend, volunteer=key, reason="核查中")
    else:
        ask(actor, key)
    for _ in range(2):
        lives.relayed()
    assert my_sign_ups(actor) == []
    projects.signed_up(event.shift)  # the place is free again


def test_who_may_serve_again_by_then_keeps_the_place(clerk: Actor) -> None:
    event = projects.event()
    key, actor = lives.person()
    projects.signed_up(event.shift, key)
    perform(clerk, usecases.suspend, volunteer=key, reason="核查中")
    perform(clerk, usecases.reinstate, volunteer=key)
    lives.relayed()
    assert len(my_sign_ups(actor)) == 1


def test_an_office_suspension_outlives_a_change_of_mind(clerk: Actor, clock: FakeClock) -> None:
    key, actor = lives.person()
    perform(clerk, usecases.suspend, volunteer=key, reason="核查中")
    clock.advance(hours=1)
    ask(actor, key)
    perform(actor, usecases.keep, volunteer=key)
    assert (lives.row(key).status, lives.row(key).status_reason) == ("suspended", "核查中")
    with pytest.raises(Forbidden, match="suspended-by-office"):
        perform(actor, usecases.reinstate, volunteer=key)


def test_asking_many_times_at_once_is_once(app: Flask) -> None:
    key, actor = lives.person()

    def attempt() -> str:
        try:
            ask(actor, key)
        except Conflict as conflict:
            return conflict.code
        return "asked"

    assert sorted(in_threads(app, 4, attempt)) == ["asked"] + ["wrong-status"] * 3


SECRETS = {
    "name": "欧阳山川",
    "phone": "12911112222",
    "address": "市中区泊水街道嘉州大道9号3单元",
    "emergency_name": "司马急难",
    "emergency_phone": "12933334444",
    "employer": "乐山市第九中学",
}


def test_nothing_personal_remains_and_the_record_does(clock: FakeClock, clerk: Actor) -> None:
    document = make.document_number(333, date(1966, 7, 8))
    key, actor = lives.person(document_number=document, **SECRETS)
    made = served(clock, key)
    perform(clerk, usecases.unmask, volunteer=key, fields=["phone"], purpose="电话回访")
    number, code = lives.row(key).volunteer_no, queries.personal_code(actor)
    token = perform(ANONYMOUS, sign_in, phone=SECRETS["phone"], password=make.PASSWORD).token
    move = lives.move(actor, key)
    perform(actor, usecases.withdraw_move, move=move)
    ask(actor, key)
    assert actor_of(token)  # whoever wants to keep it must be able to sign in
    assert night(clock, days=8) == 1

    assert all(claims.holder(kind, value) is None for kind, value in held(document, code))
    assert by_personal_code(code) is actor_of(token) is user_by_phone(SECRETS["phone"]) is None
    told = lives.everything()
    for secret in (*SECRETS.values(), document, code, "1966-07-08", "(1966, 7, 8)", lives.WHY):
        assert secret not in told, secret
    row = lives.row(key)
    assert [getattr(row, name) for name in dir(row) if name.endswith("_sealed")] == [None] * 6
    assert (row.volunteer_no, row.born_on) == (number, date(1966, 1, 1))

    assert balances(key).service_minutes == 150
    assert len(service_records(clerk, key).items) == 1
    assert len(queries.unmaskings(SYSTEM, key).items) == 1
    assert {"submitted", "registered", "closing", "closed"} <= set(lives.story(key))
    assert verify().sound
    assert made


def held(document: str, code: str) -> list[tuple[claims.Kind, str]]:
    return [("document", document), ("phone", SECRETS["phone"]), ("personal-code", code)]


def served(clock: FakeClock, key: Key) -> projects.Event:
    """The volunteer has a confirmed record of 150 minutes."""
    event = projects.event()
    actor = projects.checked_in(event, key)
    clock.advance(minutes=180)
    assert projects.scan(actor, event, projects.Direction.OUT).verdict == "accepted"
    clock.advance(minutes=60)
    perform(event.organizer, hours_usecases.close_shift, shift=event.shift)
    perform(event.organizer, hours_usecases.submit_records, shift=event.shift)
    perform(make.officer(), hours_usecases.confirm_records, shift=event.shift)
    return event


def test_the_same_person_may_register_again(clock: FakeClock) -> None:
    document = make.document_number(444, date(1990, 1, 2))
    given = {"document_number": document, "phone": "12955556666"}
    key, actor = lives.person(**given)
    ask(actor, key)
    with pytest.raises(Conflict, match="document-registered"):
        make.applicant(**given)
    assert night(clock, days=8) == 1
    again = make.volunteer(**given)
    assert claims.holder("document", document) == again != key


def test_a_guardian_without_other_wards_is_forgotten_too(clock: FakeClock, clerk: Actor) -> None:
    phone, document = "12977778888", make.document_number(78, date(1985, 1, 1))
    key = ward(clerk, phone, document)
    user = user_by_phone(phone)
    assert user
    guardian = make.actor_of_user(user)
    set_password(guardian)
    ask(guardian, key)
    assert night(clock, days=8) == 1
    assert user_by_phone(phone) is None
    told = lives.everything()
    for secret in ("张大山", "张小小", "张*小", phone, document):
        assert secret not in told, secret


def test_a_closed_account_is_asked_to_close_no_more(clock: FakeClock, clerk: Actor) -> None:
    key, actor = lives.person()
    ask(actor, key)
    night(clock, days=8)
    with pytest.raises(Conflict, match="wrong-status"):
        ask(clerk, key, signed=True)
    card = queries.person(clerk, key)
    assert (card.name, card.document_number, card.phone, card.actions) == ("", None, None, [])
    assert timedelta(days=7).days == queries.registration_policy().cooling_off_days


def test_whoever_left_is_in_no_team(clock: FakeClock) -> None:
    key, actor = lives.person()
    other = make.volunteer()
    team = make.organization()
    for member in (actor, make.actor_of_volunteer(other)):
        perform(member, request_membership, organization=team)
    ask(actor, key)
    night(clock, days=8)
    for _ in range(2):
        lives.relayed()
    session().rollback()
    rows = session().execute(select(Membership.volunteer_id, Membership.status))
    assert {tuple(row) for row in rows} == {(key.id, "left"), (other.id, "requested")}


def test_nothing_that_proves_who_one_is_remains(clock: FakeClock) -> None:
    key, actor = lives.person()
    assert actor.user
    perform(actor, link_external, issuer="https://id.example", subject="subject-of-nobody")
    perform(actor, begin_second_factor)
    ask(actor, key)
    night(clock, days=8)
    session().rollback()
    for kind in (ExternalIdentity, SecondFactor, RecoveryCode):
        assert session().scalars(select(kind)).all() == [], kind
    assert external_user("https://id.example", "subject-of-nobody") is None
