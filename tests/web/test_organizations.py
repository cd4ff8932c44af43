"""Organisations by page and by API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as make
from timebank.kernel.policy import Role

CLERK, STRANGER, AUDITOR, PERSON = "12900000001", "12900000002", "12900000003", "12900000004"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=CLERK)
        make.officer(Role.COMMUNITY_WORKER, make.SOUTH, phone_number=STRANGER)
        make.officer(Role.AUDITOR, make.CITY, phone_number=AUDITOR)
        make.volunteer(phone=PERSON, name="陈大海")
    return app.test_client()


@pytest.fixture
def signed(app: Flask, client: FlaskClient) -> Callable[[str], FlaskClient]:
    def sign_in(phone: str) -> FlaskClient:
        browser = app.test_client()
        browser.post("/sign-in", data={"phone": phone, "password": make.PASSWORD})
        return browser

    return sign_in


@pytest.fixture
def bearer(client: FlaskClient) -> Callable[[str], dict[str, str]]:
    def header(phone: str) -> dict[str, str]:
        answer = client.post("/api/v1/auth/tokens", json={"phone": phone, "password": make.PASSWORD})
        return {"Authorization": f"Bearer {answer.json['token']}"}

    return header


def given(name: str) -> dict[str, str]:
    return {
        "name": name,
        "kind": "organization",
        "region_code": str(make.NORTH_TOWN),
        "credit_code": make.credit_code(),
    }


def test_page_and_api_record_and_appoint_the_same(
    client: FlaskClient, signed: Callable[[str], FlaskClient], bearer: Callable[[str], dict[str, str]]
) -> None:
    browser, header = signed(CLERK), bearer(CLERK)
    assert browser.get("/office/organizations/new").status_code == 200
    page = browser.post("/office/organizations/new", data=given("第一志愿队"))
    by_page = page.location.rsplit("/", 1)[1]
    by_api = client.post("/api/v1/organizations", json=given("第二志愿队"), headers=header).json["id"]
    appointment = {"phone": PERSON, "role": "organizer"}
    answer = browser.post(f"/office/organizations/{by_page}/roles", data=appointment)
    assert answer.location == f"/office/organizations/{by_page}"
    client.post(f"/api/v1/organizations/{by_api}/roles", json=appointment, headers=header)
    for key in (by_page, by_api):
        members = client.get(f"/api/v1/organizations/{key}/roles", headers=header).json["items"]
        assert [(m["name"], m["role"]) for m in members] == [("陈大海", "organizer")]
        assert "陈大海" in browser.get(f"/office/organizations/{key}").text
        card = client.get(f"/api/v1/organizations/{key}", headers=header).json
        assert (card["region_code"], card["status"]) == (str(make.NORTH_TOWN), "submitted")
    listed = client.get("/api/v1/organizations", headers=header).json["items"]
    assert {item["id"] for item in listed} == {by_page, by_api}
    assert "第一志愿队" in browser.get("/office/organizations?text=第一").text
    assert "第二志愿队" not in browser.get("/office/organizations?text=第一").text


def test_a_wrong_code_stands_beside_its_field(
    client: FlaskClient, signed: Callable[[str], FlaskClient], bearer: Callable[[str], dict[str, str]]
) -> None:
    wrong = given("第三志愿队") | {"credit_code": "91350100M000100Y42"}
    page = signed(CLERK).post("/office/organizations/new", data=wrong)
    answer = client.post("/api/v1/organizations", json=wrong, headers=bearer(CLERK))
    assert (page.status_code, 'id="credit_code-error"' in page.text) == (422, True)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"credit_code"})


def test_an_unknown_phone_is_not_appointed(app: Flask, signed: Callable[[str], FlaskClient]) -> None:
    with app.app_context():
        key = make.organization()
    page = signed(CLERK).post(
        f"/office/organizations/{key}/roles", data={"phone": "12999999998", "role": "recorder"}
    )
    assert (page.status_code, 'id="phone-error"' in page.text) == (422, True)


def test_strangers_see_nothing_and_auditors_change_nothing(
    app: Flask,
    client: FlaskClient,
    signed: Callable[[str], FlaskClient],
    bearer: Callable[[str], dict[str, str]],
) -> None:
    with app.app_context():
        key = make.organization()
    stranger, auditor = signed(STRANGER), signed(AUDITOR)
    assert str(key) not in stranger.get("/office/organizations").text
    for browser, found in ((stranger, 404), (auditor, 200)):
        assert browser.get(f"/office/organizations/{key}").status_code == found
    appointment = {"phone": PERSON, "role": "organizer"}
    assert stranger.post(f"/office/organizations/{key}/roles", data=appointment).status_code == 404
    assert auditor.post(f"/office/organizations/{key}/roles", data=appointment).status_code == 403
    assert auditor.get("/office/organizations/new").status_code == 403
    for phone, found in ((STRANGER, 404), (AUDITOR, 200)):
        assert client.get(f"/api/v1/organizations/{key}", headers=bearer(phone)).status_code == found
    assert client.get("/api/v1/organizations").status_code == 401
    assert client.get("/office/organizations").status_code == 302
