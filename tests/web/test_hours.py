"""Hours by page and by API: one body, two skins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_hours as make
from tests.support import make_people as people
from tests.support.clock import FakeClock
from tests.support.make_hours import Attended
from tests.support.signed_in import bearer, browser
from timebank.attendance.usecases import close_gates
from timebank.hours import usecases
from timebank.hours.models import ServiceRecord
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.ledger.models import Transfer
from timebank.projects.rules import AttendanceMode, ClosingPolicy

V1 = "/api/v1"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people.region_tree()
    return app


class Api:
    """An API client of one person."""

    def __init__(self, app: Flask, actor: Actor) -> None:
        self.client = app.test_client()
        with app.app_context():
            self.headers = bearer(actor)

    def ask(self, path: str, status: int = 200) -> Any:
        answer = self.client.get(V1 + path, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json

    def send(self, path: str, given: dict[str, Any] | None = None, status: int = 200) -> Any:
        answer = self.client.post(V1 + path, json=given or {}, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json


class Pages:
    """A browser of one person, without scripts."""

    def __init__(self, app: Flask, actor: Actor) -> None:
        with app.app_context():
            self.client = browser(app, actor)

    def read(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, headers=ENGLISH)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, given: dict[str, Any] | None = None, status: int = 302) -> str:
        answer = self.client.post(path, data=given or {}, headers=ENGLISH)
        assert answer.status_code == status, answer.text
        return answer.text


def attended(app: Flask, clock: FakeClock, **given: Any) -> Attended:
    with app.app_context():
        return make.attended(clock, [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY], **given)


def submitted(app: Flask, clock: FakeClock, **given: Any) -> Attended:
    with app.app_context():
        return make.submitted(clock, [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY], **given)


def books(app: Flask) -> list[tuple[int, str, int]]:
    """What the ledger holds, without what differs from run to run."""
    with app.app_context():
        rows = session().execute(select(Transfer.shard_code, Transfer.booking_key, Transfer.amount))
        return sorted((shard, key.split(":")[-1], amount) for shard, key, amount in rows)


def statuses(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(session().scalars(select(ServiceRecord.status)))


def keys(app: Flask) -> list[Key]:
    with app.app_context():
        return [row.key for row in session().scalars(select(ServiceRecord).order_by(ServiceRecord.id))]


BOOKED = [
    (511102, "service_time", 180),
    (511102, "time_credit", 180),
    (511111, "service_time", 150),
    (511111, "time_credit", 150),
]


def test_from_the_gate_to_the_ledger_by_api(app: Flask, clock: FakeClock) -> None:
    made = attended(app, clock, forgot=[0])
    organizer, reviewer = Api(app, made.organizer), Api(app, made.reviewer)
    shift = f"/shifts/{made.shift}"
    assert organizer.send(f"{shift}/close")["status"] == "to_submit"
    first, second = organizer.ask(f"{shift}/service-records")["items"]
    assert (first["attention"], first["service_minutes"]) == (["no_check_out"], 0)
    assert (second["attention"], second["service_minutes"]) == ([], 150)
    problem = organizer.send(f"{shift}/service-records/submit", status=409)
    assert (problem["code"], "1 without check-out" in problem["detail"]) == ("check-out-missing", True)
    given = {"out_at": first["started_at"].replace("10:30", "13:30"), "reason": "签到册上有"}
    assert organizer.send(f"/service-records/{first['id']}/out-time", given)["service_minutes"] == 180
    assert organizer.send(f"{shift}/service-records/submit")["waiting"] == 2
    assert [each["id"] for each in reviewer.ask("/service-records/waiting")["items"]] == [str(made.shift)]
    done = reviewer.send(f"{shift}/service-records/confirm")
    assert [each["outcome"] for each in done["items"]] == ["confirmed"] * 2
    assert reviewer.send(f"/service-records/{first['id']}/approve")["status"] == "confirmed"
    assert books(app) == BOOKED


def test_from_the_gate_to_the_ledger_by_pages(app: Flask, clock: FakeClock) -> None:
    made = attended(app, clock, forgot=[0])
    organizer, reviewer = Pages(app, made.organizer), Pages(app, made.reviewer)
    hours = f"/organize/shifts/{made.shift}/hours"
    assert "makes one record of each visit" in organizer.read(hours)
    organizer.send(f"{hours}/close")
    page = organizer.read(hours)
    assert "Needs your decision (1)" in page
    assert "who did not check out" in organizer.send(f"{hours}/submit", status=422)
    record = re.search(r'name="record" value="([^"]+)"', page)
    assert record
    organizer.send(f"{hours}/out-time", {"record": record[1], "out_at": "13:30", "reason": "签到册上有"})
    assert "Submit the hours of 2 people" in organizer.read(hours)
    organizer.send(f"{hours}/submit")
    assert "has to confirm the hours" in organizer.read(hours)
    assert str(made.shift) in reviewer.read("/office/hours")
    review = f"/office/hours/{made.shift}"
    ticked = re.findall(r'name="records" value="([^"]+)" id="\S+" checked', reviewer.read(review))
    assert len(ticked) == 2
    reviewer.send(review, {"decision": "confirm", "records": ticked})
    assert "The hours of 2 people are confirmed and booked." in reviewer.read("/office/hours")
    assert books(app) == BOOKED
    reviewer.send(review, {"decision": "confirm", "records": ticked})
    assert "2 were confirmed before; they are booked once." in reviewer.read("/office/hours")
    assert books(app) == BOOKED


@pytest.mark.parametrize(("decision", "status"), [("return", "returned"), ("refuse", "not_recognised")])
def test_a_decision_against_by_both_skins(app: Flask, clock: FakeClock, decision: str, status: str) -> None:
    made = submitted(app, clock)
    first, second = keys(app)
    api, pages = Api(app, made.reviewer), Pages(app, made.reviewer)
    assert api.send(f"/service-records/{first}/{decision}", {"reason": "时间不符"})["status"] == status
    review = f"/office/hours/{made.shift}"
    assert "Write 2 to 200 characters" in pages.send(
        review, {"decision": decision, "records": [str(second)]}, 422
    )
    assert "Choose at least one record." in pages.send(review, {"decision": decision, "reason": "x"}, 422)
    pages.send(review, {"decision": decision, "records": [str(second)], "reason": "时间不符"})
    assert statuses(app) == [status] * 2
    assert books(app) == []
    assert "时间不符" in Pages(app, made.organizer).read(f"/organize/shifts/{made.shift}/hours")


def test_what_is_wrong_with_an_out_time_stands_beside_it(app: Flask, clock: FakeClock) -> None:
    made = attended(app, clock, forgot=[0, 1])
    organizer = Pages(app, made.organizer)
    hours = f"/organize/shifts/{made.shift}/hours"
    organizer.send(f"{hours}/close")
    record = keys(app)[1]
    page = organizer.send(f"{hours}/out-time", {"record": str(record), "out_at": "23:59", "reason": "?"}, 422)
    assert page.count('aria-invalid="true"') == 1
    assert 'value="23:59"' in page
    page = organizer.send(f"{hours}/out-time", {"record": str(record), "out_at": "soon"}, 422)
    assert "Enter a time such as 14:30." in page


def test_the_maker_reads_that_somebody_else_decides(app: Flask, clock: FakeClock) -> None:
    made = submitted(app, clock)
    problem = Api(app, made.organizer).send(f"/shifts/{made.shift}/service-records/confirm", status=403)
    assert problem["code"] == "forbidden"
    Pages(app, made.organizer).read("/office/hours", 403)


def test_strangers_find_nothing(app: Flask, clock: FakeClock) -> None:
    made = submitted(app, clock)
    with app.app_context():
        south = people.officer(Role.COMMUNITY_WORKER, people.SOUTH)
        other = people.organizer(people.organization("沙湾志愿队", people.SOUTH))
    herself = made.volunteers[0]
    record = keys(app)[0]
    for stranger in (south, other):
        api = Api(app, stranger)
        api.ask(f"/shifts/{made.shift}/service-records", 404)
        api.ask(f"/service-records/{record}", 404)
        Pages(app, stranger).read(f"/organize/shifts/{made.shift}/hours", 404)
    for path in ("service-records", "statement", "stars"):
        Api(app, south).ask(f"/volunteers/{herself.volunteer}/{path}", 404)
        Api(app, made.volunteers[1]).ask(f"/volunteers/{herself.volunteer}/{path}", 404)
    Pages(app, south).read(f"/office/hours/{made.shift}", 404)
    Api(app, south).send(f"/service-records/{record}/approve", status=404)
    for path in ("/my", "/my/statement", "/office/hours"):
        assert app.test_client().get(path).headers["Location"].startswith("/sign-in")


def test_a_persons_own_records_statement_and_stars(app: Flask, clock: FakeClock) -> None:
    with app.app_context():
        made = make.confirmed(clock, [people.NORTH_COMMUNITY])
    herself = made.volunteers[0]
    mine = Api(app, herself)
    assert mine.ask("/volunteers/me/service-records") == mine.ask(
        f"/volunteers/{herself.volunteer}/service-records"
    )
    whole = mine.ask("/volunteers/me/statement?from=2026-11-01&to=2026-11-30&account=time_credit")
    assert (whole["opening"], whole["closing"], len(whole["items"])) == (0, 150, 1)
    assert whole["items"][0]["balance"] == 150
    account = mine.ask(f"/accounts/{whole['account']}")
    assert (account["kind"], account["balance"], account["owner"]) == (
        "time_credit",
        150,
        str(herself.volunteer),
    )
    assert mine.ask(f"/accounts/{whole['account']}/statement")["closing"] == 150
    stars = mine.ask("/volunteers/me/stars")
    assert (stars["stars"], stars["next_stars"], stars["missing_minutes"]) == (0, 1, 5850)
    reversed_ = mine.ask("/volunteers/me/statement?from=2026-11-30&to=2026-11-01", 422)
    assert reversed_["errors"]["to"][0]["code"] == "period-reversed"
    Api(app, made.organizer).ask("/volunteers/me/stars", 404)


def test_my_page_shows_hours_star_credit_and_what_is_pending(app: Flask, clock: FakeClock) -> None:
    with app.app_context():
        made = make.confirmed(clock, [people.NORTH_COMMUNITY])
    pages = Pages(app, made.volunteers[0])
    text = pages.read("/my")
    for word in ("Service time 2026", "97.5 h more to star 1", "Nothing is waiting"):
        assert word in text
    pending = submitted(app, clock)
    assert "Waits for confirmation by somebody else" in Pages(app, pending.volunteers[0]).read("/my")
    Pages(app, made.organizer).send("/my", status=405)
    assert Pages(app, made.organizer).client.get("/my").status_code == 302


def test_my_statement_reads_like_a_banks(app: Flask, clock: FakeClock) -> None:
    with app.app_context():
        made = make.confirmed(clock, [people.NORTH_COMMUNITY])
    pages = Pages(app, made.volunteers[0])
    text = pages.read("/my/statement")
    for word in ("社区长者午餐陪伴", "Opening balance", "Closing balance", "2.5 hours"):
        assert word in text
    assert "Measured by: Check-in to check-out (version 2026-1)" in text
    assert "No entries in this period" in pages.read("/my/statement?from=2020-01-01&to=2020-12-31")
    wrong = pages.read("/my/statement?from=nonsense&to=2020-12-31&other=1")
    assert "Enter a date such as" in wrong
    assert "time_credit" in pages.read("/my/statement?account=time_credit")


@pytest.mark.parametrize(
    ("asks", "rule"),
    [
        ({"attendance_mode": AttendanceMode.IN_ONLY}, "Check-in to the end of the shift (version 2026-1)"),
        ({"attendance_mode": AttendanceMode.PRESENCE}, "The whole shift (version 2026-1)"),
        ({"closing_policy": ClosingPolicy.SHIFT_END}, "Closed at the end of the shift (version 2026-1)"),
        (
            {"closing_policy": ClosingPolicy.DEFAULT_MINUTES, "closing_minutes": 60},
            "Closed with fixed minutes (version 2026-1)",
        ),
    ],
)
def test_a_statement_names_what_measured_each_record(
    app: Flask, clock: FakeClock, asks: dict[str, Any], rule: str
) -> None:
    with app.app_context():
        made = make.attended(clock, forgot=[0], asks=asks)
        clock.advance(hours=4)
        perform(SYSTEM, close_gates, on=clock.now().date())
        perform(made.organizer, usecases.close_shift, shift=made.shift)
        perform(made.organizer, usecases.submit_records, shift=made.shift)
        for record in make.records(made):
            perform(made.reviewer, usecases.approve_record, record=record.key, reason="核实在场")
        clerk = people.officer(Role.COMMUNITY_WORKER, people.NORTH)
    (person,) = made.volunteers
    assert f"Measured by: {rule}" in Pages(app, person).read("/my/statement")
    assert f"Measured by: {rule}" in Pages(app, clerk).read(
        f"/office/volunteers/{person.volunteer}/statement"
    )
