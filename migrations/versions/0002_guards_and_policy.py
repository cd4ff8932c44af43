"""What a schema alone cannot say: tables that only grow, spreading over servers, first policy rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base
from timebank.kernel.schema import allow_changes, append_only, distribute

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("transfers", "events", "scans", "unmaskings")

STARS_SOURCE = "民函〔2012〕340号 志愿服务记录办法；中国青年志愿者星级标准 100/300/600/1000/1500 小时"
STARS = [
    {
        "version": "national-2012",
        "stars": stars,
        "minutes": hours * 60,
        "valid_from": date(2012, 10, 23),
        "valid_to": None,
        "source": STARS_SOURCE,
    }
    for stars, hours in enumerate((100, 300, 600, 1000, 1500), start=1)
]

HOURS = [
    {
        "version": "order-67-2020",
        "valid_from": date(2021, 2, 1),
        "long_day_minutes": 480,
        "short_visit_minutes": 10,
        "submit_working_days": 10,
        "source": "民政部令第67号 志愿服务记录与证明出具办法（试行）第11条；单日8小时以上复核为平台通行做法",
    }
]

DEFINITIONS = [
    {
        "indicator": "registered_share",
        "version": 1,
        "valid_from": date(2016, 1, 1),
        "numerator_zh": "统计日状态为“已注册”、居住区域在本地区的志愿者人数（一人一次）",
        "numerator_en": "Volunteers in state “registered” on the day who live in the region, each once",
        "denominator_zh": "本地区常住人口，取统计年度内或之前最近一次公布的数字",
        "denominator_en": "Permanent residents of the region: the latest published figure up to that year",
        "period_zh": "时点",
        "period_en": "on the day",
    },
    {
        "indicator": "party_participation",
        "version": 1,
        "valid_from": date(2016, 1, 1),
        "numerator_zh": "居住区域在本地区、经党组织核实、本年度至少有一条已确认志愿服务记录的中共党员人数",
        "numerator_en": (
            "Party members verified by their party organisation, living in the region, "
            "with at least one confirmed service record in the year"
        ),
        "denominator_zh": "本地区社区党组织党员人数，取统计年度内或之前最近一次公布的数字",
        "denominator_en": (
            "Members in community party organisations of the region: "
            "the latest published figure up to that year"
        ),
        "period_zh": "自然年",
        "period_en": "calendar year",
    },
    {
        "indicator": "resident_participation",
        "version": 1,
        "valid_from": date(2016, 1, 1),
        "numerator_zh": "居住区域在本地区、本年度至少有一条已确认志愿服务记录的人数",
        "numerator_en": "People living in the region with at least one confirmed service record in the year",
        "denominator_zh": "本地区常住人口，取统计年度内或之前最近一次公布的数字",
        "denominator_en": "Permanent residents of the region: the latest published figure up to that year",
        "period_zh": "自然年",
        "period_en": "calendar year",
    },
]

ROWS: dict[str, list[dict[str, Any]]] = {
    "star_thresholds": STARS,
    "hours_policies": HOURS,
    "indicator_definitions": DEFINITIONS,
}


def upgrade() -> None:
    # the tokens of this revision cannot be spread by county; 0019 makes them anew
    big = [table for table in Base.metadata.sorted_tables if table.name != "access_tokens"]
    distribute([table for table in big if "citus" in table.info])
    for table in APPEND_ONLY:
        append_only(table)
    for table, rows in ROWS.items():
        columns = [sa.column(name, sa.Date() if name.startswith("valid") else None) for name in rows[0]]
        op.bulk_insert(sa.table(table, *columns), rows)


def downgrade() -> None:
    for table in ROWS:
        op.execute(sa.delete(sa.table(table)))
    for table in reversed(APPEND_ONLY):
        allow_changes(table)
