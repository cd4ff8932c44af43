"""Every command that the README shows exists, with the options that it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo

from timebank.config import ROOT

SHOWN = re.compile(
    r"(?:^|`)(?:\$ )?(?:[A-Z_]+=\S+ )*(flask [a-z][^`\n]*|python3 -m timebank[^`\n]*)", re.MULTILINE
)
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
STARTER = {"up", "test"}


def _commands(*program: str) -> list[list[str]]:
    """What the README and its Chinese sister show after a program's name, in blocks and in sentences."""
    pages = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("README*.md"))]
    lines = [shlex.split(line, comments=True) for page in pages for line in SHOWN.findall(page)]
    unique = {
        tuple(words[len(program) :]): None for words in lines if tuple(words[: len(program)]) == program
    }
    return [list(words) for words in unique]


def _walk(app: Flask, group: click.Command, words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words lead to, and the words left over."""
    if not isinstance(group, click.Group) or not words:
        return group, words
    with click.Context(group, obj=ScriptInfo(create_app=lambda: app)) as context:
        found = group.get_command(context, words[0])  # pushes a context, which goes with this one
    assert found is not None, f"there is no command {words[0]!r}"
    return _walk(app, found, words[1:])


@pytest.mark.parametrize("words", _commands("flask"), ids=" ".join)
def test_the_service_has_the_command(
    make_app: Callable[..., Flask], tmp_path: Path, words: list[str]
) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'never-opened.db'}")
    command, rest = _walk(app, FlaskGroup(), words)
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(OPTION.findall(" ".join(rest))) <= known


@pytest.mark.parametrize("words", _commands("python3", "-m", "timebank"), ids=" ".join)
def test_the_starter_has_the_command(words: list[str]) -> None:
    assert words[0] in STARTER


def test_the_readme_shows_both_starting_commands() -> None:
    assert {words[0] for words in _commands("python3", "-m", "timebank")} == STARTER
