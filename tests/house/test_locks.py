"""The locks: exact, hashed, in step with what they were made from, and free of any host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from timebank.config import ROOT

RUN = ROOT / "requirements.txt"
TESTS = ROOT / "tests" / "requirements.txt"
LOCKS = [RUN, TESTS]
ONE = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s\\;]+)", re.MULTILINE | re.IGNORECASE)


def _pins(path: Path) -> dict[str, str]:
    return {name.lower().replace("_", "-"): version for name, version in ONE.findall(path.read_text())}


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_the_lock_holds_what_it_was_made_from(lock: Path) -> None:
    asked = _pins(lock.with_suffix(".in"))
    assert asked.items() <= (_pins(RUN) | _pins(lock)).items()


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_every_requirement_has_a_hash(lock: Path) -> None:
    blocks = re.split(r"\n(?=\S)", lock.read_text())
    assert [block for block in blocks if ONE.match(block) and "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("path", [*LOCKS, *(lock.with_suffix(".in") for lock in LOCKS)], ids=str)
def test_no_host_or_folder_is_named(path: Path) -> None:
    assert re.search(r"://|--(extra-)?index-url|--find-links\s|^-f ", path.read_text(), re.MULTILINE) is None


def test_both_locks_agree() -> None:
    run, tests = _pins(RUN), _pins(TESTS)
    assert {name: tests[name] for name in run.keys() & tests.keys()} == {
        name: run[name] for name in run.keys() & tests.keys()
    }
