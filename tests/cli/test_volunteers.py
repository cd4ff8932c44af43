"""`flask volunteers import`: checked, done, repeated, resumed, refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_files as files
from tests.support import make_people as make
from timebank.kernel.db import session
from timebank.kernel.policy import SYSTEM
from timebank.volunteers.models import ImportRow, Volunteer, VolunteerImport

Cli = Callable[..., Result]
BAD = ("1", *files.person(1)[1:])


@pytest.fixture
def run(app: Flask, cli: Cli) -> Cli:
    with app.app_context():
        make.region_tree()

    def command(file: Path, *options: str, region: int = make.NORTH) -> Result:
        return cli("volunteers", "import", str(file), "--region", str(region), *options)

    return command


def counted(app: Flask, table: type[object]) -> int:
    with app.app_context():
        return session().scalar(select(func.count()).select_from(table)) or 0


def written(folder: Path, *rows: tuple[str, ...], encoding: str = "utf-8") -> Path:
    path = folder / "名单.csv"
    path.write_bytes(files.csv_bytes(rows, encoding=encoding))
    return path


def test_a_file_is_registered(app: Flask, run: Cli, tmp_path: Path) -> None:
    done = run(written(tmp_path, *files.people(3), encoding="gb18030"))
    assert done.exit_code == 0, done.output
    assert "3 rows, 3 ready, 0 faulty, 0 known, 3 entered, 0 late" in done.output
    assert counted(app, Volunteer) == 3


def test_check_registers_nobody_and_keeps_nothing(app: Flask, run: Cli, tmp_path: Path) -> None:
    done = run(written(tmp_path, files.person(0), BAD), "--check")
    assert done.exit_code == 0, done.output
    assert "1 ready, 1 faulty" in done.output
    assert "nobody registered" in done.output
    assert "line 3: Name:" in done.output
    assert (counted(app, Volunteer), counted(app, ImportRow)) == (0, 0)


def test_the_report_names_every_line(run: Cli, tmp_path: Path) -> None:
    report = tmp_path / "report.xlsx"
    done = run(written(tmp_path, BAD, files.person(0), files.person(0)), "--report", str(report))
    assert done.exit_code == 0, done.output
    sheet = openpyxl.load_workbook(report).active
    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["行", 2, 4]


def test_for_programs(run: Cli, tmp_path: Path) -> None:
    told = json.loads(run(written(tmp_path, *files.people(2)), "--json").stdout)
    assert {name: told[name] for name in ("status", "check", "rows", "entered")} == {
        "status": "done",
        "check": False,
        "rows": 2,
        "entered": 2,
    }


def test_the_same_file_again_changes_nothing(app: Flask, run: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, *files.people(2))
    run(file)
    again = run(file)
    assert again.exit_code == 0, again.output
    assert "2 known, 0 entered" in again.output
    assert counted(app, Volunteer) == 2


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_import_that_was_stopped_goes_on(app: Flask, run: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, *files.people(3))
    with app.app_context():
        files.checked(SYSTEM, file.read_bytes())
    assert run(file).exit_code == 0
    assert counted(app, VolunteerImport) == 1
    assert counted(app, Volunteer) == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no row in this file"),
        ("姓名\n张小山".encode(), "“Document number” is missing"),
        (b"PK\x03\x04", "cannot be read"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_cannot_be_read_is_said_in_a_sentence(
    run: Cli, tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    done = run(file)
    assert done.exit_code == 1
    assert sentence in done.stderr


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nothing_done_is_no_success(run: Cli, tmp_path: Path) -> None:
    done = run(written(tmp_path, BAD))
    assert (done.exit_code, "No row of the file could be taken" in done.stderr) == (1, True)
    unknown = run(written(tmp_path, files.person(0)), region=511199000000)
    assert (unknown.exit_code, "no such region" in unknown.stderr) == (1, True)
