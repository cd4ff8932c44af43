"""Files of people to be registered: the import, its encrypted rows, what is wrong with which line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant, JsonDocument
from timebank.kernel.schema import distribute

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("volunteer_imports", "volunteer_import_rows", "volunteer_import_problems")


def _key(table: str) -> list[sa.Column[object] | sa.PrimaryKeyConstraint]:
    return [
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f(f"pk_{table}")),
    ]


def _import(table: str) -> list[sa.Column[object] | sa.ForeignKeyConstraint]:
    return [
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shard_code", "import_id"],
            ["volunteer_imports.shard_code", "volunteer_imports.id"],
            name=op.f(f"fk_{table}_shard_code_import_id"),
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "volunteer_imports",
        *_key("volunteer_imports"),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(100), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("form", sa.String(4), nullable=False),
        sa.Column("ignored", JsonDocument, nullable=False),
        sa.Column("uploaded_by", sa.String(60), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("note", sa.String(40), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("ready", sa.Integer(), nullable=False),
        sa.Column("faulty", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(60), nullable=True),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.Column("emptied_at", Instant(), nullable=True),
        sa.CheckConstraint("form IN ('csv', 'xlsx')", name=op.f("ck_volunteer_imports_form")),
        sa.CheckConstraint(
            "status IN ('checking', 'checked', 'running', 'paused', 'done', 'cancelled')",
            name=op.f("ck_volunteer_imports_status"),
        ),
    )
    op.create_index(op.f("ix_volunteer_imports_region_code"), "volunteer_imports", ["region_code"])
    op.create_table(
        "volunteer_import_rows",
        *_key("volunteer_import_rows"),
        *_import("volunteer_import_rows"),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.Column("same_document", sa.Integer(), nullable=True),
        sa.Column("same_phone", sa.Integer(), nullable=True),
        sa.UniqueConstraint(
            "shard_code",
            "import_id",
            "line",
            name=op.f("uq_volunteer_import_rows_shard_code_import_id_line"),
        ),
    )
    op.create_table(
        "volunteer_import_problems",
        *_key("volunteer_import_problems"),
        *_import("volunteer_import_problems"),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
    )
    op.create_index(
        op.f("ix_volunteer_import_problems_shard_code_import_id_line"),
        "volunteer_import_problems",
        ["shard_code", "import_id", "line"],
    )
    distribute([Base.metadata.tables[name] for name in TABLES if name in Base.metadata.tables])


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
