"""Every event that the code emits has words, and so has everything it tells: people read the trail."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from timebank.config import ROOT
from timebank.web.kit.words import WORDS, event_words
from timebank.wiring import SUBSCRIPTIONS

NAME = re.compile(r"[a-z_]+\.[a-z_]+")
EMITTERS = ("emit", "emit_each")

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in EMITTERS:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "work":
                yield node


def _emitting() -> Iterator[tuple[Path, ast.Module, list[ast.Call]]]:
    for path in sorted((ROOT / "timebank").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if calls := list(_calls(tree)):
            yield path, tree, calls


def _names() -> set[str]:
    """What is emitted by name, and in a module that works a name out, everything that looks like one."""
    found: set[str] = set()
    for _, tree, calls in _emitting():
        direct = [call.args[0] for call in calls]
        found |= {str(arg.value) for arg in direct if isinstance(arg, ast.Constant)}
        if not all(isinstance(arg, ast.Constant) for arg in direct):
            texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
            found |= {text for text in texts if isinstance(text, str) and NAME.fullmatch(text)}
    return found


def _told() -> set[str]:
    """The names under which events tell numbers and ids."""
    found: set[str] = set()
    for _, _, calls in _emitting():
        for call in calls:
            found |= {keyword.arg for keyword in call.keywords if keyword.arg}
            dicts = [node for arg in call.args[1:] for node in ast.walk(arg) if isinstance(node, ast.Dict)]
            found |= {str(key.value) for each in dicts for key in each.keys if isinstance(key, ast.Constant)}
    return found


def test_every_event_has_words(app: Flask) -> None:
    names = _names()
    assert len(names) > 20
    assert names | set(SUBSCRIPTIONS) <= set(event_words()), (
        "add them to a group `…_event` of the area's words"
    )


def test_an_event_has_one_word(app: Flask) -> None:
    groups = [code for group, words in WORDS.items() if group.endswith("_event") for code in words]
    assert len(groups) == len(set(groups))


def test_what_an_event_is_about_has_a_word(app: Flask) -> None:
    about = {name.partition(".")[0] for name in event_words()}
    assert about <= set(WORDS["event_subject"]), "add it to `event_subject` in web/audit/words.py"


def test_everything_an_event_tells_has_words(app: Flask) -> None:
    told = _told()
    assert {"minutes", "region"} <= told
    assert told <= set(WORDS["event_datum"]), "add them to `event_datum` in web/audit/words.py"
