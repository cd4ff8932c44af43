"""The schema rules that keep one code base from SQLite to distributed PostgreSQL, read from the metadata."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import (
    Column,
    Constraint,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    Sequence,
    Table,
    UniqueConstraint,
    Uuid,
)

from tests.support import schema
from timebank.kernel.db import Base

TABLES = sorted(schema.models().tables.values(), key=lambda table: table.name)


def troubles(table: Table) -> Iterator[str]:
    """Everything about a table that would need a rewrite when the database is spread over servers."""
    kind = table.info.get("citus")
    if kind not in ("distributed", "reference"):
        yield "does not say whether it is distributed or a reference"
        return
    yield from _unnamed(table)
    yield from _numbered(table)
    if kind == "distributed":
        yield from _keys(table, str(table.info["by"]))
    else:
        yield from _reaches_up(table)
    yield from _deletes(table)


def _unnamed(table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        if constraint.name is None:
            yield f"has a constraint without a name: {constraint!r}"
    for index in table.indexes:
        if index.name is None:
            yield f"has an index without a name: {index!r}"


def _numbered(table: Table) -> Iterator[str]:
    for column in table.columns:
        if column.autoincrement is True or isinstance(column.default, Sequence):
            yield f"numbers {column.name} by itself"
        if isinstance(column.server_default, Identity) or column.server_default is not None:
            yield f"lets the database fill {column.name}"
    key = table.primary_key.columns
    if len(key) == 1 and isinstance(key[0].type, Integer) and key[0].autoincrement == "auto":
        yield f"has a single integer key {key[0].name} that a database would number"


def _keys(table: Table, by: str) -> Iterator[str]:
    if table.primary_key.columns.keys()[:1] != [by]:
        yield f"has a primary key that does not begin with {by}"
    if by == "shard_code" and table.columns["shard_code"].nullable:
        yield "has a shard_code that may be missing"
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.columns.keys()[:1] != [by]:
            yield f"has a unique constraint that does not begin with {by}: {constraint.name}"
        if isinstance(constraint, ForeignKeyConstraint):
            yield from _foreign_key(table, constraint, by)
    for index in table.indexes:
        if index.unique and list(index.columns.keys())[:1] != [by]:
            yield f"has a unique index that does not begin with {by}: {index.name}"


def _foreign_key(table: Table, constraint: ForeignKeyConstraint, by: str) -> Iterator[str]:
    target = constraint.referred_table
    if target.info.get("citus") == "reference":
        return
    first = constraint.elements[0]
    if constraint.column_keys[0] != by or first.column.name != target.info.get("by"):
        yield f"has a foreign key to {target.name} that does not begin with the shard: {constraint.name}"


def _reaches_up(table: Table) -> Iterator[str]:
    for constraint in table.foreign_key_constraints:
        if constraint.referred_table.info.get("citus") != "reference":
            yield f"is a reference table with a foreign key to {constraint.referred_table.name}"


def _deletes(table: Table) -> Iterator[str]:
    for constraint in table.foreign_key_constraints:
        if (constraint.ondelete or "").upper() in ("SET NULL", "SET DEFAULT"):
            yield f"has a foreign key with ON DELETE {constraint.ondelete}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_table_can_be_spread(table: Table) -> None:
    assert list(troubles(table)) == []


WRONG: list[tuple[str, list[Constraint | Column[object]], dict[str, str]]] = [
    ("no mark", [Column("id", Uuid, primary_key=True)], {}),
    (
        "key without the shard",
        [Column("id", Uuid, primary_key=True), Column("shard_code", Integer)],
        {"citus": "distributed", "by": "shard_code"},
    ),
    (
        "unique without the shard",
        [
            Column("shard_code", Integer, primary_key=True, autoincrement=False),
            Column("phone", Integer),
            UniqueConstraint("phone"),
        ],
        {"citus": "distributed", "by": "shard_code"},
    ),
    ("numbered by the database", [Column("id", Integer, primary_key=True)], {"citus": "reference"}),
    (
        "filled by the database",
        [Column("id", Uuid, primary_key=True, server_default="x")],
        {"citus": "reference"},
    ),
]


@pytest.mark.parametrize(("name", "parts", "info"), WRONG, ids=[name for name, _, _ in WRONG])
def test_a_table_that_cannot_be_spread_is_found(
    name: str, parts: list[Constraint | Column[object]], info: dict[str, str]
) -> None:
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    assert list(troubles(Table("wrong", metadata, *parts, info=info))), name
