"""One's own pages and a ward's: page and API have one effect, strangers find nothing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_families as families
from tests.support import make_people as make
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.make_families import TWELVE, Family
from tests.support.signed_in import bearer, browser
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Role
from timebank.kernel.work import perform
from timebank.volunteers import usecases
from timebank.volunteers.models import Volunteer

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def key(app: Flask) -> Key:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        return make.volunteer()


@pytest.fixture
def person(app: Flask, key: Key) -> FlaskClient:
    return signed_in(app, key)


@pytest.fixture
def family(app: Flask, key: Key) -> Family:
    with app.app_context():
        return families.registered_family(born_on=TWELVE)


@pytest.fixture
def guardian(app: Flask, family: Family) -> FlaskClient:
    with app.app_context():
        return browser(app, family.guardian)


def signed_in(app: Flask, volunteer: Key) -> FlaskClient:
    with app.app_context():
        return browser(app, make.actor_of_volunteer(volunteer))


def token(app: Flask, volunteer: Key) -> dict[str, str]:
    with app.app_context():
        return bearer(make.actor_of_volunteer(volunteer))


def row(app: Flask, key: Key) -> Volunteer:
    with app.app_context():
        return session().get_one(Volunteer, (key.shard, key.id))


# --- profile ----------------------------------------------------------------------------------------

CHANGES: dict[str, Any] = {
    "skills": ["law", "arts"],
    "categories": ["legal"],
    "availability": ["mon-morning"],
    "education": "20",
    "employer": "嘉州中学",
}


def facts(found: Volunteer) -> tuple[Any, ...]:
    return (*(getattr(found, name) for name in CHANGES), found.service_region_code)


def test_a_page_and_the_api_change_the_same(app: Flask, key: Key, person: FlaskClient) -> None:
    with app.app_context():
        other = make.volunteer()
    page = person.post("/my/profile/edit", data={**CHANGES, "service_county": str(make.SOUTH)})
    assert page.location == "/my/profile"
    given = {**CHANGES, "service_region_code": str(make.SOUTH), "occupation": None}
    answer = person.patch("/api/v1/volunteers/me", json=given, headers=token(app, other))
    assert (answer.status_code, answer.json["skills"]) == (200, ["law", "arts"])
    assert facts(row(app, key)) == facts(row(app, other))


def test_hidden_fields_stay_unless_something_is_said(app: Flask, key: Key, person: FlaskClient) -> None:
    contact = {"emergency_name": "张小海", "emergency_phone": "12000000999"}
    person.post("/my/profile/edit", data={**CHANGES, "address": "人民路一号九单元", **contact})
    person.post("/my/profile/edit", data=CHANGES)
    found = row(app, key)
    assert found.address_sealed
    assert found.emergency_sealed
    page = person.get("/my/profile", headers=ENGLISH).text
    assert "人民路一号***" in page
    assert "人民路一号九单元" not in page
    person.post("/my/profile/edit", data={**CHANGES, "drop_address": "1", "drop_emergency": "1"})
    found = row(app, key)
    assert (found.address_sealed, found.emergency_sealed) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"skills": ["flying"]}, "skills"),
        ({"availability": ["now"]}, "availability"),
        ({"education": "99"}, "education"),
        ({"emergency_phone": "12000000999"}, "emergency_name"),
    ],
)
def test_page_and_api_refuse_the_same(
    app: Flask, key: Key, person: FlaskClient, changes: dict[str, Any], field: str
) -> None:
    page = person.post("/my/profile/edit", data=changes, headers=ENGLISH)
    answer = person.patch("/api/v1/volunteers/me", json=changes, headers=token(app, key))
    assert (page.status_code, answer.status_code) == (422, 422)
    assert list(answer.json["errors"]) == [field]
    assert f'id="{field}-error"' in page.text
    unknown = person.patch("/api/v1/volunteers/me", json={"name": "李四"}, headers=token(app, key))
    assert unknown.status_code == 422


def test_the_profile_says_everything_and_hides_what_it_must(person: FlaskClient, app: Flask) -> None:
    with app.app_context():
        key = make.applicant(
            document_type="passport",
            document_number="M12345678",
            nationality="KOR",
            born_on=date(1990, 1, 1),
            sex="1",
            phone="12000000777",
        )
    page = signed_in(app, key).get("/my/profile", headers=ENGLISH).text
    for told in ("South Korea", "M1*****78", "120****0777", "Passport", "1 January 1990", "not done yet"):
        assert told in page, told
    for hidden in ("M12345678", "12000000777"):
        assert hidden not in page


# --- phone ------------------------------------------------------------------------------------------


def test_a_new_phone_is_proven_by_a_code(app: Flask, key: Key, person: FlaskClient, tmp_path: Path) -> None:
    phone = "12000000888"
    asked = person.post("/my/profile/phone/code", data={"phone": phone}, headers=ENGLISH)
    assert (asked.status_code, 'id="f-code"' in asked.text) == (200, True)
    code = (tmp_path / "codes.txt").read_text().split()[-1]
    wrong = person.post("/my/profile/phone", data={"phone": phone, "code": "x"}, headers=ENGLISH)
    assert (wrong.status_code, 'id="code-error"' in wrong.text) == (422, True)
    assert person.post("/my/profile/phone", data={"phone": phone, "code": code}).location == "/my/profile"
    assert "120****0888" in person.get("/my/profile").text


def test_nothing_tells_whether_a_phone_is_known(app: Flask, person: FlaskClient, tmp_path: Path) -> None:
    with app.app_context():
        make.applicant(phone="12000000889")
    known, unknown = (
        person.post("/my/profile/phone/code", data={"phone": f"1200000{rest}"}) for rest in ("0889", "0890")
    )
    assert known.text.replace("12000000889", "") == unknown.text.replace("12000000890", "")
    assert "12000000889" not in (tmp_path / "codes.txt").read_text()


def test_guesses_of_a_code_are_counted(person: FlaskClient, tmp_path: Path) -> None:
    person.post("/my/profile/phone/code", data={"phone": "12000000891"})
    code = (tmp_path / "codes.txt").read_text().split()[-1]
    for _ in range(5):
        person.post("/my/profile/phone", data={"phone": "12000000891", "code": "x"})
    assert person.post("/my/profile/phone", data={"phone": "12000000891", "code": code}).status_code == 422


# --- consents ---------------------------------------------------------------------------------------


def test_consents_by_page_and_by_api(app: Flask, key: Key, person: FlaskClient) -> None:
    url, header = f"/api/v1/volunteers/{key}/consents", token(app, key)

    def state() -> str:
        items = person.get(url, headers=header).json["items"]
        return str({each["purpose"]: each["state"] for each in items}["publication"])

    assert person.post("/my/consents", data={"purposes": "publication"}).location == "/my/consents"
    assert state() == "given"
    assert person.post("/my/consents/publication/withdraw").location == "/my/consents"
    assert state() == "withdrawn"
    again = {**header, "Idempotency-Key": "k"}
    answers = [person.post(url, json={"purposes": ["publication"]}, headers=again) for _ in range(2)]
    assert [(each.status_code, each.json) for each in answers] == [(201, answers[0].json)] * 2
    assert state() == "given"
    assert person.delete(f"{url}/publication", headers=header).status_code == 200
    assert state() == "withdrawn"
    refused = person.delete(f"{url}/privacy", headers=header)
    assert (refused.status_code, refused.json["code"]) == (409, "consent-needed")
    assert person.delete(f"{url}/marketing", headers=header).status_code == 404
    assert person.post(url, json={"purposes": []}, headers=header).status_code == 422


def test_a_needed_consent_leads_to_what_it_means(person: FlaskClient) -> None:
    page = person.get("/my/consents", headers=ENGLISH).text
    assert 'href="/my/consents/stop"' in page
    told = person.get("/my/consents/stop", headers=ENGLISH).text
    assert "cooling-off of 7 days" in told


# --- where it stands --------------------------------------------------------------------------------

STATES: dict[str, str] = {
    "verifying": "compares the document with the person",
    "submitted": "is checking your registration",
    "returned": "Please correct your registration",
    "rejected": "Your registration was rejected",
    "registered": "Registered since",
    "suspended": "The office suspended it",
    "closing": "is being closed",
    "closed": "The account is closed",
    "deceased": "The account is frozen",
    "merged": "Joined with another registration",
    "awaiting_guardian": "As soon as the guardian has agreed",
}


@pytest.mark.parametrize("status", STATES)
def test_every_state_says_what_happens_next(app: Flask, key: Key, status: str) -> None:
    with app.app_context():
        found = session().get_one(Volunteer, (key.shard, key.id))
        found.status = status
        session().commit()
    page = signed_in(app, key).get("/register/status", headers=ENGLISH)
    assert page.status_code == 200
    assert STATES[status] in page.text


def test_an_answer_in_time_and_one_that_is_late(app: Flask, key: Key, clock: FakeClock) -> None:
    with app.app_context():
        waiting = make.applicant()
    person = signed_in(app, waiting)
    assert "You have an answer by 1 December 2026" in person.get("/register/status", headers=ENGLISH).text
    clock.advance(days=11)
    late = person.get("/register/status", headers=ENGLISH).text
    assert "The answer is late" in late
    assert "service window of 高墩子社区" in late


def test_a_minor_sees_that_the_guardian_has_not_answered(app: Flask, key: Key) -> None:
    with app.app_context():
        found = families.family()
    child = signed_in(app, found.child)
    assert "Your guardian has not agreed yet" in child.get("/register/status", headers=ENGLISH).text
    other = families.guardian_said()
    data = {f"guardian_{name}": getattr(other, name) for name in other.__dataclass_fields__}
    given = {name: value for name, value in data.items() if value}
    assert child.post("/register/status/guardian", data={}).status_code == 422
    assert child.post("/register/status/guardian", data=given).location == "/register/status"
    with app.app_context():
        families.Family(found.child, other.phone, other.document_number).consent()
    assert child.get("/register/status/guardian").status_code == 404


def test_a_passport_is_corrected_with_the_country_by_name(app: Flask, key: Key) -> None:
    given = {"document_type": "passport", "nationality": "KOR", "born_on": date(1990, 1, 1), "sex": "1"}
    with app.app_context():
        waiting = make.applicant(document_number="M12345678", **given)
        perform(SYSTEM, usecases.return_for_correction, volunteer=waiting, reason="国籍有误")
    person = signed_in(app, waiting)
    assert 'value="South Korea"' in person.get("/register/status", headers=ENGLISH).text
    said = {"name": "KIM MINJUN", "nationality": "日本", "born_on": "1990-01-02", "sex": "1"}
    place = {"region_code": str(make.NORTH_COMMUNITY), "political_status": "13", "document_type": "passport"}
    assert person.post("/register/status", data=said | place).location == "/register/status"
    found = row(app, waiting)
    assert (found.nationality, found.born_on, found.status) == ("JPN", date(1990, 1, 2), "verifying")


# --- who looked -------------------------------------------------------------------------------------


def test_who_looked_page_by_page(app: Flask, key: Key, person: FlaskClient, clock: FakeClock) -> None:
    with app.app_context():
        clerk = make.officer(Role.COMMUNITY_WORKER, make.NORTH, name="李工")
        for number in range(22):
            clock.advance(minutes=1)
            perform(clerk, usecases.unmask, volunteer=key, fields=["phone"], purpose=f"核对第{number:02}次")
    first = person.get("/my/access").text
    assert "核对第21次" in first
    assert "核对第01次" not in first
    following = re.search(r'href="(/my/access\?cursor=[^"]+)"', first)
    assert following
    assert "核对第00次" in person.get(following[1]).text


# --- wards ------------------------------------------------------------------------------------------


def test_a_guardian_answers_on_the_page(app: Flask, key: Key) -> None:
    with app.app_context():
        found = families.family(name="张小山峰")
        client = browser(app, found.guardian)
    listed = client.get("/my/wards", headers=ENGLISH).text
    assert "张**峰" in listed
    assert "张小山峰" not in listed
    url = f"/my/wards/{found.child}"
    assert client.get(url).status_code == 404
    silent = client.post(f"{url}/consent", data={}, headers=ENGLISH)
    assert silent.status_code == 422
    assert "Tick that you agree, or refuse." in silent.text
    wrong = {"document_number": make.document_number(), "agreed": "1"}
    assert client.post(f"{url}/consent", data=wrong).status_code == 422
    right = {"document_number": found.guardian_document.lower(), "agreed": "1"}
    assert client.post(f"{url}/consent", data=right).location == url
    assert "张小山峰" in client.get(url).text


def test_a_guardian_gets_five_attempts_a_day(app: Flask, key: Key) -> None:
    with app.app_context():
        found = families.family()
        client = browser(app, found.guardian)
    wrong = {"document_number": make.document_number(), "agreed": "1"}
    url = f"/my/wards/{found.child}/consent"
    assert [client.post(url, data=wrong).status_code for _ in range(6)] == [422] * 5 + [429]


def test_a_refusal_is_asked_for_twice(app: Flask, key: Key) -> None:
    with app.app_context():
        found = families.family()
        client = browser(app, found.guardian)
    url = f"/my/wards/{found.child}/refuse"
    assert "Yes, I refuse" in client.get(url, headers=ENGLISH).text
    assert row(app, found.child).status == "verifying"
    assert client.post(url).location == "/my/wards"
    assert row(app, found.child).status == "rejected"
    assert client.get(url).status_code == 404


def test_a_guardian_acts_on_the_wards_pages(app: Flask, family: Family, guardian: FlaskClient) -> None:
    with app.app_context():
        event = projects.event()
    base = f"/my/wards/{family.child}"
    assert event.shift.__str__() in guardian.get(f"{base}/shifts").text
    assert guardian.post(f"{base}/shifts/{event.shift}").location == base
    page = guardian.get(base, headers=ENGLISH).text
    cancel = re.search(r'action="(/my/wards/[^"]+/cancel)"', page)
    assert cancel
    assert 'class="qr"' in page
    assert guardian.post(cancel[1], data={"reason": "孩子生病"}).location == base
    assert "No place in a shift" in guardian.get(base, headers=ENGLISH).text
    assert guardian.post(f"{base}/profile/edit", data={"skills": ["arts"]}).location == f"{base}/profile"
    assert row(app, family.child).skills == ["arts"]
    assert guardian.post(f"{base}/consents", data={"purposes": "publication"}).location == f"{base}/consents"
    assert guardian.post(f"{base}/consents/publication/withdraw").location == f"{base}/consents"
    for rest in ("statement", "profile", "consents", "consents/stop", "access", "registration"):
        assert guardian.get(f"{base}/{rest}").status_code == 200


READ = " shifts statement profile consents access registration consent".split(" ")
WRITTEN = ("profile/edit", "consents/publication/withdraw", "registration")


def test_strangers_find_nothing(app: Flask, family: Family, person: FlaskClient) -> None:
    base = f"/my/wards/{family.child}"
    with app.app_context():
        event = projects.event()
        clerk = browser(app, make.officer(Role.COMMUNITY_WORKER, make.NORTH))
    for client in (person, clerk):
        for rest in (
            "",
            "/shifts",
            "/statement",
            "/profile",
            "/consents",
            "/access",
            "/registration",
            "/consent",
        ):
            assert client.get(base + rest).status_code == 404, rest
        for rest in (
            f"/shifts/{event.shift}",
            "/profile/edit",
            "/consents/publication/withdraw",
            "/registration",
        ):
            assert client.post(base + rest).status_code == 404, rest
    anybody = app.test_client()
    for path in ("/my/wards", base, "/my/profile", "/my/consents", "/my/access", "/my/profile/phone"):
        assert anybody.get(path).location.startswith("/sign-in?next="), path


def test_a_guardian_begins_at_the_wards(app: Flask, family: Family, guardian: FlaskClient) -> None:
    assert guardian.get("/").location == "/my/wards"
    assert guardian.get("/my").location == "/my/wards"
    assert 'href="/my/wards"' in guardian.get("/projects").text


def test_a_volunteer_named_as_guardian_is_told(app: Flask, key: Key) -> None:
    phone = "12000000555"
    with app.app_context():
        parent = make.volunteer(phone=phone)
        number = make.document_number(born_on=TWELVE)
        said = families.guardian_said(phone=phone)
        make.applicant(document_number=number, guardian=said)
    page = signed_in(app, parent).get("/my", headers=ENGLISH).text
    assert "Somebody under age has named you as guardian" in page
