"""Registrations that are not sent in yet, and a short way to those who come of age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant
from timebank.kernel.schema import distribute

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SEALED = sa.text("name_sealed IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "registration_drafts",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_registration_drafts")),
    )
    op.create_index(op.f("ix_registration_drafts_expires_at"), "registration_drafts", ["expires_at"])
    op.create_index(
        "ix_volunteers_minors", "volunteers", ["born_on"], postgresql_where=SEALED, sqlite_where=SEALED
    )
    found = Base.metadata.tables.get("registration_drafts")
    distribute([found] if found is not None else [])


def downgrade() -> None:
    op.drop_index("ix_volunteers_minors", "volunteers")
    op.drop_table("registration_drafts")
