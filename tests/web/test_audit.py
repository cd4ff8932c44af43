"""The doors of the audit trail and the access log: page, file and API tell the same, to auditors only."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_hours
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.signed_in import bearer, browser
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers.usecases import unmask


@pytest.fixture
def world(app: Flask) -> dict[str, Any]:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people.region_tree()
        key = people.volunteer(name="钱有德", phone="12000009991")
        project = projects.event()
        clerk = people.officer(name="李社工")
        perform(clerk, unmask, volunteer=key, fields=["phone"], purpose="核对联系电话")
        auditor = people.officer(Role.AUDITOR, people.NORTH, name="周审计")
        return {
            "key": key,
            "clerk": clerk,
            "project": project.project,
            "page": browser(app, auditor),
            "headers": bearer(auditor),
            "south": browser(app, people.officer(Role.AUDITOR, people.SOUTH)),
            "actor": auditor,
        }


def _text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == status, answer.text[:500]
    return answer.text


def test_the_page_says_who_did_what_about_what(world: dict[str, Any]) -> None:
    shown = _text(world["page"], "/office/audit")
    for words in ("审计日志", "李社工", "项目审核通过"):
        assert words in shown
    assert f"/office/volunteers/{world['key']}" in shown
    assert f"/projects/{world['project']}" in shown
    assert "钱有德" not in shown
    assert "12000009991" not in shown


def test_filters_stand_in_the_address(world: dict[str, Any]) -> None:
    clerk: Actor = world["clerk"]
    shown = _text(world["page"], f"/office/audit?event=volunteer.unmasked&actor={clerk.user}&from=2026-11-21")
    assert shown.count("<tr>") == 2
    assert 'value="2026-11-21"' in shown
    assert "没有找到" in _text(world["page"], "/office/audit?event=hours.confirmed")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=tomorrow", "from"),
        ("from=2026-11-22&to=2026-11-21", "from"),
        ("actor=somebody", "actor"),
        ("subject=1", "subject"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_wrong_filter_is_said(world: dict[str, Any], client: FlaskClient, query: str, field: str) -> None:
    assert f'href="#f-{field}"' in _text(world["page"], f"/office/audit?{query}", 422)
    answer = client.get(f"/api/v1/audit/events?{query}", headers=world["headers"])
    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["errors"]) == [field]


def test_page_api_and_file_tell_the_same(world: dict[str, Any], client: FlaskClient) -> None:
    answer = client.get("/api/v1/audit/events?limit=200", headers=world["headers"])
    assert answer.json is not None
    told = answer.json["items"]
    file = world["page"].get("/office/audit/export.csv", headers={"Accept-Language": "en"})
    rows = list(csv.DictReader(io.StringIO(file.get_data().decode("utf-8-sig"))))
    others = [row for row in rows if row["Event"] != "audit.exported"]
    assert len(others) == len(rows) - 1  # the file tells of itself
    assert [row["Event"] for row in others] == [entry["event"] for entry in told]
    assert [row["About"] for row in others] == [entry["subject"] for entry in told]
    seen = next(entry for entry in told if entry["event"] == "volunteer.unmasked")
    assert (seen["actor_name"], seen["data"]["fields"]) == ("李社工", ["phone"])
    assert "钱有德" not in file.text + answer.text


def test_pages_follow_one_another(world: dict[str, Any], client: FlaskClient) -> None:
    found: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"/api/v1/audit/events?limit=2{cursor}", headers=world["headers"]).json
        assert page is not None
        found += [entry["id"] for entry in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    whole = client.get("/api/v1/audit/events?limit=200", headers=world["headers"]).json
    assert whole is not None
    assert found == [entry["id"] for entry in whole["items"]]
    assert "cursor=" in _text(world["page"], "/office/audit?limit=2")


def test_the_access_log_shows_numbers_not_names(world: dict[str, Any], client: FlaskClient) -> None:
    shown = _text(world["page"], "/office/access-log")
    assert "核对联系电话" in shown
    assert "李社工" in shown
    assert "钱有德" not in shown
    answer = client.get("/api/v1/audit/unmaskings", headers=world["headers"])
    assert answer.json is not None
    (line,) = answer.json["items"]
    key: Key = world["key"]
    assert (line["volunteer"], line["fields"], line["purpose"]) == (str(key), ["phone"], "核对联系电话")
    assert line["volunteer_no"] in shown
    assert "钱有德" not in answer.text


def test_a_stranger_sees_an_empty_log(world: dict[str, Any]) -> None:
    assert "还没有人查看过明文信息" in _text(world["south"], "/office/access-log")
    assert str(world["key"]) not in _text(world["south"], "/office/audit")
    assert "没有找到" in _text(world["south"], f"/office/audit?subject={world['key']}")
    assert str(world["key"]) not in world["south"].get("/office/audit/export.csv").text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_others_are_kept_out(app: Flask, world: dict[str, Any], client: FlaskClient) -> None:
    with app.app_context():
        clerk = browser(app, people.officer())
    for address in ("/office/audit", "/office/audit/export.csv", "/office/access-log"):
        assert clerk.get(address).status_code == 403
        assert client.get(address).status_code == 302
    assert client.get("/api/v1/audit/events").status_code == 401


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_office_leads_there(world: dict[str, Any]) -> None:
    shown = _text(world["page"], "/office")
    assert "/office/audit" in shown
    assert "/office/access-log" in shown


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_persons_history_is_that_of_the_registration(app: Flask, clock: FakeClock) -> None:
    """Hours stand in the statement; among them nobody would find a decision."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people.region_tree()
        done = make_hours.confirmed(clock)
        page = browser(app, people.officer())
    shown = _text(page, f"/office/volunteers/{done.volunteers[0].volunteer}/history")
    assert "审核通过" in shown
    assert "服务时长确认入账" not in shown
