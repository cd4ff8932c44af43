"""Everything kept about a person is in the person's export, or `docs/own-data.md` says why it is not."""

from __future__ import annotations

import re

from sqlalchemy import Table, Uuid

from tests.support import schema
from timebank.config import ROOT
from timebank.exports.own_data import parts

TABLES = schema.models().tables
INSIDE, OUTSIDE = (ROOT / "docs/own-data.md").read_text("utf-8").split("## What is not in it, and why")
LINE = re.compile(r"^\| (.+?) \|", re.MULTILINE)
NAMED = re.compile(r"`([a-z_]+(?:\.[a-z_]+)?)`")
MADE_OTHERWISE = {"statement", "events"}
"""Parts that are not rows of one table."""
THINGS = set(
    "id asked_parent_id credit_account_id debit_account_id device_id event_id file_id import_id "
    "organization_id parent_id post_id project_id record_id replaced_by_id reverses_id run_id series_id "
    "settles_id shift_id sign_up_id visit_id".split()
)
"""Columns with the key of something that is not a person."""


def _named(text: str) -> set[str]:
    return {name for line in LINE.findall(text) for name in NAMED.findall(line)}


def _names_people(table: Table) -> set[str]:
    """The columns of a table that hold the key of a volunteer or of a user."""
    return {c.name for c in table.columns if isinstance(c.type, Uuid) and c.name not in THINGS}


def test_every_table_is_in_the_export_or_has_its_reason() -> None:
    """A table with people in it keeps to the usual names of columns; any other gets a line in the docs."""
    inside, outside = {part.table.name for part in parts()} | {"events"}, _named(OUTSIDE)
    assert set(TABLES) - inside - outside == set(), "neither in the export nor in docs/own-data.md"
    assert inside & outside == set(), "in the export, and docs/own-data.md says it is not"


def test_every_column_that_names_a_person_is_followed_or_has_its_reason() -> None:
    followed = {(part.table.name, part.unique) for part in parts()}
    given = {(table.name, column) for table in TABLES.values() for column in _names_people(table)}
    links = {("users", "volunteer_id"), ("volunteers", "user_id"), ("memberships", "user_id")}
    left = {".".join(each) for each in given - followed - links}
    assert left - _named(OUTSIDE) == set(), "give it the usual name, or a reason in docs/own-data.md"


def test_what_is_described_exists() -> None:
    known = {part.name for part in parts()} | MADE_OTHERWISE
    assert {name for name in _named(INSIDE.split("| Table | Rows |")[1])} - known == set()
    columns = {f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns}
    stale = {name for name in _named(OUTSIDE) if "." in name} - columns
    assert stale == set()
    assert {name for name in _named(OUTSIDE) if "." not in name} - {"actor", "operator"} <= set(TABLES)
