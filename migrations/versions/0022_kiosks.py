"""A device of the gate may be a kiosk, which nobody watches; what was scanned at one says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.schema import add_code_column, allow_changes, append_only, change_codes, set_nullable

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

METHODS = "venue_code personal_code printed_code organizer policy".split()
NEW_METHODS = "venue_code personal_code kiosk printed_code organizer policy".split()
COLUMNS = (
    ("scans", "method"),
    ("visits", "in_method"),
    ("visits", "out_method"),
    ("service_records", "entry_mode"),
)


def upgrade() -> None:
    add_code_column("gate_devices", "kind", 10, ["desk", "kiosk"])
    op.execute(sa.update(sa.table("gate_devices", sa.column("kind"))).values(kind="desk"))
    set_nullable("gate_devices", "kind", False)
    for table, column in COLUMNS:
        change_codes(table, column, NEW_METHODS)


def downgrade() -> None:
    _forget_kiosks()
    for table, column in COLUMNS:
        change_codes(table, column, METHODS)
    op.drop_column("gate_devices", "kind")


def _forget_kiosks() -> None:
    """Without the word for it a kiosk was a personal code, and its token must not become that of a desk."""
    devices = sa.table("gate_devices", sa.column("kind"), sa.column("token_hash"))
    op.execute(sa.update(devices).where(devices.c.kind == "kiosk").values(token_hash=""))
    allow_changes("scans")
    for table, column in COLUMNS:
        method = sa.column(column)
        changed = sa.update(sa.table(table, method)).where(method == "kiosk")
        op.execute(changed.values({column: "personal_code"}))
    append_only("scans")
