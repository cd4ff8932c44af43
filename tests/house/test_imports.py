"""The floors and rooms of the house, kept by import-linter."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import need
from timebank.config import ROOT

PLANTED = [
    ("Floors: arrows point down", "regions.models", "timebank.volunteers.models"),
    ("Rooms inside a flat", "volunteers.rules", "timebank.volunteers.models"),
    ("Rules are pure", "ledger.rules", "sqlalchemy"),
    ("Flats do not know HTTP", "projects.rules", "flask"),
    ("Doors never touch tables", "web", "timebank.ledger.models"),
    ("Commands, worker and demonstration never touch tables", "cli", "timebank.ledger.models"),
    ("Only kernel.db knows flask_sqlalchemy", "kernel.ids", "flask_sqlalchemy"),
    ("Only the worker schedules", "web", "apscheduler"),
    ("Tables are private: projects", "attendance.models", "timebank.projects.models"),
]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [need.program("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the house in which everything has been done wrong."""
    copy = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__", "assets", "translations", "templates")
    shutil.copytree(ROOT / "timebank", copy / "timebank", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for _, importer, imported in PLANTED:
        _plant(copy / "timebank" / importer.replace(".", "/"), imported)
    (copy / "timebank" / "gossip.py").touch()
    done = _lint(copy)
    assert done.returncode != 0
    return done.stdout


def _plant(module: Path, imported: str) -> None:
    path = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"\nimport {imported}\n")


def test_the_house_keeps_its_contracts() -> None:
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("contract", "importer", "imported"), PLANTED)
def test_a_planted_violation_is_caught(report: str, contract: str, importer: str, imported: str) -> None:
    assert any(contract in line and "BROKEN" in line for line in report.splitlines()), report
    assert f"timebank.{importer} -> {imported}" in report


def test_a_package_without_a_floor_is_caught(report: str) -> None:
    assert "gossip" in report
