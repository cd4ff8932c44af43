"""Tools that a machine may lack: a test that needs one says so and is skipped.

With TIMEBANK_REQUIRE_ALL=1 every skip counts as a failure (see `tests/conftest.py`).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

INSTALL = "run `python3 -m timebank test`, or `pip install -r tests/requirements.txt`"


def require_all() -> bool:
    return os.environ.get("TIMEBANK_REQUIRE_ALL") == "1"


def module(name: str) -> ModuleType:
    """Import a Python package of the test requirements."""
    loaded: ModuleType = pytest.importorskip(name, reason=f"{name} is not installed: {INSTALL}")
    return loaded


def program(name: str) -> str:
    """The path of a command of the test requirements, first beside this Python."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: {INSTALL}")
    return found
