"""Every lesson of `docs/lessons.md` names tests, and each of them exists."""

from __future__ import annotations

import re

from timebank.config import ROOT

LINE = re.compile(r"^\| (\d+) \|.*\|$", re.MULTILINE)
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def test_each_lesson_is_kept_by_tests_that_exist() -> None:
    lines = {
        int(found[1]): found[0] for found in LINE.finditer((ROOT / "docs" / "lessons.md").read_text("utf-8"))
    }
    assert list(lines) == list(range(1, 31))
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in DEFINED.findall(path.read_text("utf-8"))
    }
    kept = {number: NAMED.findall(line) for number, line in lines.items()}
    assert [number for number, names in kept.items() if not names] == []
    assert {name for names in kept.values() for name in names} - defined == set()
