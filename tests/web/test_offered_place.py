"""Saying where one is with the changing code: page, form of the shift, API, log and hours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.signed_in import bearer, browser
from timebank.attendance.rules import Direction, Position
from timebank.hours import usecases as hours
from timebank.kernel.db import session
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform

V1 = "/api/v1"
ENGLISH = {"Accept-Language": "en"}
VENUE: dict[str, Any] = {"latitude": 29.5521, "longitude": 103.7661}
HERE = {"latitude": "29.5521", "longitude": "103.7662", "accuracy_m": "8.5"}
FAR = {"latitude": "29.5821", "longitude": "103.7661", "accuracy_m": "20"}
CHOICE = re.compile(r"<label[^>]*data-place-choice[^>]*>\s*<input[^>]*>")

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people.region_tree()
    return app


def at_the_gate(app: Flask, **asked: Any) -> tuple[projects.Event, Actor, FlaskClient, str]:
    with app.app_context():
        event = projects.event(**{"offers_place": True, **VENUE, **asked})
        actor = projects.signed_up(event.shift)
        return event, actor, browser(app, actor), f"/c/{projects.code_of(event)}"


def told(client: FlaskClient, address: str, **tap: str) -> str:
    answer = client.post(address, data={"direction": "in", "client_id": "one", **tap}, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_offers_it_unticked_and_in_plain_words(app: Flask) -> None:
    _, _, phone, address = at_the_gate(app)
    opened = phone.get(address, headers=ENGLISH)
    page = opened.get_data(as_text=True)
    assert "geolocation=(self)" in opened.headers["Permissions-Policy"]
    found = CHOICE.search(page)
    assert found
    assert " hidden" in found[0]  # a browser that knows no place is offered nothing
    assert "checked" not in found[0]
    assert "name=" not in found[0]  # the choice itself is not sent
    assert "Only the distance to the meeting point is kept" in page
    assert "deleted after 30 days" in page
    assert page.count('type="submit"') == 1
    assert "位置本身加密保存，30 天后删除" in phone.get(address).get_data(as_text=True)


@pytest.mark.parametrize(
    "asked", [{"offers_place": False}, {"offers_place": False, "printed_code": "organizer"}]
)
def test_a_page_of_any_other_shift_offers_nothing(app: Flask, asked: dict[str, Any]) -> None:
    _, _, phone, address = at_the_gate(app, **asked)
    opened = phone.get(address)
    assert "geolocation=()" in opened.headers["Permissions-Policy"]
    for word in ("data-place-choice", "data-asks-place", "check-place.js", 'name="latitude"'):
        assert word not in opened.get_data(as_text=True)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ({}, None),
        ({"latitude": "", "longitude": "", "accuracy_m": ""}, None),
        (HERE, "Distance to the meeting point: 10 m"),
        (FAR, "Distance to the meeting point: 3.3 km"),
        (FAR | {"accuracy_m": "5000"}, None),
    ],
)
def test_one_button_checks_in_with_and_without_it(
    app: Flask, place: dict[str, str], line: str | None
) -> None:
    _, _, phone, address = at_the_gate(app)
    page = told(phone, address, **place)
    assert "Checked in" in page
    assert "verdict-accepted" in page
    assert line in page if line else "Distance" not in page


# --- the shift's form -------------------------------------------------------------------------------

SHIFT = {
    "title": "下午场",
    "occurs_on": "2026-12-01",
    "starts_at": "14:00",
    "ends_at": "16:00",
    "capacity": "9",
    "attendance_mode": "in_and_out",
    "closing_policy": "zero",
    "printed_code": "off",
    "opens_minutes": "60",
    "closes_minutes": "60",
}


def shift_of(app: Flask, organizer: dict[str, str], project: object) -> dict[str, Any]:
    found = app.test_client().get(f"{V1}/projects/{project}", headers=organizer).json
    assert found
    return next(each for each in found["shifts"] if each["title"] == "下午场")


def test_the_organizer_switches_it_on_and_off(app: Flask) -> None:
    with app.app_context():
        event = projects.event()
        pages, api = browser(app, event.organizer), bearer(event.organizer)
    new = f"/organize/projects/{event.project}/shifts/new"
    form = pages.get(new, headers=ENGLISH).get_data(as_text=True)
    assert re.search(r'<input type="checkbox" id="f-offers_place"(?![^>]*checked)[^>]*>', form)
    wrong = pages.post(new, data=SHIFT | {"offers_place": "1"}, headers=ENGLISH)
    assert wrong.status_code == 422
    assert "Say where the shift takes place" in wrong.get_data(as_text=True)
    assert re.search(r'id="f-offers_place"[^>]*checked', wrong.get_data(as_text=True))
    place = {name: str(value) for name, value in VENUE.items()}
    assert pages.post(new, data=SHIFT | place | {"offers_place": "1"}).status_code == 302
    made = shift_of(app, api, event.project)
    assert made["offers_place"] is True
    page = pages.get(f"/organize/projects/{event.project}", headers=ENGLISH).get_data(as_text=True)
    assert "people may say where they are" in page
    edit = f"/organize/shifts/{made['id']}/edit"
    form = pages.get(edit, headers=ENGLISH).get_data(as_text=True)
    assert re.search(r'id="f-offers_place"[^>]*checked', form)
    assert pages.post(edit, data=SHIFT | place | {"reason": "不再需要"}).status_code == 302
    assert shift_of(app, api, event.project)["offers_place"] is False


# --- the API ----------------------------------------------------------------------------------------


def test_the_api_takes_it_and_says_what_is_kept(app: Flask) -> None:
    event, actor, _, address = at_the_gate(app)
    with app.app_context():
        own, organizer = bearer(actor), bearer(event.organizer)
    client = app.test_client()
    assert client.get(f"{V1}/shifts/{event.shift}").json["offers_place"] is True
    given = {"code": address.rpartition("/")[2], "direction": "in", "client_id": "one"}
    place = {"latitude": 29.5821, "longitude": 103.7661, "accuracy_m": 20}
    bad = client.post(f"{V1}/check-ins", json=given | place | {"latitude": 91}, headers=own)
    assert bad.status_code == 422
    answer = client.post(f"{V1}/check-ins", json=given | place, headers=own).json
    assert (answer["verdict"], answer["distance_m"]) == ("accepted", 3336)
    (line,) = client.get(f"{V1}/shifts/{event.shift}/scans", headers=organizer).json["items"]
    assert line["distance_m"] == 3336
    point = client.post(f"{V1}/shifts/{event.shift}/scans/{answer['scan']}/point", headers=organizer).json
    assert point == {"latitude": 29.5821, "longitude": 103.7661, "accuracy_m": 20}
    assert (
        client.post(f"{V1}/shifts/{event.shift}/scans/{answer['scan']}/point", headers=own).status_code == 403
    )


def test_the_api_switches_it(app: Flask) -> None:
    with app.app_context():
        event = projects.event()
        organizer = bearer(event.organizer)
    client = app.test_client()
    new = {
        "title": "下午场",
        "starts_at": "2026-12-01T14:00:00+08:00",
        "ends_at": "2026-12-01T16:00:00+08:00",
        "capacity": 9,
        "offers_place": True,
    }
    address = f"{V1}/projects/{event.project}/shifts"
    refused = client.post(address, json=new, headers=organizer)
    assert refused.status_code == 422
    assert [each["code"] for each in refused.json["errors"]["latitude"]] == ["place-needed"]
    assert client.post(address, json=new | VENUE, headers=organizer).status_code == 201
    assert shift_of(app, organizer, event.project)["offers_place"] is True


def test_the_job_deletes_the_points_when_the_days_are_over(app: Flask, clock: FakeClock) -> None:
    _, _, phone, address = at_the_gate(app)
    assert "3.3 km" in told(phone, address, **FAR)

    def swept() -> int:
        done = app.test_cli_runner().invoke(args=["jobs", "run", "sweep_points", "--json"])
        assert done.exit_code == 0, done.output
        return int(json.loads(done.stdout)["result"]["points"])

    clock.advance(days=29)
    assert swept() == 0
    clock.advance(days=1)
    assert swept() == 1


# --- what organizers and reviewers see ----------------------------------------------------------------


def test_whoever_was_far_away_stands_in_the_log_and_in_the_hours(app: Flask, clock: FakeClock) -> None:
    event, actor, phone, _ = at_the_gate(app)
    with app.app_context():
        other = projects.signed_up(event.shift)
        clock.advance(minutes=30)
        projects.scan(actor, event, position=Position(29.5821, 103.7661, 20))
        projects.scan(other, event, position=Position(29.5522, 103.7661, 20))
        clock.advance(hours=1)
        for each in (actor, other):
            projects.scan(each, event, Direction.OUT)
        organizer, reviewer = browser(app, event.organizer), browser(app, people.officer())
    log = organizer.get(f"/gate/{event.shift}/scans", headers=ENGLISH).get_data(as_text=True)
    assert re.search(r'class="badge is-caution">.*3\.3 km from the venue', log)
    assert re.search(r'class="muted">11 m from the venue', log)
    with app.app_context():
        clock.advance(hours=4)
        perform(event.organizer, hours.close_shift, shift=event.shift)
        perform(event.organizer, hours.submit_records, shift=event.shift)
        session().rollback()
    sheet = organizer.get(f"/organize/shifts/{event.shift}/hours", headers=ENGLISH).get_data(as_text=True)
    assert "Scanned 3.3 km from the venue" in sheet
    review = reviewer.get(f"/office/hours/{event.shift}?mark=far_from_venue", headers=ENGLISH)
    assert "Scanned 3.3 km from the venue" in review.get_data(as_text=True)
    assert "Far from the venue" in review.get_data(as_text=True)
    own = phone.get("/my", headers=ENGLISH).get_data(as_text=True)
    assert "3.3 km" not in own
