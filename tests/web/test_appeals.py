"""Objections, doubtful records and printed codes by page and by API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_hours as hours
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.signed_in import bearer, browser
from timebank.attendance.queries import paper_code
from timebank.attendance.usecases import close_gates
from timebank.hours import usecases
from timebank.hours.appeals import my_forgotten_visits
from timebank.hours.models import HoursPolicy
from timebank.kernel.db import session
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects.queries import gate_of
from timebank.projects.rules import AttendanceMode, ClosingPolicy, PrintedCode

V1 = "/api/v1"
ENGLISH = {"Accept-Language": "en"}
NOTE = "王队长看见我最后离开。"
PLACE = {"printed_code": PrintedCode.PLACE, "latitude": 29.5521, "longitude": 103.7661}

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people.region_tree()
    return app


def page_of(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def forgotten(clock: FakeClock) -> tuple[hours.Attended, str]:
    """Somebody forgot to check out; the gate has closed."""
    made = hours.attended(clock, forgot=[0])
    gate = gate_of(made.shift)
    assert gate
    clock.set(gate.closes_at + timedelta(minutes=1))
    perform(SYSTEM, close_gates, on=clock.now().date())
    (visit,) = my_forgotten_visits(made.volunteers[0])
    return made, str(visit.visit)


def test_an_objection_by_pages(app: Flask, clock: FakeClock) -> None:
    with app.app_context():
        made, visit = forgotten(clock)
        perform(made.organizer, usecases.close_shift, shift=made.shift)
        own, organizer = browser(app, made.volunteers[0]), browser(app, made.organizer)
    mine = page_of(own, "/my")
    assert "nothing counts" in mine
    assert f"/my/visits/{visit}/appeal" in mine
    assert "Until when did you stay?" in page_of(own, f"/my/visits/{visit}/appeal")
    wrong = own.post(
        f"/my/visits/{visit}/appeal", data={"stayed_until": "25:00", "note": ""}, headers=ENGLISH
    )
    assert wrong.status_code == 422
    assert "Enter a time such as 14:30." in wrong.get_data(as_text=True)
    with app.app_context():
        gate = gate_of(made.shift)
        assert gate
        until = gate.ends_at.astimezone(app.extensions["timebank"].config.time_zone).strftime("%H:%M")
    sent = own.post(f"/my/visits/{visit}/appeal", data={"stayed_until": until, "note": NOTE})
    assert sent.status_code == 302
    page_of(own, f"/my/visits/{visit}/appeal", 404)
    hours_page = page_of(organizer, f"/organize/shifts/{made.shift}/hours")
    assert "Objections to answer (1)" in hours_page
    assert NOTE in hours_page
    (action,) = re.findall(rf'action="(/organize/shifts/{made.shift}/appeals/[^"]+)"', hours_page)
    blank = organizer.post(action, data={"decision": "accept", "out_at": until}, headers=ENGLISH)
    assert blank.status_code == 422
    assert 'id="f-answer"' in blank.get_data(as_text=True)
    data = {"decision": "accept", "out_at": until, "answer": "情况属实"}
    assert organizer.post(action, data=data).status_code == 302
    assert "Answer: 情况属实" in page_of(own, "/my")
    assert "Objections to answer" not in page_of(organizer, f"/organize/shifts/{made.shift}/hours")


def test_an_objection_by_api(app: Flask, clock: FakeClock) -> None:
    with app.app_context():
        made, visit = forgotten(clock)
        gate = gate_of(made.shift)
        assert gate
        own, organizer = bearer(made.volunteers[0]), bearer(made.organizer)
    client = app.test_client()
    (found,) = client.get(f"{V1}/volunteers/me/forgotten-visits", headers=own).json["items"]
    assert (found["id"], found["policy"], found["can_appeal"], found["appeal"]) == (visit, "zero", True, None)
    body = {"stayed_until": gate.ends_at.isoformat(), "note": NOTE}
    made_one = client.post(f"{V1}/visits/{visit}/appeal", json=body, headers=own)
    assert (made_one.status_code, made_one.json["status"]) == (201, "waiting")
    again = client.post(f"{V1}/visits/{visit}/appeal", json=body, headers=own)
    assert (again.status_code, again.json["code"]) == (409, "appealed-already")
    (card,) = client.get(f"{V1}/shifts/{made.shift}/appeals", headers=organizer).json["items"]
    assert card["note"] == NOTE
    answer = {"accept": False, "answer": "当时已无人在场"}
    decided = client.post(f"{V1}/visit-appeals/{card['id']}/decide", json=answer, headers=organizer)
    assert decided.status_code == 204
    (found,) = client.get(f"{V1}/volunteers/me/forgotten-visits", headers=own).json["items"]
    assert (found["appeal"]["status"], found["appeal"]["answer"]) == ("refused", "当时已无人在场")


def held(clock: FakeClock) -> hours.Attended:
    """Three submitted records, all with too long a day."""
    session().query(HoursPolicy).one().long_day_minutes = 100
    session().commit()
    return hours.submitted(clock, [people.NORTH_COMMUNITY] * 3)


def test_what_is_held_is_decided_one_by_one(app: Flask, clock: FakeClock) -> None:
    with app.app_context():
        made = held(clock)
        reviewer = browser(app, made.reviewer)
        keys = [str(record.key) for record in hours.records(made)]
        owner = next(
            actor
            for actor in made.volunteers
            if str(hours.records(made)[0].volunteer) == str(actor.volunteer)
        )
        own = browser(app, owner)
    address = f"/office/hours/{made.shift}"
    shown = page_of(reviewer, address)
    assert "Held until you decide each (3)" in shown
    assert "2.5 h that day, all shifts together" in shown
    assert "Confirm the ticked records" not in shown
    assert "Held until you decide each (3)" in page_of(reviewer, f"{address}?mark=long_day")
    assert "Held until" not in page_of(reviewer, f"{address}?mark=night")
    alone = {"decision": "confirm-held", "records": keys[0]}
    blank = reviewer.post(address, data=alone, headers=ENGLISH)
    assert blank.status_code == 422
    assert 'href="#f-why"' in blank.get_data(as_text=True)
    many = reviewer.post(address, data=alone | {"records": keys, "why": "都核对过"}, headers=ENGLISH)
    assert many.status_code == 422
    assert reviewer.post(address, data=alone | {"why": "全天值班已核对"}).status_code == 302
    assert "全天值班已核对" in page_of(own, "/my")
    left = reviewer.post(
        address, data={"decision": "confirm", "records": keys[1:]}, headers=ENGLISH, follow_redirects=True
    )
    assert "2 records are held" in left.get_data(as_text=True)


def test_figures_are_for_those_who_decide(app: Flask, clock: FakeClock) -> None:
    with app.app_context():
        made = held(clock)
        record = hours.records(made)[0]
        owner = next(actor for actor in made.volunteers if actor.volunteer == record.volunteer)
        own, reviewer = bearer(owner), bearer(made.reviewer)
    client = app.test_client()
    address = f"{V1}/service-records/{record.key}"
    assert client.get(address, headers=reviewer).json["figures"] == {
        "long_day": {"minutes": 150, "most": 100}
    }
    seen = client.get(address, headers=own).json
    assert (seen["attention"], seen["figures"], seen["is_held"]) == (["long_day"], {}, True)
    refused = client.post(f"{address}/approve", headers=reviewer)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["reason"])
    done = client.post(f"{address}/approve", json={"reason": "全天值班已核对"}, headers=reviewer)
    assert done.json["status"] == "confirmed"


# --- how to come and to leave -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "nothing counts until you have said when you left"),
        ({"closing_policy": ClosingPolicy.SHIFT_END}, "your time counts to the end of the shift"),
        ({"closing_policy": ClosingPolicy.DEFAULT_MINUTES, "closing_minutes": 90}, "90 minutes count"),
        ({"attendance_mode": AttendanceMode.IN_ONLY}, "You need not check out. Your time counts"),
        ({"attendance_mode": AttendanceMode.PRESENCE}, "You need not check out. The whole shift counts"),
    ],
)
def test_who_comes_is_told_how_to_leave(app: Flask, asked: dict[str, Any], told: str) -> None:
    with app.app_context():
        event = projects.event(**asked)
        actor = projects.signed_up(event.shift)
        phone, code = browser(app, actor), projects.code_of(event)
    answer = phone.post(f"/c/{code}", data={"direction": "in", "client_id": "tap"}, headers=ENGLISH)
    assert told in answer.get_data(as_text=True)


def test_a_shift_says_what_it_asks(app: Flask) -> None:
    with app.app_context():
        event = projects.event()
        organizer, api = browser(app, event.organizer), bearer(event.organizer)
    address = f"/organize/projects/{event.project}/shifts/new"
    form = organizer.get(address, headers=ENGLISH)
    assert "geolocation=(self)" in form.headers["Permissions-Policy"]
    data = {
        "title": "下午场",
        "occurs_on": "2026-12-01",
        "starts_at": "14:00",
        "ends_at": "16:00",
        "capacity": "9",
        "attendance_mode": "in_and_out",
        "closing_policy": "default_minutes",
        "closing_minutes": "241",
        "printed_code": "place",
    }
    wrong = organizer.post(address, data=data, headers=ENGLISH)
    assert wrong.status_code == 422
    assert "geolocation=(self)" in wrong.headers["Permissions-Policy"], "also when it comes again"
    told = wrong.get_data(as_text=True)
    assert "Enter a number from 1 to 240." in told
    assert "Say where the shift takes place" in told
    right = data | {"closing_minutes": "90", "latitude": "29.5521", "longitude": "103.7661"}
    assert organizer.post(address, data=right).status_code == 302
    page = page_of(organizer, f"/organize/projects/{event.project}")
    assert "A fixed number of minutes counts (90 minutes)" in page
    assert "within 300 m" in page
    shifts = app.test_client().get(f"{V1}/projects/{event.project}", headers=api).json["shifts"]
    found = next(each for each in shifts if each["title"] == "下午场")
    assert found["attendance"] == {
        "mode": "in_and_out",
        "closing": "default_minutes",
        "minutes": 90,
        "version": "2026-1",
    }
    assert found["venue"] == {"latitude": 29.5521, "longitude": 103.7661, "radius_m": 300}


# --- the code on paper --------------------------------------------------------------------------------


def paper_of(app: Flask, event: projects.Event) -> str:
    with app.app_context():
        return paper_code(event.organizer, event.shift)


def phone_and_paper(app: Flask, **asked: Any) -> tuple[projects.Event, Actor, FlaskClient, str]:
    with app.app_context():
        event = projects.event(**asked)
        actor = projects.signed_up(event.shift)
        return event, actor, browser(app, actor), paper_code(event.organizer, event.shift)


def test_a_printed_code_asks_for_the_place_on_its_page_only(app: Flask) -> None:
    event, _, phone, path = phone_and_paper(app, **PLACE)
    opened = phone.get(path, headers=ENGLISH)
    assert "geolocation=(self)" in opened.headers["Permissions-Policy"]
    assert "deleted after 30 days" in opened.get_data(as_text=True)
    with app.app_context():
        screen = projects.code_of(event)
    assert "geolocation=()" in phone.get(f"/c/{screen}").headers["Permissions-Policy"]
    tap = {"direction": "in", "client_id": "one", "latitude": "", "longitude": "", "accuracy_m": ""}
    again = phone.post(path, data=tap | {"latitude": "north"}, headers=ENGLISH)
    assert (again.status_code, "geolocation=(self)" in again.headers["Permissions-Policy"]) == (422, True)
    refused = phone.post(path, data=tap, headers=ENGLISH)
    assert "Not at the venue" in refused.get_data(as_text=True)
    assert "Or give your personal code" in refused.get_data(as_text=True)
    here = tap | {"client_id": "two", "latitude": "29.5521", "longitude": "103.7662", "accuracy_m": "8.5"}
    assert "Checked in" in phone.post(path, data=here, headers=ENGLISH).get_data(as_text=True)


def test_a_printed_code_that_the_organizer_confirms(app: Flask) -> None:
    _, _, phone, path = phone_and_paper(app, printed_code=PrintedCode.ORGANIZER)
    assert "the organizer confirms your scan" in page_of(phone, path)
    answer = phone.post(path, data={"direction": "in", "client_id": "one"}, headers=ENGLISH)
    told = answer.get_data(as_text=True)
    assert "verdict-provisional" in told
    assert "Waits for the organizer" in told


def test_the_sheet_to_hang_up(app: Flask) -> None:
    event, _, phone, path = phone_and_paper(app, **PLACE)
    with app.app_context():
        organizer = browser(app, event.organizer)
        plain = projects.event(organization=event.organization, organizer=event.organizer)
    sheet = page_of(organizer, f"/gate/{event.shift}/paper")
    assert path in sheet
    assert "<svg" in sheet
    assert f"/gate/{event.shift}/paper" in page_of(organizer, f"/gate/{event.shift}")
    assert "/paper" not in page_of(organizer, f"/gate/{plain.shift}")
    page_of(organizer, f"/gate/{plain.shift}/paper", 404)
    page_of(phone, f"/gate/{event.shift}/paper", 403)
