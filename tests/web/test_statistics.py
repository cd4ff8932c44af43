"""Indicators, targets, the dashboard and its files over HTTP."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import insert

from tests.support import make_people as people
from tests.support import make_regions as regions
from tests.support import make_statistics as make
from tests.support.make_statistics import Person
from timebank.kernel.db import session
from timebank.kernel.policy import SYSTEM, Role
from timebank.kernel.work import perform
from timebank.regions.models import Region
from timebank.statistics.usecases import compute_indicators

AUTHORITY, STRANGER, WORKER, OPERATOR = "12900000001", "12900000002", "12900000003", "12900000004"
ENGLISH = {"Accept-Language": "en"}
TARGET = {
    "document": "乐市民政发〔2018〕28号",
    "indicator": "registered_share",
    "region_code": "511100000000",
    "share": 1300,
    "deadline_on": "2020-12-31",
    "quotation": "城乡社区注册志愿者人数占本地区居民比例达到13%",
}
Signed = Callable[[str], FlaskClient]
Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people.region_tree()
        people.officer(Role.AUTHORITY, people.CITY, phone_number=AUTHORITY)
        people.officer(Role.AUTHORITY, people.SOUTH, phone_number=STRANGER)
        people.officer(Role.COMMUNITY_WORKER, people.NORTH_TOWN, phone_number=WORKER)
        make.insert_people(session().connection(), [Person(people.NORTH_COMMUNITY)] * 3)
        session().commit()
        regions.figures_from(["511100000000,200", "511102000000,10"])
    return app.test_client()


@pytest.fixture
def computed(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        perform(SYSTEM, compute_indicators, on=date(2026, 11, 21))


@pytest.fixture
def signed(app: Flask, client: FlaskClient) -> Signed:
    def sign_in(phone: str) -> FlaskClient:
        browser = app.test_client()
        browser.post("/sign-in", data={"phone": phone, "password": people.PASSWORD})
        return browser

    return sign_in


@pytest.fixture
def bearer(client: FlaskClient) -> Bearer:
    def header(phone: str) -> dict[str, str]:
        answer = client.post("/api/v1/auth/tokens", json={"phone": phone, "password": people.PASSWORD})
        return {"Authorization": f"Bearer {answer.json['token']}"} | ENGLISH

    return header


def page(browser: FlaskClient, url: str = "/office/statistics", status: int = 200) -> str:
    answer = browser.get(url, headers=ENGLISH)
    assert answer.status_code == status, answer.text
    return answer.text


# --- API --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("computed")
def test_indicators_of_a_region(client: FlaskClient, bearer: Bearer) -> None:
    head = bearer(AUTHORITY)
    assert client.post("/api/v1/statistics/targets", json=TARGET, headers=head).status_code == 201
    found = client.get("/api/v1/statistics/indicators?region=511100000000&period=2026", headers=head).json
    assert (found["region"], found["period"], found["as_of"]) == ("511100000000", 2026, "2026-11-21")
    registered = found["items"][0]
    assert (registered["numerator"], registered["denominator"], registered["share"]) == (3, 200, 150)
    assert (registered["missing"], registered["target"]["share"], registered["target"]["is_past"]) == (
        23,
        1300,
        True,
    )
    assert registered["definition"]["version"] == 1
    party = found["items"][1]
    assert (party["numerator"], party["denominator"], party["share"]) == (0, None, None)


@pytest.mark.usefixtures("computed")
def test_indicators_elsewhere_are_not_found(client: FlaskClient, bearer: Bearer) -> None:
    url = "/api/v1/statistics/indicators?region=511100000000"
    assert client.get(url, headers=bearer(STRANGER)).status_code == 404
    assert client.get(url).status_code == 401
    wrong = client.get("/api/v1/statistics/indicators?region=5111&period=x", headers=bearer(AUTHORITY))
    assert (wrong.status_code, sorted(wrong.json["errors"])) == (422, ["period", "region"])


@pytest.mark.usefixtures("computed")
def test_a_series(client: FlaskClient, bearer: Bearer) -> None:
    url = "/api/v1/statistics/indicators/registered_share/series?region=511102000000"
    found = client.get(url, headers=bearer(AUTHORITY)).json
    assert [(each["period"], each["value"]["share"]) for each in found["items"]] == [(2026, 3000)]
    unknown = client.get(url.replace("registered_share", "happiness"), headers=bearer(AUTHORITY))
    assert unknown.status_code == 404


def test_before_the_first_run_there_are_no_items(client: FlaskClient, bearer: Bearer) -> None:
    found = client.get("/api/v1/statistics/indicators?region=511100000000", headers=bearer(AUTHORITY)).json
    assert (found["items"], found["as_of"], found["period"]) == ([], None, 2026)


def test_targets_are_recorded_once_and_listed(client: FlaskClient, bearer: Bearer) -> None:
    head = bearer(AUTHORITY)
    first = client.post("/api/v1/statistics/targets", json=TARGET, headers=head)
    again = client.post("/api/v1/statistics/targets", json=TARGET, headers=head)
    assert (first.status_code, again.json) == (201, first.json)
    other = client.post("/api/v1/statistics/targets", json=TARGET | {"share": 1200}, headers=head)
    assert (other.status_code, other.json["code"]) == (409, "target-exists")
    listed = client.get("/api/v1/statistics/targets?region=511102000000", headers=head).json["items"]
    assert [(each["id"], each["share"], each["region_code"]) for each in listed] == [
        (first.json["id"], 1300, "511100000000")
    ]
    assert client.post("/api/v1/statistics/targets", json=TARGET, headers=bearer(STRANGER)).status_code == 404
    assert client.post("/api/v1/statistics/targets", json=TARGET, headers=bearer(WORKER)).status_code == 403


@pytest.mark.parametrize(
    "changed", [{"share": 0}, {"share": 10001}, {"indicator": "x"}, {"deadline_on": "soon"}]
)
def test_a_target_that_cannot_be_is_refused(
    client: FlaskClient, bearer: Bearer, changed: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/statistics/targets", json=TARGET | changed, headers=bearer(AUTHORITY))
    assert (answer.status_code, list(answer.json["errors"])) == (422, list(changed))


# --- the dashboard ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("computed")
def test_the_dashboard_begins_at_ones_own_region(client: FlaskClient, signed: Signed, bearer: Bearer) -> None:
    client.post("/api/v1/statistics/targets", json=TARGET, headers=bearer(AUTHORITY))
    text = page(signed(AUTHORITY))
    assert "Statistics of 乐山市" in text
    assert "1.5% of the 13% asked for: 23 people are missing" in text
    assert "0 people; there is no published number to divide by" in text
    assert "城乡社区注册志愿者人数占本地区居民比例达到13%" in text
    assert "Volunteers in state “registered” on the day" in text
    assert 'href="/office/statistics?region=511102000000&amp;year=2026"' in text
    assert "style=" not in text


@pytest.mark.usefixtures("computed")
def test_the_dashboard_drills_down_to_villages(signed: Signed) -> None:
    text = page(signed(AUTHORITY), "/office/statistics?region=511102001001")
    assert "Statistics of 高墩子社区" in text
    assert "3 people; there is no published number to divide by" in text
    assert "Regions inside" not in text


@pytest.mark.usefixtures("computed")
def test_a_worker_sees_their_town_and_not_the_city(signed: Signed) -> None:
    browser = signed(WORKER)
    text = page(browser)
    assert "Statistics of 泊水街道" in text
    assert "<span>乐山市</span>" in text
    assert "export" not in text
    page(browser, "/office/statistics?region=511100000000", 404)
    page(browser, "/office/statistics/export.csv?region=511102001000&year=2026", 403)


@pytest.mark.usefixtures("computed")
@pytest.mark.parametrize(
    ("sort", "first", "direction"),
    [
        ("region", "市中区", "ascending"),
        ("-region", "沙湾区", "descending"),
        ("-registered_share", "市中区", "descending"),
        ("party_participation", "市中区", "ascending"),
    ],
)
def test_the_table_is_sorted_by_links(signed: Signed, sort: str, first: str, direction: str) -> None:
    text = page(signed(AUTHORITY), f"/office/statistics?sort={sort}")
    body = text[text.index("<tbody") :]
    assert body.index(first) <= min(body.index("市中区"), body.index("沙湾区"))
    assert f'aria-sort="{direction}"' in text


def test_before_the_first_run_the_page_says_what_to_do(app: Flask, signed: Signed) -> None:
    assert "computed every night" in page(signed(AUTHORITY))
    with app.app_context():
        people.officer(Role.OPERATOR, 0, phone_number=OPERATOR)
    page(signed(OPERATOR), status=403)


@pytest.mark.usefixtures("computed")
def test_a_year_without_figures_leads_to_one_that_has_them(signed: Signed) -> None:
    text = page(signed(AUTHORITY), "/office/statistics?year=2019")
    assert "Nothing has been computed for 2019 yet" in text
    assert "Show 2026" in text


@pytest.mark.usefixtures("computed")
def test_the_page_is_chinese_first(signed: Signed) -> None:
    text = signed(AUTHORITY).get("/office/statistics").text
    assert "统计日状态为“已注册”" in text


def test_strangers_do_not_get_in(client: FlaskClient) -> None:
    answer = client.get("/office/statistics")
    assert answer.status_code in (302, 401)


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("computed")
def test_files_hold_what_the_page_shows(signed: Signed) -> None:
    browser = signed(AUTHORITY)
    base = "/office/statistics/export.{}?region=511100000000&year=2026"
    answer = browser.get(base.format("csv"), headers=ENGLISH)
    assert answer.headers["Content-Disposition"].endswith("indicators-511100000000-2026.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["Region"], row["Share (per cent)"]) for row in rows[::3]] == [
        ("乐山市", "1.50"),
        ("市中区", "30.00"),
        ("沙湾区", "no figure"),
    ]
    book = load_workbook(io.BytesIO(browser.get(base.format("xlsx"), headers=ENGLISH).data))
    assert book["Registered share"]["G2"].value == 0.015
    found = json.loads(browser.get(base.format("json") + "&deep=1", headers=ENGLISH).data)
    assert len(found["rows"]) == 3 * (len(people.TREE) - 1)


@pytest.mark.usefixtures("computed")
def test_a_file_too_large_for_a_page_is_refused_with_advice(
    app: Flask, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timebank.web.statistics.pages.LARGEST_XLSX", 3)
    answer = signed(AUTHORITY).get(
        "/office/statistics/export.xlsx?region=511100000000&year=2026&deep=1", headers=ENGLISH
    )
    assert answer.status_code == 422
    assert "at most 3 regions" in answer.text


@pytest.mark.usefixtures("computed")
def test_a_file_of_a_year_never_computed_is_not_found(signed: Signed) -> None:
    answer = signed(AUTHORITY).get("/office/statistics/export.csv?region=511100000000&year=2019")
    assert answer.status_code == 404


@pytest.mark.usefixtures("computed")
def test_many_children_need_no_more_statements(app: Flask, signed: Signed) -> None:
    """The number of statements does not grow with the number of children."""
    with app.app_context():
        row = {"level": "village", "parent_code": people.NORTH_TOWN, "setting": "urban"}
        session().execute(
            insert(Region),
            [{**row, "code": people.NORTH_TOWN + n, "name": f"社区{n}"} for n in range(10, 190)],
        )
        session().commit()
    text = page(signed(AUTHORITY), f"/office/statistics?region={people.NORTH_TOWN}")
    assert text.count("<tr>") == 1 + 182
