"""No-shows noted by hand and taken back, by page and by API."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.web.test_projects import ENGLISH, Scene
from timebank.kernel.policy import Actor
from timebank.projects import queries

REASON = "扫码枪坏了，本人在场。"


@pytest.fixture
def scene(app: Flask, clock: FakeClock) -> Scene:
    return Scene(app)


def signed_up(scene: Scene, event: make.Event) -> Actor:
    with scene.app.app_context():
        return make.signed_up(event.shift, name="周大川")


def own(scene: Scene, event: make.Event, actor: Actor) -> str:
    return str(scene.api(actor, "GET", f"/shifts/{event.shift}").json["sign_up"]["id"])


def state(scene: Scene, event: make.Event, actor: Actor) -> str | None:
    with scene.app.app_context():
        return queries.sign_up_status(event.shift, actor.volunteer or event.shift)


@pytest.mark.parametrize("skin", ["page", "api"])
def test_noting_and_taking_back(scene: Scene, clock: FakeClock, skin: str) -> None:
    event = scene.event()
    actor = signed_up(scene, event)
    key = own(scene, event, actor)
    clock.advance(hours=4)
    listed = f"/organize/shifts/{event.shift}/absences"
    if skin == "page":
        browser = scene.pages(scene.organizer)
        assert listed in browser.get(f"/organize/shifts/{event.shift}", headers=ENGLISH).text
        page = browser.get(listed, headers=ENGLISH).text
        assert "周大川" in page
        assert f"{listed}/{key}" in page
        asked = browser.get(f"{listed}/{key}", headers=ENGLISH).text
        assert "Did this person not come?" in asked
        assert "They can object for" in asked
        answer = browser.post(f"{listed}/{key}")
        assert answer.location == listed
        assert "Everybody is accounted for" in browser.get(listed, headers=ENGLISH).text
        assert "周大川" in browser.get(f"{listed}?coming=noted", headers=ENGLISH).text
    else:
        (row,) = scene.api(scene.organizer, "GET", f"/shifts/{event.shift}/absences").json["items"]
        assert (row["sign_up"], row["may_note"], row["coming"]) == (key, True, "missing")
        answer = scene.api(scene.organizer, "POST", f"/sign-ups/{key}/no-show")
        assert answer.json == {"status": "no_show"}
        path = f"/shifts/{event.shift}/absences?coming=noted"
        (row,) = scene.api(scene.organizer, "GET", path).json["items"]
        assert (row["noted_by"], row["may_take_back"]) == (scene.organizer.name, True)
    assert state(scene, event, actor) == "no_show"
    assert "You were noted as not having come." in scene.pages(actor).get("/my", headers=ENGLISH).text
    if skin == "page":
        browser = scene.pages(scene.organizer)
        assert "Why it is taken back" in browser.get(f"{listed}/{key}", headers=ENGLISH).text
        empty = browser.post(f"{listed}/{key}/take-back", data={"reason": ""}, headers=ENGLISH)
        assert empty.status_code == 422
        assert 'id="f-reason"' in empty.text
        done = browser.post(f"{listed}/{key}/take-back", data={"reason": REASON})
        assert done.status_code == 302
        assert "It is not noted again." in browser.get(f"{listed}/{key}", headers=ENGLISH).text
    else:
        back = f"/sign-ups/{key}/no-show/take-back"
        assert scene.api(scene.organizer, "POST", back, json={"reason": ""}).status_code == 422
        done = scene.api(scene.organizer, "POST", back, json={"reason": REASON})
        assert done.json == {"status": "excused"}
    assert state(scene, event, actor) == "excused"
    mine = scene.pages(actor).get("/my", headers=ENGLISH).text
    assert "Your absence is excused." in mine
    assert REASON in mine


def test_whoever_was_there_is_not_noted(scene: Scene, clock: FakeClock) -> None:
    event = scene.event()
    with scene.app.app_context():
        came = make.checked_in(event, name="周大川")
    key = own(scene, event, came)
    clock.advance(hours=4)
    refused = scene.api(scene.organizer, "POST", f"/sign-ups/{key}/no-show")
    assert (refused.status_code, refused.json["code"]) == (409, "was-there")
    browser, address = scene.pages(scene.organizer), f"/organize/shifts/{event.shift}/absences"
    assert "周大川" not in browser.get(address).text
    shown = browser.get(f"{address}?coming=came", headers=ENGLISH).text
    assert "周大川" in shown
    assert f"{address}/{key}" not in shown
    answer = browser.post(f"{address}/{key}", headers=ENGLISH)
    assert answer.status_code == 422
    assert "This person checked in, so they were there." in answer.text
    assert state(scene, event, came) == "accepted"


def test_before_the_end_and_without_anybody(scene: Scene, clock: FakeClock) -> None:
    event, empty = scene.event(), scene.event()
    actor = signed_up(scene, event)
    key = own(scene, event, actor)
    browser, address = scene.pages(scene.organizer), f"/organize/shifts/{event.shift}/absences"
    early = browser.get(address, headers=ENGLISH).text
    assert "The shift is not over yet" in early
    assert f"{address}/{key}" not in early
    assert address not in browser.get(f"/organize/shifts/{event.shift}").text
    refused = browser.post(f"{address}/{key}", headers=ENGLISH)
    assert refused.status_code == 422
    assert "Nothing can be noted here" in refused.text
    nobody = browser.get(f"/organize/shifts/{empty.shift}/absences", headers=ENGLISH).text
    assert "Nobody had a place" in nobody
    clock.advance(hours=4)
    assert (
        f"/organize/shifts/{empty.shift}/absences" not in browser.get(f"/organize/shifts/{empty.shift}").text
    )
    hours = f"/organize/shifts/{event.shift}/hours"
    assert address in browser.get(hours).text
    assert address not in scene.pages(scene.reviewer).get(hours).text


def test_an_objection_is_answered_elsewhere(scene: Scene, clock: FakeClock) -> None:
    event = scene.event()
    actor = signed_up(scene, event)
    key = own(scene, event, actor)
    clock.advance(hours=4)
    scene.api(scene.organizer, "POST", f"/sign-ups/{key}/no-show")
    scene.api(actor, "POST", f"/sign-ups/{key}/appeal", json={"note": "我在现场"})
    browser, address = scene.pages(scene.organizer), f"/organize/shifts/{event.shift}/absences/{key}"
    shown = browser.get(address, headers=ENGLISH).text
    assert "The person has objected" in shown
    assert "Why it is taken back" not in shown
    refused = browser.post(f"{address}/take-back", data={"reason": REASON}, headers=ENGLISH)
    assert refused.status_code == 422
    api = scene.api(scene.organizer, "POST", f"/sign-ups/{key}/no-show/take-back", json={"reason": REASON})
    assert (api.status_code, api.json["code"]) == (409, "objection-waits")


def test_nobody_else(scene: Scene, clock: FakeClock) -> None:
    event = scene.event()
    actor = signed_up(scene, event)
    key = own(scene, event, actor)
    with scene.app.app_context():
        recorder = people.recorder(scene.team)
    clock.advance(hours=4)
    address = f"/organize/shifts/{event.shift}/absences"
    for who in (scene.other, scene.south, scene.reviewer, actor, recorder):
        browser = scene.pages(who)
        answers = [
            browser.get(address),
            browser.get(f"{address}/{key}"),
            browser.post(f"{address}/{key}"),
            browser.post(f"{address}/{key}/take-back", data={"reason": REASON}),
            scene.api(who, "GET", f"/shifts/{event.shift}/absences"),
            scene.api(who, "POST", f"/sign-ups/{key}/no-show"),
            scene.api(who, "POST", f"/sign-ups/{key}/no-show/take-back", json={"reason": REASON}),
        ]
        assert {each.status_code for each in answers} <= {403, 404}
    assert state(scene, event, actor) == "accepted"
    elsewhere = scene.event()
    browser, moved = scene.pages(scene.organizer), f"/organize/shifts/{elsewhere.shift}/absences/{key}"
    assert browser.get(moved).status_code == 404
    assert browser.post(moved).status_code == 404
    assert state(scene, event, actor) == "accepted"
    scene.api(scene.organizer, "POST", f"/sign-ups/{key}/no-show")
    assert browser.post(f"{moved}/take-back", data={"reason": REASON}).status_code == 404
    assert state(scene, event, actor) == "no_show"
