"""`flask gate rehearse`: a copy, real requests, a known verdict for each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_people as people
from tests.support import make_projects as make
from timebank.attendance.models import Scan, Visit
from timebank.cli import gate
from timebank.cli.rehearsal import script
from timebank.cli.rehearsal.phones import Outcome, Record
from timebank.cli.rehearsal.report import Report
from timebank.cli.rehearsal.script import Tap, Task, Upload, written
from timebank.kernel.db import session

Command = Callable[..., Result]
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
PEOPLE, STRANGERS = range(60), range(60, 69)


@pytest.fixture
def shift(app: Flask) -> Iterator[str]:
    """A real shift with two places taken."""
    with app.app_context():
        people.region_tree()
        event = make.event()
        for _ in range(2):
            make.signed_up(event.shift)
        yield str(event.shift)


def attempts(tasks: list[Task]) -> list[tuple[str, tuple[str, str | None]]]:
    """Client id and expected answer of every attempt, however often it is sent."""
    found = []
    for step in (step for task in tasks for step in task.steps):
        asked = step.ask.cards if isinstance(step.ask, Upload) else (step.ask,)
        found += [(each.client_id, each.expected) for each in asked]
    return found


def test_a_rehearsal_gets_the_verdicts_that_it_must(cli: Command, shift: str) -> None:
    done = cli("gate", "rehearse", shift, "--phones", "4", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["wrong"] == []
    assert (told["people"], told["phones"]) == (gate.FEWEST, 4)
    assert set(told["verdicts"]) == {
        "accepted",
        "provisional clock-skew",
        "provisional not-registered",
        "refused expired-code",
        "refused not-registered",
        "refused replayed-code",
        "refused unknown",
        "refused wrong-session",
        "repeated already-in",
    }
    assert told["request_ms"]["p50"] <= told["request_ms"]["p99"]
    session().rollback()
    for table in (Scan, Visit):
        assert session().scalar(select(func.count()).select_from(table)) == 0


def test_a_wrong_verdict_is_told_and_fails(cli: Command, shift: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal that expects what the service must not say."""
    wrong = ("accepted", None)
    monkeypatch.setitem(
        script.OF_STRANGERS,
        "stranger's tap",
        lambda writer, person: replace((step := writer.tap(person)), ask=replace(step.ask, expected=wrong)),
    )
    done = cli("gate", "rehearse", shift, "--phones", "2")
    assert done.exit_code == 1
    assert "WRONG        stranger's tap: refused not-registered, had to be accepted" in done.stdout


@pytest.mark.parametrize("given", ["511102-00000000-0000-7000-8000-000000000000", "nothing"])
def test_a_shift_that_is_not_there(cli: Command, app: Flask, given: str) -> None:
    done = cli("gate", "rehearse", given, "--phones", "2")
    assert done.exit_code == gate.COULD_NOT_RUN
    assert "There is no such shift" in done.stderr


def test_the_same_seed_is_the_same_rehearsal(database_kind: str) -> None:
    assert written(PEOPLE, STRANGERS, 7) == written(PEOPLE, STRANGERS, 7)
    assert written(PEOPLE, STRANGERS, 7) != written(PEOPLE, STRANGERS, 8)


@pytest.mark.parametrize("seed", range(5))
def test_everybody_comes_once_and_everything_happens(database_kind: str, seed: int) -> None:
    tasks = written(PEOPLE, STRANGERS, seed)
    assert sum(task.people for task in tasks) == len(PEOPLE)
    kinds = Counter(task.kind for task in tasks)
    assert set(kinds) == {*script.OF_ONE, *script.OF_STRANGERS, "network lost", "card of nobody"}
    by_id: dict[str, set[tuple[str, str | None]]] = {}
    for client_id, expected in attempts(tasks):
        by_id.setdefault(client_id, set()).add(expected)
    assert all(len(expected) == 1 for expected in by_id.values())
    whom = [
        step.ask.person if isinstance(step.ask, Tap) else step.ask.cards[0].person
        for task in tasks
        for step in task.steps[:1]
    ]
    assert len(whom) == len(set(whom))


def test_the_report_lists_what_is_wrong(database_kind: str) -> None:
    right = Outcome("tap", "a", ("accepted", None), ("accepted", None))
    wrong = Outcome("card", "b", ("refused", "unknown"), ("accepted", None))
    report = Report(2, 1, Record([right, wrong], [0.01, 0.02], [0.01, 0.03], 1.0))
    assert report.wrong == [wrong]
    assert report.figures()["verdicts"] == {"accepted": 2}
    assert any("card: accepted, had to be refused unknown (b)" in line for line in report.lines())
