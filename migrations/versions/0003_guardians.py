"""Roles that reach one ward, and two more kinds of value that may exist once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.schema import change_codes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = "auditor authority community_worker operator organizer party_administrator recorder".split()
CLAIMS = ["credit-code", "document", "personal-code", "phone"]


def upgrade() -> None:
    change_codes("claims", "kind", sorted([*CLAIMS, "external-identity", "join-code"]))
    change_codes("role_grants", "role", sorted([*ROLES, "guardian"]))
    op.add_column("role_grants", sa.Column("ward_shard", sa.Integer(), nullable=True))
    op.add_column("role_grants", sa.Column("ward_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_role_grants_ward_shard_ward_id"), "role_grants", ["ward_shard", "ward_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_role_grants_ward_shard_ward_id"), "role_grants")
    op.drop_column("role_grants", "ward_id")
    op.drop_column("role_grants", "ward_shard")
    change_codes("role_grants", "role", ROLES)
    change_codes("claims", "kind", CLAIMS)
