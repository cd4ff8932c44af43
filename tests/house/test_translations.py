"""Every sentence is there in Chinese and in English, with the same blanks in both."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from timebank.config import ROOT

FOLDER = ROOT / "timebank" / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
TEMPLATES = sorted((ROOT / "timebank").rglob("templates/**/*.*"))
SCRIPTS = sorted(path for path in (ROOT / "static").rglob("*.js") if "vendor" not in path.parts)
BLANK = re.compile(r"%\((\w+)\)[sd]")
CHINESE = re.compile(r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]+")
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/", re.DOTALL)
OWN_NAMES = {"中文", "简体中文"}
"""A language is offered under its own name whatever language the page is in."""

MessageId = str | tuple[str, ...]


@cache
def _sentences() -> frozenset[MessageId]:
    """Every sentence marked in code and templates, as `pybabel extract -F pyproject.toml .` finds them."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(each["pattern"], each["method"]) for each in mappings]
    options = {
        each["pattern"]: {name: value for name, value in each.items() if name not in ("pattern", "method")}
        for each in mappings
    }
    found = extract_from_dir(str(ROOT), methods, options, KEYWORDS, directory_filter=_is_source)
    return frozenset(message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found)


def _is_source(folder: str) -> bool:
    return not Path(folder).name.startswith(".") and Path(folder).name not in ("tests", "instance", "static")


@cache
def _catalog() -> Catalog:
    with open(FOLDER / "messages.po", "rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def _parts(text: str | Sequence[str | None] | None) -> tuple[str, ...]:
    """The forms of a sentence, one or (with a plural) several."""
    return (text or "",) if isinstance(text, str | None) else tuple(part or "" for part in text)


def _messages() -> list[Message]:
    return [message for message in _catalog() if message.id]


def test_every_sentence_has_its_chinese() -> None:
    known = {m.id for m in _messages() if all(_parts(m.string)) and not m.fuzzy}
    assert sorted(map(str, _sentences() - known)) == []


def test_no_translation_is_left_over() -> None:
    assert sorted(str(m.id) for m in _messages() if m.id not in _sentences()) == []


def test_the_blanks_are_the_same() -> None:
    wrong = [
        (message.id, text)
        for message in _messages()
        for text in _parts(message.string)
        if text and set(BLANK.findall(text)) != set(BLANK.findall(_parts(message.id)[-1]))
    ]
    assert wrong == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with open(FOLDER / "messages.mo", "rb") as file:
        compiled = {_parts(message.id): _parts(message.string) for message in read_mo(file) if message.id}
    written = {_parts(m.id): _parts(m.string) for m in _messages() if all(_parts(m.string)) and not m.fuzzy}
    assert compiled == written


@pytest.mark.parametrize("path", TEMPLATES + SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_hold_no_bare_chinese(path: Path) -> None:
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    assert [found for found in CHINESE.findall(text) if found not in OWN_NAMES] == []
