"""Changing a post by page and by API: one effect, and who lacks what is asked anew is shown first."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.web.test_projects import ENGLISH, Scene
from timebank.kernel.db import session
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Post
from timebank.projects.rules import PostSaid, Prerequisites, ShiftSaid

SAID = ShiftSaid(
    posts=(PostSaid("登记台", 2, "核对名单"), PostSaid("送餐", 1)), prerequisites=Prerequisites(age_from=16)
)
CHANGE = {
    "name": "签到台",
    "duty": "发放胸牌",
    "skills": ["first_aid"],
    "trainings": "岗前培训",
    "age_from": "18",
}
ASKED = {
    "skills": ["first_aid"],
    "trainings": ["岗前培训"],
    "age_from": 18,
    "age_to": None,
    "party_member": False,
}
BODY = {"name": "签到台", "duty": "发放胸牌", "prerequisites": ASKED}


@pytest.fixture
def scene(app: Flask, clock: FakeClock) -> Scene:
    return Scene(app)


@pytest.fixture
def event(scene: Scene, clock: FakeClock) -> make.Event:
    return scene.event(said=SAID, starts_at=clock.now() + timedelta(days=3))


def posts(scene: Scene, event: make.Event) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene.api(None, "GET", f"/shifts/{event.shift}").json["posts"]
    return found


def signed_up(scene: Scene, event: make.Event, name: str) -> Actor:
    with scene.app.app_context():
        actor = people.actor_of_volunteer(people.volunteer(name=name))
        desk = queries.shift_card(actor, event.shift).posts[0].key
        perform(actor, projects.sign_up, shift=event.shift, post=desk)
    return actor


def page(event: make.Event, post: dict[str, Any]) -> str:
    return f"/organize/shifts/{event.shift}/posts/{post['id']}"


@pytest.mark.parametrize("skin", ["page", "api"])
def test_one_effect(scene: Scene, event: make.Event, skin: str) -> None:
    desk, meals = posts(scene, event)
    if skin == "page":
        browser = scene.pages(scene.organizer)
        shift = browser.get(f"/organize/shifts/{event.shift}", headers=ENGLISH).text
        assert page(event, desk) in shift
        assert page(event, desk) in browser.get(f"/organize/shifts/{event.shift}/edit").text
        form = browser.get(page(event, desk), headers=ENGLISH).text
        assert 'value="登记台"' in form
        assert "核对名单" in form
        assert "Aged 16 or over on the day" in form
        answer = browser.post(page(event, desk), data={**CHANGE, "revision": "0"}, headers=ENGLISH)
        assert answer.location == f"/organize/shifts/{event.shift}"
        assert "The post is changed." in browser.get(answer.location, headers=ENGLISH).text
    else:
        path = f"/shifts/{event.shift}/posts/{desk['id']}"
        answer = scene.api(scene.organizer, "PUT", path, json=BODY)
        assert (answer.status_code, answer.json["revision"]) == (200, 1)
        again = scene.api(scene.organizer, "PUT", path, json=BODY)
        assert (again.status_code, again.json["revision"]) == (200, 1)
    changed = {**desk, "name": "签到台", "duty": "发放胸牌", "prerequisites": ASKED}
    assert posts(scene, event) == [changed, meals]
    told = scene.pages(None).get(f"/projects/{event.project}", headers=ENGLISH).text
    assert "签到台" in told
    assert "发放胸牌" in told
    assert "Training: 岗前培训" in told


def test_what_is_wrong_stands_beside_its_field(scene: Scene, event: make.Event) -> None:
    desk, _meals = posts(scene, event)
    browser = scene.pages(scene.organizer)
    wrong = {"name": "送餐", "age_from": "30", "age_to": "20", "revision": "0"}
    answer = browser.post(page(event, desk), data=wrong, headers=ENGLISH)
    assert answer.status_code == 422
    assert "Each post needs a name of its own." in answer.text
    assert "The upper age must not be below the lower one." in answer.text
    assert 'name="revision" value="0"' in answer.text
    assert browser.post(page(event, desk), data={"name": "", "revision": "0"}).status_code == 422
    refused = scene.api(
        scene.organizer, "PUT", f"/shifts/{event.shift}/posts/{desk['id']}", json={"name": "送餐"}
    )
    assert (refused.status_code, refused.json["errors"]["name"][0]["code"]) == (422, "post-twice")


def test_the_page_tells_who_lacks_it_and_asks(scene: Scene, event: make.Event) -> None:
    desk, _meals = posts(scene, event)
    signed_up(scene, event, "周小川")
    browser = scene.pages(scene.organizer)
    answer = browser.post(page(event, desk), data={**CHANGE, "revision": "0"}, headers=ENGLISH)
    assert answer.status_code == 422
    assert "1 person with a place does not meet this" in answer.text
    assert "周小川" in answer.text
    assert posts(scene, event)[0]["name"] == "登记台"
    own_form = answer.text.partition('<form method="post" class="form"')[2].partition("</form>")[0]
    kept = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', own_form)
    data: dict[str, Any] = {"step": "edit"}
    for name, value in kept:
        data.setdefault(name, []).append(value)
    back = browser.post(page(event, desk), data=data, headers=ENGLISH)
    assert back.status_code == 200
    assert 'value="签到台"' in back.text
    assert posts(scene, event)[0]["name"] == "登记台"
    done = browser.post(page(event, desk), data={**data, "step": "confirm"})
    assert done.status_code == 302
    assert posts(scene, event)[0]["prerequisites"] == ASKED
    assert posts(scene, event)[0]["taken"] == 1


def test_age_and_party_are_counted_and_not_named(scene: Scene, event: make.Event) -> None:
    desk, _meals = posts(scene, event)
    signed_up(scene, event, "周小川")
    given = {"name": "登记台", "duty": "核对名单", "party_member": "true", "revision": "0"}
    answer = scene.pages(scene.organizer).post(page(event, desk), data=given, headers=ENGLISH)
    assert answer.status_code == 422
    assert "1 person with a place does not meet this" in answer.text
    assert "who that is does not stand here" in answer.text
    assert "周小川" not in answer.text


def test_the_api_is_told_and_goes_on(scene: Scene, event: make.Event) -> None:
    desk, _meals = posts(scene, event)
    signed_up(scene, event, "周小川")
    path = f"/shifts/{event.shift}/posts/{desk['id']}"
    refused = scene.api(scene.organizer, "PUT", path, json=BODY)
    assert (refused.status_code, refused.json["code"]) == (409, "people-lack-it")
    assert "1 with a place" in refused.json["detail"]
    done = scene.api(scene.organizer, "PUT", path, json={**BODY, "despite_lacking": True})
    assert (done.status_code, done.json["taken"]) == (200, 1)


@pytest.mark.parametrize("skin", ["page", "api"])
def test_who_was_slower_looks_again(scene: Scene, event: make.Event, skin: str) -> None:
    desk, _meals = posts(scene, event)
    path = f"/shifts/{event.shift}/posts/{desk['id']}"
    scene.api(scene.organizer, "PUT", path, json={"name": "签到台", "revision": 0})
    if skin == "api":
        late = scene.api(scene.organizer, "PUT", path, json={"name": "引导", "revision": 0})
        assert (late.status_code, late.json["code"]) == (409, "changed-meanwhile")
        return
    browser = scene.pages(scene.organizer)
    late = browser.post(page(event, desk), data={"name": "引导", "revision": "0"}, headers=ENGLISH)
    assert late.status_code == 422
    assert "Somebody has changed this shift meanwhile" in late.text
    assert "By now the post says" in late.text
    assert 'name="revision" value="1"' in late.text
    assert 'value="引导"' in late.text
    assert browser.post(page(event, desk), data={"name": "引导", "revision": "1"}).status_code == 302
    assert posts(scene, event)[0]["name"] == "引导"


def test_who_has_a_place_finds_it(scene: Scene, event: make.Event) -> None:
    desk, _meals = posts(scene, event)
    actor = signed_up(scene, event, "周小川")
    with scene.app.app_context():
        secret = perform(actor, projects.make_calendar)
    change = {"name": "签到台", "duty": "发放胸牌"}
    scene.api(scene.organizer, "PUT", f"/shifts/{event.shift}/posts/{desk['id']}", json=change)
    mine = scene.pages(actor).get("/my", headers=ENGLISH).text
    assert "Post: 签到台" in mine
    assert "发放胸牌" in mine
    told = scene.api(actor, "GET", f"/volunteers/{actor.volunteer}/history").json["items"]
    assert "volunteer.shift_changed" in {each["name"] for each in told}
    calendar = scene.pages(None).get(f"/calendar/{secret}.ics", headers=ENGLISH).data
    (entry,) = Calendar.from_ical(calendar).walk("VEVENT")
    assert (str(entry["description"]), entry["sequence"]) == ("Post: 签到台\n发放胸牌", 1)


def test_nobody_else_and_no_longer(scene: Scene, event: make.Event, clock: FakeClock) -> None:
    desk, _meals = posts(scene, event)
    path, form = f"/shifts/{event.shift}/posts/{desk['id']}", page(event, desk)
    for who in (scene.other, scene.person, scene.south):
        assert scene.pages(who).get(form).status_code in (403, 404)
        assert scene.pages(who).post(form, data={**CHANGE, "revision": "0"}).status_code in (403, 404)
        assert scene.api(who, "PUT", path, json=BODY).status_code in (403, 404)
    assert scene.api(None, "PUT", path, json=BODY).status_code == 401
    with scene.app.app_context():
        foreign = session().query(Post).filter(Post.shift_id != event.shift.id).first()
        assert foreign is None
        other = make.event(organization=scene.team, organizer=scene.organizer, said=SAID)
        key = queries.shift_card(scene.organizer, other.shift).posts[0].key
    assert scene.pages(scene.organizer).get(f"/organize/shifts/{event.shift}/posts/{key}").status_code == 404
    clock.advance(days=4)
    late = scene.api(scene.organizer, "PUT", path, json=BODY)
    assert (late.status_code, late.json["code"]) == (409, "shift-ended")
    shown = scene.pages(scene.organizer).post(form, data={**CHANGE, "revision": "0"}, headers=ENGLISH)
    assert shown.status_code == 422
    assert "The shift is over." in shown.text
    assert form not in scene.pages(scene.organizer).get(f"/organize/shifts/{event.shift}").text
