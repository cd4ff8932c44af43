"""Teams: what organisations say of themselves, their states, parents and history; members and join codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant, JsonDocument
from timebank.kernel.schema import allow_changes, append_only, change_codes, distribute, set_nullable

revision = "1003"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = "draft submitted returned rejected active suspended closed".split()
TABLES = ("organization_steps", "memberships", "invitations", "join_codes")
ADDED = {
    "filing_authority": sa.String(length=100),
    "supervisor": sa.String(length=100),
    "head_name": sa.String(length=60),
    "head_phone_sealed": sa.String(length=200),
    "categories": JsonDocument,
    "founded_on": sa.Date(),
    "introduction": sa.String(length=500),
    "parent_shard": sa.Integer(),
    "parent_id": sa.Uuid(),
    "asked_parent_shard": sa.Integer(),
    "asked_parent_id": sa.Uuid(),
    "status_reason": sa.String(length=200),
    "created_by": sa.String(length=60),
    "submitted_at": Instant(),
    "submitted_by": sa.String(length=60),
}
INDEXES = (
    ["region_code", "status"],
    ["parent_shard", "parent_id"],
    ["asked_parent_shard", "asked_parent_id"],
)


def upgrade() -> None:
    change_codes("organizations", "status", STATES)
    for name, kind in ADDED.items():
        op.add_column("organizations", sa.Column(name, kind, nullable=True))
    table = sa.table(
        "organizations", sa.column("categories", JsonDocument), sa.column("created_by", sa.String())
    )
    op.execute(sa.update(table).values(categories=[], created_by="system"))
    for name in ("categories", "created_by"):
        set_nullable("organizations", name, False)
    for columns in INDEXES:
        op.create_index(op.f(f"ix_organizations_{'_'.join(columns)}"), "organizations", columns)
    _steps()
    _memberships()
    _invitations()
    _join_codes()
    distribute([table for table in Base.metadata.sorted_tables if table.name in TABLES])
    append_only("organization_steps")


def downgrade() -> None:
    allow_changes("organization_steps")
    for name in reversed(TABLES):
        op.drop_table(name)
    for columns in INDEXES:
        op.drop_index(op.f(f"ix_organizations_{'_'.join(columns)}"), "organizations")
    for name in reversed(ADDED):
        op.drop_column("organizations", name)
    change_codes("organizations", "status", ["active", "closed"])


def _key(table: str) -> list[sa.Column[object] | sa.Constraint]:
    """Primary key and the tie to the organisation in the same shard."""
    tie = f"fk_{table}_shard_code_organization_id"
    return [
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["shard_code", "organization_id"],
            ["organizations.shard_code", "organizations.id"],
            name=op.f(tie),
        ),
    ]


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _steps() -> None:
    op.create_table(
        "organization_steps",
        *_key("organization_steps"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("concerns", sa.String(length=60), nullable=True),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.UniqueConstraint(
            "shard_code",
            "organization_id",
            "position",
            name=op.f("uq_organization_steps_shard_code_organization_id_position"),
        ),
    )


def _memberships() -> None:
    op.create_table(
        "memberships",
        *_key("memberships"),
        sa.Column("volunteer_shard", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("joined_at", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.UniqueConstraint(
            "shard_code",
            "organization_id",
            "volunteer_shard",
            "volunteer_id",
            name=op.f("uq_memberships_shard_code_organization_id_volunteer_shard_volunteer_id"),
        ),
        sa.CheckConstraint(
            "status IN ('requested', 'active', 'refused', 'left', 'removed')",
            name=op.f("ck_memberships_status"),
        ),
        sa.CheckConstraint(
            "way IN ('founder', 'request', 'invitation', 'code')", name=op.f("ck_memberships_way")
        ),
    )
    _index("memberships", "shard_code", "organization_id", "status")
    _index("memberships", "volunteer_shard", "volunteer_id")


def _invitations() -> None:
    op.create_table(
        "invitations",
        *_key("invitations"),
        sa.Column("number_masked", sa.String(length=20), nullable=False),
        sa.Column("volunteer_shard", sa.Integer(), nullable=True),
        sa.Column("volunteer_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("invited_by", sa.String(length=60), nullable=False),
        sa.Column("invited_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("declined_at", Instant(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'accepted', 'withdrawn')", name=op.f("ck_invitations_status")),
    )
    _index("invitations", "shard_code", "organization_id")
    _index("invitations", "volunteer_shard", "volunteer_id")


def _join_codes() -> None:
    op.create_table(
        "join_codes",
        *_key("join_codes"),
        sa.Column("code_sealed", sa.String(length=200), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.CheckConstraint("used >= 0 AND used <= uses", name=op.f("ck_join_codes_uses")),
    )
    _index("join_codes", "shard_code", "organization_id")
