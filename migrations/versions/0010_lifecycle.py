"""What happens to a registration later: moves, proposals of two officers, corrections, unlinked identities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant
from timebank.kernel.schema import change_codes, distribute, set_nullable

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NEW = ("region_moves", "proposals", "correction_requests")
EMPTIED = {"users": ("phone_sealed",), "guardians": ("name_sealed", "document_sealed", "phone_sealed")}
"""What is emptied when identity is unlinked."""
STATES = ("open", "accepted", "refused", "withdrawn")
FIELDS = ("name", "document", "born_on", "sex", "service_record", "other")


def upgrade() -> None:
    change_codes("users", "status", ("active", "frozen", "closed"))
    for table, columns in EMPTIED.items():
        for column in columns:
            set_nullable(table, column, True)
    _index("ix_volunteers_closing", "volunteers", ["shard_code", "status_changed_at"], "status = 'closing'")
    merged = ["merged_into_shard", "merged_into_id"]
    _index(
        "ix_volunteers_merged_into_shard_merged_into_id", "volunteers", merged, "merged_into_id IS NOT NULL"
    )
    _make_moves()
    _make_proposals()
    _make_corrections()
    distribute([Base.metadata.tables[name] for name in NEW if name in Base.metadata.tables])


def _make_moves() -> None:
    op.create_table(
        "region_moves",
        *_of_a_volunteer("region_moves"),
        sa.Column("from_code", sa.BigInteger(), nullable=False),
        sa.Column("to_code", sa.BigInteger(), nullable=False),
        sa.Column("reason_sealed", sa.String(1200), nullable=True),
        *_asked_and_decided("region_moves"),
        sa.Column("due_on", sa.Date(), nullable=False),
    )
    _one_open("region_moves")
    op.create_index(op.f("ix_region_moves_to_code_status"), "region_moves", ["to_code", "status"])


def _make_proposals() -> None:
    op.create_table(
        "proposals",
        *_of_a_volunteer("proposals"),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("kept_shard", sa.Integer(), nullable=True),
        sa.Column("kept_id", sa.Uuid(), nullable=True),
        sa.Column("note_sealed", sa.String(1200), nullable=True),
        *_asked_and_decided("proposals"),
        _codes("proposals", "kind", ("death", "undo_death", "merge")),
    )
    _one_open("proposals")
    _index("ix_proposals_open_region", "proposals", ["region_code"], "status = 'open'")


def _make_corrections() -> None:
    op.create_table(
        "correction_requests",
        *_of_a_volunteer("correction_requests"),
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("record_shard", sa.Integer(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("wrong_sealed", sa.String(1200), nullable=True),
        sa.Column("right_sealed", sa.String(1200), nullable=True),
        *_asked_and_decided("correction_requests"),
        sa.Column("due_on", sa.Date(), nullable=False),
        _codes("correction_requests", "field", FIELDS),
    )
    name = op.f("ix_correction_requests_shard_code_volunteer_id")
    op.create_index(name, "correction_requests", ["shard_code", "volunteer_id"])


def _of_a_volunteer(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["shard_code", "volunteer_id"],
            ["volunteers.shard_code", "volunteers.id"],
            name=op.f(f"fk_{table}_shard_code_volunteer_id"),
        ),
    ]


def _asked_and_decided(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.String(60), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(60), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reply", sa.String(200), nullable=True),
        _codes(table, "status", STATES),
    ]


def _codes(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _one_open(table: str) -> None:
    _index(f"uq_{table}_open", table, ["shard_code", "volunteer_id"], "status = 'open'", unique=True)


def _index(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(op.f(name), table, columns, unique=unique, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    for name in reversed(NEW):
        op.drop_table(name)
    op.drop_index("ix_volunteers_merged_into_shard_merged_into_id", "volunteers")
    op.drop_index("ix_volunteers_closing", "volunteers")
    for table, columns in EMPTIED.items():
        for column in columns:
            set_nullable(table, column, False)
    change_codes("users", "status", ("active", "closed"))
