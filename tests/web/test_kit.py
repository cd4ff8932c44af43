"""What all doors share: errors in both skins, language and view, the guard of forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields

from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text
from timebank.web.kit.preferences import local_path
from timebank.web.kit.text import clock_time, on
from timebank.web.kit.words import SENTENCES, WORDS, sentence

one_engine = pytest.mark.parametrize("database_kind", ["sqlite"])


class ThingSchema(ApiSchema):
    """One field of each kind."""

    name = Text(2, 5, required=True)
    region = RegionCodeField()
    key = KeyField()
    at = InstantField()
    on = fields.Date()
    count = fields.Integer()
    tags = fields.List(Text(1, 3))


@one_engine
def test_an_unknown_api_address_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert set(answer.json) == {"type", "title", "status", "detail", "code"}
    assert answer.json["detail"] == "There is nothing at this address."


@one_engine
def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.delete("/api/v1/regions")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    page = client.get("/sign-out", headers={"Accept-Language": "en"})
    assert (page.status_code, "This address is not a page" in page.text) == (405, True)


@one_engine
def test_an_unknown_page_is_a_page_in_the_readers_language(client: FlaskClient) -> None:
    chinese = client.get("/nothing")
    assert chinese.status_code == 404
    assert 'lang="zh-Hans-CN"' in chinese.text
    english = client.get("/nothing", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert 'lang="en"' in english.text


@one_engine
def test_chinese_wins_where_the_browser_prefers_it(client: FlaskClient) -> None:
    answer = client.get("/nothing", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert 'lang="zh-Hans-CN"' in answer.text


@one_engine
def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    assert client.post("/preferences", data={"name": "view", "value": "elder"}).status_code == 400


@one_engine
def test_language_and_view_are_kept(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for name, value in (("locale", "en"), ("view", "elder"), ("theme", "dark"), ("view", "nonsense")):
        answer = client.post("/preferences", data={"name": name, "value": value, "next": "/sign-in?x=1"})
        assert answer.location == "/sign-in?x=1"
    page = client.get("/nothing").text
    assert 'lang="en" data-view="elder" data-theme="dark"' in page


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/my?x=1", "/my?x=1"),
        ("/my?", "/my"),
        ("", "/"),
        (None, "/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
    ],
)
def test_nobody_is_sent_elsewhere(address: str | None, path: str) -> None:
    assert local_path(address) == path


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({}, "name", "required"),
        ({"name": None}, "name", "required"),
        ({"name": " a "}, "name", "wrong-length 2 5"),
        ({"name": "a\x00b"}, "name", "not-text"),
        ({"name": 5}, "name", "not-text"),
        ({"name": "abc", "region": "51"}, "region", "not-a-region-code"),
        ({"name": "abc", "key": "7"}, "key", "unknown-id"),
        ({"name": "abc", "at": "2026-11-20T10:00:00"}, "at", "not-an-instant"),
        ({"name": "abc", "on": "20.11."}, "on", "not-a-date"),
        ({"name": "abc", "count": "many"}, "count", "not-a-number"),
        ({"name": "abc", "tags": "x"}, "tags", "not-a-list"),
        ({"name": "abc", "more": 1}, "more", "unknown-field"),
    ],
)
def test_what_is_wrong_has_a_code_with_a_sentence(given: dict[str, object], field: str, code: str) -> None:
    found = ThingSchema().validate(given)
    assert found == {field: [code]}
    assert code.split(" ")[0] in SENTENCES


def test_page_limits() -> None:
    assert PageQuery().validate({"limit": 201}) == {"limit": ["out-of-range 1 200"]}
    assert PageQuery().load({}) == {"limit": 50, "cursor": None}


@one_engine
def test_the_day_of_an_instant_is_the_local_one(app: Flask) -> None:
    early = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert (on(early), clock_time(early)) == ("28 November 2026", "06:30")
        assert on(early.date()) == "27 November 2026"


@one_engine
def test_numbers_stand_in_the_sentence(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert sentence("wrong-length 2 5") == "Enter 2 to 5 characters."
        assert sentence("too-many-attempts", {"retry_after": 30}).count("30") == 1
        assert sentence("never-heard-of") == str(SENTENCES["invalid-value"])


@one_engine
def test_every_word_and_sentence_reads_in_both_languages(app: Flask) -> None:
    for language, chinese in (("en", False), ("zh", True)):
        with app.test_request_context(headers={"Accept-Language": language}):
            words = [str(text) for group in WORDS.values() for text in group.values()]
            texts = words + [str(text) for text in SENTENCES.values()]
            odd = [text for text in texts if any("\u4e00" <= sign <= "\u9fff" for sign in text) != chinese]
            assert not odd
