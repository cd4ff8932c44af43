"""The main job through the API, on SQLite, PostgreSQL and a HASH-partitioned PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import leshan, make_people
from tests.support.clock import FakeClock
from tests.support.leshan import PERSON, PROJECT

ENGINES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("partitioned", marks=pytest.mark.postgresql),
]


class Caller:
    """Somebody who speaks JSON with a bearer token."""

    def __init__(self, client: FlaskClient, phone: str | None = None) -> None:
        self.client = client
        self.headers: dict[str, str] = {}
        if phone:
            given = {"phone": phone, "password": make_people.PASSWORD}
            self.headers = {"Authorization": f"Bearer {self.post('/auth/tokens', given, 201)['token']}"}

    def post(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """POST and give the answer's JSON; the status must be the expected one."""
        answer = self.client.post(f"/api/v1{path}", json=body or {}, headers={**self.headers, **headers})
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json

    def get(self, path: str, status: int = 200) -> Any:
        """The same by GET."""
        answer = self.client.get(f"/api/v1{path}", headers=self.headers)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json


def register(client: FlaskClient) -> str:
    body = {
        **PERSON,
        "document_type": "resident_id",
        "region_code": str(leshan.COMMUNITY),
        "skills": ["first_aid"],
        "categories": ["elder_care"],
        "consents": ["privacy", "sensitive"],
    }
    anybody = Caller(client)
    first = anybody.post("/volunteers", body, 201, **{"Idempotency-Key": "one"})
    assert anybody.post("/volunteers", body, 201, **{"Idempotency-Key": "one"}) == first
    again = anybody.post("/volunteers", body, 409)
    assert again["code"] in ("document-registered", "phone-taken")
    return str(first["id"])


def approve(client: FlaskClient, cast: leshan.Cast, volunteer: str) -> None:
    Caller(client, cast.stranger).get(f"/volunteers/{volunteer}", 404)
    Caller(client, cast.stranger).post(f"/volunteers/{volunteer}/approve", {}, 404)
    clerk = Caller(client, cast.clerk)
    assert [row["id"] for row in clerk.get("/volunteers?status=verifying")["items"]] == [volunteer]
    assert clerk.post(f"/volunteers/{volunteer}/approve", {}, 409)["code"] == "identity-not-verified"
    clerk.post(f"/volunteers/{volunteer}/approve", {"method": "in_person"})
    Caller(client, cast.authority).post(f"/volunteers/{volunteer}/verify-party")


def project_with_shift(client: FlaskClient, cast: leshan.Cast) -> str:
    organizer = Caller(client, cast.organizer)
    facts = {
        **PROJECT,
        "organization": cast.organization,
        "region_code": str(leshan.COMMUNITY),
        "categories": ["elder_care"],
        "recipients": ["empty_nest"],
        "safeguards": ["insurance", "meal"],
    }
    project = organizer.post("/projects", facts, 201)["id"]
    times = {"starts_at": "2026-11-21T14:00:00+08:00", "ends_at": "2026-11-21T17:00:00+08:00"}
    shift = organizer.post(f"/projects/{project}/shifts", {"title": "下午班", "capacity": 1, **times}, 201)
    organizer.post(f"/projects/{project}/submit", {}, 409)
    check = organizer.get("/self-check")
    answers = dict.fromkeys(check["asked_yes"], "yes") | dict.fromkeys(check["asked_no"], "no")
    organizer.post(f"/projects/{project}/submit", {"answers": answers})
    organizer.post(f"/projects/{project}/approve", {}, 403)
    Caller(client, cast.clerk).post(f"/projects/{project}/approve")
    return str(shift["id"])


def attend(client: FlaskClient, cast: leshan.Cast, clock: FakeClock, shift: str) -> None:
    organizer, volunteer = Caller(client, cast.organizer), Caller(client, PERSON["phone"])
    for instant, direction in ((leshan.CHECK_IN, "in"), (leshan.CHECK_OUT, "out")):
        clock.set(instant)
        code = organizer.get(f"/shifts/{shift}/venue-code")["code"]
        scan = {"code": code, "direction": direction, "client_id": f"phone-{direction}"}
        first = volunteer.post("/check-ins", scan)
        assert (first["verdict"], first["code"]) == ("accepted", None), first
        assert volunteer.post("/check-ins", scan)["visit"] == first["visit"]


def settle(client: FlaskClient, cast: leshan.Cast, clock: FakeClock, shift: str) -> None:
    clock.set(leshan.AFTERWARDS)
    organizer, clerk = Caller(client, cast.organizer), Caller(client, cast.clerk)
    organizer.post(f"/shifts/{shift}/close")
    organizer.post(f"/shifts/{shift}/service-records/submit")
    organizer.post(f"/shifts/{shift}/service-records/confirm", {}, 403)
    clerk.post(f"/shifts/{shift}/service-records/confirm")
    clerk.post(f"/shifts/{shift}/service-records/confirm")


@pytest.mark.parametrize("database_kind", ENGINES)
def test_the_main_job(app: Flask, client: FlaskClient, clock: FakeClock) -> None:
    cast = leshan.prepare(app)
    volunteer = register(client)
    approve(client, cast, volunteer)
    shift = project_with_shift(client, cast)
    person = Caller(client, PERSON["phone"])
    person.post(f"/shifts/{shift}/sign-ups", {}, 201)
    attend(client, cast, clock, shift)
    settle(client, cast, clock, shift)

    assert person.get("/volunteers/me/stars")["stars"] == 0
    assert person.get("/volunteers/me/statement")["closing"] == 150
    leshan.compute(app)
    assert leshan.booked(app) == leshan.BOOKED
    assert leshan.standing(app) == leshan.STANDING
    leshan.verify(app)
