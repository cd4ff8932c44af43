"""Signing in by page and by API: the same effect, the same refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as make
from timebank.identity.usecases import SIGN_INS_PER_PHONE
from timebank.kernel.policy import Role

PHONE = "12999999999"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=PHONE, name="李工")
    return app.test_client()


def sent_code(folder: Path) -> str:
    *_, line = (folder / "codes.txt").read_text().splitlines()
    instant, phone, code = line.split()
    assert (instant[:10], phone) == ("2026-11-21", PHONE)
    return code


def test_password_by_page(client: FlaskClient) -> None:
    page = client.get("/sign-in?next=/office/volunteers")
    assert page.status_code == 200
    answer = client.post(
        "/sign-in", data={"phone": PHONE, "password": make.PASSWORD, "next": "/office/volunteers"}
    )
    assert answer.location == "/office/volunteers"
    assert client.get("/office/volunteers").status_code == 200
    assert client.get("/sign-in").location == "/"
    client.post("/sign-out")
    assert client.get("/office/volunteers").location.startswith("/sign-in?next=/office/volunteers")


def test_a_stolen_cookie_is_worth_nothing_after_sign_out(client: FlaskClient) -> None:
    client.post("/sign-in", data={"phone": PHONE, "password": make.PASSWORD})
    stolen = client.get_cookie("timebank")
    assert stolen
    client.post("/sign-out")
    client.set_cookie("timebank", stolen.value)
    assert client.get("/office/volunteers").status_code == 302


def test_code_by_page_without_the_phone_in_any_address(client: FlaskClient, tmp_path: Path) -> None:
    page = client.post("/sign-in/code", data={"phone": PHONE, "next": "/my"}, headers=ENGLISH)
    assert page.status_code == 200
    assert "a code is on its way" in page.text
    assert f'value="{PHONE}"' in page.text
    assert 'value="/my"' in page.text
    answer = client.post("/sign-in", data={"phone": PHONE, "code": sent_code(tmp_path), "next": "/my"})
    assert answer.location == "/my"


def test_an_unknown_phone_gets_the_same_answer_and_no_code(client: FlaskClient, tmp_path: Path) -> None:
    known = client.post("/sign-in/code", data={"phone": PHONE})
    unknown = client.post("/sign-in/code", data={"phone": "12000000000"})
    assert known.text.replace(PHONE, "12000000000") == unknown.text
    assert len((tmp_path / "codes.txt").read_text().splitlines()) == 1
    assert (tmp_path / "codes.txt").stat().st_mode & 0o777 == 0o600


def test_a_wrong_password_is_said_on_the_page_and_the_phone_is_kept(client: FlaskClient) -> None:
    page = client.post("/sign-in", data={"phone": PHONE, "password": "wrong horse"}, headers=ENGLISH)
    assert page.status_code == 422
    assert "do not match" in page.text
    assert f'value="{PHONE}"' in page.text
    assert "wrong horse" not in page.text


def test_missing_fields_are_marked(client: FlaskClient) -> None:
    page = client.post("/sign-in", data={"code": " "})
    assert page.status_code == 422
    assert 'href="#f-phone"' in page.text
    assert 'href="#f-code"' in page.text
    assert client.post("/sign-in/code", data={"phone": "110"}).status_code == 422


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere_after_signing_in(client: FlaskClient, address: str) -> None:
    answer = client.post("/sign-in", data={"phone": PHONE, "password": make.PASSWORD, "next": address})
    assert answer.location == "/"


def test_too_many_attempts_by_page_and_by_api(client: FlaskClient) -> None:
    for _ in range(SIGN_INS_PER_PHONE):
        client.post("/sign-in", data={"phone": PHONE, "password": "wrong horse"})
    page = client.post("/sign-in", data={"phone": PHONE, "password": make.PASSWORD})
    answer = client.post("/api/v1/auth/tokens", json={"phone": PHONE, "password": make.PASSWORD})
    assert (page.status_code, answer.status_code) == (429, 429)
    assert int(answer.headers["Retry-After"]) > 0


def test_bearer_token_by_password_and_by_code(client: FlaskClient, tmp_path: Path) -> None:
    by_password = client.post("/api/v1/auth/tokens", json={"phone": PHONE, "password": make.PASSWORD})
    assert client.post("/api/v1/auth/codes", json={"phone": PHONE}).status_code == 202
    by_code = client.post("/api/v1/auth/tokens", json={"phone": PHONE, "code": sent_code(tmp_path)})
    for answer in (by_password, by_code):
        assert answer.status_code == 201
        assert answer.json["expires_at"] == "2026-11-21T22:00:00+08:00"
        bearer = {"Authorization": f"Bearer {answer.json['token']}"}
        me = client.get("/api/v1/me", headers=bearer)
        assert me.json == {
            "id": answer.json["user"],
            "name": "李工",
            "volunteer": None,
            "phone": "129****9999",
            "grants": [{"role": "community_worker", "region_code": "511102000000", "organization": None}],
            "scopes": None,
        }
        assert client.delete("/api/v1/auth/tokens/current", headers=bearer).status_code == 204
        for refused in (
            client.get("/api/v1/me", headers=bearer),
            client.delete("/api/v1/auth/tokens/current", headers=bearer),
        ):
            assert (refused.status_code, refused.json["code"]) == (401, "sign-in-required")


def test_the_api_takes_no_cookie(client: FlaskClient) -> None:
    client.post("/sign-in", data={"phone": PHONE, "password": make.PASSWORD})
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("given", "code", "fields"),
    [
        ({"phone": PHONE, "password": "wrong horse"}, "sign-in-failed", None),
        ({"phone": PHONE}, "invalid", {"password"}),
        ({"phone": "110", "password": "x"}, "not-a-mobile-number", {"phone"}),
        ({"phone": PHONE, "code": "1", "extra": 1}, "invalid", {"extra"}),
    ],
)
def test_refusals_of_the_api(
    client: FlaskClient, given: dict[str, object], code: str, fields: set[str] | None
) -> None:
    answer = client.post("/api/v1/auth/tokens", json=given)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert set(answer.json.get("errors", {})) == (fields or set())


def test_the_persons_own_view_comes_back_on_another_device(client: FlaskClient, app: Flask) -> None:
    sign_in = {"phone": PHONE, "password": make.PASSWORD}
    client.post("/sign-in", data=sign_in)
    client.post("/preferences", data={"name": "view", "value": "elder"})
    client.post("/preferences", data={"name": "locale", "value": "en"})
    other = app.test_client()
    other.post("/sign-in", data=sign_in)
    assert 'lang="en" data-view="elder"' in other.get("/office/volunteers").text
