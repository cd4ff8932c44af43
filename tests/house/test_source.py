"""Rules of the house that no tool of others knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from timebank.config import ROOT

PRODUCT = sorted((ROOT / "timebank").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
ROOMS = sorted([*ROOT.glob("timebank/*/usecases.py"), *ROOT.glob("timebank/*/queries.py")])
LONGEST = 60
CLOCK = ROOT / "timebank" / "kernel" / "clock.py"
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
STOPWATCHES = {"time.time", "time.monotonic", "time.perf_counter", "time.process_time", "mark.timeout"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _attributes(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The last two names of every dotted one, as `datetime.now`, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            yield f"{name}.{node.attr}", node.lineno


@pytest.mark.parametrize("path", [path for path in PRODUCT if path != CLOCK], ids=_named)
def test_the_clock_is_read_in_one_place(path: Path) -> None:
    assert [found for found in _attributes(_tree(path)) if found[0] in CLOCKS] == []


@pytest.mark.parametrize("path", [p for p in TESTS if "support" not in p.parts], ids=_named)
def test_no_test_races_against_a_stopwatch(path: Path) -> None:
    assert [found for found in _attributes(_tree(path)) if found[0] in STOPWATCHES] == []


@pytest.mark.parametrize("path", [*PRODUCT, *TESTS], ids=_named)
def test_functions_are_short(path: Path) -> None:
    lengths = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in _functions(_tree(path))}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize("path", ROOMS, ids=_named)
def test_usecases_and_queries_say_what_they_do(path: Path) -> None:
    public = [node for node in _tree(path).body if isinstance(node, Function) and node.name[0] != "_"]
    assert [function.name for function in public if not ast.get_docstring(function)] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("timebank/*/usecases.py")), ids=_named)
def test_what_changes_something_takes_work_first(path: Path) -> None:
    public = [node for node in _tree(path).body if isinstance(node, Function) and node.name[0] != "_"]
    assert [f.name for f in public if not f.args.args or f.args.args[0].arg != "work"] == []
