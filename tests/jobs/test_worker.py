"""Workers as real processes: one works, another takes over, nothing runs twice, nothing is forgotten."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.support import service
from tests.support.processes import dying_with_parent
from tests.support.waiting import eventually
from timebank.app import create_app
from timebank.config import ROOT
from timebank.kernel.clock import SystemClock
from timebank.kernel.db import runtime, session
from timebank.kernel.events import Event
from timebank.kernel.jobs import SCHEDULER, JobRun, lease_holder

Process = subprocess.Popen[bytes]
Start = Callable[..., Process]


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker with some jobs of `ticking.py`; what still runs at the end is killed."""
    with ExitStack() as stack:
        stack.callback(lambda: print((tmp_path / "workers.log").read_text()))

        def start_one(jobs: str, nap: float = 0) -> Process:
            child = _spawn(database_url, tmp_path, {"TICKING": jobs, "NAP": str(nap)})
            stack.callback(_end, child)
            return child

        yield start_one


def _spawn(database_url: str, folder: Path, given: dict[str, str]) -> Process:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TIMEBANK_")}
    with open(folder / "workers.log", "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.ticking"],
            cwd=ROOT,
            env={**kept, **service.environment(database_url), **given},
            stdout=log,
            stderr=log,
            preexec_fn=dying_with_parent(signal.SIGKILL),
        )


def _end(child: Process) -> None:
    child.kill()
    child.wait()


@pytest.fixture
def watcher(database_url: str) -> Iterator[Flask]:
    """The service on the same database, by the machine's clock, to see what the workers do."""
    app = create_app(service.config_for(database_url), SystemClock())
    with app.app_context():
        yield app
        session().rollback()


def runs(job: str) -> list[JobRun]:
    session().rollback()
    session().expire_all()
    return list(session().scalars(select(JobRun).where(JobRun.job == job).order_by(JobRun.slot)))


def done(job: str) -> list[JobRun]:
    return [run for run in runs(job) if run.state == "done"]


def ticks_by_process() -> Counter[int]:
    session().rollback()
    return Counter(event.data["pid"] for event in session().scalars(select(Event)))


def holder() -> str:
    session().rollback()
    return lease_holder(SCHEDULER, runtime().clock.now()) or ""


def holds(child: Process) -> bool:
    return f":{child.pid}:" in holder()


def test_of_two_workers_one_runs_every_slot_once(watcher: Flask, start: Start) -> None:
    workers = [start("tick"), start("tick")]
    eventually(lambda: len(done("tick")) >= 5, "five ticks")
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
    ran = runs("tick")
    assert {run.state for run in ran} == {"done"}
    assert len({run.slot for run in ran}) == len(ran)
    assert ticks_by_process() == Counter(run.result["pid"] for run in ran if run.result)


def test_when_the_holder_is_killed_the_other_takes_over(watcher: Flask, start: Start) -> None:
    first = start("tick")
    eventually(lambda: holds(first) and done("tick"), "the first worker's first tick")
    second = start("tick")
    eventually(lambda: len(done("tick")) >= 3, "three ticks")
    assert second.poll() is None
    assert holds(first)
    first.kill()
    eventually(lambda: ticks_by_process()[second.pid] >= 2, "two ticks of the second worker")
    slots = [run.slot for run in done("tick")]
    assert len(set(slots)) == len(slots)
    assert sum(ticks_by_process().values()) == len(slots)


def test_a_holder_that_stops_gives_the_lease_back_at_once(watcher: Flask, start: Start) -> None:
    first = start("hourly")
    eventually(lambda: holds(first), "the first worker's lease")
    first.send_signal(signal.SIGINT)
    assert first.wait(10) == 0
    assert holder() == ""


def test_the_slot_of_a_killed_worker_is_run_again(watcher: Flask, start: Start) -> None:
    first = start("nap", nap=600)
    eventually(lambda: runs("nap"), "the beginning of a nap")
    first.kill()
    second = start("nap", nap=0)
    eventually(lambda: done("nap"), "the end of the nap")
    [run] = runs("nap")
    assert run.attempt == 2
    assert ticks_by_process() == {second.pid: 1}


def test_a_slot_that_nobody_ran_is_found_while_the_worker_works(watcher: Flask, start: Start) -> None:
    worker = start("hourly tick")
    eventually(lambda: done("hourly") and done("tick"), "the first runs")
    session().execute(delete(JobRun).where(JobRun.job == "hourly"))
    session().commit()
    eventually(lambda: done("hourly"), "the slot run again")
    assert worker.poll() is None


def test_a_worker_told_to_stop_does_not_wait_for_a_long_job(watcher: Flask, start: Start) -> None:
    worker = start("nap", nap=600)
    eventually(lambda: runs("nap"), "the beginning of a nap")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert ticks_by_process() == {}


def test_a_missed_run_is_made_up_for_once(watcher: Flask, start: Start) -> None:
    for ticks in (1, 2):
        worker = start("hourly tick")
        eventually(partial(_has_ticked, ticks), "a tick")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
        assert len(done("hourly")) == 1


def _has_ticked(in_starts: int) -> bool:
    return len(ticks_by_process()) == in_starts and len(done("tick")) >= in_starts
