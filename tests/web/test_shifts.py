"""Waiting, answering, deciding, recurring, calendars and posters by page and by API."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.web.test_projects import ENGLISH, SHIFT_BODY, SHIFT_FORM, Scene
from timebank.attendance.usecases import note_no_shows
from timebank.kernel.db import session
from timebank.kernel.events import Event
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import CalendarFeed, Shift
from timebank.projects.rules import PostSaid, Prerequisites, ShiftSaid
from timebank.volunteers import usecases as volunteers


@pytest.fixture
def scene(app: Flask, clock: FakeClock) -> Scene:
    return Scene(app)


def far(scene: Scene, clock: FakeClock, **changes: Any) -> make.Event:
    return scene.event(starts_at=clock.now() + timedelta(days=3), **changes)


def state(scene: Scene, event: make.Event, actor: Actor) -> str | None:
    with scene.app.app_context():
        return queries.sign_up_status(event.shift, actor.volunteer or event.shift)


def own(scene: Scene, event: make.Event, actor: Actor) -> str:
    return str(scene.api(actor, "GET", f"/shifts/{event.shift}").json["sign_up"]["id"])


def another(scene: Scene, **given: Any) -> Actor:
    with scene.app.app_context():
        return people.actor_of_volunteer(people.volunteer(**given))


# --- the line ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("skin", ["page", "api"])
def test_waiting_moving_up_and_accepting(scene: Scene, clock: FakeClock, skin: str) -> None:
    event, holder = far(scene, clock, capacity=1), another(scene)
    scene.api(holder, "POST", f"/shifts/{event.shift}/sign-ups")
    person, browser = scene.person, scene.pages(scene.person)
    if skin == "page":
        page = browser.get(f"/projects/{event.project}", headers=ENGLISH).text
        assert "Stand in line for" in page
        assert browser.post(f"/shifts/{event.shift}/sign-up", data={"waits": "1"}).status_code == 302
        assert "Place 1 in the line" in browser.get("/my", headers=ENGLISH).text
    else:
        full = scene.api(person, "POST", f"/shifts/{event.shift}/sign-ups")
        assert (full.status_code, full.json["code"]) == (409, "shift-full")
        answer = scene.api(person, "POST", f"/shifts/{event.shift}/sign-ups", json={"waits": True})
        assert answer.json["status"] == "waiting"
        assert scene.api(person, "GET", f"/shifts/{event.shift}").json["sign_up"]["position"] == 1
    scene.api(holder, "DELETE", f"/sign-ups/{own(scene, event, holder)}")
    assert state(scene, event, person) == "offered"
    key = own(scene, event, person)
    if skin == "page":
        assert "Please answer by" in browser.get("/my", headers=ENGLISH).text
        answer = browser.post(f"/shifts/{event.shift}/sign-ups/{key}/accept", data={"back": "my"})
        assert answer.location == "/my"
    else:
        assert scene.api(person, "POST", f"/sign-ups/{key}/accept").json == {"status": "accepted"}
    assert state(scene, event, person) == "accepted"


def test_an_overlap_is_confirmed_on_the_next_page(scene: Scene) -> None:
    first, second = scene.event(), scene.event()
    browser = scene.pages(scene.person)
    browser.post(f"/shifts/{first.shift}/sign-up")
    asked = browser.post(f"/shifts/{second.shift}/sign-up", headers=ENGLISH)
    assert asked.status_code == 422
    assert "Sign up in spite of the other place" in asked.text
    assert 'name="despite_overlap"' in asked.text
    answer = scene.api(scene.person, "POST", f"/shifts/{second.shift}/sign-ups")
    assert answer.json["code"] == "overlaps"
    assert browser.post(f"/shifts/{second.shift}/sign-up", data={"despite_overlap": "1"}).status_code == 302


def test_what_is_missing_stands_on_the_card(scene: Scene) -> None:
    asked = Prerequisites(skills=("first_aid",), trainings=("岗前培训",), age_from=18)
    event = scene.event(said=ShiftSaid(prerequisites=asked, bring="雨衣"))
    page = scene.pages(scene.person).get(f"/projects/{event.project}", headers=ENGLISH).text
    assert "Something is still missing" in page
    assert "Training: 岗前培训" in page
    assert "Bring along: 雨衣" in page
    assert "/my/qualifications" in page
    refused = scene.api(scene.person, "POST", f"/shifts/{event.shift}/sign-ups")
    assert (refused.status_code, refused.json["code"]) == (409, "prerequisite-missing")
    codes = [each["code"] for each in refused.json["errors"]["prerequisites"]]
    assert codes == ["missing-skill", "missing-training"]


def test_a_post_is_chosen(scene: Scene) -> None:
    event = scene.event(said=ShiftSaid(posts=(PostSaid("登记台", 1, "核对名单"), PostSaid("送餐", 1))))
    browser = scene.pages(scene.person)
    page = browser.get(f"/projects/{event.project}", headers=ENGLISH).text
    assert "核对名单" in page
    without = browser.post(f"/shifts/{event.shift}/sign-up", headers=ENGLISH)
    assert without.status_code == 422
    assert "Choose a post." in without.text
    posts = scene.api(scene.person, "GET", f"/shifts/{event.shift}").json["posts"]
    assert browser.post(f"/shifts/{event.shift}/sign-up", data={"post": posts[1]["id"]}).status_code == 302
    assert "Post: 送餐" in browser.get("/my", headers=ENGLISH).text


# --- organizers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("skin", ["page", "api"])
def test_applications_are_decided_together(scene: Scene, clock: FakeClock, skin: str) -> None:
    event = far(scene, clock, capacity=1, said=ShiftSaid(needs_approval=True))
    crowd = [another(scene), another(scene), another(scene)]
    for each in crowd:
        assert scene.api(each, "POST", f"/shifts/{event.shift}/sign-ups").json["status"] == "applied"
    keys = [own(scene, event, each) for each in crowd]
    if skin == "page":
        browser, address = scene.pages(scene.organizer), f"/organize/shifts/{event.shift}"
        assert browser.get(f"{address}?status=applied", headers=ENGLISH).text.count('name="sign_ups"') == 3
        given: dict[str, Any] = {"sign_ups": keys[:2], "decision": "approve"}
        assert browser.post(f"{address}/decide", data=given).status_code == 302
        wrong = browser.post(f"{address}/decide", data={"sign_ups": keys[2:], "decision": "refuse"})
        assert wrong.status_code == 422
        refuse = {"sign_ups": keys[2:], "decision": "refuse", "reason": "名额已满"}
        assert browser.post(f"{address}/decide", data=refuse).status_code == 302
    else:
        path = f"/shifts/{event.shift}/sign-ups"
        done = scene.api(scene.organizer, "POST", f"{path}/approve", json={"sign_ups": keys[:2]})
        assert [each["outcome"] for each in done.json["items"]] == ["accepted", "waiting"]
        body = {"sign_ups": keys[2:], "reason": "名额已满"}
        scene.api(scene.organizer, "POST", f"{path}/refuse", json=body)
        listed = scene.api(scene.organizer, "GET", f"{path}?status=refused").json["items"]
        assert [each["id"] for each in listed] == keys[2:]
    assert [state(scene, event, each) for each in crowd] == ["accepted", "waiting", "refused"]
    assert "名额已满" in scene.pages(crowd[2]).get(f"/projects/{event.project}").text


@pytest.mark.parametrize("skin", ["page", "api"])
def test_an_invitation_shows_no_name_before_the_yes(scene: Scene, clock: FakeClock, skin: str) -> None:
    event = far(scene, clock)
    text = re.search(r"\d{6}[0-9A-Z]{6,}", scene.pages(scene.person).get("/my", headers=ENGLISH).text)
    assert text
    if skin == "page":
        browser = scene.pages(scene.organizer)
        given = {"numbers": text[0] + "\n123"}
        answer = browser.post(f"/organize/shifts/{event.shift}/invite", data=given, headers=ENGLISH)
        assert answer.status_code == 302
        page = browser.get(f"/organize/shifts/{event.shift}", headers=ENGLISH).text
        assert "No registered volunteer has this number" in page
        assert "周小川" not in page
    else:
        path = f"/shifts/{event.shift}/invitations"
        done = scene.api(scene.organizer, "POST", path, json={"numbers": [text[0], "123"]})
        assert [each["outcome"] for each in done.json["items"]] == ["invited", "unknown-number"]
    key = own(scene, event, scene.person)
    invited = scene.pages(scene.person)
    assert "The organizer invites you." in invited.get(f"/projects/{event.project}", headers=ENGLISH).text
    assert invited.post(f"/shifts/{event.shift}/sign-ups/{key}/accept").status_code == 302
    assert "周小川" in scene.pages(scene.organizer).get(f"/organize/shifts/{event.shift}").text


def test_a_series_is_previewed_and_added(scene: Scene) -> None:
    key = scene.draft()
    browser, address = scene.pages(scene.organizer), f"/organize/projects/{key}/shifts/new"
    given = {**SHIFT_FORM, "occurs_on": "2026-12-31", "repeats": "MONTHLY", "count": "3"}
    shown = browser.post(address, data={**given, "step": "preview"}, headers=ENGLISH)
    assert shown.status_code == 200
    assert "3 dates" in shown.text
    assert "Add 3 shifts" in shown.text
    assert 'value="2026-12-31"' in shown.text
    assert browser.post(address, data=given).status_code == 302
    with scene.app.app_context():
        days = sorted(row.occurs_on.isoformat() for row in session().query(Shift).all())
    assert days == ["2026-12-31", "2027-01-31", "2027-03-31"]
    wrong = browser.post(address, data={**given, "count": "", "step": "preview"}, headers=ENGLISH)
    assert wrong.status_code == 422
    assert "Say how often it takes place" in wrong.text


def test_a_series_by_the_api(scene: Scene) -> None:
    key = scene.draft()
    path = f"/projects/{key}/shift-series"
    asked = {"rule": "FREQ=DAILY;COUNT=3", "left_out": ["2026-11-23"], "starts_at": SHIFT_BODY["starts_at"]}
    shown = scene.api(scene.organizer, "POST", f"{path}/preview", json=asked)
    assert shown.json == {"dates": ["2026-11-22", "2026-11-24"]}
    posts = [{"name": "引导", "capacity": 2, "prerequisites": {"skills": ["first_aid"]}}]
    made = scene.api(scene.organizer, "POST", path, json={**SHIFT_BODY, **asked, "posts": posts})
    assert made.status_code == 201
    first, second = made.json["items"]
    card = scene.api(scene.organizer, "GET", f"/shifts/{first}").json
    assert (card["capacity"], card["posts"][0]["prerequisites"]["skills"]) == (2, ["first_aid"])
    change = {"title": "晚场", "begins": "17:00", "ends": "19:00", "opens_minutes": 30, "closes_minutes": 60}
    done = scene.api(scene.organizer, "PUT", f"/shifts/{first}", json={**change, "following": True})
    assert done.json == {"changed": [first, second], "kept": []}
    gone = scene.api(scene.organizer, "POST", f"/shifts/{second}/cancel", json={"reason": "场地装修"})
    assert (gone.json["status"], gone.json["status_reason"]) == ("cancelled", "场地装修")
    wrong = scene.api(scene.organizer, "POST", path, json={**SHIFT_BODY, "rule": "FREQ=DAILY"})
    assert wrong.json["errors"]["rule"][0]["code"] == "recurrence-without-end"


def test_changing_and_cancelling_by_page(scene: Scene, clock: FakeClock) -> None:
    event = far(scene, clock)
    scene.api(scene.person, "POST", f"/shifts/{event.shift}/sign-ups")
    browser, address = scene.pages(scene.organizer), f"/organize/shifts/{event.shift}"
    form = browser.get(f"{address}/edit", headers=ENGLISH).text
    assert 'value="上午场"' in form
    given = {**SHIFT_FORM, "occurs_on": "2026-11-25"}
    refused = browser.post(f"{address}/edit", data=given)
    assert refused.status_code == 422
    assert browser.post(f"{address}/edit", data={**given, "reason": "场地冲突"}).status_code == 302
    assert "场地冲突" in scene.pages(scene.person).get(f"/projects/{event.project}").text
    assert browser.post(f"{address}/cancel", data={"reason": ""}).status_code == 422
    assert browser.post(f"{address}/cancel", data={"reason": "暴雨停办"}).status_code == 302
    assert "暴雨停办" in scene.pages(scene.person).get("/my").text


def test_a_no_show_is_objected_to_and_decided(scene: Scene, clock: FakeClock) -> None:
    event = scene.event()
    scene.api(scene.person, "POST", f"/shifts/{event.shift}/sign-ups")
    clock.advance(hours=8)
    with scene.app.app_context():
        perform(SYSTEM, note_no_shows, on=clock.now().date())
    browser = scene.pages(scene.person)
    assert "You were noted as not having come." in browser.get("/my", headers=ENGLISH).text
    key = own(scene, event, scene.person)
    object_to = f"/shifts/{event.shift}/sign-ups/{key}/appeal"
    assert browser.post(object_to, data={"note": ""}).status_code == 422
    assert browser.post(object_to, data={"note": "我在现场", "back": "my"}).location == "/my"
    (appeal,) = scene.api(scene.organizer, "GET", "/no-show-appeals").json["items"]
    assert (appeal["note"], appeal["may_decide"]) == ("我在现场", True)
    office = scene.pages(scene.reviewer)
    assert "我在现场" in office.get("/organize/appeals").text
    decide = f"/organize/appeals/{appeal['id']}/decide"
    assert office.post(decide, data={"granted": "true", "reply": ""}).status_code == 422
    assert office.post(decide, data={"granted": "true", "reply": "现场照片可证"}).status_code == 302
    assert "现场照片可证" in browser.get("/my").text
    body = {"granted": False, "reply": "维持"}
    again = scene.api(scene.organizer, "POST", f"/no-show-appeals/{appeal['id']}/decide", json=body)
    assert again.json["code"] == "decided-already"


# --- calendars and posters --------------------------------------------------------------------------


def test_the_calendar_of_a_project_is_public_and_reads_back(scene: Scene, clock: FakeClock) -> None:
    event = far(scene, clock, said=ShiftSaid(bring="雨衣；手套, 水杯"))
    with scene.app.app_context():
        gone = make.shift(scene.organizer, event.project, title="取消场")
        perform(scene.organizer, projects.cancel_shift, shift=gone, reason="暴雨")
    answer = scene.pages(None).get(f"/projects/{event.project}/calendar.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    found = {str(each["uid"]): each for each in Calendar.from_ical(answer.data).walk("VEVENT")}
    one, two = found[f"shift-{event.shift}@timebank"], found[f"shift-{gone}@timebank"]
    assert one.decoded("dtstart") == clock.now() + timedelta(days=3)
    assert (str(one["status"]), one["sequence"]) == ("CONFIRMED", 0)
    assert "雨衣；手套, 水杯" in str(one["description"])
    assert (str(two["status"]), two["sequence"]) == ("CANCELLED", 1)
    assert two.decoded("last-modified") == clock.now()
    assert b"DTSTART:2026" in answer.data.replace(b"DTSTART;VALUE=DATE-TIME", b"DTSTART")
    draft = scene.draft()
    assert scene.pages(None).get(f"/projects/{draft}/calendar.ics").status_code == 404


def read(scene: Scene, address: str) -> set[tuple[str, int, datetime]]:
    """State, revision and last change of everything that a calendar's address gives."""
    events = Calendar.from_ical(scene.pages(None).get(address).data).walk("VEVENT")
    return {(str(each["status"]), each["sequence"], each.decoded("last-modified")) for each in events}


@pytest.mark.parametrize("ends", ["cancel", "stop"])
def test_calendars_take_the_news_of_a_whole_project(scene: Scene, clock: FakeClock, ends: str) -> None:
    event = far(scene, clock)
    with scene.app.app_context():
        make.shift(scene.organizer, event.project, starts_at=clock.now() + timedelta(days=9))
        authority = people.officer(Role.AUTHORITY, people.NORTH)
    browser = scene.pages(scene.person)
    browser.post(f"/shifts/{event.shift}/sign-up")
    found = re.search(r"/calendar/[\w-]+\.ics", browser.post("/my/calendar").text)
    assert found
    calendars = (f"/projects/{event.project}/calendar.ics", found[0])
    assert [read(scene, address) for address in calendars] == [{("CONFIRMED", 0, clock.now())}] * 2
    clock.advance(hours=1)
    actor = scene.organizer if ends == "cancel" else authority
    done = scene.api(actor, "POST", f"/projects/{event.project}/{ends}", json={"reason": "收到投诉"})
    assert done.status_code == 200
    assert [read(scene, address) for address in calendars] == [{("CANCELLED", 1, clock.now())}] * 2
    shift = scene.api(scene.person, "GET", f"/shifts/{event.shift}").json
    assert shift["status"] == ("cancelled" if ends == "cancel" else "open")
    assert shift["status_reason"] == "收到投诉"
    assert datetime.fromisoformat(shift["called_off_at"]) == clock.now()
    badge = "Cancelled" if ends == "cancel" else "Called off"
    for page in (f"/projects/{event.project}", "/my"):
        text = browser.get(page, headers=ENGLISH).text
        assert badge in text
        assert "收到投诉" in text
    listed = scene.pages(scene.organizer).get(f"/organize/projects/{event.project}", headers=ENGLISH).text
    assert badge in listed
    assert (f"/gate/{event.shift}" in listed) is (ends == "stop")  # who is inside leaves by the gate
    if ends == "stop":
        clock.advance(hours=1)
        assert scene.api(authority, "POST", f"/projects/{event.project}/lift").status_code == 200
        assert [read(scene, address) for address in calendars] == [{("CONFIRMED", 2, clock.now())}] * 2
        assert "Called off" not in browser.get("/my", headers=ENGLISH).text


def test_ones_own_calendar_has_a_secret_address(scene: Scene, clock: FakeClock) -> None:
    event, browser = far(scene, clock), scene.pages(scene.person)
    browser.post(f"/shifts/{event.shift}/sign-up")
    assert "switched off" in browser.get("/my/calendar", headers=ENGLISH).text
    addresses = []
    for _ in range(2):
        page = browser.post("/my/calendar", headers=ENGLISH)
        found = re.search(r"/calendar/[\w-]+\.ics", page.text)
        assert found
        addresses.append(found[0])
    assert addresses[0] not in browser.get("/my/calendar").text
    first, second = addresses
    assert scene.pages(None).get(first).status_code == 404
    answer = scene.pages(None).get(second)
    assert answer.headers["Cache-Control"] == "private, no-store"
    (shift,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert str(shift["status"]) == "CONFIRMED"
    assert "周小川".encode() not in answer.data
    scene.api(scene.person, "DELETE", f"/sign-ups/{own(scene, event, scene.person)}")
    (shift,) = Calendar.from_ical(scene.pages(None).get(second).data).walk("VEVENT")
    assert str(shift["status"]) == "CANCELLED"
    browser.post("/my/calendar/end")
    assert scene.pages(None).get(second).status_code == 404
    assert scene.pages(None).get("/calendar/nothing.ics").status_code == 404


def test_a_calendar_hears_that_an_offer_is_over(scene: Scene, clock: FakeClock) -> None:
    event, holder = far(scene, clock, capacity=1), another(scene)
    scene.api(holder, "POST", f"/shifts/{event.shift}/sign-ups")
    scene.api(scene.person, "POST", f"/shifts/{event.shift}/sign-ups", json={"waits": True})
    page = scene.pages(scene.person).post("/my/calendar")
    found = re.search(r"/calendar/[\w-]+\.ics", page.text)
    assert found
    assert read(scene, found[0]) == {("TENTATIVE", 0, clock.now())}
    scene.api(holder, "DELETE", f"/sign-ups/{own(scene, event, holder)}")
    clock.advance(days=1)
    with scene.app.app_context():
        perform(SYSTEM, projects.expire_offers, on=clock.now().date())
    assert read(scene, found[0]) == {("CANCELLED", 0, clock.now())}


def test_the_secret_of_a_calendar_stays_out_of_logs_and_ends_with_the_standing(
    scene: Scene, clock: FakeClock, capfd: pytest.CaptureFixture[str]
) -> None:
    page = scene.pages(scene.person).post("/my/calendar")
    found = re.search(r"/calendar/([\w-]+)\.ics", page.text)
    assert found
    assert scene.pages(None).get(found[0]).status_code == 200
    with scene.app.app_context():
        assert scene.person.volunteer
        told = str([(event.name, event.data) for event in session().query(Event)])
        kept = session().query(CalendarFeed).one().secret_digest
        perform(SYSTEM, volunteers.suspend, volunteer=scene.person.volunteer, reason="核实中")
    assert scene.pages(None).get(found[0]).status_code == 404
    written = capfd.readouterr()
    assert "/calendar/<secret>.ics" in written.out + written.err
    assert found[1] not in written.out + written.err + told + kept


def test_the_poster_says_what_order_685_asks(scene: Scene) -> None:
    asked = Prerequisites(skills=("first_aid",), age_from=18)
    event = scene.event(said=ShiftSaid(bring="雨衣", prerequisites=asked))
    address = f"/organize/shifts/{event.shift}/poster"
    page = scene.pages(scene.organizer).get(address, headers=ENGLISH).text
    for said in ("厨房地面湿滑", "王队长", "雨衣", "Insurance", f"/projects/{event.project}", "<svg"):
        assert said in page, said
    assert "Aged 18 or over on the day" in page
    assert "Verified skill: First aid" in page
    assert "does not take sign-ups" not in page
    assert scene.pages(scene.other).get(address).status_code == 404
    cancel = {"reason": "场地装修"}
    scene.api(scene.organizer, "POST", f"/shifts/{event.shift}/cancel", json=cancel)
    assert "does not take sign-ups" in scene.pages(scene.organizer).get(address, headers=ENGLISH).text


def test_a_blank_in_a_long_text_does_not_cut_the_poster_short(scene: Scene) -> None:
    risk = "注意 " + "地面湿滑，上下楼请扶好扶手。" * 30
    event = scene.event(project={"risk": risk})
    page = scene.pages(scene.organizer).get(f"/organize/shifts/{event.shift}/poster").text
    assert risk[:200] in page
    assert risk[:250] not in page
