"""Registering and reviewing by page and by API: one body, two skins."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support import make_people as make
from tests.support.registering import walk
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Role
from timebank.volunteers.models import Consent, Unmasking, Volunteer

ENGLISH = {"Accept-Language": "en"}
CLERK, STRANGER, PARTY = "12900000001", "12900000002", "12900000003"

Signed = Callable[[str], FlaskClient]
Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=CLERK, name="李工")
        make.officer(Role.COMMUNITY_WORKER, make.SOUTH, phone_number=STRANGER)
        make.officer(Role.PARTY_ADMINISTRATOR, make.NORTH, phone_number=PARTY)
    return app.test_client()


@pytest.fixture
def signed(app: Flask, client: FlaskClient) -> Signed:
    def sign_in(phone: str) -> FlaskClient:
        browser = app.test_client()
        browser.post("/sign-in", data={"phone": phone, "password": make.PASSWORD})
        return browser

    return sign_in


@pytest.fixture
def bearer(client: FlaskClient) -> Bearer:
    def header(phone: str) -> dict[str, str]:
        answer = client.post("/api/v1/auth/tokens", json={"phone": phone, "password": make.PASSWORD})
        return {"Authorization": f"Bearer {answer.json['token']}"} | ENGLISH

    return header


def application(**changes: Any) -> dict[str, Any]:
    given = make.application(**changes)
    return given | {"region_code": str(given["region_code"])}


def known(app: Flask, **changes: Any) -> Key:
    with app.app_context():
        return make.applicant(**changes)


def rows(app: Flask, table: type[Any] = Volunteer) -> list[Any]:
    with app.app_context():
        return session().query(table).all()


def by_page(client: FlaskClient, given: dict[str, Any]) -> TestResponse:
    return walk(client, given)


def by_api(client: FlaskClient, given: dict[str, Any]) -> TestResponse:
    return client.post("/api/v1/volunteers", json=given, headers=ENGLISH)


def facts(row: Volunteer) -> tuple[Any, ...]:
    return (row.name, row.status, row.sex, row.region_code, row.political_status, row.skills, row.categories)


def test_page_and_api_register_the_same(client: FlaskClient, app: Flask) -> None:
    page = by_page(client, application())
    assert (page.status_code, page.location) == (302, "/register/done")
    answer = by_api(client, application())
    assert (answer.status_code, answer.json["status"]) == (201, "verifying")
    one, two = rows(app)
    assert facts(one)[:2] == facts(two)[:2]
    assert facts(one)[3:] == facts(two)[3:]
    assert len(rows(app, Consent)) == 4
    assert "community worker" in client.get("/register/done", headers=ENGLISH).text


WRONG = {
    "no consent": ({"consents": ["privacy"]}, "consents"),
    "a county is no community": ({"region_code": str(make.NORTH)}, "region_code"),
    "unknown community": ({"region_code": "511102001999"}, "region_code"),
    "no name": ({"name": "1"}, "name"),
    "bad phone": ({"phone": "110"}, "phone"),
}


@pytest.mark.parametrize("case", WRONG)
def test_page_and_api_refuse_the_same(client: FlaskClient, app: Flask, case: str) -> None:
    changes, field = WRONG[case]
    page, answer = by_page(client, application(**changes)), by_api(client, application(**changes))
    assert (page.status_code, answer.status_code) == (422, 422)
    assert set(answer.json["errors"]) == {field}
    assert f'id="{field}-error"' in page.text
    assert f'href="#f-{field}"' in page.text
    assert answer.json["errors"][field][0]["message"] in page.text.replace("&#39;", "'")
    assert rows(app) == []


def test_a_known_document_is_told_to_sign_in_instead(client: FlaskClient, app: Flask) -> None:
    document = make.document_number()
    known(app, document_number=document)
    page = by_page(client, application(document_number=document))
    answer = by_api(client, application(document_number=document))
    assert (page.status_code, answer.status_code, answer.json["code"]) == (409, 409, "document-registered")
    assert "Sign in instead" in page.text


def test_a_repeated_request_registers_once(client: FlaskClient, app: Flask) -> None:
    given, header = application(), {"Idempotency-Key": "abc"}
    answers = [client.post("/api/v1/volunteers", json=given, headers=header) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(rows(app)) == 1
    other = client.post("/api/v1/volunteers", json=application(), headers=header)
    assert (other.status_code, other.json["code"]) == (422, "key-reused")


def test_a_poster_can_lead_to_a_county(client: FlaskClient) -> None:
    client.get(f"/register?county={make.SOUTH}")
    walk(client, application(), stop="home")
    page = client.get("/register/home").text
    assert options(page, "region_code") == ["沫溪社区", "三峨山村"]


def options(page: str, name: str) -> list[str]:
    found = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'<option value="\d+"[^>]*>([^<]+)</option>', found[0]) if found else []


def address(key: Key, action: str = "") -> str:
    return f"/office/volunteers/{key}" + (f"/{action}" if action else "")


def test_the_registry_lists_the_own_region_only(
    signed: Signed, bearer: Bearer, client: FlaskClient, app: Flask
) -> None:
    north, south = known(app, name="司马北"), known(app, name="欧阳南", region_code=make.SOUTH_COMMUNITY)
    for phone, own, other in ((CLERK, north, south), (STRANGER, south, north)):
        page = signed(phone).get("/office/volunteers").text
        assert str(own) in page
        assert str(other) not in page
        answer = client.get("/api/v1/volunteers", headers=bearer(phone))
        assert [item["id"] for item in answer.json["items"]] == [str(own)]
        browser = signed(phone)
        assert browser.get(address(own)).status_code == 200
        assert browser.get(address(other)).status_code == 404
        assert client.get(f"/api/v1/volunteers/{own}", headers=bearer(phone)).status_code == 200
        assert client.get(f"/api/v1/volunteers/{other}", headers=bearer(phone)).status_code == 404


def test_nobody_and_volunteers_do_not_see_the_registry(client: FlaskClient, app: Flask) -> None:
    key = known(app, phone="12900000009", password=make.PASSWORD)
    assert client.get("/office/volunteers").status_code == 302
    assert client.get("/api/v1/volunteers").status_code == 401
    client.post("/sign-in", data={"phone": "12900000009", "password": make.PASSWORD})
    assert client.get("/office/volunteers").status_code == 403
    assert client.get(address(key)).status_code == 200
    assert client.post(address(key, "approve")).status_code == 403


@pytest.mark.parametrize("skin", ["page", "api"])
def test_a_clerk_decides_in_either_skin(
    signed: Signed, bearer: Bearer, client: FlaskClient, app: Flask, skin: str
) -> None:
    key = known(app, political_status="01")
    steps: list[tuple[str, str, dict[str, str], str]] = [
        (CLERK, "return", {"reason": "请补充材料"}, "returned"),
        (CLERK, "reject", {"reason": "冒用证件"}, "rejected"),
    ]
    other = known(app, political_status="01")
    steps_of_other: list[tuple[str, str, dict[str, str], str]] = [
        (CLERK, "approve", {"method": "in_person"}, "registered"),
        (PARTY, "verify-party", {}, "registered"),
        (CLERK, "suspend", {"reason": "核查中"}, "suspended"),
        (CLERK, "reinstate", {}, "registered"),
    ]
    for target, todo in ((key, steps), (other, steps_of_other)):
        for phone, action, given, status in todo:
            if skin == "page":
                assert signed(phone).post(address(target, action), data=given).location == address(target)
            else:
                url = f"/api/v1/volunteers/{target}/{action}"
                answer = client.post(url, json=given, headers=bearer(phone))
                assert (answer.status_code, answer.json["status"]) == (200, status)
            assert {row.key: row.status for row in rows(app)}[target] == status
    assert {row.key: row.party_verified_at is not None for row in rows(app)} == {key: False, other: True}


@pytest.mark.parametrize("action", ["approve", "return", "reject", "suspend", "reinstate", "verify-party"])
def test_strangers_decide_nothing_in_either_skin(
    signed: Signed, bearer: Bearer, client: FlaskClient, app: Flask, action: str
) -> None:
    key = known(app)
    for phone in (STRANGER,):
        expected = 403 if action == "verify-party" else 404
        given = {"reason": "理由"} if action in ("return", "reject", "suspend") else {}
        assert signed(phone).post(address(key, action), data=given).status_code == expected
        url = f"/api/v1/volunteers/{key}/{action}"
        assert client.post(url, json=given, headers=bearer(phone)).status_code == expected
    assert rows(app)[0].status == "verifying"


def test_a_reason_is_asked_for_beside_its_field(signed: Signed, app: Flask) -> None:
    browser, key = signed(CLERK), known(app)
    assert browser.post(address(key, "return"), data={}).status_code == 422
    assert browser.post(address(key, "explode"), data={}).status_code == 404


def test_unmasking_shows_the_number_once_and_leaves_a_row(
    signed: Signed, bearer: Bearer, client: FlaskClient, app: Flask
) -> None:
    document = make.document_number()
    key, browser = known(app, document_number=document), signed(CLERK)
    assert document not in browser.get(address(key)).text
    given = {"fields": ["document_number"], "purpose": "核对证件"}
    page = browser.post(address(key, "unmask"), data=given)
    assert (page.status_code, document in page.text) == (200, True)
    assert page.headers["Cache-Control"] == "no-store"
    assert document not in browser.get(address(key)).text
    answer = client.post(f"/api/v1/volunteers/{key}/unmask", json=given, headers=bearer(CLERK))
    assert answer.json == {"document_number": document}
    assert [row.purpose for row in rows(app, Unmasking)] == ["核对证件"] * 2
    nothing = browser.post(address(key, "unmask"), data={"fields": []})
    assert (nothing.status_code, 'id="purpose-error"' in nothing.text) == (422, True)
    assert signed(STRANGER).post(address(key, "unmask"), data=given).status_code == 404
    assert signed(PARTY).post(address(key, "unmask"), data=given).status_code == 403


def test_numbers_and_names_are_searched_for_without_standing_in_an_address(
    signed: Signed, bearer: Bearer, client: FlaskClient, app: Flask
) -> None:
    document = make.document_number()
    key, other = known(app, document_number=document, name="司马光"), known(app, name="张三")
    browser = signed(CLERK)
    for text in (document, "司马"):
        page = browser.post("/office/volunteers", data={"text": text})
        assert (page.status_code, str(key) in page.text, str(other) in page.text) == (200, True, False)
        answer = client.post("/api/v1/volunteers/search", json={"text": text}, headers=bearer(CLERK))
        assert [item["id"] for item in answer.json["items"]] == [str(key)]
    filters = browser.post("/office/volunteers", data={"text": "", "status": "registered"})
    assert filters.location == "/office/volunteers?status=registered"
    assert str(key) not in browser.get(filters.location).text
    assert browser.get("/office/volunteers?status=nonsense").status_code == 422
    assert browser.get("/office/volunteers?limit=1").text.count('rel="next"') == 1


def test_a_returned_registration_is_corrected_on_the_status_page(
    signed: Signed, app: Flask, client: FlaskClient
) -> None:
    phone = "12900000010"
    key = known(app, phone=phone, password=make.PASSWORD)
    person = signed(phone)
    assert client.get("/register/status").location == "/sign-in?next=/register/status"
    assert person.get("/register").location == "/register/status"
    assert "status_reason" not in person.get("/register/status").text
    signed(CLERK).post(address(key, "return"), data={"reason": "姓名与证件不符"})
    page = person.get("/register/status").text
    assert "姓名与证件不符" in page
    assert re.search(rf'value="{make.NORTH_COMMUNITY}" selected', page)
    corrected = {
        "name": "张大山",
        "county": str(make.NORTH),
        "region_code": str(make.NORTH_SECOND),
        "political_status": "13",
        "categories": ["legal"],
    }
    assert person.post("/register/status", data=corrected | {"name": "1"}).status_code == 422
    assert person.post("/register/status", data=corrected | {"show_places": "1"}).status_code == 200
    assert person.post("/register/status", data=corrected).location == "/register/status"
    (row,) = rows(app)
    assert (row.status, row.name, row.region_code, row.categories) == (
        "verifying",
        "张大山",
        make.NORTH_SECOND,
        ["legal"],
    )
    assert client.post("/register/status", data=corrected).location.startswith("/sign-in")


def test_a_correction_by_api_and_ones_own_card(bearer: Bearer, client: FlaskClient, app: Flask) -> None:
    phone = "12900000011"
    key = known(app, phone=phone, password=make.PASSWORD)
    me = client.get("/api/v1/volunteers/me", headers=bearer(phone)).json
    assert (me["id"], me["status"], me["phone"]) == (str(key), "verifying", "129****0011")
    assert me["born_on"]
    client.post(f"/api/v1/volunteers/{key}/return", json={"reason": "请核对"}, headers=bearer(CLERK))
    given = {"name": "张大山", "region_code": str(make.NORTH_SECOND), "political_status": "13"}
    answer = client.patch(f"/api/v1/volunteers/{key}", json=given, headers=bearer(phone))
    assert (answer.json["status"], answer.json["name"]) == ("verifying", "张大山")
    assert client.get("/api/v1/volunteers/me", headers=bearer(CLERK)).status_code == 404
    assert client.get("/api/v1/volunteers/me").status_code == 401


def test_the_person_reads_who_looked(signed: Signed, app: Flask) -> None:
    phone = "12900000012"
    key = known(app, phone=phone, password=make.PASSWORD)
    signed(CLERK).post(address(key, "unmask"), data={"fields": ["phone"], "purpose": "通知补充材料"})
    page = signed(phone).get("/my/access").text
    assert "通知补充材料" in page
    assert "李工" in page


@pytest.mark.parametrize("path", ["/sign-in", "/register", "/register/done"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_public_pages_have_one_title_and_no_inline_code(
    client: FlaskClient, path: str, language: str
) -> None:
    page = client.get(path, headers={"Accept-Language": language}).text
    assert page.count("<h1") == 1
    assert not re.search(r"<style|style=|onclick=|<script(?![^>]*src=)", page)
