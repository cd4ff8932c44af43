"""Bounds of the gate: dated rows."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from timebank.attendance.models import GatePolicyRow
from timebank.attendance.rules import GatePolicy
from timebank.kernel.dated import in_force


def gate_policy(on: date | None = None) -> GatePolicy:
    """The policy in force on a local day, today unless said otherwise."""
    row = in_force(GatePolicyRow, on)
    return GatePolicy(**{each.name: getattr(row, each.name) for each in fields(GatePolicy)})
