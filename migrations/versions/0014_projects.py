"""Projects complete: danger, minors, contact, self-check, history, evidence, templates, make-up quota."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant, JsonDocument
from timebank.kernel.schema import (
    add_code_column,
    allow_changes,
    append_only,
    change_codes,
    distribute,
    set_nullable,
)

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OLD_STATUS = "draft submitted returned recruiting cancelled closed".split()
STATUS = (
    "draft submitted returned rejected scheduled recruiting recruited running closed archived paused "
    "stopped voided cancelled"
).split()
KINDS = ["ordinary", "make_up"]
FUNDS = "own purchased government foundation donation".split()
ACTIONS = (
    "edit submit approve return reject cancel add_shift start_recruiting end_recruiting pause resume close "
    "stop lift void run archive"
).split()
MEDIA = ["application/pdf", "image/jpeg", "image/png"]
TABLES = ("self_checks", "project_steps", "evidence_files", "project_templates", "make_up_counts")
ADDED = (
    "status_since counted_in make_up_reason self_check_answers self_check_version recruits_until "
    "recruits_from contact_phone_public contact_phone_sealed contact_name fund_source skills supervision "
    "with_minors insurance is_dangerous kind"
).split()

SELF_CHECK: dict[str, Any] = {
    "version": "2026-1",
    "valid_from": date(2021, 2, 1),
    "asked_yes": ["serves_others", "own_will", "unpaid"],
    "asked_no": [
        "meeting_or_lecture",
        "duty_or_job",
        "dinner_or_outing",
        "rehearsal",
        "forwarding",
        "gifts_for_hours",
        "own_benefit",
        "for_profit",
    ],
    "source": "民政部令第67号第19条（非志愿服务活动不得记录）；不属于志愿服务的情形参照各地公开平台规则整理，主管部门可另定",
}


def upgrade() -> None:
    _change_policies()
    change_codes("projects", "status", STATUS)
    _change_projects()
    _create_reference()
    _create_steps()
    _create_files()
    _create_of_organizations()
    append_only("project_steps")
    distribute([Base.metadata.tables[name] for name in TABLES])


def _change_policies() -> None:
    for column, days in (("close_days", 14), ("archive_days", 180)):
        op.add_column("project_policies", sa.Column(column, sa.Integer(), nullable=True))
        _fill("project_policies", column, days)


def _change_projects() -> None:
    for column, length, codes, given in (
        ("kind", 10, KINDS, "ordinary"),
        ("fund_source", 20, FUNDS, "own"),
    ):
        add_code_column("projects", column, length, codes)
        _fill("projects", column, given)
    for column, kind, value in (
        ("is_dangerous", sa.Boolean(), False),
        ("insurance", sa.String(300), ""),
        ("with_minors", sa.Boolean(), False),
        ("supervision", sa.String(1000), ""),
        ("contact_name", sa.String(60), ""),
        ("contact_phone_public", sa.Boolean(), False),
        ("skills", JsonDocument, []),
    ):
        op.add_column("projects", sa.Column(column, kind, nullable=True))
        _fill("projects", column, value, kind)
    for column, empty in (
        ("contact_phone_sealed", sa.String(200)),
        ("recruits_from", Instant()),
        ("recruits_until", Instant()),
        ("self_check_version", sa.String(40)),
        ("self_check_answers", JsonDocument),
        ("make_up_reason", sa.String(500)),
        ("counted_in", sa.Date()),
        ("status_since", Instant()),
    ):
        op.add_column("projects", sa.Column(column, empty, nullable=True))
    op.execute("UPDATE projects SET status_since = COALESCE(reviewed_at, submitted_at, created_at)")
    set_nullable("projects", "status_since", False)


def _create_reference() -> None:
    table = op.create_table(
        "self_checks",
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("asked_yes", JsonDocument, nullable=False),
        sa.Column("asked_no", JsonDocument, nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_self_checks")),
    )
    op.bulk_insert(table, [SELF_CHECK])


def _create_steps() -> None:
    _of_project(
        "project_steps",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(200), nullable=True),
        _one_of("project_steps", "action", ACTIONS),
        _one_of("project_steps", "status", STATUS),
        sa.UniqueConstraint(
            "shard_code",
            "project_id",
            "position",
            name=op.f("uq_project_steps_shard_code_project_id_position"),
        ),
    )


def _create_files() -> None:
    _of_project(
        "evidence_files",
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.String(60), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        _one_of("evidence_files", "media_type", MEDIA),
    )
    op.create_index(
        op.f("ix_evidence_files_shard_code_project_id"), "evidence_files", ["shard_code", "project_id"]
    )


def _create_of_organizations() -> None:
    op.create_table(
        "project_templates",
        *_key("project_templates"),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("content", JsonDocument, nullable=False),
        sa.Column("saved_by", sa.String(60), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
    )
    op.create_index(
        op.f("ix_project_templates_shard_code_organization_id"),
        "project_templates",
        ["shard_code", "organization_id"],
    )
    op.create_table(
        "make_up_counts",
        *_key("make_up_counts"),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_make_up_counts_used")),
        sa.UniqueConstraint(
            "shard_code",
            "organization_id",
            "month",
            name=op.f("uq_make_up_counts_shard_code_organization_id_month"),
        ),
    )


def _of_project(name: str, *columns: Any) -> None:
    op.create_table(
        name,
        *_key(name),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["shard_code", "project_id"],
            ["projects.shard_code", "projects.id"],
            name=op.f(f"fk_{name}_shard_code_project_id_projects"),
        ),
    )


def _key(name: str) -> tuple[Any, ...]:
    return (
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f(f"pk_{name}")),
    )


def _one_of(table: str, column: str, codes: list[str]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _fill(table: str, column: str, value: object, kind: Any = None) -> None:
    target = sa.table(table, sa.column(column, kind) if kind is not None else sa.column(column))
    op.execute(sa.update(target).values({column: value}))
    set_nullable(table, column, False)


def downgrade() -> None:
    allow_changes("project_steps")
    for table in reversed(TABLES):
        op.drop_table(table)
    for column in ADDED:
        op.drop_column("projects", column)
    change_codes("projects", "status", OLD_STATUS)
    for column in ("archive_days", "close_days"):
        op.drop_column("project_policies", column)
