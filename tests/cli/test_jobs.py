"""`flask jobs`: what is scheduled, running it by hand, what has run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date

import pytest
from click.testing import Result

from tests.support.clock import FakeClock
from timebank.cli import jobs
from timebank.kernel.jobs import Job
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.wiring import SCHEDULE

Command = Callable[..., Result]
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def broken(work: Work, *, on: date) -> Mapping[str, int]:
    work.allow(Permission.JOB_RUN)
    raise ValueError("张小山 12000000001")


def test_every_job_is_listed_with_its_next_run(cli: Command) -> None:
    listed = cli("jobs", "list").stdout
    rows = json.loads(cli("jobs", "list", "--json").stdout)
    assert [row["job"] for row in rows] == list(SCHEDULE)
    for row in rows:
        assert row["job"] in listed
        assert row["next_at"] > "2026-11-21T10:00"
        assert (row["last_at"], row["last_state"]) == (None, None)


@pytest.mark.parametrize("name", list(SCHEDULE))
def test_every_job_runs_by_hand_on_an_empty_service(cli: Command, name: str) -> None:
    done = cli("jobs", "run", name, "--json")
    assert done.exit_code == 0, done.output
    card = json.loads(done.stdout)
    assert (card["job"], card["state"], card["by_hand"], card["run_for"]) == (
        name,
        "done",
        True,
        "2026-11-21",
    )
    assert next(r for r in json.loads(cli("jobs", "list", "--json").stdout) if r["job"] == name)["last_at"]


def test_a_date_may_be_given_and_the_history_tells(cli: Command, clock: FakeClock) -> None:
    for day in ("2026-11-01", "2026-11-02"):
        clock.advance(minutes=1)
        assert cli("jobs", "run", "sweep", "--on", day).exit_code == 0
    cli("jobs", "run", "sweep_sign_ins")
    found = json.loads(cli("jobs", "history", "--job", "sweep", "--json").stdout)
    assert [card["run_for"] for card in found] == ["2026-11-02", "2026-11-01"]
    assert cli("jobs", "history", "--limit", "2").stdout.count("\n") == 2


def test_a_job_that_is_not_there_is_named(cli: Command) -> None:
    refused = cli("jobs", "run", "nothing")
    assert refused.exit_code == 1
    assert "indicators" in refused.stderr


def test_a_failure_is_one_sentence_without_data(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.SCHEDULE, "broken", Job(broken, {"hour": 1}))
    failed = cli("jobs", "run", "broken")
    assert failed.exit_code == 1
    assert "ValueError" in failed.stderr
    history = cli("jobs", "history").stdout
    assert "failed" in history
    assert "张小山" not in failed.output + history
