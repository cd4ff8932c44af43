"""Helpers for migrations: what differs between engines stands here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from alembic import op
from sqlalchemy import Connection, String, Table, inspect, text

REFUSAL = "rows of this table are never changed"


def append_only(table: str) -> None:
    """Refuse UPDATE and DELETE on a table by triggers.

    An engine that refuses triggers (distributed PostgreSQL) keeps the rule by privilege alone: the
    application's role has INSERT and SELECT there.
    """
    connection = op.get_bind()
    if _has_citus(connection):
        return
    if connection.dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


def allow_changes(table: str) -> None:
    """Undo `append_only`."""
    connection = op.get_bind()
    if _has_citus(connection):
        return
    if connection.dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{action}")
        return
    op.execute(f"DROP FUNCTION IF EXISTS {table}_refuse() CASCADE")


def change_codes(table: str, column: str, values: Iterable[str]) -> None:
    """Let a column hold other codes: replaces the CHECK that `db.one_of` made."""
    name, listed = f"ck_{table}_{column}", ", ".join(f"'{value}'" for value in values)
    if op.get_bind().dialect.name == "sqlite":
        told = rf"CONSTRAINT {name} CHECK \({column} IN \([^)]*\)\)"
        _rewrite(table, told, f"CONSTRAINT {name} CHECK ({column} IN ({listed}))")
        return
    op.drop_constraint(op.f(name), table, type_="check")
    op.create_check_constraint(op.f(name), table, text(f"{column} IN ({listed})"))


def add_code_column(table: str, column: str, length: int, values: Iterable[str]) -> None:
    """Add an empty text column with the CHECK that `db.one_of` makes, in the one statement SQLite takes."""
    listed = ", ".join(f"'{value}'" for value in values)
    check = f"CONSTRAINT ck_{table}_{column} CHECK ({column} IN ({listed}))"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR({length}) {check}")


def set_nullable(table: str, column: str, nullable: bool) -> None:
    """Let a column be empty, or (when every row has a value) not."""
    if op.get_bind().dialect.name == "sqlite":
        told = rf"(?<=[\s,]){column} ([A-Z]+(?:\(\d+\))?)( NOT NULL)?(?=\s*(?:[,)\n]|CONSTRAINT))"
        _rewrite(table, told, rf"{column} \1" + ("" if nullable else " NOT NULL"))
        return
    op.alter_column(table, column, nullable=nullable)


def set_length(table: str, column: str, length: int) -> None:
    """Let a text column hold so many characters."""
    if op.get_bind().dialect.name == "sqlite":
        _rewrite(table, rf"(?<=[\s,]){column} VARCHAR\(\d+\)", f"{column} VARCHAR({length})")
        return
    op.alter_column(table, column, type_=String(length))


def _rewrite(table: str, told: str, wanted: str) -> None:
    """Change one part of a table's definition in place.

    SQLite cannot alter constraints; its manual (ALTER TABLE, section 7) gives this way for changes that leave
    the rows as they are on disk. A rebuilt table would lose its triggers and its children's foreign keys.
    """
    connection = op.get_bind()
    find = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name").bindparams(name=table)
    definition = str(connection.execute(find).scalar_one())
    changed, times = re.subn(told, wanted, definition)
    if times != 1:
        raise RuntimeError(f"{table}: {told!r} stands {times} times in its definition")
    version = int(connection.execute(text("PRAGMA schema_version")).scalar_one())
    connection.execute(text("PRAGMA writable_schema = ON"))
    connection.execute(
        text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name").bindparams(
            sql=changed, name=table
        )
    )
    connection.execute(text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(text("PRAGMA writable_schema = OFF"))


def distribute(tables: list[Table]) -> None:
    """Spread tables over the servers of a distributed PostgreSQL as their `info` says; else nothing."""
    connection = op.get_bind()
    if not _has_citus(connection):
        return
    there = set(inspect(connection).get_table_names())  # later migrations bring, and spread, their own
    found = [table for table in tables if table.name in there]
    for table in sorted(found, key=lambda each: each.info["citus"] != "reference"):
        if table.info["citus"] == "reference":
            op.execute(text("SELECT create_reference_table(:name)").bindparams(name=table.name))
        else:
            op.execute(
                text("SELECT create_distributed_table(:name, :key)").bindparams(
                    name=table.name, key=table.info["by"]
                )
            )


def _has_citus(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return False
    found = connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'citus'"))
    return found.first() is not None
