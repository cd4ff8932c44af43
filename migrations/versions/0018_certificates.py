"""Certificates: what a recording unit certifies of a volunteer's confirmed service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant, JsonDocument
from timebank.kernel.schema import distribute

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATUSES = "requested withdrawn refused issued revoked replaced".split()
WAYS = "web window telephone".split()
OPEN = ("shard_code volunteer_id organization_shard organization_id period_start period_end").split()


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("organization_shard", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_name", sa.String(100), nullable=False),
        sa.Column("certificate_no", sa.String(22), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("reveals", JsonDocument, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.String(60), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        *_decided(),
        sa.CheckConstraint(_one_of("status", STATUSES), name=op.f("ck_certificates_status")),
        sa.CheckConstraint(_one_of("channel", WAYS), name=op.f("ck_certificates_channel")),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_certificates_period")),
        sa.ForeignKeyConstraint(
            ["shard_code", "volunteer_id"],
            ["volunteers.shard_code", "volunteers.id"],
            name=op.f("fk_certificates_shard_code_volunteer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["shard_code", "replaced_by_id"],
            ["certificates.shard_code", "certificates.id"],
            name=op.f("fk_certificates_shard_code_replaced_by_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_certificates")),
    )
    _make_indexes()
    distribute([Base.metadata.tables["certificates"]])


def _decided() -> list[sa.Column[object]]:
    """What is known when it is decided and when it ends."""
    kinds = {
        "decided_by": sa.String(60),
        "decided_at": Instant(),
        "ended_by": sa.String(60),
        "ended_at": Instant(),
        "reason": sa.String(200),
        "issued_on": sa.Date(),
        "holder_sealed": sa.String(1000),
        "head_name": sa.String(60),
        "handler_name": sa.String(60),
        "phone_sealed": sa.String(200),
        "total_minutes": sa.Integer(),
        "lines": JsonDocument,
        "content_hash": sa.String(64),
        "replaced_by_id": sa.Uuid(),
    }
    return [sa.Column(name, kind, nullable=True) for name, kind in kinds.items()]


def _make_indexes() -> None:
    op.create_index("uq_certificates_number", "certificates", ["shard_code", "certificate_no"], unique=True)
    requested = sa.text("status = 'requested'")
    op.create_index(
        "uq_certificates_open",
        "certificates",
        OPEN,
        unique=True,
        postgresql_where=requested,
        sqlite_where=requested,
    )
    for columns in (
        ["shard_code", "volunteer_id"],
        ["organization_shard", "organization_id", "status"],
    ):
        op.create_index(op.f(f"ix_certificates_{'_'.join(columns)}"), "certificates", columns)


def _one_of(column: str, codes: list[str]) -> str:
    listed = ", ".join(f"'{code}'" for code in codes)
    return f"{column} IN ({listed})"


def downgrade() -> None:
    op.drop_table("certificates")
