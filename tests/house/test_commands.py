"""Every command that the README shows exists, with the options that it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo

from timebank.config import ROOT

FENCE = re.compile(r"```(?:\w*)\n(.*?)```", re.DOTALL)
STARTER = {"up", "test"}


def _shown(path: Path) -> Iterator[list[str]]:
    for block in FENCE.findall(path.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            yield shlex.split(line.removeprefix("$ "), comments=True)


def _commands(*program: str) -> list[list[str]]:
    lines = [words for path in sorted(ROOT.glob("README*.md")) for words in _shown(path)]
    return [words[len(program) :] for words in lines if tuple(words[: len(program)]) == program]


def _walk(app: Flask, group: click.Command, words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words lead to, and the words left over."""
    if not isinstance(group, click.Group) or not words:
        return group, words
    found = group.get_command(click.Context(group, obj=ScriptInfo(create_app=lambda: app)), words[0])
    assert found is not None, f"there is no command {words[0]!r}"
    return _walk(app, found, words[1:])


@pytest.mark.parametrize("words", _commands("flask"), ids=" ".join)
def test_the_service_has_the_command(
    make_app: Callable[..., Flask], tmp_path: Path, words: list[str]
) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'never-opened.db'}")
    command, rest = _walk(app, FlaskGroup(), words)
    known = {option for parameter in command.params for option in parameter.opts}
    asked = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert asked <= known


@pytest.mark.parametrize("words", _commands("python3", "-m", "timebank"), ids=" ".join)
def test_the_starter_has_the_command(words: list[str]) -> None:
    assert words[0] in STARTER
