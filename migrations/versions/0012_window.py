"""The window: by which way and by whom a place was taken, why a registration changed, what waits for a reply."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant
from timebank.kernel.schema import add_code_column, distribute, set_nullable

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CHANNELS = "web window telephone".split()


def upgrade() -> None:
    add_code_column("sign_ups", "channel", 10, CHANNELS)
    op.execute("UPDATE sign_ups SET channel = 'web'")
    set_nullable("sign_ups", "channel", False)
    op.add_column("sign_ups", sa.Column("changed_by", sa.String(60), nullable=True))
    op.create_index(
        "ix_volunteers_registry", "volunteers", ["region_code", "shard_code", "id", "name", "initials"]
    )
    waiting = sa.text("reply_due_on IS NOT NULL")
    op.create_index(
        "ix_volunteers_reply_due_on",
        "volunteers",
        ["reply_due_on", "shard_code", "id"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
    _make_reasons()
    distribute([Base.metadata.tables["status_reasons"]])


def _make_reasons() -> None:
    op.create_table(
        "status_reasons",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shard_code", "volunteer_id"],
            ["volunteers.shard_code", "volunteers.id"],
            name=op.f("fk_status_reasons_shard_code_volunteer_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_status_reasons")),
    )
    op.create_index(
        op.f("ix_status_reasons_shard_code_volunteer_id"), "status_reasons", ["shard_code", "volunteer_id"]
    )
    # one known reason for each registration so far: its id may serve once more; rows stay in their shard
    op.execute(
        "INSERT INTO status_reasons (shard_code, id, volunteer_id, status, reason, at) "
        "SELECT shard_code, id, id, status, status_reason, status_changed_at FROM volunteers "
        "WHERE status_reason IS NOT NULL AND shard_code BETWEEN 0 AND 999999"
    )


def downgrade() -> None:
    op.drop_table("status_reasons")
    op.drop_index("ix_volunteers_reply_due_on", "volunteers")
    op.drop_index("ix_volunteers_registry", "volunteers")
    op.drop_column("sign_ups", "changed_by")
    op.drop_column("sign_ups", "channel")
