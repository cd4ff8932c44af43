"""Posts, series, wait-list, invitations, leave, no-shows with appeals, and calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant, JsonDocument
from timebank.kernel.schema import change_codes, distribute, set_nullable

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATUSES = "accepted cancelled".split()
NEW_STATUSES = (
    "applied waiting offered invited accepted refused declined expired cancelled on_leave no_show excused"
).split()
APPEALS = "waiting granted refused".split()
TABLES = "shift_series posts no_show_appeals calendar_feeds".split()
SHIFT_COLUMNS = (
    "absences_noted_at status_reason changed_at revision bring prerequisites needs_approval series_id"
).split()
SIGN_UP_COLUMNS = "reason_sealed answer_by takes_at_once waits_since post_id".split()
ANSWERED = sa.text("status IN ('offered', 'invited', 'waiting')")
UNNOTED = sa.text("absences_noted_at IS NULL")
IN_USE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    _series()
    _change_shifts()
    _posts()
    _change_sign_ups()
    _appeals()
    _feeds()
    distribute([Base.metadata.tables[name] for name in TABLES])


def _key() -> list[sa.Column[object]]:
    return [
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
    ]


def _series() -> None:
    op.create_table(
        "shift_series",
        *_key(),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(500), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.String(60), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_shift_series")),
        sa.ForeignKeyConstraint(
            ["shard_code", "project_id"],
            ["projects.shard_code", "projects.id"],
            name=op.f("fk_shift_series_shard_code_project_id"),
        ),
    )
    op.create_index(
        op.f("ix_shift_series_shard_code_project_id"), "shift_series", ["shard_code", "project_id"]
    )


def _change_shifts() -> None:
    op.add_column("shifts", sa.Column("series_id", sa.Uuid(), nullable=True))
    _filled("shifts", "needs_approval", sa.Boolean(), False)
    _filled("shifts", "prerequisites", JsonDocument, {})
    op.add_column("shifts", sa.Column("bring", sa.String(300), nullable=True))
    _filled("shifts", "revision", sa.Integer(), 0)
    op.add_column("shifts", sa.Column("changed_at", Instant(), nullable=True))
    op.add_column("shifts", sa.Column("status_reason", sa.String(200), nullable=True))
    op.add_column("shifts", sa.Column("absences_noted_at", Instant(), nullable=True))
    op.execute("UPDATE shifts SET absences_noted_at = ends_at WHERE status = 'closed'")
    op.create_index(op.f("ix_shifts_shard_code_series_id"), "shifts", ["shard_code", "series_id"])
    op.create_index(
        "ix_shifts_absences", "shifts", ["ends_at"], postgresql_where=UNNOTED, sqlite_where=UNNOTED
    )


def _filled(table: str, name: str, kind: sa.types.TypeEngine[object], given: object) -> None:
    """A column that is never empty; what is there already gets `given`."""
    op.add_column(table, sa.Column(name, kind, nullable=True))
    op.execute(sa.update(sa.table(table, sa.column(name, kind))).values({name: given}))
    set_nullable(table, name, False)


def _posts() -> None:
    op.create_table(
        "posts",
        *_key(),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("duty", sa.String(300), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("prerequisites", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_posts")),
        sa.ForeignKeyConstraint(
            ["shard_code", "shift_id"],
            ["shifts.shard_code", "shifts.id"],
            name=op.f("fk_posts_shard_code_shift_id"),
        ),
        sa.UniqueConstraint("shard_code", "shift_id", "name", name=op.f("uq_posts_shard_code_shift_id_name")),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_posts_capacity")),
    )


def _change_sign_ups() -> None:
    change_codes("sign_ups", "status", NEW_STATUSES)
    op.add_column("sign_ups", sa.Column("post_id", sa.Uuid(), nullable=True))
    op.add_column("sign_ups", sa.Column("waits_since", Instant(), nullable=True))
    _filled("sign_ups", "takes_at_once", sa.Boolean(), False)
    op.add_column("sign_ups", sa.Column("answer_by", Instant(), nullable=True))
    op.add_column("sign_ups", sa.Column("reason_sealed", sa.String(1600), nullable=True))
    op.create_index(
        "ix_sign_ups_answer", "sign_ups", ["answer_by"], postgresql_where=ANSWERED, sqlite_where=ANSWERED
    )


def _appeals() -> None:
    listed = ", ".join(f"'{each}'" for each in APPEALS)
    op.create_table(
        "no_show_appeals",
        *_key(),
        sa.Column("sign_up_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_shard", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("note_sealed", sa.String(1600), nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("recorded_by", sa.String(60), nullable=False),
        sa.Column("appealed_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(60), nullable=True),
        sa.Column("reply_sealed", sa.String(1600), nullable=True),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_no_show_appeals")),
        sa.ForeignKeyConstraint(
            ["shard_code", "sign_up_id"],
            ["sign_ups.shard_code", "sign_ups.id"],
            name=op.f("fk_no_show_appeals_shard_code_sign_up_id"),
        ),
        sa.UniqueConstraint(
            "shard_code", "sign_up_id", name=op.f("uq_no_show_appeals_shard_code_sign_up_id")
        ),
        sa.CheckConstraint(f"status IN ({listed})", name=op.f("ck_no_show_appeals_status")),
    )
    op.create_index(
        op.f("ix_no_show_appeals_volunteer_shard_volunteer_id"),
        "no_show_appeals",
        ["volunteer_shard", "volunteer_id"],
    )


def _feeds() -> None:
    op.create_table(
        "calendar_feeds",
        *_key(),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_calendar_feeds")),
    )
    op.create_index(op.f("ix_calendar_feeds_secret_digest"), "calendar_feeds", ["secret_digest"])
    op.create_index(
        "uq_calendar_feeds_in_use",
        "calendar_feeds",
        ["shard_code", "volunteer_id"],
        unique=True,
        postgresql_where=IN_USE,
        sqlite_where=IN_USE,
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        if table != "shift_series":
            op.drop_table(table)
    op.execute("DELETE FROM sign_ups WHERE status NOT IN ('accepted', 'cancelled')")
    op.drop_index("ix_sign_ups_answer", "sign_ups")
    for column in SIGN_UP_COLUMNS:
        op.drop_column("sign_ups", column)
    change_codes("sign_ups", "status", STATUSES)
    op.drop_index("ix_shifts_absences", "shifts")
    op.drop_index(op.f("ix_shifts_shard_code_series_id"), "shifts")
    for column in SHIFT_COLUMNS:
        op.drop_column("shifts", column)
    op.drop_table("shift_series")
