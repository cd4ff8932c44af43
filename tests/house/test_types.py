"""Every function says its types, and they agree."""

from __future__ import annotations

import subprocess

from tests.support import need
from timebank.config import ROOT


def test_mypy_strict_finds_nothing() -> None:
    done = subprocess.run([need.program("mypy"), "--strict"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
