"""Times, bounds and quotas of projects: dated rows."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from sqlalchemy import select

from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import InvariantBroken
from timebank.projects.models import ProjectPolicyRow, SelfCheckRow
from timebank.projects.rules import ProjectPolicy, SelfCheck


def project_policy(on: date | None = None) -> ProjectPolicy:
    """The policy in force on a local day, today unless said otherwise."""
    services = runtime()
    day = on or local_date(services.clock.now(), services.config.time_zone)
    row = session().scalar(
        select(ProjectPolicyRow)
        .where(ProjectPolicyRow.valid_from <= day)
        .order_by(ProjectPolicyRow.valid_from.desc())
        .limit(1)
    )
    if row is None:
        raise InvariantBroken(f"no project policy is in force on {day}")
    return ProjectPolicy(**{each.name: getattr(row, each.name) for each in fields(ProjectPolicy)})


def self_check(on: date | None = None, *, version: str | None = None) -> SelfCheck:
    """The self-check in force on a local day, today unless said otherwise; or a certain version of it."""
    services = runtime()
    day = on or local_date(services.clock.now(), services.config.time_zone)
    which = SelfCheckRow.version == version if version else SelfCheckRow.valid_from <= day
    row = session().scalar(
        select(SelfCheckRow).where(which).order_by(SelfCheckRow.valid_from.desc()).limit(1)
    )
    if row is None:
        raise InvariantBroken(f"no self-check {version or ''} is in force on {day}")
    return SelfCheck(row.version, row.valid_from, tuple(row.asked_yes), tuple(row.asked_no), row.source)
