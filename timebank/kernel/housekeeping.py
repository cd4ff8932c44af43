"""The nightly tidying of the kernel's own tables: what has served its purpose is deleted."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete, update

from timebank.kernel.events import Delivery
from timebank.kernel.idempotency import KeptAnswer
from timebank.kernel.jobs import JobRun
from timebank.kernel.policy import Permission
from timebank.kernel.throttle import Throttle
from timebank.kernel.work import Work

THROTTLES_KEPT = timedelta(days=2)
ANSWERS_KEPT = timedelta(days=7)
DELIVERIES_KEPT = timedelta(days=90)
RUNS_KEPT = timedelta(days=800)
"""Two years and a bit: last year's runs can be compared with this year's."""
LONGEST_RUN = timedelta(days=1)


def sweep(work: Work, *, on: date) -> dict[str, int]:
    """Delete old attempts, kept answers, finished deliveries and runs; note runs whose process died.

    Events stay: they are the audit trail. Returns how many rows of each kind went.
    """
    work.allow(Permission.JOB_RUN)
    old = {
        "throttles": delete(Throttle).where(Throttle.started_at < work.now - THROTTLES_KEPT),
        "kept_answers": delete(KeptAnswer).where(KeptAnswer.kept_at < work.now - ANSWERS_KEPT),
        "deliveries": delete(Delivery).where(
            Delivery.state == "done", Delivery.due_at < work.now - DELIVERIES_KEPT
        ),
        "job_runs": delete(JobRun).where(JobRun.started_at < work.now - RUNS_KEPT),
        "interrupted": update(JobRun)
        .where(JobRun.state == "running", JobRun.started_at < work.now - LONGEST_RUN)
        .values(state="failed", finished_at=work.now, error="interrupted"),
    }
    options = {"synchronize_session": False}
    return {
        name: work.connection.execute(statement, execution_options=options).rowcount
        for name, statement in old.items()
    }
