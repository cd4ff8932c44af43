"""One style, kept by ruff."""

from __future__ import annotations

import subprocess

import pytest

from tests.support import need
from timebank.config import ROOT

FOLDERS = ["timebank", "tests", "migrations", "benchmarks", "wsgi.py"]


@pytest.mark.parametrize("command", [("check",), ("format", "--check")])
def test_ruff_finds_nothing(command: tuple[str, ...]) -> None:
    folders = [name for name in FOLDERS if (ROOT / name).exists()]
    done = subprocess.run(
        [need.program("ruff"), *command, *folders], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
