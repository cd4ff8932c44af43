"""The worker: of all that are started, one holds the lease, runs the schedule and relays events."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from timebank.kernel.clock import local_date
from timebank.kernel.db import Runtime, runtime, session
from timebank.kernel.errors import fault_of
from timebank.kernel.jobs import SCHEDULER, Attempt, Job, hold_lease, lease_holder, release_lease, run_job
from timebank.kernel.policy import SYSTEM
from timebank.kernel.relay import Delivered, Handlers, deliver
from timebank.kernel.work import perform

Schedule = Mapping[str, Job]

log = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the worker does what, in seconds."""

    lease: float = 15
    renew: float = 5
    """How often the holder renews its lease."""
    ask: float = 1
    """How often a waiting worker asks for it."""
    relay: float = 0.5
    catch_up: float = 60
    """How often the holder looks for slots that nobody has run, whatever the reason."""
    stop: float = 1
    """How long a running job may still take when the worker is told to stop."""


# --- slots of a schedule ----------------------------------------------------------------------------


def trigger_of(job: Job, zone: ZoneInfo) -> CronTrigger:
    """When a job runs, by the clock of `zone`. Raises ValueError for a rule that cannot be read."""
    return CronTrigger(timezone=zone, **job.cron)


def next_slot(job: Job, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The first time after `now` at which a job runs."""
    found: datetime | None = trigger_of(job, zone).get_next_fire_time(None, now + timedelta(microseconds=1))
    return found


def last_slot(job: Job, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The last time up to `now` at which a job had to run; None when that was too long ago to catch up."""
    trigger = trigger_of(job, zone)
    reach = timedelta(seconds=2)
    while True:
        found = _last_within(trigger, now - min(reach, job.catch_up), now)
        if found is not None or reach >= job.catch_up:
            return found
        reach *= 8


def _last_within(trigger: CronTrigger, start: datetime, now: datetime) -> datetime | None:
    found: datetime | None = None
    at: datetime | None = trigger.get_next_fire_time(None, start)
    while at is not None and at <= now:
        found, at = at, trigger.get_next_fire_time(at, at + timedelta(microseconds=1))
    return found


def run_slot(name: str, job: Job, runner: str) -> Attempt | None:
    """Run a job for its last slot, unless that was run; a late call runs the latest slot only."""
    services = runtime()
    zone = services.config.time_zone
    slot = last_slot(job, zone, services.clock.now())
    if slot is None:
        return None
    on = local_date(slot, zone) - timedelta(days=job.days_back)
    return run_job(name, job, on=on, slot=f"schedule:{slot.astimezone(UTC).isoformat()}", runner=runner)


def _every(seconds: float, zone: ZoneInfo) -> IntervalTrigger:
    return IntervalTrigger(seconds=seconds, timezone=zone)


def runner_name() -> str:
    """How the history and the lease name this process."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"


# --- the process ------------------------------------------------------------------------------------


@dataclass
class Worker:
    """One process that waits for the lease, and works while it has it."""

    app: Flask
    schedule: Schedule
    handlers: Handlers
    pace: Pace = field(default=Pace())
    stopping: threading.Event = field(default_factory=threading.Event)
    name: str = field(default_factory=runner_name)
    scheduler: BackgroundScheduler | None = None
    busy: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Work until `stopping` is set; then stop the schedule and give the lease back."""
        log.info("worker started", extra={"worker": self.name})
        while not self.stopping.is_set():
            if self._holds_lease():
                self._take_up()
                self.stopping.wait(self.pace.renew)
            else:
                self._lay_down()
                self.stopping.wait(self.pace.ask)
        self._finish()

    def _holds_lease(self) -> bool:
        """Whether this worker may work now. A database that does not answer counts as no."""
        try:
            with self.app.app_context():
                holder = lease_holder(SCHEDULER, runtime().clock.now())
                session().rollback()
                if holder not in (None, self.name):
                    return False
                term = timedelta(seconds=self.pace.lease)
                return perform(SYSTEM, hold_lease, name=SCHEDULER, holder=self.name, term=term)
        except Exception as error:
            log.error("lease not renewed", extra={"fault": fault_of(error)})
            return False

    def _take_up(self) -> None:
        if self.scheduler is not None:
            return
        log.info("schedule taken up", extra={"worker": self.name})
        services: Runtime = self.app.extensions["timebank"]
        zone, now = services.config.time_zone, services.clock.now()
        scheduler = BackgroundScheduler(
            timezone=zone,
            daemon=True,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        scheduler.add_job(self._relay, _every(self.pace.relay, zone), id="relay")
        for name, job in self.schedule.items():
            scheduler.add_job(self._run, trigger_of(job, zone), args=[name], id=f"job:{name}")
            missed = _every(self.pace.catch_up, zone)
            scheduler.add_job(self._run, missed, args=[name], id=f"missed:{name}", next_run_time=now)
        self.scheduler = scheduler
        scheduler.start()

    def _lay_down(self) -> None:
        if self.scheduler is not None:
            log.info("schedule laid down", extra={"worker": self.name})
            self.scheduler.shutdown(wait=False)
            self.scheduler = None

    def _finish(self) -> None:
        held = self.scheduler is not None
        self._lay_down()
        end = time.monotonic() + self.pace.stop
        while self.busy and time.monotonic() < end:
            time.sleep(0.02)
        if held:
            release = partial(perform, SYSTEM, release_lease, name=SCHEDULER, holder=self.name)
            self._guarded("lease", release)
        log.info("worker stopped", extra={"worker": self.name, "unfinished": sorted(self.busy)})

    # --- what the scheduler's threads do ------------------------------------------------------------

    def _run(self, name: str) -> None:
        job = self.schedule[name]
        started = time.monotonic()
        attempt = self._guarded(name, lambda: run_slot(name, job, self.name))
        if isinstance(attempt, Attempt):
            spent = round((time.monotonic() - started) * 1000)
            log.info("job done", extra={"job": name, "run_for": attempt.run_for.isoformat(), "ms": spent})

    def _relay(self) -> None:
        while self.scheduler is not None and not self.stopping.is_set():
            delivered = self._guarded("relay", lambda: deliver(self.handlers))
            if not isinstance(delivered, Delivered) or not delivered.done:
                return

    def _guarded(self, name: str, act: Callable[[], object]) -> object:
        """Do something in a context of the service; a failure is logged and the worker goes on."""
        self.busy.append(name)
        try:
            with self.app.app_context():
                return act()
        except Exception as error:
            log.error("failed", extra={"job": name, "fault": fault_of(error)})
            return None
        finally:
            self.busy.remove(name)


def serve(worker: Worker) -> int:
    """Run a worker until SIGTERM or SIGINT; return the exit status of the process.

    The worker has a thread of its own, so that a signal is heard while the database keeps it waiting. A job
    that has not ended by then is cut off: its transaction is rolled back, and the next holder of the lease
    runs its slot again.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stopping.set())
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    while thread.is_alive() and not worker.stopping.wait(0.2):
        pass
    thread.join(worker.pace.stop + 0.5 if worker.stopping.is_set() else None)
    if thread.is_alive() or worker.busy:
        logging.shutdown()
        os._exit(0)
    return 0 if worker.stopping.is_set() else 1
