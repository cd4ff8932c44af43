"""Second factors, recovery codes, identities of other providers, and tokens with a name and limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant, JsonDocument
from timebank.kernel.schema import change_codes, distribute, set_nullable

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = ("session", "bearer")
TABLES = ("external_identities", "recovery_codes", "second_factors")


def upgrade() -> None:
    _extend_tokens()
    _of_a_user(
        "external_identities",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject_sealed", sa.String(length=600), nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
    )
    _of_a_user(
        "recovery_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
    )
    _of_a_user(
        "second_factors",
        sa.Column("secret_sealed", sa.String(length=200), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
    )
    op.create_index(op.f("ix_role_grants_region_code"), "role_grants", ["region_code"])
    distribute([Base.metadata.tables[name] for name in TABLES if name in Base.metadata.tables])


def _extend_tokens() -> None:
    change_codes("access_tokens", "kind", ("api", "pending", *KINDS))
    for column in (
        sa.Column("id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.String(length=60), nullable=True),
        sa.Column("scopes", JsonDocument, nullable=True),
        sa.Column("is_strong", sa.Boolean(), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
    ):
        op.add_column("access_tokens", column)
    op.execute("DELETE FROM access_tokens")  # 0019 ends them all: they do not say where they lie
    set_nullable("access_tokens", "id", False)
    set_nullable("access_tokens", "is_strong", False)
    op.create_index(op.f("ix_access_tokens_shard_code_user_id"), "access_tokens", ["shard_code", "user_id"])


def _of_a_user(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["shard_code", "user_id"],
            ["users.shard_code", "users.id"],
            name=op.f(f"fk_{table}_shard_code_user_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_shard_code_user_id"), table, ["shard_code", "user_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_role_grants_region_code"), "role_grants")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DELETE FROM access_tokens WHERE kind IN ('api', 'pending')")
    op.drop_index(op.f("ix_access_tokens_shard_code_user_id"), "access_tokens")
    for column in ("last_used_on", "is_strong", "scopes", "label", "id"):
        op.drop_column("access_tokens", column)
    change_codes("access_tokens", "kind", KINDS)
