"""Make-up projects (补录): handed in afterwards, with a reason, evidence, and a quota for each month."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.models import MakeUpCount, Project
from timebank.projects.queries.policies import project_policy
from timebank.projects.rules import (
    Action,
    ProjectKind,
    check_make_up_reason,
    check_past_times,
    next_status,
)
from timebank.projects.usecases.evidence import has_evidence
from timebank.projects.usecases.rows import organization_of, shifts_of, written_by_actor


def check_make_up(work: Work, project: Project) -> None:
    """Whether a make-up project may be handed in; the first time it takes one of the month's. Internal.

    Raises Conflict `shift-needed`, `evidence-needed`, `make-up-quota` (with the number `most`), Invalid for a
    shift that lies too far back by now.
    """
    shifts = shifts_of(work, project.key)
    if not shifts:
        raise Conflict("shift-needed")
    if not has_evidence(work, project.key):
        raise Conflict("evidence-needed")
    if project.counted_in is not None:
        return
    policy, zone = project_policy(work.today), work.runtime.config.time_zone
    for shift in shifts:
        check_past_times(shift.starts_at, shift.ends_at, work.now, zone, policy.make_up_days_back)
    month = work.today.replace(day=1)
    _take_one(work, organization_of(project), month, policy.make_up_per_month)
    project.counted_in = month


def explain_make_up(work: Work, *, project: Key, reason: str) -> None:
    """Say anew why a make-up project was not announced, as long as it can be edited.

    Raises Invalid(field="make_up_reason"), Conflict("not-a-make-up").
    """
    found = written_by_actor(work, project)
    next_status(found.status, Action.EDIT)
    if found.kind != ProjectKind.MAKE_UP:
        raise Conflict("not-a-make-up")
    found.make_up_reason = check_make_up_reason(reason)


def _take_one(work: Work, organization: Key, month: date, most: int) -> None:
    """Count one more in a single conditional statement: of two at once, the row's lock lets one be first."""
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    begun = {
        "shard_code": organization.shard,
        "id": work.new_id(),
        "organization_id": organization.id,
        "month": month,
        "used": 0,
    }
    work.connection.execute(insert(MakeUpCount).values(begun).on_conflict_do_nothing())
    taken = work.connection.execute(
        update(MakeUpCount)
        .where(
            MakeUpCount.shard_code == organization.shard,
            MakeUpCount.organization_id == organization.id,
            MakeUpCount.month == month,
            MakeUpCount.used < most,
        )
        .values(used=MakeUpCount.used + 1)
    )
    if taken.rowcount != 1:
        raise Conflict("make-up-quota", most=most)
