"""Helpers for migrations: what differs between engines stands here and nowhere else."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Connection, Table, text

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


def distribute(tables: list[Table]) -> None:
    """Spread tables over the servers of a distributed PostgreSQL as their `info` says; else nothing."""
    connection = op.get_bind()
    if not _has_citus(connection):
        return
    for table in sorted(tables, key=lambda each: each.info["citus"] != "reference"):
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
