"""Tokens lie in the county of their user, which they name.

Those made before do not say where they lie, and of their text only the hash is kept: they end here, and
everybody signs in again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant, JsonDocument
from timebank.kernel.schema import distribute

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

USER = ["shard_code", "user_id"]


def upgrade() -> None:
    op.drop_table("access_tokens")
    of_user = sa.ForeignKeyConstraint(
        USER, ["users.shard_code", "users.id"], name=op.f("fk_access_tokens_shard_code_user_id")
    )
    _create(of_user, sa.PrimaryKeyConstraint("shard_code", "token_hash", name=op.f("pk_access_tokens")))
    distribute([Base.metadata.tables["access_tokens"]])


def downgrade() -> None:
    op.drop_table("access_tokens")
    _create(sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_access_tokens")))
    columns = ["token_hash", *USER]
    op.create_index(op.f("ix_access_tokens_token_hash_shard_code_user_id"), "access_tokens", columns)


def _create(*constraints: sa.Constraint) -> None:
    kinds = "kind IN ('api', 'pending', 'session', 'bearer')"
    op.create_table(
        "access_tokens",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(60), nullable=True),
        sa.Column("scopes", JsonDocument, nullable=True),
        sa.Column("is_strong", sa.Boolean(), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.CheckConstraint(kinds, name=op.f("ck_access_tokens_kind")),
        *constraints,
    )
    op.create_index(op.f("ix_access_tokens_shard_code_user_id"), "access_tokens", USER)
