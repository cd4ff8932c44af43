"""One's own data: everything that is kept, for the person alone, and each time on record."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from tests.support import make_families as families
from tests.support import make_hours as hours
from tests.support import make_ledger as ledger
from tests.support import make_lives as lives
from tests.support import make_people as make
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from timebank.attendance.queries import paper_code
from timebank.attendance.rules import Position
from timebank.attendance.usecases import close_gates, note_no_shows, register_device, sweep_points
from timebank.exports.own_data import collect
from timebank.exports.usecases import (
    OWN_DATA_A_DAY,
    count_account_data,
    count_own_data,
    export_account_data,
    export_own_data,
)
from timebank.hours import usecases as hours_usecases
from timebank.hours.appeals import my_forgotten_visits
from timebank.identity.usecases import grant_role, request_code
from timebank.identity.usecases.leaving import own_number
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Permission, Role
from timebank.kernel.work import perform
from timebank.projects.rules import PrintedCode
from timebank.projects.usecases import appeal_no_show
from timebank.projects.usecases import decide_appeal as decide_no_show
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


def key_of(actor: Actor) -> Key:
    assert actor.volunteer
    return actor.volunteer


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


def test_what_was_objected_and_answered_is_there(clock: FakeClock) -> None:
    made = hours.attended(clock, forgot=[0])
    missed = projects.signed_up(projects.event().shift)
    (came,) = made.volunteers
    clock.advance(hours=20)
    perform(SYSTEM, close_gates, on=clock.now().date())
    perform(SYSTEM, note_no_shows, on=clock.now().date())
    (visit,) = my_forgotten_visits(came)
    said = {"visit": visit.visit, "stayed_until": visit.ends_at, "note": "留下来收拾了桌椅"}
    first = perform(came, hours_usecases.appeal, **said)
    perform(made.organizer, hours_usecases.decide_appeal, appeal=first, accept=True, answer="队长看见的")
    (row,) = collect(key_of(came))["tables"]["visit_appeals"]
    assert (row["id"], row["note"], row["status"], row["answer"]) == (
        str(first),
        "留下来收拾了桌椅",
        "accepted",
        "队长看见的",
    )
    (sign_up,) = collect(key_of(missed))["tables"]["sign_ups"]
    second = perform(missed, appeal_no_show, sign_up=Key.parse(sign_up["id"]), note="我在现场")
    perform(projects.reviewer(), decide_no_show, appeal=second, granted=False, reply="签到表上没有")
    tables = collect(key_of(missed))["tables"]
    (row,) = tables["no_show_appeals"]
    assert (row["note"], row["status"], row["reply"]) == ("我在现场", "refused", "签到表上没有")
    assert "visit_appeals" not in tables


def test_where_ones_phone_was_is_there_until_it_is_deleted(clock: FakeClock) -> None:
    place = {"printed_code": PrintedCode.PLACE, "latitude": 29.5521, "longitude": 103.7661, "radius_m": 200}
    event = projects.event(**place)
    near, other = projects.signed_up(event.shift), projects.signed_up(event.shift)
    code = paper_code(event.organizer, event.shift).rpartition("/")[2]
    scan = projects.scan(near, event, code=code, position=Position(29.5525, 103.7662, 12)).scan
    projects.scan(other, event, code=code, position=Position(29.552, 103.766, 9))
    (row,) = collect(key_of(near))["tables"]["scan_points"]
    assert (row["id"], row["point"].split("\n")) == (str(scan), ["29.552500", "103.766200", "12"])
    assert row["delete_at"].startswith("2026-12-21")
    perform(SYSTEM, sweep_points, on=clock.advance(days=31).date())
    assert "scan_points" not in collect(key_of(near))["tables"]


def test_love_points_are_there_with_every_entry() -> None:
    giver, taker = make.volunteer(), make.volunteer()
    perform(SYSTEM, ledger.give_points, giver, taker, 30)
    for who, amount in ((giver, -30), (taker, 30)):
        tables = collect(who)["tables"]
        assert [(row["kind"], row["unit"]) for row in tables["accounts"]] == [("love_points", "points")]
        (line,) = tables["statement"]
        assert (line["account"], line["unit"], line["amount"]) == ("love_points", "points", amount)


def test_a_guardian_who_helps_too_reads_what_is_kept_of_the_guardianship() -> None:
    phone = make.phone()
    parent = make.volunteer(phone=phone)
    said = families.guardian_said(phone=phone)
    child = make.applicant(document_number=make.document_number(born_on=families.TWELVE), guardian=said)
    (row,) = collect(parent)["tables"]["guardianships"]
    assert (row["volunteer_id"], row["phone"], row["document"]) == (
        str(child.id),
        phone,
        said.document_number,
    )
    assert "guardianships" not in collect(child)["tables"]


def by_code(actor: Actor) -> dict[str, str]:
    """What an account without a password proves itself by."""
    code = perform(ANONYMOUS, request_code, phone=perform(actor, own_number))
    assert code
    return {"code": code}


def test_a_guardian_without_a_registration_gets_what_the_account_holds() -> None:
    found = families.registered_family(name="张小山峰", born_on=families.TWELVE)
    guardian = found.guardian
    assert (guardian.volunteer, guardian.wards) == (None, (found.child,))
    told = perform(guardian, export_account_data, **by_code(guardian))
    assert json.loads(json.dumps(told)) == told
    assert (told["user"], "volunteer" in told) == (str(guardian.user), False)
    (account,), (row,) = told["tables"]["users"], told["tables"]["guardianships"]
    assert account["phone"] == found.guardian_phone
    assert (row["name"], row["phone"], row["document"], row["relation"]) == (
        "张大海",
        found.guardian_phone,
        found.guardian_document,
        "father",
    )
    assert [grant["role"] for grant in told["tables"]["role_grants"]] == ["guardian"]
    assert "user.data_exported" in [each["name"] for each in told["tables"]["events"]]
    text = json.dumps(told, ensure_ascii=False)
    assert "张小山峰" not in text
    assert "hash" not in text


def test_who_only_was_named_and_whose_ward_is_grown_get_it_too(clock: FakeClock) -> None:
    named, grown = families.family(), families.registered_family()
    perform(named.guardian, usecases.refuse_as_guardian, volunteer=named.child)
    clock.set(datetime(2028, 6, 1, 2, tzinfo=UTC))
    perform(SYSTEM, usecases.come_of_age, on=clock.now().date())
    for found in (named, grown):
        told = perform(found.guardian, export_account_data, **by_code(found.guardian))
        (row,) = told["tables"]["guardianships"]
        assert (row["document"], "ended_at" in row) == (found.guardian_document, True)


def test_an_account_is_proven_and_counted_and_nobody_elses() -> None:
    officer = make.officer(Role.AUDITOR)
    with pytest.raises(Invalid, match="wrong-password"):
        perform(officer, export_account_data, password="wrong")
    _, person = lives.person()
    with pytest.raises(Conflict, match="has-registration"):
        perform(person, export_account_data, password=make.PASSWORD)
    for who in (ANONYMOUS, SYSTEM):
        with pytest.raises(Unauthenticated):
            perform(who, export_account_data, password=make.PASSWORD)
    limited = replace(officer, scopes=frozenset({Permission.VOLUNTEER_READ}))
    with pytest.raises(Forbidden, match="scope-missing"):
        perform(limited, export_account_data, password=make.PASSWORD)
    for _ in range(OWN_DATA_A_DAY):
        perform(officer, count_account_data)
    with pytest.raises(TooMany):
        perform(officer, count_account_data)


def test_a_phone_of_a_gate_in_ones_name_is_there() -> None:
    event, phone = projects.event(), make.phone()
    key, _ = lives.person(phone=phone)
    perform(SYSTEM, grant_role, phone=phone, role=Role.ORGANIZER, organization=event.organization)
    perform(make.actor_of_volunteer(key), register_device, shift=event.shift, name="我的手机")
    (row,) = collect(key)["tables"]["gate_devices"]
    assert (row["name"], "token_hash" in row) == ("我的手机", False)
