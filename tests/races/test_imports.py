"""Imports that are killed, and that several processes work on: exactly the right people, once each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_files as files
from tests.support import make_people as make
from tests.support import service
from tests.support.crew import in_processes
from tests.support.processes import dying_with_parent
from tests.support.waiting import eventually
from timebank.config import ROOT
from timebank.identity.models import User
from timebank.kernel.claims import Claim
from timebank.kernel.db import runtime, session
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Volunteer, VolunteerImport
from timebank.volunteers.usecases import imports as flow

PEOPLE = 20_000
Process = subprocess.Popen[bytes]


def count(column: object, *conditions: object) -> int:
    return session().scalar(select(func.count(column)).where(*conditions)) or 0  # type: ignore[arg-type]


def everybody_is_there_once(people: int) -> None:
    """Everybody of the file has one registration, account, document and phone, and nobody else has."""
    session().rollback()
    assert count(Volunteer.id) == count(User.id) == people
    assert {
        kind: number
        for kind, number in session().execute(select(Claim.kind, func.count()).group_by(Claim.kind))
    } == {
        "document": people,
        "personal-code": people,
        "phone": people,
    }
    for name in ("user.created", "volunteer.submitted"):
        assert count(Event.id, Event.name == name) == people
    vault = runtime().vault
    wanted = {vault.blind_index("document", document) for _, document, *_ in files.people(people)}
    assert set(session().scalars(select(Claim.value_index).where(Claim.kind == "document"))) == wanted


@pytest.fixture
def spawn(database_url: str, tmp_path: Path) -> Iterator[Callable[[Path], Process]]:
    """Starts the command in a process of its own."""
    with ExitStack() as stack:

        def start(file: Path) -> Process:
            kept = {name: text for name, text in os.environ.items() if not name.startswith("TIMEBANK_")}
            command = ["flask", "volunteers", "import", str(file), "--region", str(make.NORTH), "--json"]
            with open(tmp_path / "import.log", "ab") as log:
                child = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=ROOT,
                    env={**kept, **service.environment(database_url)},
                    stdout=log,
                    stderr=log,
                    preexec_fn=dying_with_parent(signal.SIGKILL),
                )
            stack.callback(_end, child)
            return child

        yield start


def _end(child: Process) -> None:
    child.kill()
    child.wait()


def _has_come_to(entered: int) -> bool:
    session().rollback()
    return (session().scalar(select(func.max(VolunteerImport.entered))) or 0) >= entered


def test_a_command_killed_three_times_registers_everybody_once(
    app: Flask, spawn: Callable[[Path], Process], tmp_path: Path
) -> None:
    file = files.csv_file(tmp_path / "people.csv", PEOPLE)
    with app.app_context():
        make.region_tree()
        for entered in (1, PEOPLE // 3, PEOPLE * 2 // 3):
            child = spawn(file)
            eventually(lambda target=entered: _has_come_to(target), f"{entered} people")  # type: ignore[misc]
            assert child.poll() is None, (tmp_path / "import.log").read_text()
            child.kill()
            child.wait()
            session().rollback()
            registered = count(Volunteer.id)
            assert entered <= registered < PEOPLE
            assert registered == session().scalar(select(VolunteerImport.entered))
        child = spawn(file)
        assert child.wait() == 0, (tmp_path / "import.log").read_text()
        everybody_is_there_once(PEOPLE)
        done = session().scalars(select(VolunteerImport)).one()
        assert (done.status, done.entered, done.late) == ("done", PEOPLE, 0)


def test_several_processes_on_one_import_double_nobody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    people = 600
    monkeypatch.setattr(flow, "BATCH", 50)
    with app.app_context():
        make.region_tree()
        key = files.checked(SYSTEM, files.csv_bytes(files.people(people)))
        perform(SYSTEM, usecases.move_import, volunteer_import=key, move="start")
        session().close()
    steps = in_processes(app, 4, lambda _number: _work_on(key))
    assert sum(steps) >= people // 50
    with app.app_context():
        everybody_is_there_once(people)
        assert queries.volunteer_import(SYSTEM, key).entered == people


def _work_on(key: Key) -> int:
    steps = 1
    while perform(SYSTEM, usecases.advance_import, volunteer_import=key):
        steps += 1
    return steps


def test_two_files_with_the_same_people_at_once_double_nobody(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = 400
    monkeypatch.setattr(flow, "BATCH", 50)
    with app.app_context():
        make.region_tree()
        rows = list(files.people(people))
        keys = [files.checked(SYSTEM, files.csv_bytes(each)) for each in (rows, rows[::-1])]
        for key in keys:
            perform(SYSTEM, usecases.move_import, volunteer_import=key, move="start")
        session().close()
    in_processes(app, 2, lambda number: _work_on(keys[number]))
    with app.app_context():
        everybody_is_there_once(people)
        found = [queries.volunteer_import(SYSTEM, key) for key in keys]
        assert sum(each.entered for each in found) == sum(each.late for each in found) == people
