"""Registering: happy, refused, repeated, raced; what is kept and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from sqlalchemy import inspect, select, text

from tests.support import make_people as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.identity import queries as identity
from timebank.identity.models import User
from timebank.kernel import claims
from timebank.kernel.db import db, session
from timebank.kernel.errors import Conflict, Invalid, NotFound, TooMany
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Consent, Volunteer
from timebank.volunteers.rules import Application

pytestmark = pytest.mark.usefixtures("app_context", "tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


def register(actor: Actor = ANONYMOUS, **changes: Any) -> Key:
    return perform(actor, usecases.register, application=Application(**make.application(**changes)))


def refusal(**changes: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        register(**changes)
    return refused.value.fields


def rows(table: type[Any]) -> list[Any]:
    session().rollback()
    return list(session().scalars(select(table)))


def test_a_registration_waits_for_a_clerk_with_everything_it_said() -> None:
    document, phone = make.document_number(2, date(1960, 5, 1)), make.phone()
    key = register(
        document_number=document.lower(),
        phone=f"+86 {phone}",
        political_status="01",
        consents=["privacy", "sensitive", "publication"],
    )
    row = session().get_one(Volunteer, (key.shard, key.id))
    assert (row.status, row.sex, row.born_on, row.registered_on) == ("verifying", "2", date(1960, 5, 1), None)
    assert (row.region_code, row.political_status, row.party_verified_at) == (
        make.NORTH_COMMUNITY,
        "01",
        None,
    )
    assert (row.shard_code, row.volunteer_no[:6], len(row.volunteer_no)) == (511102, "511102", 16)
    assert {c.purpose: c.version for c in rows(Consent)} == dict.fromkeys(
        ("privacy", "sensitive", "publication"), "2026-01"
    )
    assert claims.holder("document", document) == key
    user = claims.holder("phone", phone)
    assert user
    assert make.actor_of_user(user).volunteer == key


def test_the_volunteer_number_has_nothing_of_the_identity_number() -> None:
    numbers = {register_number(make.document_number(serial)) for serial in range(3)}
    assert len(numbers) == 3


def register_number(document: str) -> str:
    key = register(document_number=document)
    number = session().get_one(Volunteer, (key.shard, key.id)).volunteer_no
    assert document[6:14] not in number
    return number


def test_the_personal_code_finds_the_person_however_it_is_typed() -> None:
    key = register()
    code = queries.personal_code(make.actor_of_volunteer(key))
    assert len(code) == 10
    assert queries.by_personal_code(f" {code[:5].lower()}-{code[5:]} ") == key
    assert queries.by_personal_code("AAAAAAAAAA") is None
    with pytest.raises(NotFound):
        queries.personal_code(make.officer())


def test_every_wrong_field_is_named_at_once() -> None:
    fields = refusal(
        name="1",
        document_number="990101199003070010",
        phone="110",
        region_code=511199001001,
        political_status="00",
        categories=["flying"],
        consents=["privacy"],
        password="short",
    )
    assert set(fields) == set("name document_number phone region_code political_status".split()) | {
        "categories",
        "consents",
        "password",
    }
    assert rows(Volunteer) == rows(User) == rows(Event) == []


@pytest.mark.parametrize("region", [make.NORTH_TOWN, make.NORTH, make.PROVINCE, 0, 511102001999])
def test_the_residence_must_be_a_community_or_village_that_exists(region: int) -> None:
    assert refusal(region_code=region) == {"region_code": ["unknown-community"]}


def test_under_18_a_guardian_is_needed() -> None:
    young = make.document_number(1, date(2008, 11, 22))
    assert refusal(document_number=young) == {"guardian_name": ["guardian-required"]}
    assert register(document_number=make.document_number(1, date(2008, 11, 21)))


def test_people_who_are_nobody_are_for_demonstrations(
    make_app: Callable[..., Flask], database_url: str
) -> None:
    with make_app(database_url, demo="0").app_context():
        assert set(refusal()) == {"document_number", "phone"}


@pytest.mark.parametrize("consents", [[], ["privacy"], ["sensitive", "publication"]])
def test_without_consent_nothing_is_kept(consents: list[str]) -> None:
    assert refusal(consents=consents) == {"consents": ["consent-missing"]}
    assert rows(Volunteer) == []


def test_a_document_is_registered_once_also_from_another_county() -> None:
    document = make.document_number()
    register(document_number=document)
    with pytest.raises(Conflict, match="document-registered") as refused:
        register(document_number=document, region_code=make.SOUTH_COMMUNITY)
    assert refused.value.params["field"] == "document_number"
    assert len(rows(Volunteer)) == len(rows(User)) == 1


def test_a_phone_belongs_to_one_person() -> None:
    phone = make.phone()
    register(phone=phone)
    with pytest.raises(Conflict, match="phone-taken"):
        register(phone=phone)
    assert len(rows(Volunteer)) == 1


def test_an_officers_phone_is_taken_unless_the_officer_registers() -> None:
    phone = make.phone()
    officer = make.officer(Role.COMMUNITY_WORKER, make.CITY, phone_number=phone)
    for stranger in (ANONYMOUS, make.officer()):
        with pytest.raises(Conflict, match="phone-taken"):
            register(stranger, phone=phone)
    key = register(officer, phone=phone)
    assert officer.user
    assert make.actor_of_user(officer.user).volunteer == key
    assert key.shard == officer.user.shard == 511100
    with pytest.raises(Conflict, match="already-volunteer"):
        register(officer, phone=phone)


def test_a_password_is_no_way_to_change_an_accounts_password() -> None:
    phone = make.phone()
    officer = make.officer(phone_number=phone)
    with pytest.raises(Invalid, match="account-exists"):
        register(officer, phone=phone, password="another one")


def test_two_at_once_with_one_document_register_once(app: Flask) -> None:
    document = make.document_number()

    def attempt() -> str:
        try:
            return str(register(document_number=document))
        except Conflict as conflict:
            return conflict.code

    answers = in_threads(app, 6, attempt)
    assert sorted(answers)[1:] == ["document-registered"] * 5
    assert len(rows(Volunteer)) == len(rows(User)) == 1


def test_two_at_once_with_one_phone_register_once(app: Flask) -> None:
    phone = make.phone()

    def attempt() -> str:
        try:
            return str(register(phone=phone))
        except Conflict as conflict:
            return conflict.code

    assert sorted(in_threads(app, 6, attempt))[1:] == ["phone-taken"] * 5
    assert len(rows(Volunteer)) == 1


def test_trying_out_many_numbers_is_stopped(clock: FakeClock) -> None:
    def attempt() -> None:
        perform(ANONYMOUS, usecases.count_registration, address="192.0.2.1")

    for _ in range(usecases.REGISTRATIONS_PER_ADDRESS):
        attempt()
    with pytest.raises(TooMany):
        attempt()
    clock.advance(hours=1)
    attempt()


def test_nothing_personal_is_in_clear_anywhere_but_the_name() -> None:
    document, phone = make.document_number(7, date(1975, 8, 9)), make.phone()
    key = register(name="诸葛不亮", document_number=document, phone=phone, password="an easy password")
    perform(SYSTEM, usecases.approve, volunteer=key, method="in_person")
    actor = make.actor_of_volunteer(key)
    code = queries.personal_code(actor)
    perform(actor, usecases.unmask, volunteer=key, fields=["phone", "document_number"], purpose="核对")
    dump = whole_database()
    for secret in (document, phone, code, "an easy password"):
        assert not [line for line in dump if secret in line]
    events = json.dumps([e.data for e in rows(Event)], ensure_ascii=False)
    for personal in ("诸葛不亮", document, phone, "19750809", "1975-08-09", "核对"):
        assert personal not in events
    assert [line for line in dump if "诸葛不亮" in line]


def whole_database() -> list[str]:
    names = [name for name in inspect(db.engine).get_table_names() if name != "regions"]
    return [str(row) for name in names for row in session().execute(text(f'SELECT * FROM "{name}"'))]  # noqa: S608 - names of our own tables


def test_the_document_of_one_row_cannot_be_moved_to_another() -> None:
    first, second = register(), register()
    one, two = (session().get_one(Volunteer, (k.shard, k.id)) for k in (first, second))
    one.document_sealed = two.document_sealed
    session().commit()
    with pytest.raises(InvalidTag):
        queries.person(SYSTEM, first)


def test_own_account_is_known_by_name_and_masked_phone() -> None:
    phone = make.phone(1234)
    actor = make.actor_of_volunteer(register(name="张小三", phone=phone))
    assert identity.own_phone(actor) == "120****1234"
    assert identity.user_names([actor.user] if actor.user else []) == {actor.user: "张小三"}
