"""The gate off line: both clocks, what the device said, what settles what; modes and policies of shifts."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant
from timebank.kernel.schema import (
    add_code_column,
    allow_changes,
    append_only,
    change_codes,
    distribute,
    set_length,
    set_nullable,
)

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MODES = "in_and_out in_only presence".split()
CLOSING = "zero shift_end default_minutes".split()
PRINTED = "off place organizer".split()
METHODS = "venue_code personal_code organizer".split()
NEW_METHODS = "venue_code personal_code printed_code organizer policy".split()
VERDICTS = "accepted repeated refused".split()
NEW_VERDICTS = "accepted repeated refused provisional undone".split()
TOLD = "accepted repeated refused provisional".split()

VERSION = "2026-1"
GATE: dict[str, Any] = {
    "version": VERSION,
    "valid_from": date(2017, 12, 1),
    "undo_minutes": 10,
    "split_minutes": 15,
    "largest_skew_seconds": 600,
    "late_upload_hours": 48,
    "point_days": 30,
    "source": "本系统默认值，主管部门可另定；位置信息按《个人信息保护法》第19条以最短必要时间保存",
}
PROJECTS: dict[str, Any] = {
    "version": VERSION,
    "valid_from": date(2017, 12, 1),
    "accept_minutes": 720,
    "leave_notice_minutes": 720,
    "appeal_days": 7,
    "make_up_per_month": 2,
    "make_up_days_back": 30,
    "most_occurrences": 60,
    "default_minutes": 240,
    "place_radius_m": 300,
    "source": "本系统默认值，主管部门可另定；告知义务见《志愿服务条例》第22条",
}


def upgrade() -> None:
    gate = _policies(
        "gate_policies",
        "undo_minutes split_minutes largest_skew_seconds late_upload_hours point_days".split(),
    )
    op.bulk_insert(gate, [GATE])
    numbers = (
        "accept_minutes leave_notice_minutes appeal_days make_up_per_month make_up_days_back "
        "most_occurrences default_minutes place_radius_m"
    )
    op.bulk_insert(_policies("project_policies", numbers.split()), [PROJECTS])
    _change_shifts()
    _change_scans()
    change_codes("visits", "in_method", NEW_METHODS)
    change_codes("visits", "out_method", NEW_METHODS)
    op.add_column("visits", sa.Column("out_policy", sa.String(60), nullable=True))
    change_codes("service_records", "entry_mode", NEW_METHODS)
    distribute([Base.metadata.tables[name] for name in ("gate_policies", "project_policies")])


def _policies(name: str, numbers: list[str]) -> sa.Table:
    return op.create_table(
        name,
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        *(sa.Column(number, sa.Integer(), nullable=False) for number in numbers),
        sa.Column("source", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f(f"pk_{name}")),
    )


def _change_shifts() -> None:
    _add_codes("shifts", "attendance_mode", MODES, "in_and_out")
    _add_codes("shifts", "closing_policy", CLOSING, "zero")
    _add_codes("shifts", "printed_code", PRINTED, "off")
    op.add_column("shifts", sa.Column("closing_minutes", sa.Integer(), nullable=True))
    op.add_column("shifts", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("shifts", sa.Column("longitude", sa.Double(), nullable=True))
    op.add_column("shifts", sa.Column("radius_m", sa.Integer(), nullable=True))
    op.add_column("shifts", sa.Column("attendance_policy", sa.String(40), nullable=True))
    _set("shifts", "attendance_policy", VERSION)
    set_nullable("shifts", "attendance_policy", False)


def _change_scans() -> None:
    allow_changes("scans")
    set_length("scans", "verdict", 20)  # "provisional" has eleven letters
    change_codes("scans", "verdict", NEW_VERDICTS)
    change_codes("scans", "method", NEW_METHODS)
    add_code_column("scans", "told", 20, TOLD)
    op.add_column("scans", sa.Column("sent_at", Instant(), nullable=True))
    op.add_column("scans", sa.Column("happened_at", Instant(), nullable=True))
    op.execute("UPDATE scans SET happened_at = received_at")
    set_nullable("scans", "happened_at", False)
    op.add_column("scans", sa.Column("device_id", sa.Uuid(), nullable=True))
    op.add_column("scans", sa.Column("distance_m", sa.Integer(), nullable=True))
    op.add_column("scans", sa.Column("settles_id", sa.Uuid(), nullable=True))
    op.add_column("scans", sa.Column("reason", sa.String(200), nullable=True))
    settling = sa.text("settles_id IS NOT NULL")
    op.create_index(
        "uq_scans_settles",
        "scans",
        ["shard_code", "settles_id"],
        unique=True,
        postgresql_where=settling,
        sqlite_where=settling,
    )
    append_only("scans")


def _add_codes(table: str, column: str, codes: list[str], given: str) -> None:
    add_code_column(table, column, 20, codes)
    _set(table, column, given)
    set_nullable(table, column, False)


def _set(table: str, column: str, given: str) -> None:
    op.execute(sa.update(sa.table(table, sa.column(column))).values({column: given}))


def downgrade() -> None:
    change_codes("service_records", "entry_mode", METHODS)
    op.drop_column("visits", "out_policy")
    change_codes("visits", "out_method", METHODS)
    change_codes("visits", "in_method", METHODS)
    op.drop_index("uq_scans_settles", "scans")
    allow_changes("scans")
    for column in "reason settles_id distance_m device_id happened_at sent_at told".split():
        op.drop_column("scans", column)
    change_codes("scans", "method", METHODS)
    change_codes("scans", "verdict", VERDICTS)
    append_only("scans")
    for column in (
        "attendance_policy radius_m longitude latitude closing_minutes printed_code closing_policy "
        "attendance_mode"
    ).split():
        op.drop_column("shifts", column)
    op.drop_table("project_policies")
    op.drop_table("gate_policies")
