"""Since when a shift does not take place: cancelled by itself, or with its project."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

HALTED = "paused stopped cancelled voided".split()
SHIFTS = sa.table(
    "shifts",
    sa.column("shard_code", sa.Integer()),
    sa.column("project_id", sa.Uuid()),
    sa.column("status", sa.String(10)),
    sa.column("ends_at", Instant()),
    sa.column("changed_at", Instant()),
    sa.column("revision", sa.Integer()),
    sa.column("status_reason", sa.String(200)),
    sa.column("called_off_at", Instant()),
)
PROJECTS = sa.table(
    "projects",
    sa.column("shard_code", sa.Integer()),
    sa.column("id", sa.Uuid()),
    sa.column("status", sa.String(20)),
    sa.column("status_since", Instant()),
    sa.column("review_note", sa.String(300)),
)
OF_ITS_PROJECT = sa.and_(PROJECTS.c.shard_code == SHIFTS.c.shard_code, PROJECTS.c.id == SHIFTS.c.project_id)


def upgrade() -> None:
    op.add_column("shifts", sa.Column("called_off_at", Instant(), nullable=True))
    is_cancelled, is_own = SHIFTS.c.status == "cancelled", SHIFTS.c.status_reason.is_not(None)
    _note(sa.and_(is_cancelled, is_own), SHIFTS.c.changed_at, SHIFTS.c.status_reason)
    since, why = (
        _of_project(PROJECTS.c.status_since),
        _of_project(sa.func.substr(PROJECTS.c.review_note, 1, 200)),
    )
    _note(sa.and_(is_cancelled, SHIFTS.c.called_off_at.is_(None)), since, why)
    halted = sa.and_(
        OF_ITS_PROJECT, PROJECTS.c.status.in_(HALTED), PROJECTS.c.status_since < SHIFTS.c.ends_at
    )
    _note(sa.and_(SHIFTS.c.called_off_at.is_(None), sa.exists().where(halted)), since, why)


def _of_project(value: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    return sa.select(value).where(OF_ITS_PROJECT).scalar_subquery()


def _note(condition: sa.ColumnElement[bool], since: Any, why: Any) -> None:
    """A new revision, so that calendars which had them as taking place take the news."""
    values = {"called_off_at": since, "changed_at": since, "status_reason": why}
    op.execute(sa.update(SHIFTS).where(condition).values(revision=SHIFTS.c.revision + 1, **values))


def downgrade() -> None:
    op.drop_column("shifts", "called_off_at")
