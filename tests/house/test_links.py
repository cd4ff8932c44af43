"""Every link in templates and doors leads to an address that exists, with the parts that address needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from timebank.config import ROOT

LINK = re.compile(r"""url_for\(\s*["']([\w.-]+)["']((?:[^()]|\([^()]*\))*)\)""")
NAME = re.compile(r"(\w+)=(?!=)")
SOURCES = sorted([*(ROOT / "timebank/web").rglob("*.html"), *(ROOT / "timebank/web").rglob("*.py")])


def links(path: Path) -> list[tuple[str, set[str]]]:
    text = path.read_text(encoding="utf-8")
    return [(endpoint, set(NAME.findall(rest))) for endpoint, rest in LINK.findall(text)]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_link_leads_somewhere(app: Flask) -> None:
    needed = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules()}
    broken = [
        f"{path.relative_to(ROOT)}: {endpoint} needs {sorted(needed.get(endpoint, {'an address'}))}"
        for path in SOURCES
        for endpoint, given in links(path)
        if endpoint not in needed or not needed[endpoint] <= given
    ]
    assert not broken, "\n".join(broken)
