"""Phones of the gate that may work without a session, and how long they may."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant
from timebank.kernel.schema import distribute, set_length, set_nullable

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DEVICE_DAYS = 14


def upgrade() -> None:
    for column in ("verdict", "told"):  # "provisional" has eleven letters
        set_length("scans", column, 20)
    op.add_column("gate_policies", sa.Column("device_days", sa.Integer(), nullable=True))
    op.execute(sa.update(sa.table("gate_policies", sa.column("device_days"))).values(device_days=DEVICE_DAYS))
    set_nullable("gate_policies", "device_days", False)
    op.create_table(
        "gate_devices",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("made_by_shard", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("app_version", sa.String(40), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoked_by", sa.String(60), nullable=True),
        sa.Column("wiped_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_gate_devices")),
    )
    op.create_index(
        op.f("ix_gate_devices_shard_code_organization_id"), "gate_devices", ["shard_code", "organization_id"]
    )
    distribute([Base.metadata.tables["gate_devices"]])


def downgrade() -> None:
    op.drop_table("gate_devices")
    op.drop_column("gate_policies", "device_days")
