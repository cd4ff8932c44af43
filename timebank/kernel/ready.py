"""Whether the service can work: the database answers, and its schema is the one this code was made for."""

from __future__ import annotations

from functools import cache

from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from timebank.config import ROOT
from timebank.kernel.db import bulk_connection


def why_not_ready() -> str | None:
    """A code that says what is missing, `database-unreachable` or `schema-not-current`; None when ready."""
    try:
        found = set(MigrationContext.configure(bulk_connection()).get_current_heads())
    except SQLAlchemyError:
        return "database-unreachable"
    return None if found == newest_schema() else "schema-not-current"


@cache
def newest_schema() -> set[str]:
    """The newest migrations that came with this code."""
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    return set(ScriptDirectory.from_config(settings).get_heads())
