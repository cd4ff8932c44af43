"""Times, bounds and quotas of projects, and the questions of the self-check: dated rows."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from timebank.kernel.dated import in_force
from timebank.kernel.db import session
from timebank.projects.models import ProjectPolicyRow, SelfCheckRow
from timebank.projects.rules import ProjectPolicy, SelfCheck


def project_policy(on: date | None = None) -> ProjectPolicy:
    """The policy in force on a local day, today unless said otherwise."""
    row = in_force(ProjectPolicyRow, on)
    return ProjectPolicy(**{each.name: getattr(row, each.name) for each in fields(ProjectPolicy)})


def self_check(on: date | None = None, *, version: str | None = None) -> SelfCheck:
    """The self-check in force on a local day, today unless said otherwise; or a certain version of it."""
    row = session().get_one(SelfCheckRow, version) if version else in_force(SelfCheckRow, on)
    return SelfCheck(row.version, row.valid_from, tuple(row.asked_yes), tuple(row.asked_no), row.source)
