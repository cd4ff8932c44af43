"""Claims name the index key that made them; indexes that let the audit trail be read newest first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.schema import set_nullable

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = {
    "events": (["id"], ["name", "id"], ["actor", "id"]),
    "unmaskings": (["id"], ["actor", "id"]),
}


def upgrade() -> None:
    op.add_column("claims", sa.Column("index_mark", sa.String(length=8), nullable=True))
    op.add_column("claims", sa.Column("is_copy", sa.Boolean(), nullable=True))
    op.execute(sa.text("UPDATE claims SET is_copy = :none").bindparams(none=False))
    set_nullable("claims", "is_copy", False)
    for table, found in INDEXES.items():
        for columns in found:
            op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    for table, found in INDEXES.items():
        for columns in found:
            op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
    op.drop_column("claims", "is_copy")
    op.drop_column("claims", "index_mark")
