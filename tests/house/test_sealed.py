"""What is encrypted follows one convention, so that rotation finds it: a column `x_sealed` of table `t` holds
what was encrypted for `t.x:<key of the row>`; and a column that holds a claimed value says so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, String, Text

from tests.house.test_migrations import APPEND_ONLY
from tests.support import schema
from timebank.config import ROOT
from timebank.kernel.claims import KINDS
from timebank.kernel.keys import claimed_columns, sealed_columns

schema.models()
SEALED = [column for columns in sealed_columns().values() for column in columns]
PLACES = {f"{c.table.name}.{c.name.removesuffix('_sealed')}" for c in SEALED}
SOURCES = sorted(path for path in (ROOT / "timebank").rglob("*.py") if "kernel" not in path.parts)
SHORTEST = 200
"""Room for a key's name, a nonce, a tag and some hundred bytes of text in base64."""


@pytest.mark.parametrize("column", SEALED, ids=lambda column: f"{column.table.name}.{column.name}")
def test_a_sealed_column_can_be_rotated(column: Column[object]) -> None:
    table = column.table
    assert [each.name for each in table.primary_key.columns] == ["shard_code", "id"], "it has no key to name"
    assert table.name not in APPEND_ONLY, "its rows cannot be encrypted anew"
    assert not any(column.name in index.columns for index in table.indexes), (
        "it is found by a claim, never here"
    )
    assert isinstance(column.type, String)
    assert isinstance(column.type, Text) or (column.type.length or 0) >= SHORTEST


def _contexts(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of the form `t.x:…{…}` in the code, with `*` where the table or column is worked out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[-1], ast.FormattedValue):
            parts = [p.value if isinstance(p, ast.Constant) else "*" for p in node.values[:-1]]
            text = "".join(str(part) for part in parts)
            table, point, rest = text.partition(".")
            if (
                point
                and rest.endswith(":")
                and table.strip("*").replace("_", "").isalnum()
                and " " not in text
            ):
                yield node.lineno, text.removesuffix(":")


@pytest.mark.parametrize("path", [p for p in SOURCES if "vault" in p.read_text(encoding="utf-8")], ids=str)
def test_every_encryption_names_the_place_where_it_is_kept(path: Path) -> None:
    tables = {place.partition(".")[0] for place in PLACES}
    for line, place in _contexts(path):
        table, _, column = place.partition(".")
        known = place in PLACES if "*" not in place else table in tables and column == "*"
        assert known, f"{path}:{line}: nothing is kept at {place}"


def test_the_places_are_found_in_the_code() -> None:
    found = {place for path in SOURCES for _, place in _contexts(path)}
    assert found & PLACES


def _claimed_kinds() -> set[str]:
    """The kinds that `claims.take` is called with."""
    return {
        str(node.args[1].value)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("take", "take_many")
        and len(node.args) > 2
        and isinstance(node.args[1], ast.Constant)
    }


def test_every_kind_of_claim_says_where_its_value_stands() -> None:
    """`info={"claim": kind}` on the column, so that the claim can be carried over to another index key."""
    used = _claimed_kinds()
    assert {"document", "phone"} <= used <= set(KINDS)
    assert [kind for kind in sorted(used) if not claimed_columns(kind)] == []
