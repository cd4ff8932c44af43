"""Bounds of the gate: dated rows."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from sqlalchemy import select

from timebank.attendance.models import GatePolicyRow
from timebank.attendance.rules import GatePolicy
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import InvariantBroken


def gate_policy(on: date | None = None) -> GatePolicy:
    """The policy in force on a local day, today unless said otherwise."""
    services = runtime()
    day = on or local_date(services.clock.now(), services.config.time_zone)
    row = session().scalar(
        select(GatePolicyRow)
        .where(GatePolicyRow.valid_from <= day)
        .order_by(GatePolicyRow.valid_from.desc())
        .limit(1)
    )
    if row is None:
        raise InvariantBroken(f"no gate policy is in force on {day}")
    return GatePolicy(**{each.name: getattr(row, each.name) for each in fields(GatePolicy)})
