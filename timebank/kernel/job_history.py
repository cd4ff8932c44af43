"""Reading what jobs and the relay have done, for operators and auditors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Invalid
from timebank.kernel.events import Backlog, backlog
from timebank.kernel.jobs import SCHEDULER, JobRun, lease_holder
from timebank.kernel.paging import Page, page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class RunCard:
    """One run of a job."""

    id: UUID
    job: str
    by_hand: bool
    run_for: date
    state: str
    attempt: int
    started_at: datetime
    finished_at: datetime | None
    result: Mapping[str, Any] | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whether somebody schedules, and what the relay has still to deliver."""

    scheduler: str | None
    backlog: Backlog


def history(
    actor: Actor, *, job: str | None = None, limit: int = 50, cursor: str | None = None
) -> Page[RunCard]:
    """Runs of one job or of all, the newest first."""
    require(actor, Permission.JOB_READ)
    query = select(JobRun).order_by(JobRun.id.desc()).limit(limit + 1)
    if job is not None:
        query = query.where(JobRun.job == job)
    if cursor is not None:
        query = query.where(JobRun.id < _position(cursor))
    found = [_card(run) for run in session().scalars(query)]
    return page_of(found, limit, write_cursor(str(found[:limit][-1].id)) if found else "")


def last_runs(actor: Actor, jobs: Iterable[str]) -> dict[str, RunCard]:
    """The newest run of each of these jobs that has ever run."""
    require(actor, Permission.JOB_READ)
    newest = select(JobRun).order_by(JobRun.id.desc()).limit(1)
    found = (session().scalar(newest.where(JobRun.job == job)) for job in jobs)
    return {run.job: _card(run) for run in found if run is not None}


def ran_jobs(actor: Actor) -> list[str]:
    """The names of the jobs that have ever run."""
    require(actor, Permission.JOB_READ)
    return list(session().scalars(select(JobRun.job).distinct().order_by(JobRun.job)))


def pulse(actor: Actor) -> Pulse:
    """The state of scheduler and relay now."""
    require(actor, Permission.JOB_READ)
    return Pulse(lease_holder(SCHEDULER, runtime().clock.now()), backlog(session()))


def _position(cursor: str) -> UUID:
    try:
        return UUID(str(read_cursor(cursor)[0]))
    except (ValueError, IndexError):
        raise Invalid("invalid-cursor", field="cursor") from None


def _card(run: JobRun) -> RunCard:
    return RunCard(
        id=run.id,
        job=run.job,
        by_hand=run.slot.startswith("hand:"),
        run_for=run.run_for,
        state=run.state,
        attempt=run.attempt,
        started_at=run.started_at,
        finished_at=run.finished_at,
        result=run.result,
        error=run.error,
    )
