"""Runs of jobs: one for each slot, a history that tells the truth, the slots of a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.clock import START, FakeClock
from tests.support.threads import in_threads
from timebank.kernel import job_history
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.jobs import SCHEDULER, Attempt, Job, hold_lease, release_lease, run_job
from timebank.kernel.policy import SYSTEM, Actor, Grant, Permission, Role
from timebank.kernel.work import Work, perform
from timebank.worker import last_slot, next_slot, run_slot

ZONE = ZoneInfo("Asia/Shanghai")
SOMEBODY = Key(511102, UUID(int=7))
TODAY = date(2026, 11, 21)


def tell(work: Work, *, on: date) -> Mapping[str, int]:
    """A job whose effect would show if it ran twice."""
    work.allow(Permission.JOB_RUN)
    work.emit("thing.told", SOMEBODY, on=on.isoformat())
    return {"told": 1}


def told() -> int:
    session().rollback()
    return session().scalars(select(func.count()).select_from(Event)).one()


def fail(work: Work, *, on: date) -> Mapping[str, int]:
    tell(work, on=on)
    raise ValueError("12000000001 张小山")


NIGHTLY = Job(tell, {"hour": 2, "minute": 10}, days_back=1)


def run(slot: str = "hand:1", runner: str = "one", job: Job = NIGHTLY) -> Attempt | None:
    return run_job("tell", job, on=TODAY, slot=slot, runner=runner)


def newest() -> job_history.RunCard:
    return job_history.history(SYSTEM).items[0]


# --- running ----------------------------------------------------------------------------------------


def test_a_run_leaves_a_row_with_its_result(app_context: Flask, clock: FakeClock) -> None:
    assert run() is not None
    card = newest()
    assert (card.job, card.state, card.run_for, card.by_hand) == ("tell", "done", TODAY, True)
    assert (card.result, card.error, card.started_at) == ({"told": 1}, None, clock.now())


def test_a_slot_runs_once(app_context: Flask) -> None:
    assert run() is not None
    assert run() is None
    assert told() == 1


def test_eight_at_once_run_a_slot_once(app: Flask) -> None:
    attempts = in_threads(app, 8, run)
    assert sum(attempt is not None for attempt in attempts) == 1
    with app.app_context():
        assert told() == 1


def test_a_failed_run_is_undone_and_names_no_data(app_context: Flask) -> None:
    with pytest.raises(ValueError):
        run(job=Job(fail, NIGHTLY.cron))
    card = newest()
    assert (card.state, told()) == ("failed", 0)
    assert card.error is not None
    assert card.error.startswith("ValueError at test_runs:")


def test_a_dead_runner_s_slot_is_taken_over_by_the_lease_s_holder_alone(
    app_context: Flask, clock: FakeClock
) -> None:
    def be_overtaken(work: Work, *, on: date) -> Mapping[str, int]:
        # as if this process had been paused for longer than its lease, in the middle of its work
        session().rollback()
        assert run(runner="two") is None
        perform(SYSTEM, hold_lease, name=SCHEDULER, holder="two", term=timedelta(seconds=15))
        assert run(runner="two") is not None
        return {"never": 1}

    with pytest.raises(Conflict) as refused:
        _run_outside(Job(be_overtaken, NIGHTLY.cron))
    assert refused.value.code == "run-taken-over"
    assert (newest().state, newest().attempt, newest().result) == ("done", 2, {"told": 1})
    assert told() == 1


def _run_outside(job: Job) -> None:
    """Run a job whose use-case may call `perform` itself, as another process would meanwhile."""

    def outside(work: Work, *, on: date) -> Mapping[str, int]:
        work.allow(Permission.JOB_RUN)
        work.session.info.clear()
        result = job.usecase(work, on=on)
        work.session.connection()
        return dict(result)

    run(job=Job(outside, job.cron))


def test_a_lease_given_back_can_be_taken_at_once(app_context: Flask) -> None:
    term = timedelta(seconds=15)
    assert perform(SYSTEM, hold_lease, name=SCHEDULER, holder="one", term=term)
    assert not perform(SYSTEM, hold_lease, name=SCHEDULER, holder="two", term=term)
    perform(SYSTEM, release_lease, name=SCHEDULER, holder="one")
    assert perform(SYSTEM, hold_lease, name=SCHEDULER, holder="two", term=term)


# --- history ----------------------------------------------------------------------------------------


def test_the_history_has_pages_and_is_for_operators_and_auditors(
    app_context: Flask, clock: FakeClock
) -> None:
    for number in range(5):
        run(slot=f"hand:{number}")
        clock.advance(minutes=1)
    auditor = Actor(user=SOMEBODY, grants=(Grant(Role.AUDITOR, region=0),))
    first = job_history.history(auditor, limit=2)
    second = job_history.history(auditor, limit=2, cursor=first.next)
    started = [card.started_at for card in first.items + second.items]
    assert started == sorted(started, reverse=True)
    assert len(set(started)) == 4
    assert job_history.last_runs(auditor, ["tell", "never"])["tell"].started_at == started[0]
    with pytest.raises(Forbidden):
        job_history.history(Actor(user=SOMEBODY))


# --- slots ------------------------------------------------------------------------------------------


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("cron", "now", "last", "following"),
    [
        ({"hour": 2, "minute": 10}, "2026-11-21 10:00", "2026-11-21 02:10", "2026-11-22 02:10"),
        ({"hour": 2, "minute": 10}, "2026-11-21 02:10", "2026-11-21 02:10", "2026-11-22 02:10"),
        ({"hour": 2, "minute": 10}, "2026-11-21 02:09", "2026-11-20 02:10", "2026-11-21 02:10"),
        ({"day_of_week": "mon", "hour": 3}, "2026-11-21 10:00", "2026-11-16 03:00", "2026-11-23 03:00"),
        ({"second": "*"}, "2026-11-21 10:00:07.5", "2026-11-21 10:00:07", "2026-11-21 10:00:08"),
        ({"month": 1, "day": 1}, "2026-11-21 10:00", None, "2027-01-01 00:00"),
    ],
)
def test_the_slots_before_and_after(
    cron: dict[str, str | int], now: str, last: str | None, following: str
) -> None:
    job = Job(tell, cron)
    assert last_slot(job, ZONE, at(now)) == (last and at(last))
    assert next_slot(job, ZONE, at(now)) == at(following)


def test_a_weekday_by_name_is_that_weekday() -> None:
    slot = next_slot(Job(tell, {"day_of_week": "mon"}), ZONE, START)
    assert slot is not None
    assert slot.strftime("%A") == "Monday"


def test_a_missed_slot_is_run_for_its_own_date(app_context: Flask, clock: FakeClock) -> None:
    clock.set(datetime(2026, 12, 30, 23, 0, tzinfo=UTC))
    assert run_slot("tell", NIGHTLY, "one") is not None
    assert newest().run_for == date(2026, 12, 30)
    clock.advance(days=1)
    assert run_slot("tell", NIGHTLY, "one") is not None
    assert newest().run_for == date(2026, 12, 31)
    assert run_slot("tell", NIGHTLY, "another") is None


def test_of_many_missed_slots_the_last_one_runs(app_context: Flask, clock: FakeClock) -> None:
    run_slot("tell", NIGHTLY, "one")
    clock.advance(days=5)
    run_slot("tell", NIGHTLY, "one")
    assert [card.run_for for card in job_history.history(SYSTEM).items] == [
        date(2026, 11, 25),
        date(2026, 11, 20),
    ]
