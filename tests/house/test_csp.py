"""Pages obey a security policy without inline script or style, and load nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from timebank.config import ROOT

TEMPLATES = sorted((ROOT / "timebank").rglob("templates/**/*.html"))
SCRIPTS = sorted(path for path in (ROOT / "static").rglob("*.js") if "vendor" not in path.parts)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)

IN_TEMPLATES = {
    "an inline script": r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/(ld\+)?json[\"'])[^>]*>",
    "a style element": r"<style\b",
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "an event attribute": r"<[^>]*\son[a-z]+\s*=",
    "a javascript: address": r"javascript:",
    "something from elsewhere": r"\b(src|srcset|action)\s*=\s*[\"']?(https?:)?//",
    "a style or icon from elsewhere": r"<link[^>]*href=[\"'](https?:)?//",
}
IN_SCRIPTS = {
    "code from text": r"\beval\s*\(|\bnew\s+Function\b|document\.write\b",
    "a style attribute": r"setAttribute\(\s*[\"']style[\"']",
    "something from elsewhere": r"(?:import|fetch|importScripts)\s*\(?\s*[\"'](?:https?:)?//",
}


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _found(path: Path, patterns: dict[str, str]) -> list[str]:
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    return [name for name, pattern in patterns.items() if re.search(pattern, text, re.IGNORECASE)]


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_templates_hold_nothing_the_policy_refuses(path: Path) -> None:
    assert _found(path, IN_TEMPLATES) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=_named)
def test_scripts_hold_nothing_the_policy_refuses(path: Path) -> None:
    assert _found(path, IN_SCRIPTS) == []
