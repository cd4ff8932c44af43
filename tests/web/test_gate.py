"""The gate by page and by API: the phone, the desk, the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.signed_in import bearer, browser
from timebank.attendance import queries
from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import Direction
from timebank.attendance.usecases import close_gate
from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.queries import personal_code

ENGLISH = {"Accept-Language": "en"}
PHONE = "12900000009"


class Gate:
    """One event with its people, and how each of them reaches the service."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            people.region_tree()
            self.event = make.event()
            self.person = make.signed_up(
                self.event.shift, name="周小川", phone=PHONE, password=people.PASSWORD
            )
            self.other = make.event().organizer
            self.code_in_hand = personal_code(self.person)

    @property
    def shift(self) -> Key:
        return self.event.shift

    def code(self) -> str:
        with self.app.app_context():
            return make.code_of(self.event)

    def phone(self, actor: Actor | None = None) -> FlaskClient:
        with self.app.app_context():
            return browser(self.app, actor or self.person)

    def api(self, actor: Actor | None, method: str, path: str, **given: Any) -> Any:
        headers = dict(ENGLISH)
        if actor:
            with self.app.app_context():
                headers |= bearer(actor)
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **given)

    def ask(self, query: Callable[[], Any]) -> Any:
        with self.app.app_context():
            return query()

    def tap(self, phone: FlaskClient, code: str, **changes: str) -> Any:
        """Open the code's page and press its button as the page offers it."""
        page = phone.get(f"/c/{code}", headers=ENGLISH)
        found = dict(re.findall(r'name="(client_id|direction)" value="([^"]+)"', page.text))
        return phone.post(f"/c/{code}", data={**found, **changes}, headers=ENGLISH)

    def scans(self) -> list[tuple[str, str | None]]:
        return self.ask(lambda: [(row.verdict, row.code) for row in session().query(Scan)])

    def visits(self) -> int:
        return self.ask(lambda: session().query(Visit).count())


@pytest.fixture
def gate(app: Flask, clock: FakeClock) -> Gate:
    return Gate(app)


# --- the phone --------------------------------------------------------------------------------------


def test_one_button_in_then_out(gate: Gate, clock: FakeClock) -> None:
    phone = gate.phone()
    code = gate.code()
    page = phone.get(f"/c/{code}", headers=ENGLISH)
    assert page.status_code == 200
    assert page.text.count('<button type="submit"') == 1
    answer = gate.tap(phone, code)
    assert 'data-verdict="accepted"' in answer.text
    for words in ("Checked in", "周小川", "社区长者午餐陪伴", "Inside since 10:00", "before 17:30"):
        assert words in answer.text
    clock.advance(hours=2)
    answer = gate.tap(phone, gate.code())
    assert "Checked out" in answer.text
    assert "10:00 to 12:00" in answer.text
    assert gate.scans() == [("accepted", None)] * 2
    assert "You have checked out already" in phone.get(f"/c/{gate.code()}", headers=ENGLISH).text


def test_a_double_tap_is_one_attempt(gate: Gate) -> None:
    phone, code = gate.phone(), gate.code()
    answers = [gate.tap(phone, code, client_id="same", direction="in").text for _ in range(2)]
    assert all('data-verdict="accepted"' in answer for answer in answers)
    assert gate.scans() == [("accepted", None)]


def test_a_tap_sent_again_for_something_else_is_refused(gate: Gate, clock: FakeClock) -> None:
    phone = gate.phone()
    gate.tap(phone, gate.code(), client_id="same", direction="in")
    clock.advance(hours=1)
    answer = gate.tap(phone, gate.code(), client_id="same", direction="out")
    assert answer.status_code == 422
    assert 'data-verdict="refused"' in answer.text
    assert "That one stands; this one is not kept." in answer.text
    body = {"code": gate.code(), "direction": "out", "client_id": "same"}
    refused = gate.api(gate.person, "POST", "/check-ins", json=body)
    assert (refused.status_code, refused.json["code"]) == (422, "key-reused")
    assert gate.scans() == [("accepted", None)]
    assert 'data-verdict="accepted"' in gate.tap(phone, gate.code()).text


def test_page_and_api_have_the_same_effect(gate: Gate, clock: FakeClock) -> None:
    with gate.app.app_context():
        second = make.signed_up(gate.shift)
    code = gate.code()
    gate.tap(gate.phone(), code)
    answer = gate.api(second, "POST", "/check-ins", json={"code": code, "direction": "in", "client_id": "a"})
    assert answer.status_code == 200
    assert (answer.json["verdict"], answer.json["code"]) == ("accepted", None)
    assert answer.json["message"] == "Checked in"
    rows = gate.ask(lambda: [(visit.in_at, visit.in_method) for visit in queries.visits(gate.shift)])
    assert len(rows) == 2
    assert rows[0] == rows[1]


def test_a_refusal_says_why_and_what_to_do(gate: Gate) -> None:
    with gate.app.app_context():
        stranger = people.actor_of_volunteer(people.volunteer())
    answer = gate.tap(gate.phone(stranger), gate.code())
    assert answer.status_code == 200
    assert 'data-verdict="refused"' in answer.text
    assert "You have no place in this shift" in answer.text
    assert "ask at the desk" in answer.text
    assert gate.scans() == [("refused", "not-registered")]
    assert gate.visits() == 0


def test_where_else_somebody_is(gate: Gate) -> None:
    with gate.app.app_context():
        elsewhere = make.event(project={"name": "河道清洁"})
        make.signed_up(elsewhere.shift, gate.person.volunteer)
        make.scan(gate.person, elsewhere)
    answer = gate.tap(gate.phone(), gate.code())
    assert "You are still checked in elsewhere" in answer.text
    assert "河道清洁 · 上午场 since 10:00" in answer.text


def test_too_early_names_the_hour(gate: Gate, clock: FakeClock) -> None:
    clock.advance(hours=-2)
    answer = gate.tap(gate.phone(), gate.code())
    assert "The gate opens at 09:30" in answer.text


@pytest.mark.parametrize("signed_in", [True, False])
def test_codes_that_cannot_be_used(gate: Gate, clock: FakeClock, signed_in: bool) -> None:
    phone = gate.phone() if signed_in else gate.app.test_client()
    old = gate.code()
    assert phone.get("/c/NONSENSE", headers=ENGLISH).status_code == 404
    clock.advance(minutes=1)
    page = phone.get(f"/c/{old}", headers=ENGLISH)
    assert page.status_code == 410
    assert "This code has run out" in page.text
    assert 'data-verdict="refused"' in page.text


def test_a_tap_without_its_fields_changes_nothing(gate: Gate) -> None:
    answer = gate.phone().post(f"/c/{gate.code()}", data={"direction": "sideways"})
    assert answer.status_code == 422
    assert gate.scans() == []


# --- the sealed scan --------------------------------------------------------------------------------


def sign_in(phone: FlaskClient, address: str) -> Any:
    """Sign in on the page that one was sent to."""
    (target,) = parse_qs(urlsplit(address).query)["next"]
    return phone.post("/sign-in", data={"phone": PHONE, "password": people.PASSWORD, "next": target})


def test_the_scan_waits_while_somebody_signs_in(gate: Gate, clock: FakeClock) -> None:
    phone, code = gate.app.test_client(), gate.code()
    answer = phone.get(f"/c/{code}")
    assert answer.location.startswith("/sign-in?next=")
    clock.advance(minutes=4)
    back = sign_in(phone, answer.location)
    assert back.location == f"/c/{code}"
    verdict = gate.tap(phone, code)
    assert 'data-verdict="accepted"' in verdict.text
    row = gate.ask(lambda: session().query(Scan).one())
    assert row.received_at == clock.now()
    assert row.received_at - row.scanned_at == timedelta(minutes=4)


def test_the_seal_breaks_after_five_minutes(gate: Gate, clock: FakeClock) -> None:
    phone, code = gate.app.test_client(), gate.code()
    answer = phone.get(f"/c/{code}")
    clock.advance(minutes=5, seconds=1)
    sign_in(phone, answer.location)
    assert phone.get(f"/c/{code}").status_code == 410
    assert (
        'data-verdict="refused"'
        in phone.post(f"/c/{code}", data={"client_id": "late", "direction": "in"}, headers=ENGLISH).text
    )
    assert gate.scans() == [("refused", "expired-code")]


def test_looking_again_does_not_renew_the_seal(gate: Gate, clock: FakeClock) -> None:
    phone, code = gate.phone(), gate.code()
    for _ in range(3):
        assert phone.get(f"/c/{code}").status_code == 200
        clock.advance(minutes=2)
    assert phone.get(f"/c/{code}").status_code == 410


def test_a_used_seal_is_gone(gate: Gate, clock: FakeClock) -> None:
    phone, code = gate.phone(), gate.code()
    gate.tap(phone, code)
    clock.advance(minutes=2)
    assert phone.get(f"/c/{code}").status_code == 410


def test_a_forged_seal_is_not_read(gate: Gate, clock: FakeClock) -> None:
    code = gate.code()
    clock.advance(minutes=2)
    phone = gate.app.test_client()
    phone.set_cookie("timebank", "eyJzZWFsZWRfc2NhbiI6e319.forged.signature")
    assert phone.get(f"/c/{code}").status_code == 410


def test_a_tap_after_the_session_ended_leads_back(gate: Gate) -> None:
    phone, code = gate.app.test_client(), gate.code()
    answer = phone.post(f"/c/{code}", data={"client_id": "x", "direction": "in"})
    assert answer.location.startswith("/sign-in?next=")
    assert code in answer.location


def test_people_who_are_no_volunteers_are_told(gate: Gate) -> None:
    page = gate.phone(gate.event.organizer).get(f"/c/{gate.code()}", headers=ENGLISH)
    assert "You are not registered as a volunteer" in page.text
    assert "Check in</button>" not in page.text


def test_the_device_is_kept_as_a_digest(gate: Gate) -> None:
    phone = gate.phone()
    answer = gate.tap(phone, gate.code())
    found = re.search(r"timebank_device=([^;]+);.*HttpOnly", str(answer.headers.getlist("Set-Cookie")))
    assert found is not None
    row = gate.ask(lambda: session().query(Scan).one())
    assert row.device_hash == fingerprint(found[1])


# --- the desk ---------------------------------------------------------------------------------------


def test_the_desk_lets_in_and_out(gate: Gate, clock: FakeClock) -> None:
    desk = gate.phone(gate.event.organizer)
    address = f"/gate/{gate.shift}"
    entry = {"personal_code": gate.code_in_hand.lower(), "direction": "in", "client_id": "1"}
    page = desk.post(address, data=entry, headers=ENGLISH, follow_redirects=True).text
    assert "周小川 · Checked in" in page
    assert "Set the check-out time" in page
    entry = {"personal_code": "NOBODY2222", "direction": "in", "client_id": "2"}
    assert (
        "Nobody has this personal code"
        in desk.post(address, data=entry, headers=ENGLISH, follow_redirects=True).text
    )
    clock.advance(hours=1)
    entry = {"personal_code": gate.code_in_hand, "direction": "out", "client_id": "3"}
    page = desk.post(address, data=entry, headers=ENGLISH, follow_redirects=True).text
    assert "周小川 · Checked out" in page
    assert "10:00–11:00" in page
    assert desk.post(address, data={"personal_code": ""}).status_code == 422


def test_each_reader_has_the_words_of_their_language(gate: Gate) -> None:
    desk = gate.phone(gate.event.organizer)
    assert "未签到" in desk.get(f"/gate/{gate.shift}").text
    english = desk.get(f"/gate/{gate.shift}", headers=ENGLISH).text
    assert "Expected</span>" in english
    assert "未签到" not in english


def test_searching_keeps_names_out_of_the_address(gate: Gate) -> None:
    with gate.app.app_context():
        make.signed_up(gate.shift, name="吴先走")
    desk = gate.phone(gate.event.organizer)
    page = desk.post(f"/gate/{gate.shift}/search", data={"text": "吴先"}, headers=ENGLISH)
    assert page.status_code == 200
    assert "吴先走" in page.text
    assert "周小川" not in page.text
    assert (
        "Nobody found" in desk.post(f"/gate/{gate.shift}/search", data={"text": "没有"}, headers=ENGLISH).text
    )
    assert desk.post(f"/gate/{gate.shift}/search", data={"text": "周"}).status_code == 422


def test_a_forgotten_check_out(gate: Gate, clock: FakeClock) -> None:
    with gate.app.app_context():
        make.scan(gate.person, gate.event)
    clock.advance(hours=5)
    desk = gate.phone(gate.event.organizer)
    address = f"/gate/{gate.shift}/people/{gate.person.volunteer}/out-time"
    assert "When did 周小川 leave?" in desk.get(address, headers=ENGLISH).text
    assert desk.post(address, data={"out_at": "09:00", "reason": "忘记签退"}).status_code == 422
    assert desk.post(address, data={"out_at": "13:00", "reason": ""}).status_code == 422
    assert desk.post(address, data={"out_at": "13:00", "reason": "忘记签退"}).status_code == 302
    assert "10:00–13:00" in desk.get(f"/gate/{gate.shift}").text
    assert desk.get(address).status_code == 404


def test_a_desk_that_was_gone_back_to_takes_nobody_for_somebody_else(gate: Gate) -> None:
    desk = gate.phone(gate.event.organizer)
    with gate.app.app_context():
        other = personal_code(make.signed_up(gate.shift))
    entry = {"client_id": "1", "direction": "in"}
    for code, words in ((gate.code_in_hand, "Checked in"), (other, "has sent a scan already")):
        answer = desk.post(
            f"/gate/{gate.shift}",
            data={**entry, "personal_code": code},
            headers=ENGLISH,
            follow_redirects=True,
        )
        assert words in answer.text
    assert gate.visits() == 1
    scans = [
        {**entry, "code": other},
        {**entry, "code": gate.code_in_hand},
        {**entry, "code": other, "client_id": "2"},
    ]
    answer = gate.api(gate.event.organizer, "POST", f"/shifts/{gate.shift}/scans", json={"scans": scans})
    assert answer.status_code == 200
    told = [(each["verdict"], each["code"], each["scan"] is None) for each in answer.json["results"]]
    assert told == [("refused", "key-reused", True), ("accepted", None, False), ("accepted", None, False)]
    assert answer.json["results"][0]["message"].startswith("Sent for another scan already. That one stands")


def test_the_roster_and_a_batch_by_api(gate: Gate) -> None:
    scans = {"scans": [{"client_id": "a", "code": gate.code_in_hand, "direction": "in"}]}
    answer = gate.api(gate.event.organizer, "POST", f"/shifts/{gate.shift}/scans", json=scans)
    assert [row["verdict"] for row in answer.json["results"]] == ["accepted"]
    roster = gate.api(gate.event.organizer, "GET", f"/shifts/{gate.shift}/roster").json
    assert roster["counts"] == {"expected": 1, "inside": 1, "gone": 0, "refused": 0}
    assert [(row["name"], row["presence"]) for row in roster["people"]] == [("周小川", "inside")]
    for wrong in ({"scans": []}, {"scans": [{"code": "x"}]}, {}):
        path = f"/shifts/{gate.shift}/scans"
        assert gate.api(gate.event.organizer, "POST", path, json=wrong).status_code == 422


# --- the screen -------------------------------------------------------------------------------------


def test_the_screen_shows_code_and_counts(gate: Gate, clock: FakeClock) -> None:
    screen = gate.phone(gate.event.organizer)
    page = screen.get(f"/gate/{gate.shift}/screen", headers=ENGLISH)
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page.text
    assert "社区长者午餐陪伴" in page.text
    state = screen.get(f"/gate/{gate.shift}/screen.json", headers=ENGLISH).json
    assert (state["expected"], state["inside"], state["seconds_left"]) == (1, 0, 20.0)
    assert state["picture"].startswith("<svg")
    assert state["picture"] in page.text
    clock.advance(seconds=5)
    assert screen.get(f"/gate/{gate.shift}/screen.json").json["seconds_left"] == 15.0
    clock.advance(seconds=15)
    assert screen.get(f"/gate/{gate.shift}/screen.json").json["picture"] != state["picture"]


def test_the_screen_of_a_closed_gate_shows_no_code(gate: Gate, clock: FakeClock) -> None:
    clock.advance(hours=4)
    with gate.app.app_context():
        perform(gate.event.organizer, close_gate, shift=gate.shift)
    screen = gate.phone(gate.event.organizer)
    assert screen.get(f"/gate/{gate.shift}/screen.json").json["is_open"] is False
    page = screen.get(f"/gate/{gate.shift}/screen", headers=ENGLISH).text
    assert "The gate is closed" in page
    assert "projector-qr" not in page
    assert "Nobody can check in" in screen.get(f"/gate/{gate.shift}", headers=ENGLISH).text


def test_a_gate_closed_early_shows_its_code_as_long_as_somebody_is_inside(
    gate: Gate, clock: FakeClock
) -> None:
    phone, organizer = gate.phone(), gate.phone(gate.event.organizer)
    gate.tap(phone, gate.code())
    clock.advance(hours=1)
    with gate.app.app_context():
        perform(gate.event.organizer, close_gate, shift=gate.shift)
    screen, desk = (
        organizer.get(f"/gate/{gate.shift}{path}", headers=ENGLISH).text for path in ("/screen", "")
    )
    for page in (screen, desk):
        assert "Whoever is inside can check out until 17:30." in page
    assert "projector-qr" in screen
    assert 'value="out"' in desk
    assert 'name="direction" value="in"' not in desk
    answer = gate.tap(phone, gate.code())
    assert 'data-verdict="accepted"' in answer.text
    assert organizer.get(f"/gate/{gate.shift}/screen.json").json["is_open"] is False
    assert "Nobody can check in or out any more" in organizer.get(f"/gate/{gate.shift}", headers=ENGLISH).text


def test_a_stop_is_told_at_the_gate_and_lets_people_out(gate: Gate, clock: FakeClock) -> None:
    phone, organizer = gate.phone(), gate.phone(gate.event.organizer)
    with gate.app.app_context():
        late, authority = make.signed_up(gate.shift), people.officer(Role.AUTHORITY, people.NORTH)
    gate.tap(phone, gate.code())
    clock.advance(hours=1)
    stop = gate.api(authority, "POST", f"/projects/{gate.event.project}/stop", json={"reason": "收到投诉"})
    assert stop.status_code == 200
    clock.advance(minutes=20)
    for path in ("", "/screen"):
        page = organizer.get(f"/gate/{gate.shift}{path}", headers=ENGLISH).text
        assert "This shift was called off: 21 November 2026 11:00" in page
        assert "Service until it was called off counts." in page
    refused = gate.tap(gate.phone(late), gate.code())
    assert 'data-verdict="refused"' in refused.text
    assert "This shift was cancelled or stopped" in refused.text
    page = phone.get(f"/c/{gate.code()}", headers=ENGLISH).text
    assert "Check out now. Your service until then counts." in page
    answer = gate.tap(phone, gate.code())
    assert 'data-verdict="accepted"' in answer.text
    assert "called off: 21 November 2026 11:00. Your service until then counts." in answer.text
    page = organizer.get(f"/gate/{gate.shift}/screen", headers=ENGLISH).text
    assert "Nobody can check in or out any more." in page
    assert "projector-qr" not in page


def test_the_code_by_api(gate: Gate) -> None:
    path = f"/shifts/{gate.shift}/venue-code"
    code = gate.api(gate.event.organizer, "GET", path).json
    assert code["url"].endswith(f"/c/{code['code']}")
    assert code["code"] == gate.code()
    picture = gate.api(gate.event.organizer, "GET", f"{path}.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert picture.text.startswith("<svg")


# --- strangers --------------------------------------------------------------------------------------


def test_strangers_see_nothing_of_a_gate(gate: Gate) -> None:
    out_time = f"/people/{gate.person.volunteer}/out-time"
    for path in ("", "/screen", "/screen.json", out_time):
        assert gate.phone(gate.other).get(f"/gate/{gate.shift}{path}").status_code == 404
        assert gate.phone().get(f"/gate/{gate.shift}{path}").status_code == 403
        assert gate.app.test_client().get(f"/gate/{gate.shift}{path}").location.startswith("/sign-in")
    entry = {"personal_code": gate.code_in_hand, "direction": "in", "client_id": "1"}
    assert gate.phone(gate.other).post(f"/gate/{gate.shift}", data=entry).status_code == 404
    for method, path in (("GET", "venue-code"), ("GET", "venue-code.svg"), ("GET", "roster")):
        address = f"/shifts/{gate.shift}/{path}"
        assert gate.api(gate.other, method, address).status_code == 404
        assert gate.api(gate.person, method, address).status_code == 403
        assert gate.api(None, method, address).status_code == 401
    scans = {"scans": [{"client_id": "a", "code": gate.code_in_hand, "direction": "in"}]}
    path = f"/shifts/{gate.shift}/scans"
    assert gate.api(gate.other, "POST", path, json=scans).status_code == 404
    assert gate.visits() == 0


def test_the_api_does_not_believe_a_sealed_instant(gate: Gate, clock: FakeClock) -> None:
    code, then = gate.code(), clock.now()
    clock.advance(minutes=2)
    given = {"code": code, "direction": "in", "client_id": "a", "scanned_at": then.isoformat()}
    assert gate.api(gate.person, "POST", "/check-ins", json=given).status_code == 422
    given.pop("scanned_at")
    assert gate.api(gate.person, "POST", "/check-ins", json=given).json["code"] == "expired-code"


def test_every_refusal_has_words(gate: Gate) -> None:
    with gate.app.app_context():
        perform(SYSTEM, volunteers.suspend, volunteer=gate.person.volunteer, reason="核实中")
        result = make.scan(gate.person, gate.event, Direction.IN)
    assert result.code == "suspended"
    assert "Your registration is suspended" in gate.tap(gate.phone(), gate.code()).text
