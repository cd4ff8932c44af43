"""Runs migrations on the service's own engine; imports every flat so that models and schema compare."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

from timebank.kernel.db import Base, Instant, db

FLATS = (
    "identity regions ledger volunteers organizations memberships party qualifications projects attendance "
    "hours recognition statistics"
).split()
KERNEL = "claims events idempotency jobs throttle".split()

for flat in FLATS:
    import_module(f"timebank.{flat}.models")
for room in KERNEL:
    import_module(f"timebank.kernel.{room}")


def own_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types by their names instead of what they are made of."""
    if kind == "type" and isinstance(item, Instant):
        return "Instant()"
    if kind == "type" and isinstance(item, JSON):
        return "JsonDocument"
    return False


with db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=False,
        render_item=own_types,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
