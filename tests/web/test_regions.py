"""The region tree by API; nobody needs to sign in."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as people
from tests.support import make_regions as regions


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    with app.app_context():
        people.region_tree()
        regions.figures_from(["511102000000,814597"])
    return app.test_client()


def test_the_provinces_come_first(client: FlaskClient) -> None:
    answer = client.get("/api/v1/regions")
    assert answer.json == {
        "items": [
            {
                "code": "510000000000",
                "name": "四川省",
                "level": "province",
                "parent_code": None,
                "setting": None,
            }
        ],
        "next": None,
    }


def test_children_come_page_by_page(client: FlaskClient) -> None:
    first = client.get("/api/v1/regions?parent=511111100000&limit=1").json
    assert [each["name"] for each in first["items"]] == ["沫溪社区"]
    second = client.get(f"/api/v1/regions?parent=511111100000&limit=1&cursor={first['next']}").json
    assert [(each["name"], each["setting"]) for each in second["items"]] == [("三峨山村", "rural")]
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["nonsense", "WyJ4Il0", "W10", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5XQ"])
def test_a_cursor_that_is_not_ours_is_refused(client: FlaskClient, cursor: str) -> None:
    answer = client.get(f"/api/v1/regions?cursor={cursor}")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-cursor")


def test_one_region_with_its_way_and_figures(client: FlaskClient) -> None:
    found = client.get("/api/v1/regions/511102000000").json
    assert found["full_name"] == "四川省乐山市市中区"
    assert [each["code"] for each in found["path"]] == ["510000000000", "511100000000", "511102000000"]
    assert found["figures"] == [
        {"kind": "residents", "value": 814597, "year": 2020, "source": regions.SOURCE}
    ]


@pytest.mark.parametrize("code", ["511102999999", "5111", "nonsense"])
def test_an_unknown_region_is_not_found(client: FlaskClient, code: str) -> None:
    assert client.get(f"/api/v1/regions/{code}").status_code == 404
