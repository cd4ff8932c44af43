"""Phones of the gate by HTTP: what their token opens, decisions without JavaScript, what is allowed where."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.signed_in import bearer, browser
from timebank.attendance import queries
from timebank.attendance.models import GateDevice, Scan
from timebank.attendance.rules import TABLE
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.projects.models import SignUp
from timebank.projects.usecases import cancel_sign_up
from timebank.volunteers.queries import personal_code

ENGLISH = {"Accept-Language": "en"}


class Gate:
    """A shift with one person, and the phone of its organizer."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            people.region_tree()
            self.event = make.event()
            self.person = make.signed_up(self.event.shift, name="周小川")
            self.code = personal_code(self.person)
            self.other = make.event()
        self.page = self.browser(self.event.organizer)
        answer = self.page.post(f"/gate/{self.shift}/device", data={"name": "负责人手机"})
        self.token: str = answer.json["token"]

    @property
    def shift(self) -> Key:
        return self.event.shift

    def browser(self, actor: Actor) -> FlaskClient:
        with self.app.app_context():
            return browser(self.app, actor)

    def api(self, method: str, path: str, token: str | None = None, **given: Any) -> Any:
        headers = {**ENGLISH, "Authorization": f"Bearer {token or self.token}"}
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **given)

    def scan(self, client_id: str, **given: Any) -> Any:
        body = {"scans": [{"client_id": client_id, "direction": "in", "code": self.code, **given}]}
        if "told" in given:
            body["sent_at"] = given["scanned_at"]
        return self.api("POST", f"/shifts/{self.shift}/scans", json=body)

    def ask(self, question: Callable[[], Any]) -> Any:
        with self.app.app_context():
            return question()

    def waits(self, clock: FakeClock) -> str:
        """A scan that was made off line by somebody who has given their place back."""

        def cancel() -> None:
            mine = session().query(SignUp).one()
            perform(self.person, cancel_sign_up, sign_up=mine.key, reason="临时有事")

        self.ask(cancel)
        answer = self.scan("w", told="accepted", scanned_at=clock.now().isoformat())
        (result,) = answer.json["results"]
        assert (result["verdict"], result["code"]) == ("provisional", "not-registered")
        return str(result["scan"])


@pytest.fixture
def gate(app: Flask, clock: FakeClock) -> Gate:
    return Gate(app)


def test_a_phone_takes_its_package_and_sends_its_scans(gate: Gate) -> None:
    package = gate.api("GET", f"/shifts/{gate.shift}/gate-package").json
    assert package["table"] == TABLE
    assert set(package["words"]) == {"zh-Hans-CN", "en"}
    assert package["words"]["zh-Hans-CN"]["unknown"] == "查无此码"
    (person,) = package["package"]["people"]
    assert (person["name"], person["presence"]) == ("周小川", "never_in")
    assert gate.code not in json.dumps(package)
    answer = gate.scan("1").json
    assert answer["results"][0]["verdict"] == "accepted"
    assert answer["results"][0]["person"]["name"] == "周小川"
    assert answer["counts"]["inside"] == 1
    assert answer["now"] == answer["results"][0]["at"]
    assert gate.scan("2", code="2222222222").json["results"][0]["person"] is None
    devices = gate.ask(lambda: [row.device_id for row in session().query(Scan)])
    assert devices == gate.ask(lambda: [row.id for row in session().query(GateDevice)]) * 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "a\x00b"),
        ("code", "\ud800"),
        ("code", "x" * 100_000),
        ("code", 5),
        ("client_id", "\udfff"),
        ("client_id", "  "),
        ("client_id", "x" * 65),
        ("direction", []),
        ("told", "undone"),
        ("volunteer", "\ud800"),
        ("scanned_at", "2026-11-21T10:00:00"),
        ("scanned_at", "0001-01-01T00:00:00+14:00"),
        ("scanned_at", "1899-12-31T23:59:59Z"),
        ("scanned_at", "9999-12-31T23:59:59Z"),
        ("scanned_at", {}),
        ("sent_at", "0001-01-01T00:00:00Z"),
        ("sent_at", "9999-12-31T23:59:59Z"),
    ],
)
def test_hostile_content_is_refused_and_kept_nowhere(gate: Gate, field: str, value: object) -> None:
    scan: dict[str, Any] = {"client_id": "c", "direction": "in", "code": gate.code}
    body = {"scans": [scan], "sent_at": "2026-11-21T10:00:00+08:00"}
    (body if field == "sent_at" else scan)[field] = value
    assert gate.api("POST", f"/shifts/{gate.shift}/scans", json=body).status_code == 422
    assert gate.ask(lambda: session().query(Scan).count()) == 0


def test_clocks_at_the_ends_of_time_break_no_page(gate: Gate) -> None:
    """What a phone says of its clock is kept for good, and shown in the log."""
    first, last = "1900-01-01T00:00:00Z", "2999-12-31T23:59:59Z"
    for number, (scanned_at, sent_at) in enumerate(product((first, last), repeat=2)):
        scan = {"client_id": f"{number}", "direction": "in", "code": gate.code, "told": "accepted"}
        body = {"scans": [{**scan, "scanned_at": scanned_at}], "sent_at": sent_at}
        (result,) = gate.api("POST", f"/shifts/{gate.shift}/scans", json=body).json["results"]
        assert result["verdict"] == "provisional"
    for page in ("scans", "waiting"):
        assert gate.page.get(f"/gate/{gate.shift}/{page}").status_code == 200


def test_a_phones_token_opens_nothing_else(gate: Gate) -> None:
    for path in ("roster", "venue-code", "scans"):
        assert gate.api("GET", f"/shifts/{gate.shift}/{path}").status_code == 401, path
    assert gate.api("GET", "/me").status_code == 401
    elsewhere = gate.api("GET", f"/shifts/{gate.other.shift}/gate-package")
    assert elsewhere.status_code == 404


def test_a_revoked_phone_hears_so_and_says_that_it_is_empty(gate: Gate) -> None:
    address = f"/organize/teams/{gate.event.organization}/devices"
    page = gate.page.get(address, headers=ENGLISH)
    assert "负责人手机" in page.text
    revoke = re.findall(r'action="([^"]+/revoke)"', page.text)
    assert gate.browser(gate.other.organizer).post(revoke[0]).status_code == 404
    assert gate.page.post(revoke[0]).status_code == 302
    for method, path in (
        ("GET", f"/shifts/{gate.shift}/gate-package"),
        ("POST", f"/shifts/{gate.shift}/scans"),
    ):
        answer = gate.api(method, path, json={"scans": []} if method == "POST" else None)
        assert (answer.status_code, answer.json["code"]) == (401, "device-revoked"), path
    assert "Revoked, not emptied yet" in gate.page.get(address, headers=ENGLISH).text
    assert gate.api("POST", "/gate-devices/wiped").status_code == 204
    assert "Revoked and emptied" in gate.page.get(address, headers=ENGLISH).text
    assert gate.api("POST", "/gate-devices/wiped", token="gate.nobody").json["code"] == "device-unknown"


def test_only_who_runs_the_gate_registers_a_phone(gate: Gate) -> None:
    for actor, status in ((gate.other.organizer, 404), (gate.person, 403)):
        answer = gate.browser(actor).post(f"/gate/{gate.shift}/device", data={"name": "x"})
        assert answer.status_code == status
    assert gate.app.test_client().post(f"/gate/{gate.shift}/device", data={"name": "x"}).status_code == 302
    assert gate.page.post(f"/gate/{gate.shift}/device", data={}).status_code == 422


@pytest.mark.parametrize(("counts", "words"), [("true", "The scan counts"), ("false", "does not count")])
def test_a_decision_without_javascript(gate: Gate, clock: FakeClock, counts: str, words: str) -> None:
    scan = gate.waits(clock)
    address = f"/gate/{gate.shift}/waiting"
    page = gate.page.get(address, headers=ENGLISH).text
    assert f"/gate/{gate.shift}/scans/{scan}/decision" in page
    assert "has no place in this shift" in page
    answer = gate.page.post(
        f"/gate/{gate.shift}/scans/{scan}/decision",
        data={"counts": counts},
        headers=ENGLISH,
        follow_redirects=True,
    )
    assert words in answer.text
    assert "No scan waits" in answer.text


def test_decision_and_undo_from_a_phone(gate: Gate, clock: FakeClock) -> None:
    scan = gate.waits(clock)
    path = f"/shifts/{gate.shift}/scans/{scan}"
    decided = gate.api("POST", f"{path}/decision", json={"counts": True})
    assert (decided.status_code, decided.json["verdict"]) == (200, "accepted")
    again = gate.api("POST", f"{path}/decision", json={"counts": False})
    assert (again.status_code, again.json["code"]) == (409, "already-decided")
    counted = f"/shifts/{gate.shift}/scans/{decided.json['scan']}"
    assert gate.api("POST", f"{counted}/undo", json={"reason": ""}).status_code == 422
    undone = gate.api("POST", f"{counted}/undo", json={"reason": "扫错了人"})
    assert (undone.json["verdict"], undone.json["message"]) == ("undone", "Taken back")


def test_undo_without_javascript(gate: Gate, clock: FakeClock) -> None:
    scan = gate.scan("1").json["results"][0]["scan"]
    address = f"/gate/{gate.shift}/scans/{scan}/undo"
    assert address in gate.page.get(f"/gate/{gate.shift}/scans").text
    assert "周小川" in gate.page.get(address).text
    assert gate.page.post(address, data={"reason": ""}).status_code == 422
    clock.advance(minutes=11)
    late = gate.page.post(address, data={"reason": "扫错了人"}, headers=ENGLISH)
    assert (late.status_code, "too late to undo" in late.text) == (422, True)
    clock.advance(minutes=-5)
    done = gate.page.post(address, data={"reason": "扫错了人"}, headers=ENGLISH, follow_redirects=True)
    assert "The scan is taken back" in done.text
    assert "扫错了人" in done.text


def test_the_log_is_read_by_the_region_too(gate: Gate) -> None:
    gate.scan("1")
    gate.scan("2", code="2222222222")
    reviewer = gate.ask(make.reviewer)
    path = f"/gate/{gate.shift}/scans"
    page = gate.browser(reviewer).get(path, headers=ENGLISH)
    assert page.status_code == 200
    assert "周小川" in page.text
    assert "Undo" not in page.text
    refused = gate.browser(reviewer).get(f"{path}?verdict=refused", headers=ENGLISH).text
    assert "Unknown card" in refused
    assert "周小川" not in refused
    assert gate.browser(gate.person).get(path).status_code == 403
    assert gate.browser(gate.other.organizer).get(path).status_code == 404
    with gate.app.app_context():
        headers = bearer(reviewer)
    answer = gate.app.test_client().get(f"/api/v1/shifts/{gate.shift}/scans?verdict=refused", headers=headers)
    (line,) = answer.json["items"]
    assert (line["code"], line["device"], line["method"]) == ("unknown", "负责人手机", "personal_code")


def test_the_camera_and_wasm_are_allowed_at_the_gate_only(gate: Gate) -> None:
    at_the_gate = gate.page.get(f"/gate/{gate.shift}").headers
    assert "script-src 'self' 'wasm-unsafe-eval'" in at_the_gate["Content-Security-Policy"]
    assert "default-src 'self'" in at_the_gate["Content-Security-Policy"]
    assert "camera=(self)" in at_the_gate["Permissions-Policy"]
    for path in ("/", f"/organize/teams/{gate.event.organization}/devices", "/projects"):
        elsewhere = gate.page.get(path).headers
        assert "wasm" not in elsewhere["Content-Security-Policy"], path
        assert "camera=()" in elsewhere["Permissions-Policy"], path


def test_what_a_phone_keeps_says_nothing_of_anybody(gate: Gate) -> None:
    start = gate.page.get("/gate/start")
    for word in ("周小川", "王队长", str(gate.shift)):
        assert word not in start.text
    worker = gate.app.test_client().get("/gate/worker.js")
    assert worker.mimetype == "text/javascript"
    sending = gate.app.test_client().get("/gate/sending-worker.js")
    (sender,) = re.findall(r'^import .* from "(.*)";$', sending.text, re.MULTILINE)
    assert worker.text in sending.text.replace('sendInBackground("/api/v1", VERSION);\n', "")
    files = json.loads(re.search(r"const FILES = (\[.*?\]);", worker.text).group(1))  # type: ignore[union-attr]
    for file in [*files, sender]:
        assert gate.app.test_client().get(file).status_code == 200, file
    manifest = gate.app.test_client().get("/gate/manifest.webmanifest").json
    assert (manifest["scope"], manifest["start_url"]) == ("/gate/", "/gate/start")
    assert all(gate.app.test_client().get(icon["src"]).status_code == 200 for icon in manifest["icons"])


def test_every_file_that_the_app_loads_is_kept(gate: Gate) -> None:
    """Whatever a module imports, or the page links, is among what the worker keeps."""
    files = json.loads(
        re.search(  # type: ignore[union-attr]
            r"const FILES = (\[.*?\]);", gate.app.test_client().get("/gate/worker.js").text
        ).group(1)
    )
    linked = re.findall(r'(?:href|src)="(/static/[^"#]+)', gate.page.get("/gate/start").text)
    assert set(linked) <= set(files)
    for file in [each for each in files if "/js/" in each]:
        text = gate.app.test_client().get(file).text
        for imported in re.findall(r'(?:from|import\()\s*"(\.[^"]+)"', text):
            parts = file.split("/")[:-1]
            for step in imported.split("/"):
                parts = parts[:-1] if step == ".." else parts if step == "." else [*parts, step]
            assert "/".join(parts) in files, (file, imported)


def test_the_desk_is_still_a_page_of_forms(gate: Gate) -> None:
    page = gate.page.get(f"/gate/{gate.shift}", headers=ENGLISH).text
    assert re.search(r"data-gate hidden", page)
    assert f'action="/gate/{gate.shift}"' in page
    listed = gate.page.get(f"/gate/{gate.shift}/people", headers=ENGLISH).text
    assert "周小川" in listed
    found = gate.page.post(f"/gate/{gate.shift}/search", data={"text": "没有此人"}, headers=ENGLISH).text
    assert "Nobody found" in found
    assert gate.ask(lambda: queries.counts(gate.event.organizer, gate.shift).refused) == 0


# --- kiosks -----------------------------------------------------------------------------------------


def test_making_a_kiosk_ends_the_session_on_the_device(gate: Gate) -> None:
    answer = gate.page.post(f"/gate/{gate.shift}/kiosk", data={"name": "门口平板"})
    assert answer.status_code == 200
    assert gate.page.get(f"/gate/{gate.shift}").status_code == 302
    shell = gate.page.get(f"/gate/{gate.shift}/kiosk")
    assert shell.status_code == 200
    assert "周小川" not in shell.text
    assert "社区长者午餐陪伴" not in shell.text


def test_a_kiosks_token_scans_codes_and_opens_nothing_else(gate: Gate) -> None:
    made = gate.page.post(f"/gate/{gate.shift}/kiosk", data={"name": "门口平板"})
    gate.token = made.json["token"]
    answer = gate.scan("1")
    (result,) = answer.json["results"]
    assert (result["verdict"], result["person"]["name"]) == ("accepted", "周*川")
    package = gate.api("GET", f"/shifts/{gate.shift}/gate-package")
    assert "周小川" not in json.dumps(package.json, ensure_ascii=False)
    by_name = {"code": None, "volunteer": str(gate.person.volunteer)}
    assert gate.scan("2", **by_name).status_code == 403
    for path, body in (("undo", {"reason": "点错了"}), ("decision", {"counts": False})):
        refused = gate.api("POST", f"/shifts/{gate.shift}/scans/{result['scan']}/{path}", json=body)
        assert refused.status_code == 403
    for path in (f"/shifts/{gate.shift}/roster", f"/shifts/{gate.shift}/scans", "/me"):
        assert gate.api("GET", path).status_code == 401, path
    assert gate.ask(lambda: session().query(Scan).one().method) == "kiosk"


@pytest.mark.parametrize("name", ["", "平" * 61])
def test_a_kiosk_needs_a_name(gate: Gate, name: str) -> None:
    assert gate.page.post(f"/gate/{gate.shift}/kiosk", data={"name": name}).status_code == 422
    assert gate.page.get(f"/gate/{gate.shift}").status_code == 200, "still signed in"
