"""What people change by themselves: profile, phone, consents; and what they read about themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_families as families
from tests.support import make_people as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.identity.usecases import request_phone_code, sign_in
from timebank.kernel import claims
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Consent, ConsentText, Volunteer

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture(autouse=True)
def _tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def key() -> Key:
    return make.volunteer()


@pytest.fixture
def person(key: Key) -> Actor:
    return make.actor_of_volunteer(key)


def row(key: Key) -> Volunteer:
    session().rollback()
    return session().get_one(Volunteer, (key.shard, key.id), populate_existing=True)


def events(name: str) -> list[dict[str, Any]]:
    session().rollback()
    return list(session().scalars(select(Event.data).where(Event.name == name)))


def update(actor: Actor, key: Key, **changes: Any) -> list[str]:
    return perform(actor, usecases.update_profile, volunteer=key, changes=changes)


# --- profile ----------------------------------------------------------------------------------------

NEW: dict[str, Any] = {
    "skills": ["law"],
    "categories": [],
    "availability": ["sun-evening", "mon-morning"],
    "education": "20",
    "occupation": "8",
    "employer": "  嘉州   中学 ",
    "service_region_code": make.SOUTH,
    "address": "人民路一号",
    "emergency_name": "张小海",
    "emergency_phone": "12000000999",
}


def test_a_profile_changes_at_once_and_the_event_names_fields_only(person: Actor, key: Key) -> None:
    changed = update(person, key, **NEW)
    assert changed == sorted(set(NEW) - {"emergency_name"})
    found = row(key)
    assert (found.skills, found.categories) == (["law"], [])
    assert found.availability == ["mon-morning", "sun-evening"]
    assert (found.employer, found.service_region_code) == ("嘉州 中学", make.SOUTH)
    assert events("volunteer.profile_updated") == [{"fields": changed}]
    card = queries.person(person, key)
    assert (card.address, card.has_emergency_contact) == ("人民路一号", True)
    clear = perform(person, usecases.unmask, volunteer=key, fields=["emergency"], purpose="自己查看")
    assert clear == {"emergency": "张小海\n12000000999"}


def test_what_is_left_out_stays_and_the_same_changes_nothing(person: Actor, key: Key) -> None:
    update(person, key, **NEW)
    assert update(person, key, **NEW) == []
    assert update(person, key, address=None) == ["address"]
    assert update(person, key) == []
    assert len(events("volunteer.profile_updated")) == 2
    assert row(key).emergency_sealed is not None
    assert update(person, key, emergency_name=None, emergency_phone=None) == ["emergency_phone"]
    assert update(person, key, service_region_code=None) == ["service_region_code"]
    assert row(key).service_region_code == make.NORTH_COMMUNITY


FIVE = "elder_care legal environment emergency relief_help".split()
WRONG = [
    ({"skills": ["flying"]}, {"skills": ["not-a-choice"]}),
    ({"categories": FIVE}, {"categories": ["too-many-chosen 4"]}),
    ({"availability": ["now"]}, {"availability": ["not-a-choice"]}),
    ({"education": "99"}, {"education": ["not-a-choice"]}),
    ({"employer": "长" * 101}, {"employer": ["too-long 100"]}),
    ({"service_region_code": 519999}, {"service_region_code": ["unknown-region"]}),
    ({"emergency_name": "张小海"}, {"emergency_phone": ["not-a-mobile-number"]}),
    ({"emergency_phone": "12000000999"}, {"emergency_name": ["not-a-name"]}),
    ({"name": "李四"}, {"name": ["unknown-field"]}),
    ({"region_code": make.SOUTH_COMMUNITY}, {"region_code": ["unknown-field"]}),
]


@pytest.mark.parametrize(("changes", "told"), WRONG)
def test_what_is_wrong_is_named_and_nothing_changes(
    person: Actor, key: Key, changes: dict[str, Any], told: dict[str, list[str]]
) -> None:
    with pytest.raises(Invalid) as refused:
        update(person, key, **{"address": "人民路一号", **changes})
    assert refused.value.fields == told
    assert row(key).address_sealed is None


def test_who_may_change_a_profile(person: Actor, key: Key) -> None:
    other = make.actor_of_volunteer(make.volunteer())
    assert update(make.officer(Role.COMMUNITY_WORKER, make.NORTH), key, employer="社区") == ["employer"]
    with pytest.raises(Forbidden):
        update(other, key, employer="别处")
    with pytest.raises(NotFound):
        update(make.officer(Role.COMMUNITY_WORKER, make.SOUTH), key, employer="别处")
    with pytest.raises(Unauthenticated):
        update(ANONYMOUS, key, employer="别处")
    assert row(key).employer == "社区"


def test_a_correction_leaves_alone_what_it_does_not_mention(person: Actor, key: Key) -> None:
    waiting = make.applicant()
    own = make.actor_of_volunteer(waiting)
    update(own, waiting, **NEW)
    perform(SYSTEM, usecases.return_for_correction, volunteer=waiting, reason="请补充")
    said = usecases.registration.PersonSaid(
        name="张大山", region_code=make.NORTH_SECOND, political_status="13", skills=["law"], categories=[]
    )
    perform(own, usecases.resubmit, volunteer=waiting, said=said)
    found = row(waiting)
    assert (found.employer, found.education, found.service_region_code) == ("嘉州 中学", "20", make.SOUTH)
    assert found.address_sealed is not None
    assert found.emergency_sealed is not None


# --- phone ------------------------------------------------------------------------------------------


def code_for(actor: Actor, phone: str) -> str:
    code = perform(actor, request_phone_code, phone=phone)
    assert code
    return code


def test_a_phone_moves_with_user_and_registration(person: Actor, key: Key, clock: FakeClock) -> None:
    clock.advance(minutes=1)
    old = queries.person(person, key).phone
    phone = make.phone()
    perform(person, usecases.change_phone, phone=f"+86 {phone}", code=code_for(person, phone))
    card = queries.person(person, key)
    assert card.phone != old
    assert card.phone == f"{phone[:3]}****{phone[-4:]}"
    assert claims.holder("phone", phone) == person.user
    assert [each.name for each in queries.history(person, key)][-1] == "volunteer.phone_changed"
    assert events("user.phone_changed") == [{}]


def test_the_old_phone_is_free_again() -> None:
    old, new = make.phone(), make.phone()
    person = make.actor_of_volunteer(make.volunteer(phone=old))
    perform(person, usecases.change_phone, phone=new, code=code_for(person, new))
    assert claims.holder("phone", old) is None
    make.applicant(phone=old)


def test_a_wrong_or_used_or_late_code_moves_nothing(person: Actor, clock: FakeClock) -> None:
    phone, other = make.phone(), make.phone()
    code = code_for(person, phone)
    late = code_for(person, other)

    def refused(number: str, given: str) -> dict[str, list[str]]:
        with pytest.raises(Invalid) as told:
            perform(person, usecases.change_phone, phone=number, code=given)
        return told.value.fields

    assert refused(phone, "000000" if code != "000000" else "111111") == {"code": ["wrong-code"]}
    perform(person, usecases.change_phone, phone=phone, code=code)
    assert refused(phone, code) == {"code": ["wrong-code"]}
    clock.advance(minutes=6)
    assert refused(other, late) == {"code": ["wrong-code"]}
    assert claims.holder("phone", phone) == person.user


def test_a_code_for_a_new_phone_signs_nobody_in(person: Actor) -> None:
    phone = make.phone()
    code = code_for(person, phone)
    with pytest.raises(Invalid, match="sign-in-failed"):
        perform(ANONYMOUS, sign_in, phone=phone, code=code)


def test_no_code_goes_to_a_phone_that_somebody_has(person: Actor) -> None:
    taken, own = make.phone(), make.phone()
    make.applicant(phone=taken)
    assert perform(person, request_phone_code, phone=taken) is None
    perform(person, usecases.change_phone, phone=own, code=code_for(person, own))
    with pytest.raises(Invalid, match="phone-is-own"):
        perform(person, request_phone_code, phone=own)
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, request_phone_code, phone=make.phone())
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, usecases.change_phone, phone=make.phone(), code="123456")


def test_a_phone_taken_meanwhile_is_a_conflict(person: Actor) -> None:
    phone = make.phone()
    code = code_for(person, phone)
    make.applicant(phone=phone)
    with pytest.raises(Conflict, match="phone-taken"):
        perform(person, usecases.change_phone, phone=phone, code=code)


def test_many_who_want_one_phone_are_one(app: Flask, person: Actor) -> None:
    phone = make.phone()
    code = code_for(person, phone)

    def attempt() -> str:
        try:
            perform(person, usecases.change_phone, phone=phone, code=code)
        except TimebankError as refused:
            return refused.code
        return "moved"

    found = in_threads(app, 6, attempt)
    assert found.count("moved") == 1
    assert set(found) == {"moved", "invalid"} or set(found) == {"moved", "wrong-code"}


def test_the_wards_records_follow_a_guardians_phone() -> None:
    family = families.registered_family()
    phone = make.phone()
    guardian = family.guardian
    perform(guardian, usecases.change_phone, phone=phone, code=code_for(guardian, phone))
    card = queries.person(guardian, family.child).guardian
    assert card
    assert card.phone == f"{phone[:3]}****{phone[-4:]}"


# --- consents ---------------------------------------------------------------------------------------


def states(actor: Actor, key: Key) -> dict[str, str]:
    session().rollback()
    return {each.purpose: each.state for each in queries.consents(actor, key)}


def test_a_free_consent_is_given_taken_back_and_given_again(
    person: Actor, key: Key, clock: FakeClock
) -> None:
    assert states(person, key) == {"privacy": "given", "sensitive": "given", "publication": "open"}
    for _ in range(2):
        perform(person, usecases.give_consent, volunteer=key, purposes=["publication"])
    assert states(person, key)["publication"] == "given"
    for _ in range(2):
        perform(person, usecases.withdraw_consent, volunteer=key, purpose="publication")
    assert states(person, key)["publication"] == "withdrawn"
    clock.advance(minutes=1)
    perform(person, usecases.give_consent, volunteer=key, purposes=["publication"])
    lines = [line for line in queries.person(person, key).consents if line.purpose == "publication"]
    assert [line.withdrawn_at is None for line in lines] == [False, True]
    assert events("volunteer.consent_given") == [{"purposes": ["publication"]}] * 2
    assert events("volunteer.consent_withdrawn") == [{"purposes": ["publication"]}]


@pytest.mark.parametrize("purpose", ["privacy", "sensitive", "guardian"])
def test_a_needed_consent_ends_only_with_the_account(person: Actor, key: Key, purpose: str) -> None:
    with pytest.raises(Conflict, match="consent-needed"):
        perform(person, usecases.withdraw_consent, volunteer=key, purpose=purpose)
    with pytest.raises(NotFound):
        perform(person, usecases.withdraw_consent, volunteer=key, purpose="marketing")


@pytest.mark.parametrize("purposes", [[], ["marketing"], ["guardian"]])
def test_only_the_texts_in_force_are_agreed_to(person: Actor, key: Key, purposes: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        perform(person, usecases.give_consent, volunteer=key, purposes=purposes)
    assert list(refused.value.fields) == ["purposes"]


def newer_text(purpose: str) -> None:
    session().add(
        ConsentText(
            purpose=purpose,
            version="2026-11",
            valid_from=date(2026, 11, 1),
            needed=True,
            text_zh="新的告知",
            text_en="A new notice",
        )
    )
    session().commit()


def test_a_newer_text_asks_for_another_answer(person: Actor, key: Key) -> None:
    assert queries.open_consents(person, key) == []
    newer_text("privacy")
    assert states(person, key)["privacy"] == "outdated"
    assert queries.open_consents(person, key) == ["privacy"]
    perform(person, usecases.give_consent, volunteer=key, purposes=["privacy", "sensitive"])
    assert queries.open_consents(person, key) == []
    assert events("volunteer.consent_given") == [{"purposes": ["privacy"]}]
    session().rollback()
    kept = session().scalars(select(Consent.version).where(Consent.purpose == "privacy"))
    assert sorted(kept) == ["2026-01", "2026-11"]


def test_a_consent_is_nobody_elses_word(person: Actor, key: Key) -> None:
    clerk = make.officer(Role.COMMUNITY_WORKER, make.NORTH)
    stranger = make.officer(Role.COMMUNITY_WORKER, make.SOUTH)
    for usecase, given in (
        (usecases.give_consent, {"purposes": ["publication"]}),
        (usecases.withdraw_consent, {"purpose": "publication"}),
    ):
        with pytest.raises(Forbidden, match="consent-is-personal"):
            perform(clerk, usecase, volunteer=key, **given)
        with pytest.raises(NotFound):
            perform(stranger, usecase, volunteer=key, **given)
    with pytest.raises(NotFound):
        queries.consents(stranger, key)


def test_many_consents_at_once_are_one(app: Flask, person: Actor, key: Key) -> None:
    def attempt() -> None:
        perform(person, usecases.give_consent, volunteer=key, purposes=["publication"])

    in_threads(app, 6, attempt)
    assert states(person, key)["publication"] == "given"
    assert len([c for c in queries.person(person, key).consents if c.purpose == "publication"]) == 1


# --- who looked -------------------------------------------------------------------------------------


def test_who_looked_is_read_page_by_page(person: Actor, key: Key, clock: FakeClock) -> None:
    clerk = make.officer(Role.COMMUNITY_WORKER, make.NORTH, name="李工")
    for number in range(5):
        clock.advance(minutes=1)
        perform(clerk, usecases.unmask, volunteer=key, fields=["phone"], purpose=f"核对{number}")
    first = queries.unmaskings(person, key, limit=3)
    rest = queries.unmaskings(person, key, limit=3, cursor=first.next)
    assert [each.purpose for each in (*first.items, *rest.items)] == [f"核对{n}" for n in (4, 3, 2, 1, 0)]
    assert {each.by for each in first.items} == {"李工"}
    assert rest.next is None
