"""Signing in by an account of an OpenID Connect provider, against a real provider on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support import make_people as make
from tests.support.authenticator import enrol
from tests.support.clock import FakeClock
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Running, running_provider
from timebank.identity.queries import user_by_phone
from timebank.kernel import claims
from timebank.kernel.policy import Role

PHONE, OTHER = "12999999999", "12999999998"
ENGLISH = {"Accept-Language": "en"}
MakeApp = Callable[..., Flask]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture(scope="module")
def shared_provider() -> Iterator[Running]:
    with running_provider() as running:
        yield running


@pytest.fixture
def provider(shared_provider: Running, clock: FakeClock) -> Running:
    shared_provider.behave(clock.now())
    return shared_provider


@pytest.fixture
def app(make_app: MakeApp, database_url: str, provider: Running) -> Flask:
    return service(make_app, database_url, provider.issuer)


def service(make_app: MakeApp, database_url: str, issuer: str, **changes: str) -> Flask:
    given = {"oidc_issuer": issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
    app = make_app(database_url, **given, oidc_name="天府通办", **changes)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        make.volunteer(phone=PHONE, password=make.PASSWORD, name="陈大海")
        make.volunteer(phone=OTHER, password=make.PASSWORD, name="林小溪")
    return app


def at_the_provider(client: FlaskClient, next_page: str = "/my") -> str:
    """Where the provider sends the browser back to."""
    asked = client.get(f"/sign-in/external?next={next_page}")
    assert asked.status_code == 302, asked.text
    answer = requests.get(asked.location, allow_redirects=False, timeout=30)
    assert answer.status_code == 302, answer.text
    address = urlsplit(answer.headers["Location"])
    return f"{address.path}?{address.query}"


def come_back(client: FlaskClient, next_page: str = "/my") -> TestResponse:
    return client.get(at_the_provider(client, next_page), headers=ENGLISH)


def sign_in(client: FlaskClient, phone: str = PHONE, **more: str) -> TestResponse:
    given = {"phone": phone, "password": make.PASSWORD, "next": "/my", **more}
    return client.post("/sign-in", data=given, headers=ENGLISH)


def linked(app: Flask, issuer: str, subject: str = "sub-0001") -> Any:
    with app.app_context():
        return claims.holder("external-identity", f"{issuer}\0{subject}")


def user(app: Flask, phone: str = PHONE) -> Any:
    with app.app_context():
        return user_by_phone(phone)


def test_the_request_uses_pkce_state_and_nonce(app: Flask) -> None:
    page = app.test_client().get("/sign-in")
    assert "使用天府通办登录" in page.text
    asked = parse_qs(urlsplit(app.test_client().get("/sign-in/external").location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/sign-in/external/back"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_somebody_new_signs_in_once_by_phone_and_is_linked(app: Flask, provider: Running) -> None:
    client = app.test_client()
    answer = come_back(client)
    assert answer.location == "/sign-in/link?next=/my"
    page = client.get(answer.location, headers=ENGLISH)
    assert "外部账号" in page.text
    assert sign_in(client, link="1").location == "/my"
    assert linked(app, provider.issuer) == user(app)
    assert "From now on you can sign in with that account" in client.get("/my", headers=ENGLISH).text


def test_the_second_time_the_provider_is_enough(app: Flask) -> None:
    client = app.test_client()
    come_back(client)
    sign_in(client, link="1")
    again = app.test_client()
    assert come_back(again, "/my/statement").location == "/my/statement"
    assert "陈大海" in again.get("/my").text


def test_who_does_not_agree_is_not_linked(app: Flask, provider: Running) -> None:
    client = app.test_client()
    come_back(client)
    assert sign_in(client).location == "/my"
    assert linked(app, provider.issuer) is None


def test_an_account_that_waited_too_long_is_forgotten(
    app: Flask, provider: Running, clock: FakeClock
) -> None:
    client = app.test_client()
    come_back(client)
    clock.advance(minutes=16)
    sign_in(client, link="1")
    assert linked(app, provider.issuer) is None
    assert app.test_client().get("/sign-in/link").location.startswith("/sign-in?")


def test_somebody_signed_in_is_asked_before_linking(app: Flask, provider: Running) -> None:
    client = app.test_client()
    sign_in(client)
    answer = come_back(client)
    assert answer.location == "/my/security/link"
    assert linked(app, provider.issuer) is None
    assert "外部账号" in client.get(answer.location, headers=ENGLISH).text
    assert client.post("/my/security/link").location == "/my/security"
    assert linked(app, provider.issuer) == user(app)
    assert client.post("/my/security/link").status_code == 410
    assert come_back(client).location == "/my/security"


def test_an_account_belongs_to_one_user_until_it_is_unlinked(app: Flask, provider: Running) -> None:
    first, second = app.test_client(), app.test_client()
    come_back(first)
    sign_in(first, link="1")
    sign_in(second, OTHER)
    refused = come_back(second)
    assert refused.status_code == 409
    assert "identity-linked" in refused.text
    page = first.get("/my/security").text
    address = page.partition('action="/my/security/external/')[2].partition('"')[0]
    assert second.post(f"/my/security/external/{address}").status_code == 404
    assert first.post(f"/my/security/external/{address}").location == "/my/security"
    assert linked(app, provider.issuer) is None
    assert come_back(second).location == "/my/security/link"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ({"nonce": "another nonce altogether"}, "external-refused"),
        ({"audience": "another-client"}, "external-refused"),
        ({"issuer": "https://evil.example"}, "external-refused"),
        ({"lives": -3600}, "external-refused"),
        ({"algorithm": "none"}, "external-refused"),
        ({"leaves_id_token_out": True}, "external-refused"),
        ({"subject": ""}, "external-refused"),
        ({"denies": True}, "external-denied"),
    ],
)
def test_what_is_not_sound_is_refused_with_a_page(
    app: Flask, provider: Running, clock: FakeClock, behaviour: dict[str, Any], code: str
) -> None:
    provider.behave(clock.now(), **behaviour)
    client = app.test_client()
    answer = come_back(client)
    assert (answer.status_code, code in answer.text) == (422, True)
    assert client.get("/my").status_code == 302


def test_forged_missing_and_repeated_states_are_refused(app: Flask) -> None:
    client = app.test_client()
    back = at_the_provider(client)
    forged = back.partition("state=")[0] + "state=forged"
    stranger = app.test_client().get(back)
    for answer in (client.get(forged), client.get("/sign-in/external/back"), stranger):
        assert (answer.status_code, "external-refused" in answer.text) == (422, True)
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 422


def test_a_new_key_of_the_provider_is_fetched(app: Flask, provider: Running) -> None:
    client = app.test_client()
    come_back(client)
    provider.change_key()
    assert come_back(client).location == "/sign-in/link?next=/my"


def test_a_provider_that_is_down_is_said_so(make_app: MakeApp, database_url: str) -> None:
    with running_provider() as short_lived:
        app = service(make_app, database_url, short_lived.issuer)
        client = app.test_client()
        back = at_the_provider(client)
    restarted = make_app(database_url, oidc_issuer=short_lived.issuer, oidc_client_id=CLIENT_ID).test_client()
    for answer in (client.get(back), restarted.get("/sign-in/external")):
        assert (answer.status_code, "external-unavailable" in answer.text) == (503, True)
    assert restarted.get("/sign-in").status_code == 200


def test_a_provider_that_calls_itself_otherwise_is_refused(
    make_app: MakeApp, database_url: str, provider: Running
) -> None:
    app = service(make_app, database_url, provider.issuer + "/")
    answer = app.test_client().get("/sign-in/external")
    assert (answer.status_code, "external-refused" in answer.text) == (422, True)


def test_without_a_provider_there_is_no_such_page(make_app: MakeApp, database_url: str) -> None:
    app = service(make_app, database_url, "")
    client = app.test_client()
    assert "天府通办" not in client.get("/sign-in").text
    assert client.get("/sign-in/external").status_code == 404
    assert client.get("/sign-in/external/back").status_code == 404


@pytest.mark.parametrize(
    ("amr", "is_asked"), [(None, True), (["pwd"], True), (["pwd", "otp"], False), (["mfa"], False)]
)
def test_an_officer_is_asked_for_the_second_factor_unless_the_provider_did(
    app: Flask, provider: Running, clock: FakeClock, amr: list[str] | None, is_asked: bool
) -> None:
    with app.app_context():
        officer = make.officer(Role.AUDITOR, make.CITY, phone_number="12900000001")
        authenticator = enrol(officer)
    client = app.test_client()
    come_back(client)
    sign_in(client, "12900000001", link="1")
    client.post("/sign-in/second", data={"code": authenticator.code(clock.advance(minutes=1)), "next": "/"})
    assert linked(app, provider.issuer) == officer.user
    provider.behave(clock.now(), amr=amr)
    again = app.test_client()
    answer = come_back(again, "/statistics")
    assert answer.location == ("/sign-in/second?next=/statistics" if is_asked else "/statistics")
    assert again.get("/my/security").status_code == (302 if is_asked else 200)
