"""The API document is generated from the doors; its print is kept, so that a change is seen in review."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "api.txt"
BLANK, NAMED = re.compile(r"<(?:[^<>]+:)?([^<>:]+)>"), r"{\1}"
METHODS = ("get", "post", "put", "patch", "delete")

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def document(client: FlaskClient) -> dict[str, Any]:
    found = client.get("/api/v1/openapi.json").json
    assert isinstance(found, dict)
    return found


def operations(client: FlaskClient) -> dict[str, Any]:
    paths = document(client)["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method in METHODS
    }


def test_the_document_is_the_one_that_was_reviewed(client: FlaskClient) -> None:
    printed = "".join(f"{line}\n" for line in sorted(operations(client)))
    assert printed == SNAPSHOT.read_text(encoding="utf-8"), "update tests/snapshots/api.txt on purpose"


def test_every_address_of_the_api_is_in_the_document(app: Flask, client: FlaskClient) -> None:
    served = {
        f"{method} {BLANK.sub(NAMED, rule.rule)}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
        for method in (rule.methods or set()) & {name.upper() for name in METHODS}
    }
    assert served == set(operations(client))


def test_every_operation_says_what_it_does_and_how_it_fails(client: FlaskClient) -> None:
    told = document(client)
    for name, operation in operations(client).items():
        assert operation.get("summary"), name
        assert operation["responses"]["default"]["$ref"] == "#/components/responses/DEFAULT_ERROR", name
    failure = told["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert list(failure) == ["application/problem+json"]
