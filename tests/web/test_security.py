"""The second step, one's own security page, API tokens and roles: by page and by API."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as make
from tests.support import signed_in
from tests.support.authenticator import Authenticator, enrol, wrong
from tests.support.clock import FakeClock
from timebank.identity.queries import holder_of, user_by_phone
from timebank.identity.usecases import SECOND_FACTORS_PER_USER
from timebank.kernel.policy import Role

PHONE, OPERATOR, STRANGER, PERSON = "12999999999", "12900000001", "12900000002", "12900000003"
ENGLISH = {"Accept-Language": "en"}
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
RECOVERY = re.compile(r"[2-9A-Z]{5}-[2-9A-Z]{5}")


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str, tmp_path: Path) -> Flask:
    codes = str(tmp_path / "codes.txt")
    app = make_app(database_url, second_factor="required", code_sender="file", code_sender_file=codes)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=PHONE)
        make.officer(Role.OPERATOR, make.CITY, phone_number=OPERATOR, name="周主任")
        make.officer(Role.OPERATOR, make.SOUTH, phone_number=STRANGER)
        make.volunteer(phone=PERSON, password=make.PASSWORD, name="陈大海")
    return app


def browser(app: Flask, phone: str) -> FlaskClient:
    """Signed in as if with a second factor."""
    with app.app_context():
        user = user_by_phone(phone)
        assert user
        return signed_in.browser(app, make.actor_of_user(user))


def bearer(app: Flask, phone: str) -> dict[str, str]:
    with app.app_context():
        user = user_by_phone(phone)
        assert user
        return signed_in.bearer(make.actor_of_user(user))


def enrolled(app: Flask, phone: str = PHONE) -> Authenticator:
    with app.app_context():
        user = user_by_phone(phone)
        assert user
        return enrol(make.actor_of_user(user))


def first_step(client: FlaskClient, phone: str = PHONE) -> str:
    answer = client.post("/sign-in", data={"phone": phone, "password": make.PASSWORD, "next": "/office"})
    return str(answer.location)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, pattern
    return match[1]


def secret_on(page: str) -> Authenticator:
    text = found(r'<p class="code secret-text">(.*?)</p>', page)
    return Authenticator(re.sub(r"<[^>]*>|\s", "", text))


# --- the second step --------------------------------------------------------------------------------


def test_an_officer_sets_it_up_before_anything_else(app: Flask, clock: FakeClock) -> None:
    client = app.test_client()
    assert first_step(client) == "/sign-in/second?next=/office"
    assert client.get("/office").location.startswith("/sign-in?")
    page = client.get("/sign-in/second?next=/office")
    assert 'class="qr"' in page.text
    code = secret_on(page.text).code(clock.now())
    refused = client.post("/sign-in/second/set-up", data={"code": wrong(code), "next": "/office"})
    assert (refused.status_code, 'href="#f-code"' in refused.text) == (422, True)
    assert secret_on(refused.text).code(clock.now()) == code
    done = client.post("/sign-in/second/set-up", data={"code": code, "next": "/office"})
    assert done.status_code == 200
    assert done.headers["Cache-Control"] == "no-store"
    assert len(RECOVERY.findall(done.text)) == 10
    assert client.get("/office").status_code == 200
    assert client.get("/sign-in/second?next=/office").location == "/office"


def test_after_that_it_is_asked_for_every_time(app: Flask, clock: FakeClock) -> None:
    authenticator = enrolled(app)
    client = app.test_client()
    first_step(client)
    page = client.get("/sign-in/second?next=/office")
    assert 'class="qr"' not in page.text
    code = authenticator.code(clock.advance(minutes=1))
    refused = client.post("/sign-in/second", data={"code": wrong(code), "next": "/office"}, headers=ENGLISH)
    assert (refused.status_code, "it was used already" in refused.text) == (422, True)
    assert client.post("/sign-in/second/set-up", data={"code": code}).status_code == 410
    answer = client.post("/sign-in/second", data={"code": code, "next": "/office"})
    assert answer.location == "/office"
    assert client.get("/office").status_code == 200


def test_guessing_is_stopped(app: Flask, clock: FakeClock) -> None:
    authenticator = enrolled(app)
    client = app.test_client()
    first_step(client)
    code = authenticator.code(clock.advance(minutes=1))
    for _ in range(SECOND_FACTORS_PER_USER):
        client.post("/sign-in/second", data={"code": wrong(code)})
    assert client.post("/sign-in/second", data={"code": code}).status_code == 429
    given = {"phone": PHONE, "password": make.PASSWORD, "totp": code}
    assert client.post("/api/v1/auth/tokens", json=given).status_code == 429


def test_the_second_step_needs_the_first(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/sign-in/second?next=/my").location == "/sign-in?next=/my"
    for path in ("/sign-in/second", "/sign-in/second/set-up"):
        assert client.post(path, data={"code": "123456"}).status_code in (410, 422)


def test_a_volunteer_signs_in_as_before(app: Flask) -> None:
    client = app.test_client()
    assert first_step(client, PERSON) == "/office"
    assert client.get("/my/security").status_code == 200


def test_the_api_asks_for_the_code_by_a_stable_name(app: Flask, clock: FakeClock) -> None:
    client, given = app.test_client(), {"phone": PHONE, "password": make.PASSWORD}
    refused = client.post("/api/v1/auth/tokens", json=given)
    assert (refused.status_code, refused.json["code"]) == (409, "second-factor-not-set-up")
    authenticator = enrolled(app)
    refused = client.post("/api/v1/auth/tokens", json=given)
    assert (refused.status_code, refused.json["code"]) == (422, "second-factor-needed")
    assert list(refused.json["errors"]) == ["totp"]
    code = authenticator.code(clock.advance(minutes=1))
    answer = client.post("/api/v1/auth/tokens", json={**given, "totp": code})
    assert answer.status_code == 201
    assert (
        client.post("/api/v1/auth/tokens", json={**given, "totp": code}).json["code"] == "wrong-second-factor"
    )


# --- /my/security -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["", "/password", "/second-factor", "/second-factor/set-up", "/tokens/new", "/link"]
)
def test_every_page_is_for_whoever_is_signed_in(app: Flask, path: str) -> None:
    assert app.test_client().get(f"/my/security{path}").location.startswith("/sign-in?next=/my/security")


def test_setting_it_up_moving_it_and_new_recovery_codes(app: Flask, clock: FakeClock) -> None:
    client = browser(app, PERSON)
    assert client.get("/my/security/second-factor/set-up").location == "/my/security/second-factor"
    assert client.post("/my/security/second-factor/begin").location == "/my/security/second-factor/set-up"
    old = secret_on(client.get("/my/security/second-factor/set-up").text)
    done = client.post("/my/security/second-factor/set-up", data={"code": old.code(clock.now())})
    assert len(RECOVERY.findall(done.text)) == 10
    assert client.post("/my/security/second-factor/begin").status_code == 422
    code = old.code(clock.advance(minutes=1))
    assert client.post("/my/security/second-factor/begin", data={"code": code}).status_code == 302
    new = secret_on(client.get("/my/security/second-factor/set-up").text)
    assert new.secret != old.secret
    client.post("/my/security/second-factor/set-up", data={"code": new.code(clock.now())})
    code = new.code(clock.advance(minutes=1))
    fresh = client.post("/my/security/second-factor/recovery-codes", data={"code": code})
    assert len(RECOVERY.findall(fresh.text)) == 10
    clock.advance(minutes=15)
    code = new.code(clock.now())
    answer = client.post("/my/security/second-factor/remove", data={"code": code})
    assert answer.location == "/my/security"
    assert first_step(app.test_client(), PERSON) == "/office"


def test_the_password_by_page(app: Flask, tmp_path: Path) -> None:
    client = browser(app, PERSON)
    assert "129****0003" in client.get("/my/security").text
    wrong_one = {"password": "wrong horse", "new_password": "battery staple"}
    assert 'href="#f-password"' in client.post("/my/security/password", data=wrong_one).text
    page = client.post("/my/security/password/code", headers=ENGLISH)
    assert "129****0003" in page.text
    assert PERSON not in page.text
    code = (tmp_path / "codes.txt").read_text().split()[-1]
    given = {"code": code, "new_password": "battery staple"}
    assert client.post("/my/security/password", data=given).location == "/my/security"
    answer = app.test_client().post("/sign-in", data={"phone": PERSON, "password": "battery staple"})
    assert answer.location == "/"


def test_sign_ins_are_recognised_and_ended(app: Flask) -> None:
    phone = app.test_client()
    phone.post("/sign-in", data={"phone": PERSON, "password": make.PASSWORD}, headers=FIREFOX)
    client, other = browser(app, PERSON), browser(app, PERSON)
    page = client.get("/my/security", headers=ENGLISH).text
    assert "Firefox, Linux" in page
    addresses = re.findall(r'action="(/my/security/sign-ins/\d{6}-[^"]+/end)"', page)
    assert len(addresses) == 2
    assert browser(app, PHONE).post(addresses[0]).status_code == 404
    assert client.post(addresses[0]).location == "/my/security"
    assert client.post(addresses[0]).status_code == 404
    client.post("/my/security/sign-ins/end-others")
    assert client.get("/my/security").status_code == 200
    assert [each.get("/my/security").status_code for each in (phone, other)] == [302, 302]


# --- API tokens -------------------------------------------------------------------------------------


def test_a_token_by_page_and_by_api_is_the_same(app: Flask) -> None:
    client, given = browser(app, PHONE), {"label": "周报", "days": "30", "scopes": ["volunteer:read"]}
    made = client.post("/my/security/tokens/new", data=given)
    assert made.status_code == 201
    by_page = found(r'secret-text" tabindex="0">([\w-]+)<', made.text)
    answer = client.post(
        "/api/v1/auth/api-tokens", json={**given, "days": 30, "label": "月报"}, headers=bearer(app, PHONE)
    )
    assert answer.status_code == 201
    for token in (by_page, answer.json["token"]):
        header = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/v1/volunteers", headers=header).status_code == 200
        refused = client.get("/api/v1/service-records/waiting", headers=header)
        assert (refused.status_code, refused.json["code"]) == (403, "scope-missing")
        assert client.get("/api/v1/me", headers=header).json["scopes"] == ["volunteer:read"]
        for method, path in (("post", ""), ("get", ""), ("delete", f"/{answer.json['id']}")):
            refused = client.open(
                f"/api/v1/auth/api-tokens{path}",
                method=method,
                headers=header,
                json={**given, "days": 1} if method == "post" else None,
            )
            assert (refused.status_code, refused.json["code"]) == (403, "scope-missing")
    assert by_page not in client.get("/my/security").text


def test_tokens_are_listed_and_revoked_by_their_owner_alone(app: Flask) -> None:
    client, own, other = app.test_client(), bearer(app, PHONE), bearer(app, STRANGER)
    given = {"label": "周报", "scopes": ["hours:read"]}
    made = client.post("/api/v1/auth/api-tokens", json=given, headers=own).json
    (listed,) = client.get("/api/v1/auth/api-tokens", headers=own).json["items"]
    assert listed == {
        "id": made["id"],
        "label": "周报",
        "scopes": ["hours:read"],
        "created_at": "2026-11-21T10:00:00+08:00",
        "last_used_on": None,
        "expires_at": "2027-02-19T10:00:00+08:00",
    }
    assert client.get("/api/v1/auth/api-tokens", headers=other).json["items"] == []
    path = f"/api/v1/auth/api-tokens/{made['id']}"
    assert client.delete(path, headers=other).status_code == 404
    assert client.delete(path).status_code == 401
    assert client.delete(path, headers=own).status_code == 204
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {made['token']}"}).status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": ["user:secure"]}, "scopes.0"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["target:write"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"label": ""}, "label"),
    ],
)
def test_refusals_of_a_token(app: Flask, change: dict[str, object], field: str) -> None:
    given = {"label": "周报", "scopes": ["hours:read"], **change}
    answer = app.test_client().post("/api/v1/auth/api-tokens", json=given, headers=bearer(app, PHONE))
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_using_a_token_notes_the_day_once(app: Flask, clock: FakeClock) -> None:
    client = app.test_client()
    given = {"label": "周报", "scopes": ["hours:read"]}
    made = client.post("/api/v1/auth/api-tokens", json=given, headers=bearer(app, PHONE)).json
    for days in (0, 0, 1):
        clock.advance(days=days)
        client.get("/api/v1/me", headers={"Authorization": f"Bearer {made['token']}"})
        with app.app_context():
            held = holder_of(made["token"])
            assert held
            assert str(held.last_used_on) == f"2026-11-2{1 + days}"


# --- roles ------------------------------------------------------------------------------------------


def test_roles_are_given_and_taken_back(app: Flask) -> None:
    client = browser(app, OPERATOR)
    assert "/office/grants" in client.get("/office").text
    page = client.get(f"/office/grants/new?region_code={make.NORTH_COMMUNITY:012d}").text
    assert "高墩子社区" in page
    given = {"role": "auditor", "phone": "12900000055", "region_code": f"{make.NORTH_COMMUNITY:012d}"}
    assert 'href="#f-phone"' in client.post("/office/grants/new", data=given).text
    assert client.post("/office/grants/new", data={**given, "name": "罗文"}).location == "/office/grants"
    listing = client.get("/office/grants?role=auditor").text
    assert "罗文" in listing
    address = found(r'action="(/office/grants/[^"]+/revoke)"', listing)
    assert browser(app, STRANGER).post(address).status_code == 404
    assert client.post(address).location == "/office/grants"
    assert "罗文" not in client.get("/office/grants").text


def test_nobody_gives_roles_outside_the_own_regions(app: Flask) -> None:
    stranger, volunteer = browser(app, STRANGER), browser(app, PERSON)
    inside = {"role": "auditor", "phone": PERSON, "region_code": f"{make.NORTH:012d}"}
    assert stranger.get(f"/office/grants/new?region_code={make.NORTH:012d}").status_code == 404
    assert stranger.post("/office/grants/new", data=inside).status_code == 404
    for path in ("/office/grants", "/office/grants/new"):
        assert volunteer.get(path).status_code == 403
        assert app.test_client().get(path).status_code == 302
    for data in (inside, {}):
        assert volunteer.post("/office/grants/new", data=data).status_code == 403


def test_a_lost_second_factor_is_reset_on_the_page(app: Flask, clock: FakeClock) -> None:
    enrolled(app)
    page = browser(app, OPERATOR).get("/office/grants").text
    address = found(r'action="(/office/users/[^"]+/second-factor/reset)"', page)
    assert browser(app, STRANGER).post(address).status_code == 404
    assert browser(app, OPERATOR).post(address).location == "/office/grants"
    client = app.test_client()
    first_step(client)
    assert 'class="qr"' in client.get("/sign-in/second").text
