"""Party organisations, memberships and reports to communities; proof of skills, training, awards."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant
from timebank.kernel.schema import change_codes, distribute

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FIGURES_BEFORE = ["residents", "party_members"]
FIGURES = [*FIGURES_BEFORE, "in_service_members"]

POLICY = {
    "version": "2026-11",
    "valid_from": date(2017, 12, 1),
    "counts_probationary": False,
    "source": (
        "《“十三五”全国城乡社区服务体系建设规划》写明“社区党员”，未写明预备党员是否计入；"
        "主管部门答复前按正式党员统计（GB/T 4762代码01）"
    ),
}

REPORTS = "reported confirmed refused ended".split()
MEMBERSHIPS = "claimed verified refused ended".split()


def upgrade() -> None:
    change_codes("region_figures", "kind", FIGURES)
    op.add_column("volunteers", sa.Column("party_declined_at", Instant(), nullable=True))
    _make_policies()
    _make_organizations()
    _make_memberships()
    _make_reports()
    _make_files()
    _make_qualifications()
    distribute([Base.metadata.tables[name] for name in NEW if name in Base.metadata.tables])


NEW = (
    "party_policies",
    "party_organizations",
    "party_memberships",
    "party_reports",
    "proof_files",
    "qualifications",
)


def _make_policies() -> None:
    policies = op.create_table(
        "party_policies",
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("counts_probationary", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_party_policies")),
    )
    op.bulk_insert(policies, [POLICY])


def _make_organizations() -> None:
    op.create_table(
        "party_organizations",
        *_key("party_organizations"),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("belongs", sa.String(10), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("parent_shard", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_by", sa.String(60), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("dissolved_by", sa.String(60), nullable=True),
        sa.Column("dissolved_at", Instant(), nullable=True),
        _codes("party_organizations", "kind", ["committee", "general_branch", "branch"]),
        _codes("party_organizations", "belongs", ["community", "unit"]),
        _codes("party_organizations", "status", ["active", "dissolved"]),
    )
    _one_present("party_organizations", "active", ["region_code", "name"], "status = 'active'")
    _index("party_organizations", "region_code", "status")
    _index("party_organizations", "parent_shard", "parent_id")


def _make_memberships() -> None:
    op.create_table(
        "party_memberships",
        *_key("party_memberships"),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("organization_shard", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("organization_region_code", sa.BigInteger(), nullable=True),
        sa.Column("organization_belongs", sa.String(10), nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("policy_version", sa.String(40), nullable=False),
        sa.Column("claimed_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(60), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(60), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        _codes("party_memberships", "status", MEMBERSHIPS),
        _codes("party_memberships", "organization_belongs", ["community", "unit"]),
        _volunteer("party_memberships"),
    )
    _one_present("party_memberships", "present", ["volunteer_id"], "status IN ('claimed', 'verified')")
    _index("party_memberships", "organization_shard", "organization_id", "status")
    _index("party_memberships", "organization_region_code", "status")


def _make_reports() -> None:
    op.create_table(
        "party_reports",
        *_key("party_reports"),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("community_code", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(100), nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("entered_by", sa.String(60), nullable=False),
        sa.Column("reported_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(60), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(60), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        _codes("party_reports", "status", REPORTS),
        _volunteer("party_reports"),
    )
    _one_present("party_reports", "present", ["volunteer_id"], "status IN ('reported', 'confirmed')")
    _index("party_reports", "community_code", "status")


def _make_files() -> None:
    op.create_table(
        "proof_files",
        *_key("proof_files"),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.String(60), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        _codes("proof_files", "media_type", ["application/pdf", "image/jpeg", "image/png"]),
        _volunteer("proof_files"),
    )
    _index("proof_files", "shard_code", "volunteer_id")


def _make_qualifications() -> None:
    table = "qualifications"
    op.create_table(
        table,
        *_key(table),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("issuer", sa.String(100), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("number_sealed", sa.String(400), nullable=True),
        sa.Column("skill", sa.String(30), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("content", sa.String(500), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(10), nullable=True),
        sa.Column("level", sa.String(20), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("organization_shard", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("entered_by", sa.String(60), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.String(60), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        _codes(table, "kind", ["skill", "training", "award"]),
        _codes(table, "status", "waiting accepted refused expired withdrawn".split()),
        _codes(table, "level", "national province city county organization".split()),
        _codes(table, "result", ["attended", "passed", "failed"]),
        sa.CheckConstraint("minutes > 0", name=op.f(f"ck_{table}_minutes")),
        _volunteer(table),
        sa.ForeignKeyConstraint(
            ["shard_code", "file_id"],
            ["proof_files.shard_code", "proof_files.id"],
            name=op.f(f"fk_{table}_shard_code_file_id"),
        ),
    )
    recorded = "kind = 'training' AND status IN ('waiting', 'accepted')"
    _one_present(table, "training", ["volunteer_id", "held_on", "title"], recorded)
    _index(table, "shard_code", "volunteer_id")
    _index(table, "status", "region_code")


# --- parts ------------------------------------------------------------------------------------------


def _key(table: str) -> list[sa.Column[object] | sa.PrimaryKeyConstraint]:
    return [
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f(f"pk_{table}")),
    ]


def _volunteer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["shard_code", "volunteer_id"],
        ["volunteers.shard_code", "volunteers.id"],
        name=op.f(f"fk_{table}_shard_code_volunteer_id"),
    )


def _codes(table: str, column: str, values: list[str]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _one_present(table: str, name: str, columns: list[str], condition: str) -> None:
    """Only one such row at a time; what is over stays."""
    op.create_index(
        f"uq_{table}_{name}",
        table,
        ["shard_code", *columns],
        unique=True,
        postgresql_where=sa.text(condition),
        sqlite_where=sa.text(condition),
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def downgrade() -> None:
    for name in reversed(NEW):
        op.drop_table(name)
    op.drop_column("volunteers", "party_declined_at")
    op.execute("DELETE FROM region_figures WHERE kind = 'in_service_members'")
    change_codes("region_figures", "kind", FIGURES_BEFORE)
