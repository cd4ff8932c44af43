"""Scheduled jobs: what they are, the history they leave, and the lease that lets one worker schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Update, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, dialect_name, one_of, reference, session
from timebank.kernel.errors import Conflict, fault_of
from timebank.kernel.policy import SYSTEM, Permission
from timebank.kernel.work import Work, perform

SCHEDULER = "scheduler"
"""The lease of the one process that schedules."""


class JobRun(Base):
    """One run of a job for one date; (job, slot) exists once, whoever tries."""

    __tablename__ = "job_runs"
    __table_args__ = reference(
        one_of("state", ("running", "done", "failed")),
        Index("uq_job_runs_slot", "job", "slot", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(60))
    slot: Mapped[str] = mapped_column(String(60))
    """`schedule:<instant>` for a scheduled run, `hand:<id>` for one by hand."""
    run_for: Mapped[date]
    state: Mapped[str] = mapped_column(String(10))
    attempt: Mapped[int]
    """More than 1 when the process that ran it before died."""
    runner: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(String(300))


class Lease(Base):
    """Something only one process may do at a time, until the lease runs out."""

    __tablename__ = "leases"
    __table_args__ = reference()

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]


# --- the lease --------------------------------------------------------------------------------------


def hold_lease(work: Work, name: str, holder: str, term: timedelta) -> bool:
    """Take or renew a lease; False while another holder's has not run out."""
    work.allow(Permission.JOB_RUN)
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    work.session.execute(
        insert(Lease).values(name=name, holder=holder, until=work.now).on_conflict_do_nothing()
    )
    taken = work.session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.until <= work.now))
        .values(holder=holder, until=work.now + term)
        .returning(Lease.name)
    ).first()
    return taken is not None


def release_lease(work: Work, name: str, holder: str) -> None:
    """Give a lease back at once, so that another worker need not wait for its end."""
    work.allow(Permission.JOB_RUN)
    work.session.execute(
        update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=work.now)
    )


def lease_holder(name: str, now: datetime) -> str | None:
    """Who holds a lease now."""
    return session().scalar(select(Lease.holder).where(Lease.name == name, Lease.until > now))


# --- running ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """A use-case `(work, *, on) -> counts` that runs by the clock of the service's zone.

    `cron` are the fields of a cron rule by name, weekdays by name too (`day_of_week="mon"`). `days_back` is
    taken off the date it runs on: a job after midnight tells of the day before. `catch_up` is how long after
    its time a missed run is still worth making up for.
    """

    usecase: Callable[..., Mapping[str, int]]
    cron: Mapping[str, str | int]
    days_back: int = 0
    catch_up: timedelta = field(default=timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Attempt:
    """The right to run a job once: of all who try, the one who has it may finish the slot."""

    run: UUID
    job: str
    slot: str
    run_for: date
    number: int


def run_job(name: str, job: Job, *, on: date, slot: str, runner: str) -> Attempt | None:
    """Run a job for the date `on`, unless its slot was run or is being run; then return None.

    The job's changes and the mark that it is done commit together, so a slot takes effect at most once. A
    job that fails leaves `failed` with the fault in the history, and its exception is raised again.
    """
    attempt = perform(SYSTEM, _begin, name=name, on=on, slot=slot, runner=runner)
    if attempt is None:
        return None
    try:
        perform(SYSTEM, _carry_out, attempt=attempt, usecase=job.usecase)
    except BaseException as error:
        perform(SYSTEM, _fail, attempt=attempt, fault=fault_of(error))
        raise
    return attempt


def _begin(work: Work, *, name: str, on: date, slot: str, runner: str) -> Attempt | None:
    work.allow(Permission.JOB_RUN)
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    values = {"job": name, "slot": slot, "run_for": on, "runner": runner, "started_at": work.now}
    run = work.session.scalar(
        insert(JobRun)
        .values(id=work.new_id(), state="running", attempt=1, **values)
        .on_conflict_do_nothing()
        .returning(JobRun.id)
    )
    return Attempt(run, name, slot, on, 1) if run else _take_over(work, name, slot, runner)


def _take_over(work: Work, name: str, slot: str, runner: str) -> Attempt | None:
    """Take the slot from a runner that died: only the holder of the scheduler's lease knows that it did."""
    holds = select(Lease.name).where(Lease.name == SCHEDULER, Lease.holder == runner, Lease.until > work.now)
    taken = work.session.execute(
        update(JobRun)
        .where(JobRun.job == name, JobRun.slot == slot, JobRun.state == "running", JobRun.runner != runner)
        .where(holds.exists())
        .values(attempt=JobRun.attempt + 1, runner=runner, started_at=work.now)
        .returning(JobRun.id, JobRun.job, JobRun.slot, JobRun.run_for, JobRun.attempt)
    ).first()
    return Attempt(*taken) if taken else None


def _carry_out(work: Work, *, attempt: Attempt, usecase: Callable[..., Mapping[str, int]]) -> None:
    work.allow(Permission.JOB_RUN)
    result = dict(usecase(work, on=attempt.run_for))
    finished_at = work.runtime.clock.now()
    closed = work.session.execute(
        _open(attempt).values(state="done", finished_at=finished_at, result=result).returning(JobRun.id)
    ).first()
    if closed is None:
        raise Conflict("run-taken-over")


def _fail(work: Work, *, attempt: Attempt, fault: str) -> None:
    work.allow(Permission.JOB_RUN)
    work.session.execute(_open(attempt).values(state="failed", finished_at=work.now, error=fault[:300]))


def _open(attempt: Attempt) -> Update:
    return update(JobRun).where(
        JobRun.id == attempt.run, JobRun.attempt == attempt.number, JobRun.state == "running"
    )
