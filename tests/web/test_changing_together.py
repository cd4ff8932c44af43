"""A shift that asks for more, and posts of a series, by page and by API: who lacks it, which ones refuse."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.web.test_projects import ENGLISH, Scene
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.queries import ShiftCard
from timebank.projects.rules import PostSaid, PostTerms, ShiftSaid

SAID = ShiftSaid(posts=(PostSaid("登记台", 2, "核对名单"), PostSaid("送餐", 2)))
BODY = {"title": "每周午餐", "begins": "09:00", "ends": "11:00", "opens_minutes": 60, "closes_minutes": 240}
FORM = {
    "title": "每周午餐",
    "occurs_on": "2026-12-24",
    "starts_at": "09:00",
    "ends_at": "11:00",
    "opens_minutes": "60",
    "closes_minutes": "240",
}


@pytest.fixture
def scene(app: Flask, clock: FakeClock) -> Scene:
    return Scene(app)


@pytest.fixture
def keys(scene: Scene) -> list[Key]:
    """Three shifts with two posts, on Thursdays from 24 December 2026."""
    event = scene.event()
    with scene.app.app_context():
        return perform(
            scene.organizer,
            projects.add_series,
            project=event.project,
            title="每周午餐",
            starts_at=datetime.fromisoformat("2026-12-24T09:00:00+08:00"),
            ends_at=datetime.fromisoformat("2026-12-24T11:00:00+08:00"),
            rule="FREQ=WEEKLY;COUNT=3",
            said=SAID,
        )


def card(scene: Scene, key: Key) -> ShiftCard:
    with scene.app.app_context():
        return queries.shift_card(SYSTEM, key)


def signed_up(scene: Scene, key: Key, name: str, post: int = 0) -> Actor:
    with scene.app.app_context():
        actor = people.actor_of_volunteer(people.volunteer(name=name))
        desk = queries.shift_card(actor, key).posts[post].key
        perform(actor, projects.sign_up, shift=key, post=desk)
    return actor


def kept(page: str) -> dict[str, Any]:
    """The hidden fields of the question, as a browser sends them back."""
    form = page.rpartition('<form method="post" class="form"')[2].partition("</form>")[0]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found


def test_the_page_tells_who_of_the_shift_lacks_it_and_asks(scene: Scene, keys: list[Key]) -> None:
    signed_up(scene, keys[0], "周小川")
    browser, path = scene.pages(scene.organizer), f"/organize/shifts/{keys[0]}/edit"
    assert 'name="revision" value="0"' in browser.get(path).text
    given = {**FORM, "skills": "first_aid", "revision": "0", "title": "急救班"}
    asked = browser.post(path, data=given, headers=ENGLISH)
    assert asked.status_code == 422
    for text in ("The shift asks from now on", "1 person with a place does not meet this", "周小川"):
        assert text in asked.text
    assert card(scene, keys[0]).title == "每周午餐"
    again = browser.post(path, data={**kept(asked.text), "step": "edit"}, headers=ENGLISH)
    assert again.status_code == 200
    assert 'value="急救班"' in again.text
    done = browser.post(path, data={**kept(asked.text), "step": "confirm"})
    assert done.location == f"/organize/shifts/{keys[0]}"
    changed = card(scene, keys[0])
    assert (changed.title, changed.taken, changed.prerequisites.skills) == ("急救班", 1, ("first_aid",))
    assert card(scene, keys[1]).title == "每周午餐"


def test_in_a_series_the_days_stand_beside_the_name(scene: Scene, keys: list[Key]) -> None:
    actor = signed_up(scene, keys[1], "周小川")
    with scene.app.app_context():
        desk = queries.shift_card(actor, keys[2]).posts[0].key
        perform(actor, projects.sign_up, shift=keys[2], post=desk)
    browser, path = scene.pages(scene.organizer), f"/organize/shifts/{keys[0]}/edit"
    given = {**FORM, "skills": "first_aid", "following": "true"}
    asked = browser.post(path, data=given, headers=ENGLISH)
    assert asked.status_code == 422
    assert "1 person with a place does not meet this" in asked.text
    assert "with the shifts of this series that follow" in asked.text
    own = re.sub(r"\s+", " ", asked.text.partition("周小川")[2].partition("</li>")[0])
    assert "31 Dec" in own
    assert "7 Jan" in own
    assert browser.post(path, data={**kept(asked.text), "step": "confirm"}).status_code in (200, 302)
    assert [card(scene, key).prerequisites.skills for key in keys] == [("first_aid",)] * 3


def test_age_and_party_are_counted_and_not_named(scene: Scene, keys: list[Key]) -> None:
    signed_up(scene, keys[0], "周小川")
    given = {**FORM, "party_member": "true"}
    answer = scene.pages(scene.organizer).post(
        f"/organize/shifts/{keys[0]}/edit", data=given, headers=ENGLISH
    )
    assert answer.status_code == 422
    assert "who that is does not stand here" in answer.text
    assert "周小川" not in answer.text


def test_the_api_is_told_and_goes_on(scene: Scene, keys: list[Key]) -> None:
    signed_up(scene, keys[0], "周小川")
    body = {**BODY, "prerequisites": {"skills": ["first_aid"]}, "revision": 0}
    for following in (False, True):
        reach = {**body, "following": following}
        refused = scene.api(scene.organizer, "PUT", f"/shifts/{keys[0]}", json=reach)
        assert (refused.status_code, refused.json["code"]) == (409, "people-lack-it")
        assert "1 with a place" in refused.json["detail"]
    done = scene.api(scene.organizer, "PUT", f"/shifts/{keys[0]}", json={**body, "despite_lacking": True})
    assert (done.status_code, done.json) == (200, {"changed": [str(keys[0])], "kept": []})
    late = scene.api(scene.organizer, "PUT", f"/shifts/{keys[0]}", json=body)
    assert (late.status_code, late.json["code"]) == (409, "changed-meanwhile")


def test_who_was_slower_looks_at_the_shift_again(scene: Scene, keys: list[Key]) -> None:
    scene.api(scene.organizer, "PUT", f"/shifts/{keys[0]}", json={**BODY, "title": "第二版"})
    browser, path = scene.pages(scene.organizer), f"/organize/shifts/{keys[0]}/edit"
    late = browser.post(path, data={**FORM, "title": "第三版", "revision": "0"}, headers=ENGLISH)
    assert late.status_code == 422
    for text in ("Somebody has changed this shift meanwhile", "By now the shift says", "第二版", "第三版"):
        assert text in late.text
    assert 'name="revision" value="1"' in late.text
    assert browser.post(path, data={**FORM, "title": "第三版", "revision": "1"}).status_code == 302


# --- posts of a series ------------------------------------------------------------------------------


@pytest.mark.parametrize("skin", ["page", "api"])
def test_a_post_changes_in_the_series(scene: Scene, keys: list[Key], skin: str) -> None:
    post = card(scene, keys[1]).posts[0].key
    if skin == "page":
        browser, path = scene.pages(scene.organizer), f"/organize/shifts/{keys[1]}/posts/{post}"
        assert 'name="following"' in browser.get(path).text
        given = {"name": "签到台", "duty": "发放胸牌", "revision": "0", "following": "true"}
        answer = browser.post(path, data=given, headers=ENGLISH)
        assert answer.location == f"/organize/shifts/{keys[1]}"
        assert "The post is changed in 2 shifts." in browser.get(answer.location, headers=ENGLISH).text
        again = browser.post(path, data={**given, "revision": "1"}, headers=ENGLISH)
        assert "nothing was changed" in browser.get(again.location, headers=ENGLISH).text
    else:
        body = {"name": "签到台", "duty": "发放胸牌", "following": True}
        answer = scene.api(scene.organizer, "PUT", f"/shifts/{keys[1]}/posts/{post}", json=body)
        assert (answer.status_code, answer.json["revision"]) == (200, 1)
    assert [card(scene, key).posts[0].name for key in keys] == ["登记台", "签到台", "签到台"]


@pytest.mark.parametrize("skin", ["page", "api"])
def test_the_shift_that_stands_in_the_way_is_named(scene: Scene, keys: list[Key], skin: str) -> None:
    other, first = card(scene, keys[2]).posts[0].key, card(scene, keys[0]).posts[0].key
    with scene.app.app_context():
        given = {"shift": keys[2], "post": other, "terms": PostTerms("引导")}
        perform(scene.organizer, projects.edit_post, **given)
    if skin == "page":
        browser, path = scene.pages(scene.organizer), f"/organize/shifts/{keys[0]}/posts/{first}"
        data = {"name": "签到台", "revision": "0", "following": "true"}
        answer = browser.post(path, data=data, headers=ENGLISH)
        assert answer.status_code == 422
        for text in ("Nothing was changed", "It has no post of this name.", f"/organize/shifts/{keys[2]}"):
            assert text in answer.text
        assert f"/organize/shifts/{keys[1]}" not in answer.text
        assert 'value="签到台"' in answer.text
        alone = {"name": "登记台", "duty": "核对名单", "revision": "0"}
        assert 'name="following"' not in browser.get(_alone(scene)).text
        assert browser.post(path, data=alone).status_code == 302
    else:
        body = {"name": "签到台", "following": True}
        answer = scene.api(scene.organizer, "PUT", f"/shifts/{keys[0]}/posts/{first}", json=body)
        assert (answer.status_code, answer.json["code"]) == (409, "series-refused")
        assert list(answer.json["errors"]) == [str(keys[2])]
        assert answer.json["errors"][str(keys[2])][0]["code"] == "no-such-post"
        assert "每周午餐 on 2027-01-07" in answer.json["detail"]
    assert [card(scene, key).revision for key in keys] == [0, 0, 1]


def _alone(scene: Scene) -> str:
    event = scene.event(said=SAID)
    return f"/organize/shifts/{event.shift}/posts/{card(scene, event.shift).posts[0].key}"


@pytest.mark.parametrize("skin", ["page", "api"])
def test_places_of_posts_in_the_series(scene: Scene, keys: list[Key], skin: str) -> None:
    for name in ("周小川", "王大海"):
        signed_up(scene, keys[1], name)
    desk = card(scene, keys[0]).posts[0].key
    browser, path = scene.pages(scene.organizer), f"/organize/shifts/{keys[0]}/edit"

    def ask(places: int) -> Any:
        if skin == "page":
            data = {**FORM, "places_1": str(places), "places_2": "2", "following": "true"}
            return browser.post(path, data=data, headers=ENGLISH)
        body = {**BODY, "posts": [{"id": str(desk), "capacity": places}], "following": True}
        return scene.api(scene.organizer, "PUT", f"/shifts/{keys[0]}", json=body)

    refused = ask(1)
    if skin == "page":
        assert refused.status_code == 422
        assert f"/organize/shifts/{keys[1]}" in refused.text
        assert "More places than that are taken already." in refused.text
    else:
        assert (refused.status_code, list(refused.json["errors"])) == (409, [str(keys[1])])
    assert [card(scene, key).capacity for key in keys] == [4, 4, 4]
    assert ask(3).status_code in (200, 302)
    assert [[post.capacity for post in card(scene, key).posts] for key in keys] == [[3, 2]] * 3


# --- places that came to nothing --------------------------------------------------------------------


def test_who_was_passed_over_reads_it_in_the_account(scene: Scene, clock: FakeClock) -> None:
    event = scene.event(starts_at=clock.now() + timedelta(days=3), capacity=1)
    with scene.app.app_context():
        holder = make.signed_up(event.shift)
        perform(scene.person, projects.sign_up, shift=event.shift, waits=True)
        own = queries.shift_card(holder, event.shift).own
        assert own
        perform(holder, projects.cancel_sign_up, sign_up=own.key)
    browser = scene.pages(scene.person)
    assert "Places I did not get" not in browser.get("/my", headers=ENGLISH).text
    clock.advance(days=1)
    with scene.app.app_context():
        perform(SYSTEM, projects.expire_offers, on=clock.now().date())
    page = browser.get("/my", headers=ENGLISH).text.partition('id="lost"')[2].partition("</section>")[0]
    assert "A place was offered to you, and it was not answered in time." in page
    assert "22 November 2026" in page
    assert f"/projects/{event.project}" in page
    told = scene.api(scene.person, "GET", f"/shifts/{event.shift}").json["sign_up"]
    assert (told["status"], told["why_over"]) == ("expired", "offer")
    assert told["changed_at"].startswith("2026-11-22T")
    history = scene.api(scene.person, "GET", f"/volunteers/{scene.person.volunteer}/history").json["items"]
    assert "volunteer.place_lost" in {each["name"] for each in history}
    shown = browser.get(f"/projects/{event.project}", headers=ENGLISH).text
    assert "it was not answered in time" in shown
    other = scene.pages(people_of(scene)).get("/my", headers=ENGLISH).text
    assert "Places I did not get" not in other


def people_of(scene: Scene) -> Actor:
    with scene.app.app_context():
        return people.actor_of_volunteer(people.volunteer())
