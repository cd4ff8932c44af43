"""One's own data: everything that is kept, for the person alone, and each time on record."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as make
from tests.support.clock import FakeClock
from timebank.exports.own_data import _owner_columns, collect
from timebank.exports.usecases import OWN_DATA_A_DAY, count_own_data, export_own_data
from timebank.kernel.db import Base
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.rules import Application, GuardianSaid

pytestmark = pytest.mark.usefixtures("app_context", "tree")
SAID = {
    "name": "欧阳山川",
    "phone": "12911112222",
    "address": "市中区泊水街道嘉州大道9号3单元",
    "emergency_name": "司马急难",
    "emergency_phone": "12933334444",
    "employer": "乐山市第九中学",
}


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def clerk(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.NORTH)


def export(actor: Actor, key: Key, **given: Any) -> dict[str, Any]:
    proof = given or {"password": make.PASSWORD}
    found = perform(actor, export_own_data, volunteer=key, **proof)
    assert json.loads(json.dumps(found)) == found  # nothing but plain values
    return found


def test_everything_that_was_said_is_there(clerk: Actor) -> None:
    document = make.document_number(888, date(1977, 7, 7))
    key, actor = lives.person(document_number=document, **SAID)
    perform(clerk, usecases.unmask, volunteer=key, fields=["phone"], purpose="电话回访")
    perform(actor, usecases.withdraw_move, move=lives.move(actor, key))
    found = export(actor, key)
    text = json.dumps(found, ensure_ascii=False)
    for said in (*SAID.values(), document, "1977-07-07", "电话回访", lives.WHY):
        assert said in text, said
    assert (found["schema"], found["version"], found["volunteer"]) == ("timebank-own-data", 1, str(key))
    assert {"volunteers", "users", "consents", "unmaskings", "region_moves", "events"} <= set(found["tables"])
    names = [each["name"] for each in found["tables"]["events"]]
    assert {"volunteer.submitted", "volunteer.unmasked", "volunteer.data_exported"} <= set(names)
    assert "hash" not in text


def test_hours_and_their_statement_are_there(clock: FakeClock) -> None:
    made = hours.confirmed(clock)
    key = made.volunteers[0].volunteer
    assert key
    tables = collect(key)["tables"]
    assert [row["minutes"] for row in tables["service_records"]] == [150]
    assert {(line["account"], line["amount"]) for line in tables["statement"]} == {
        ("service_time", 150),
        ("time_credit", 150),
    }
    assert {"sign_ups", "visits", "scans", "accounts"} <= set(tables)


def test_a_folded_registration_belongs_to_it(clerk: Actor) -> None:
    keep, fold = make.volunteer(), make.volunteer()
    proposal = perform(clerk, usecases.propose_merge, keep=keep, fold=fold, note="同一人重复注册")
    perform(make.officer(), usecases.confirm_proposal, proposal=proposal)
    assert {row["id"] for row in collect(keep)["tables"]["volunteers"]} == {str(keep), str(fold)}


def test_nobody_else_is_in_it() -> None:
    key, actor = lives.person()
    other = "12944445555"
    make.volunteer(name="司徒他人", phone=other)
    text = json.dumps(export(actor, key), ensure_ascii=False)
    assert "司徒他人" not in text
    assert other not in text


def test_a_guardian_gets_the_wards_with_own_numbers_masked(clerk: Actor) -> None:
    document = make.document_number(89, date(1985, 1, 1))
    guardian = GuardianSaid("张大山", "father", "12977778888", document)
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
    found = export(clerk, key, purpose="监护人在窗口申请")
    (row,), (line,) = found["tables"]["volunteers"], found["tables"]["guardians"]
    assert (row["name"], line["phone"], line["document"]) == (
        "张小小",
        "129****8888",
        f"9901**********{document[-4:]}",
    )


def test_it_needs_the_password_again() -> None:
    key, actor = lives.person()
    with pytest.raises(Invalid, match="wrong-password"):
        export(actor, key, password="wrong")
    assert "data_exported" not in lives.story(key)


def test_the_window_gets_it_only_for_who_has_no_account(clerk: Actor) -> None:
    key, _ = lives.person()
    with pytest.raises(Conflict, match="has-account"):
        export(clerk, key, purpose="本人申请")
    assert queries.unmaskings(SYSTEM, key).items == []
    other = make.officer(Role.COMMUNITY_WORKER, make.NORTH)
    given = make.application(phone=None, channel="window", identity_method="in_person")
    person = perform(other, usecases.register, application=Application(**given))
    with pytest.raises(Invalid) as refused:
        export(clerk, person, purpose=None)
    assert refused.value.fields == {"purpose": ["reason-needed"]}
    assert export(clerk, person, purpose="本人持证到窗口申请")["tables"]["volunteers"]
    (line,) = queries.unmaskings(SYSTEM, person).items
    assert (line.purpose, "document_number" in line.fields) == ("本人持证到窗口申请", True)


def test_relatives_of_somebody_who_died_get_it_at_the_window(clerk: Actor) -> None:
    key, _ = lives.person()
    proposal = perform(clerk, usecases.propose_death, volunteer=key, note="死亡证明")
    perform(make.officer(), usecases.confirm_proposal, proposal=proposal)
    assert export(clerk, key, purpose="近亲属查询")["tables"]["volunteers"]


def test_strangers_get_nothing(clerk: Actor) -> None:
    key, _ = lives.person()
    for who, refusal in (
        (make.officer(region=make.SOUTH), NotFound),
        (lives.person()[1], Forbidden),
        (make.officer(Role.AUDITOR), Forbidden),
        (ANONYMOUS, Unauthenticated),
    ):
        with pytest.raises(refusal):
            export(who, key, purpose="好奇")
        with pytest.raises(refusal):
            perform(who, count_own_data, volunteer=key)


def test_it_is_counted() -> None:
    key, actor = lives.person()
    for _ in range(OWN_DATA_A_DAY):
        perform(actor, count_own_data, volunteer=key)
    with pytest.raises(TooMany):
        perform(actor, count_own_data, volunteer=key)


def test_every_table_with_a_persons_name_on_it_is_taken_in() -> None:
    """A column that names a person otherwise would be left out: give it the usual name."""
    theirs = {name for name, table in Base.metadata.tables.items() if _owner_columns(table)}
    named = {
        name
        for name, table in Base.metadata.tables.items()
        if any(column.name.endswith(("volunteer_id", "owner_id", "member_id")) for column in table.columns)
    }
    assert named <= theirs
