"""Everything that people confide to a service which it keeps encrypted, said through its doors.

The demonstration town says some of it. What it leaves out is said here by its people, so that every encrypted
column holds something when the dump is searched for clear text.
"""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_files as files
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support import make_teams as teams
from tests.support import registering
from timebank.identity.queries import actor_for, user_by_phone
from timebank.identity.usecases import link_external
from timebank.kernel.db import runtime
from timebank.kernel.policy import Role
from timebank.kernel.work import perform

PROOF = "%PDF-1.7 证书：钟离若雪，编号乐急2026-7713".encode()


@dataclass(frozen=True)
class Caller:
    """Somebody of the town who is signed in on a page and by the API."""

    page: FlaskClient
    api: FlaskClient
    headers: dict[str, str]

    def send(self, method: str, path: str, given: dict[str, Any] | None = None) -> Any:
        """Ask the API for something that it does."""
        answer = self.api.open(f"/api/v1/{path}", method=method, json=given, headers=self.headers)
        assert answer.status_code < 300, answer.get_data(as_text=True)
        return answer.json


def caller(app: Flask, account: dict[str, str]) -> Caller:
    """One of the shown people, signed in by phone and password."""
    page, api = app.test_client(), app.test_client()
    given = {"phone": account["phone"], "password": account["password"]}
    assert page.post("/sign-in", data=given).status_code == 302
    token = api.post("/api/v1/auth/tokens", json=given).json["token"]
    return Caller(page, api, {"Authorization": f"Bearer {token}"})


def confide(app: Flask, accounts: list[dict[str, str]]) -> None:
    """Whoever of the shown people can say it says all there is to say."""
    roles = {each["role"]: each for each in reversed(accounts)}
    own, office, organizer = (
        caller(app, roles[role]) for role in ("volunteer", Role.COMMUNITY_WORKER, Role.ORGANIZER)
    )
    _volunteer(own)
    _office(office)
    team = organizer.send("GET", "organizations")["items"][0]["id"]
    _place(app, organizer, own)
    organizer.send("POST", f"organizations/{team}/join-code", {"days": 7, "uses": 20})
    _project(organizer, team)
    said = registering.said(name="闻人知夏", phone=people.phone(400_000_003), **_contact())
    registering.walk(app.test_client(), said, stop="check")
    with app.app_context():
        user = user_by_phone(roles["volunteer"]["phone"])
        actor = user and actor_for(user)
        assert actor
        perform(actor, link_external, issuer="https://id.example", subject="8d5fb1c2-nobody")


def _contact() -> dict[str, str]:
    return {
        "address": "凤栖东路七十七号九单元",
        "emergency_name": "慕容听雨",
        "emergency_phone": people.phone(400_000_001),
    }


def _volunteer(own: Caller) -> None:
    """Contact, a correction, a proof with its file, a team with its head, a second factor."""
    me = own.send("GET", "volunteers/me")
    own.send("PATCH", "volunteers/me", _contact())
    wrong = {"field": "name", "wrong": "名字里的若写成了苦", "right": "钟离若雪"}
    own.send("POST", f"volunteers/{me['id']}/corrections", wrong)
    proof = {"title": "急救员证书", "issuer": "市红十字会", "skill": "first_aid", "number": "乐急2026-7713"}
    file = base64.b64encode(PROOF).decode()
    own.send("POST", f"volunteers/{me['id']}/skills", proof | {"file": file})
    facts = teams.facts(head_name="何若雪", head_phone=people.phone(400_000_002))
    own.send("POST", "organizations", {**facts, "region_code": me["region_code"]})
    assert own.page.post("/my/security/second-factor/begin").status_code == 302


def _project(organizer: Caller, team: str) -> None:
    """The phone number of a contact person, and evidence of something that took place."""
    owner = organizer.send("GET", f"organizations/{team}")
    facts = projects.facts(
        name="雨夜转移群众",
        region_code=owner["region_code"],
        contact_name="王队长",
        contact_phone="0833-7713026",
    )
    given = {**facts, "organization": team, "reason": "当晚紧急集结，来不及提前发布。"}
    made = organizer.send("POST", "make-up-projects", given)
    file = base64.b64encode(PROOF).decode()
    organizer.send("POST", f"projects/{made['id']}/evidence", {"file": file})


def _place(app: Flask, organizer: Caller, own: Caller) -> None:
    """A shift with a printed code near the venue: the phone says where it is."""
    projects = organizer.send("GET", "projects?scope=organized&limit=200")["items"]
    project = next(each["id"] for each in projects if each["status"] == "recruiting")
    with app.app_context():
        now = runtime().clock.now()
    shift = organizer.send(
        "POST",
        f"projects/{project}/shifts",
        {
            "title": "定位签到试点",
            "starts_at": (now + timedelta(minutes=20)).isoformat(),
            "ends_at": (now + timedelta(minutes=50)).isoformat(),
            "capacity": 5,
            "printed_code": "place",
            "latitude": 29.552137,
            "longitude": 103.766149,
        },
    )["id"]
    own.send("POST", f"shifts/{shift}/sign-ups", {"despite_overlap": True})
    code = organizer.send("GET", f"shifts/{shift}/printed-code")["code"]
    where = {"latitude": 29.553713, "longitude": 103.767291, "accuracy_m": 17}
    own.send("POST", "check-ins", {"code": code, "direction": "in", "client_id": "place-7713", **where})


def _office(office: Caller) -> None:
    """A move with its reason, a death with its note, and a file of people."""
    rows = office.send("GET", "volunteers?status=registered&limit=200")["items"]
    moves, dies = rows[0], rows[1]
    elsewhere = next(row["region_code"] for row in rows if row["region_code"] != moves["region_code"])
    office.send(
        "POST",
        f"volunteers/{moves['id']}/moves",
        {"region_code": elsewhere, "reason": "离婚后搬到妹妹慕容听雪家中"},
    )
    office.send(
        "POST", f"volunteers/{dies['id']}/proposals", {"kind": "death", "note": "医院死亡证明第七七一三号"}
    )
    listed = files.csv_bytes(files.people(40, start=600_000))
    given = {"file": (io.BytesIO(listed), "名单.csv"), "region_code": moves["region_code"]}
    answer = office.api.post("/api/v1/volunteer-imports", data=given, headers=office.headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)


# --- what of it is personal -------------------------------------------------------------------------

PERSONAL = {
    "name",
    "document_number",
    "phone",
    "address",
    "emergency_name",
    "emergency_phone",
    "guardian_name",
    "guardian_document_number",
    "guardian_phone",
}
"""Of a draft and of a row of a file; the rest are codes that stand everywhere."""
ADULTS_UNTIL = 2008
"""Whoever was born before is of age on the day of the test."""


def _is_adult(values: dict[str, Any]) -> bool:
    """Whether the name stands in clear in the registry once the person is in."""
    number = str(values.get("document_number", ""))
    return number[6:10].isdigit() and int(number[6:10]) < ADULTS_UNTIL


def parts_of(column: str, text: str) -> list[str]:
    """The single values in what one column holds: none of them may stand anywhere, the whole as little."""
    if column == "certificates.holder_sealed":
        return [text, json.loads(text)["document_number"]]  # the rest stands in the registry
    if column in ("proof_files.content_sealed", "evidence_files.content_sealed"):
        return [text, base64.b64decode(text).decode("utf-8", "replace")]
    if column == "scan_points.point_sealed":
        return [text, *text.split("\n")[:2]]  # how exact it is may stand anywhere: a small number
    if column == "correction_requests.right_sealed":
        return [text.partition("\n")[0]]  # the kind of document and the country follow
    if column in ("registration_drafts.content_sealed", "volunteer_import_rows.content_sealed"):
        content = json.loads(text)
        values = content.get("values", content)
        asked = PERSONAL - {"name"} if _is_adult(values) else PERSONAL
        return [text, *(str(value) for name, value in values.items() if name in asked and value)]
    return text.split("\n")
