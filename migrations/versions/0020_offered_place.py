"""With the changing code people may say where they are: what the shift offers, its bounds, whose a point is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from timebank.kernel.schema import set_nullable

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COARSEST_M = 1000
FAR_M = 2000
WHOSE: dict[str, Any] = {"volunteer_shard": sa.Integer(), "volunteer_id": sa.Uuid()}


def upgrade() -> None:
    _add("shifts", "offers_place", sa.Boolean(), False)
    _add("gate_policies", "coarsest_place_m", sa.Integer(), COARSEST_M)
    _add("hours_policies", "far_from_venue_m", sa.Integer(), FAR_M)
    _say_whose()


def _add(table: str, column: str, kind: Any, given: bool | int) -> None:
    """Add a column that every row has a value of."""
    op.add_column(table, sa.Column(column, kind, nullable=True))
    op.execute(sa.update(sa.table(table, sa.column(column))).values({column: given}))
    set_nullable(table, column, False)


def _say_whose() -> None:
    """Give each point the volunteer of its scan."""
    names = ("shard_code", "id", *WHOSE)
    scans, points = (sa.table(each, *map(sa.column, names)) for each in ("scans", "scan_points"))
    is_its = sa.and_(scans.c.shard_code == points.c.shard_code, scans.c.id == points.c.id)
    for name, kind in WHOSE.items():
        op.add_column("scan_points", sa.Column(name, kind, nullable=True))
        op.execute(sa.update(points).values({name: sa.select(scans.c[name]).where(is_its).scalar_subquery()}))
        set_nullable("scan_points", name, False)


def downgrade() -> None:
    for name in WHOSE:
        op.drop_column("scan_points", name)
    op.drop_column("hours_policies", "far_from_venue_m")
    op.drop_column("gate_policies", "coarsest_place_m")
    op.drop_column("shifts", "offers_place")
