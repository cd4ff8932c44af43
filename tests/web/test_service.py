"""The service about itself: alive, ready, documented; what every answer carries; what is logged."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from timebank.kernel import logs
from timebank.kernel.db import bulk_connection, session
from timebank.kernel.errors import fault_of

# --- alive and ready --------------------------------------------------------------------------------


def test_alive_needs_no_database(make_app: Callable[..., Flask]) -> None:
    client = make_app("sqlite:////nowhere/at/all.db").test_client()
    assert client.get("/healthz").json == {"status": "alive"}


def test_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready", "reason": None})


@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
def test_not_ready_without_the_schema(make_app: Callable[..., Flask], empty_database_url: str) -> None:
    answer = make_app(empty_database_url).test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not-ready", "reason": "schema-not-current"})


def test_not_ready_on_an_older_schema(app: Flask) -> None:
    with app.app_context():
        bulk_connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        session().commit()
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["reason"]) == (503, "schema-not-current")


def test_not_ready_without_a_database(make_app: Callable[..., Flask]) -> None:
    answer = make_app("sqlite:////nowhere/at/all.db").test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["reason"]) == (503, "database-unreachable")


def test_the_api_document_has_a_page_of_local_files(client: FlaskClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "swagger-ui-bundle.js" in page.text
    assert client.get("/static/vendor/swagger-ui/swagger-ui-bundle.js").status_code == 200
    assert client.get("/api/v1/openapi.json").get_json()["openapi"].startswith("3.1")


# --- headers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/api/docs", "/api/v1/nothing", "/nothing", "/static/css/base.css"])
def test_every_answer_carries_the_policy(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'self'; img-src 'self' data:; object-src 'none'" in headers["Content-Security-Policy"]
    assert "'unsafe-" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_https_is_insisted_on_where_it_is_used(make_app: Callable[..., Flask], database_url: str) -> None:
    client = make_app(database_url, secure_cookies="1").test_client()
    assert client.get("/healthz").headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_what_a_form_was_given_is_kept_by_no_cache(client: FlaskClient) -> None:
    assert client.post("/register").headers["Cache-Control"] == "no-store"


# --- logs -------------------------------------------------------------------------------------------


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the service logs in this test, as the objects it writes."""
    kept: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(self.format(record))

    keeper = Keeper()
    keeper.setFormatter(logs.JsonLines())
    logging.getLogger(logs.ROOT).addHandler(keeper)
    yield lambda: [json.loads(line) for line in kept]
    logging.getLogger(logs.ROOT).removeHandler(keeper)


Lines = Callable[[], list[dict[str, Any]]]


def test_a_request_is_one_line_without_what_the_address_held(client: FlaskClient, lines: Lines) -> None:
    client.get("/c/TELLTALE?phone=12000000001")
    [line] = [line for line in lines() if line["message"] == "request"]
    assert {"at", "level", "logger", "request_id", "method", "path", "status", "ms", "actor"} <= set(line)
    assert line["actor"] == "anonymous"
    assert "TELLTALE" not in json.dumps(line)
    assert "12000000001" not in json.dumps(line)


def test_a_sound_request_id_is_kept_and_given_back(client: FlaskClient, lines: Lines) -> None:
    answer = client.get("/nothing", headers={"X-Request-ID": "abc-12345678"})
    assert answer.headers["X-Request-ID"] == "abc-12345678"
    assert lines()[-1]["request_id"] == "abc-12345678"


@pytest.mark.parametrize("given", ["short", "x" * 65, 'a"b{c}defgh', ""])
def test_another_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    answer = client.get("/nothing", headers={"X-Request-ID": given})
    assert len(answer.headers["X-Request-ID"]) == 32


def test_a_defect_is_logged_without_its_message(app: Flask, lines: Lines) -> None:
    def broken(code: str) -> str:
        raise ValueError("张小山 12000000001")

    app.add_url_rule("/broken/<code>", view_func=broken)
    app.testing = False
    assert app.test_client().get("/broken/TELLTALE").status_code == 500
    [line] = [line for line in lines() if line["level"] == "error"]
    assert line["fault"].startswith("ValueError at test_service:")
    assert any(place.endswith(" broken") for place in line["places"])
    told = json.dumps(lines(), ensure_ascii=False)
    assert "张小山" not in told
    assert "TELLTALE" not in told


def test_a_fault_of_the_database_names_no_values(app_context: Flask) -> None:
    with pytest.raises(Exception, match="12000000001") as failed:
        bulk_connection().exec_driver_sql("SELECT 12000000001 FROM nowhere")
    assert "12000000001" not in fault_of(failed.value)
    assert "Error" in fault_of(failed.value)
