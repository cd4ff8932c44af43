"""The migrations make what the models say, can be undone, and refuse changes of what only grows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect, text

from tests.support import schema

APPEND_ONLY = ["events", "organization_steps", "project_steps", "scans", "transfers", "unmaskings"]
CODE = re.compile(r"'([^']*)'")
TRIGGERS = {
    "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT event_object_table FROM information_schema.triggers",
}


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return found


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, schema.models()))


def test_up_down_up(empty_database_url: str) -> None:
    schema.upgrade(empty_database_url)
    made = _tables(empty_database_url)
    assert made == set(schema.models().tables)
    schema.downgrade(empty_database_url, "base")
    assert _tables(empty_database_url) == set()
    schema.upgrade(empty_database_url)
    assert _tables(empty_database_url) == made


def test_each_step_can_be_undone(empty_database_url: str) -> None:
    with schema.migrations(empty_database_url) as config:
        for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
            command.upgrade(config, script.revision)
            command.downgrade(config, "-1")
            command.upgrade(config, script.revision)


def test_migrations_equal_the_models(database_url: str) -> None:
    engine = create_engine(database_url)
    assert _differences(engine) == []
    engine.dispose()


def _checks(found: Iterable[tuple[object, object]]) -> set[tuple[str, frozenset[str]]]:
    """The codes that each CHECK lists: engines write the rest of it in their own ways."""
    return {(str(name), frozenset(CODE.findall(str(told)))) for name, told in found}


def test_the_checks_equal_the_models(database_url: str) -> None:
    engine = create_engine(database_url)
    seen = inspect(engine)
    for table in schema.models().sorted_tables:
        wanted = [(c.name, c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)]
        found = [(each["name"], each["sqltext"]) for each in seen.get_check_constraints(table.name)]
        assert _checks(found) == _checks(wanted), table.name
    engine.dispose()


def test_there_is_one_head(empty_database_url: str) -> None:
    with schema.migrations(empty_database_url) as config:
        assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_rows_that_only_grow_are_kept_by_triggers(database_url: str, database_kind: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        guarded = set(connection.execute(text(TRIGGERS[database_kind])).scalars())
    engine.dispose()
    assert sorted(guarded) == APPEND_ONLY
