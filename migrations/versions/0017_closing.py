"""Check-out by policy: what measured a record, what is doubtful about it, and what volunteers object to."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant, JsonDocument
from timebank.kernel.schema import distribute, set_length, set_nullable

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LIMITS: dict[str, Any] = {
    "fastest_kmh": 120,
    "far_minutes": 20,
    "people_per_device": 3,
    "late_entry_hours": 72,
    "most_manual_percent": 30,
    "manual_share_people": 5,
    "night_from_minute": 0,
    "night_until_minute": 300,
    "running_days": 14,
}
SOURCE = "民政部令第67号第11条；单日8小时、夜间0至5时、连续14天以上复核为平台通行做法；其余限值为本系统默认，主管部门可另定"
BEFORE = "民政部令第67号 志愿服务记录与证明出具办法（试行）第11条；单日8小时以上复核为平台通行做法"


def upgrade() -> None:
    policies = sa.table("hours_policies", sa.column("source"), *(sa.column(name) for name in LIMITS))
    for name in LIMITS:
        op.add_column("hours_policies", sa.Column(name, sa.Integer(), nullable=True))
    op.execute(sa.update(policies).values(**LIMITS))
    op.execute(sa.update(policies).where(policies.c.source == BEFORE).values(source=SOURCE))
    for name in LIMITS:
        set_nullable("hours_policies", name, False)
    for column in ("verdict", "told"):  # "provisional" has eleven letters
        set_length("scans", column, 20)
    _change_records()
    still_open = sa.text("status = 'open'")
    op.create_index(
        "ix_shifts_to_close",
        "shifts",
        ["ends_at"],
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
    _make_appeals()
    _make_points()
    distribute([Base.metadata.tables[name] for name in ("visit_appeals", "scan_points")])


def _change_records() -> None:
    records = sa.table("service_records", sa.column("attendance_policy"))
    op.add_column("service_records", sa.Column("attendance_policy", sa.String(60), nullable=True))
    op.execute(sa.update(records).values(attendance_policy="in_and_out 2026-1"))
    set_nullable("service_records", "attendance_policy", False)
    op.add_column("service_records", sa.Column("figures", JsonDocument, nullable=True))


def _make_appeals() -> None:
    op.create_table(
        "visit_appeals",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_shard", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("stayed_until", Instant(), nullable=False),
        sa.Column("note_sealed", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(60), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("out_at", Instant(), nullable=True),
        sa.Column("answer", sa.String(200), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'accepted', 'refused')", name=op.f("ck_visit_appeals_status")
        ),
        sa.ForeignKeyConstraint(
            ["shard_code", "shift_id"],
            ["shifts.shard_code", "shifts.id"],
            name=op.f("fk_visit_appeals_shard_code_shift_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_visit_appeals")),
        sa.UniqueConstraint(
            "shard_code",
            "volunteer_shard",
            "visit_id",
            name=op.f("uq_visit_appeals_shard_code_volunteer_shard_visit_id"),
        ),
    )
    op.create_index(op.f("ix_visit_appeals_shard_code_shift_id"), "visit_appeals", ["shard_code", "shift_id"])


def _make_points() -> None:
    op.create_table(
        "scan_points",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("point_sealed", sa.String(200), nullable=False),
        sa.Column("delete_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shard_code", "id"],
            ["scans.shard_code", "scans.id"],
            name=op.f("fk_scan_points_shard_code_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_scan_points")),
    )
    op.create_index(op.f("ix_scan_points_delete_at"), "scan_points", ["delete_at"])


def downgrade() -> None:
    op.drop_table("scan_points")
    op.drop_table("visit_appeals")
    op.drop_index("ix_shifts_to_close", "shifts")
    op.drop_column("service_records", "figures")
    op.drop_column("service_records", "attendance_policy")
    for column in ("verdict", "told"):
        set_length("scans", column, 10)
    policies = sa.table("hours_policies", sa.column("source"))
    op.execute(sa.update(policies).where(policies.c.source == SOURCE).values(source=BEFORE))
    for name in LIMITS:
        op.drop_column("hours_policies", name)
