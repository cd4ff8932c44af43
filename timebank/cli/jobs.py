"""`flask jobs`: what is scheduled, running it by hand, what has run."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

import click
from flask.cli import AppGroup

from timebank.kernel import job_history
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.errors import fault_of
from timebank.kernel.ids import new_id
from timebank.kernel.job_history import RunCard
from timebank.kernel.jobs import Job, run_job
from timebank.kernel.policy import SYSTEM
from timebank.wiring import SCHEDULE
from timebank.worker import next_slot, runner_name

jobs = AppGroup("jobs", help="Scheduled jobs: list, run, history.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@jobs.command("list")
@AS_JSON
def list_jobs(as_json: bool) -> None:
    """Every job with its schedule, its last run and its next."""
    last = job_history.last_runs(SYSTEM, SCHEDULE)
    rows = [_row(name, job, last.get(name)) for name, job in SCHEDULE.items()]
    if as_json:
        click.echo(json.dumps(rows, default=_plain, ensure_ascii=False, indent=1))
        return
    for row in rows:
        ran = f"{row['last_state']} {_local(row['last_at'])}" if row["last_at"] else "never"
        click.echo(f"{row['job']:<18} {row['schedule']:<28} last: {ran:<24} next: {_local(row['next_at'])}")


@jobs.command("run")
@click.argument("name")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The date to run for; today if not given.")
@AS_JSON
def run(name: str, on: datetime | None, as_json: bool) -> None:
    """Run one job now, for today or another date."""
    job = SCHEDULE.get(name)
    if job is None:
        raise click.ClickException(f"There is no job {name}; choose one of {', '.join(SCHEDULE)}.")
    services = runtime()
    now = services.clock.now()
    day = on.date() if on else local_date(now, services.config.time_zone)
    try:
        run_job(name, job, on=day, slot=f"hand:{new_id(now)}", runner=runner_name())
    except Exception as error:
        raise click.ClickException(f"{name} failed ({fault_of(error)}); nothing was changed.") from None
    _report(job_history.last_runs(SYSTEM, [name])[name], as_json)


@jobs.command("history")
@click.option("--job", help="Only this job.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@AS_JSON
def history(job: str | None, limit: int, as_json: bool) -> None:
    """What has run, the newest first."""
    found = job_history.history(SYSTEM, job=job, limit=limit).items
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], default=_plain, ensure_ascii=False, indent=1))
        return
    for each in found:
        click.echo(_line(each))


def _row(name: str, job: Job, last: RunCard | None) -> dict[str, object]:
    services = runtime()
    return {
        "job": name,
        "schedule": " ".join(f"{unit}={value}" for unit, value in job.cron.items()),
        "last_at": last and last.started_at,
        "last_state": last and last.state,
        "next_at": next_slot(job, services.config.time_zone, services.clock.now()),
    }


def _report(card: RunCard, as_json: bool) -> None:
    click.echo(json.dumps(asdict(card), default=_plain, ensure_ascii=False) if as_json else _line(card))


def _line(card: RunCard) -> str:
    how = "by hand" if card.by_hand else "schedule"
    told = card.error or " ".join(f"{name}={count}" for name, count in (card.result or {}).items())
    began = _local(card.started_at)
    return f"{began}  {card.job:<18} for {card.run_for}  {how:<8}  {card.state:<7}  {told}".rstrip()


def _local(instant: object) -> str:
    if not isinstance(instant, datetime):
        return "-"
    return f"{instant.astimezone(runtime().config.time_zone):%Y-%m-%d %H:%M:%S}"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(runtime().config.time_zone).isoformat()
    if isinstance(value, date | UUID):
        return str(value)
    raise TypeError(type(value).__name__)
