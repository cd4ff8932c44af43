"""A real Chromium for tests, and axe to look for barriers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import need

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
HINT = "Chromium is not installed: run `apt install chromium fonts-noto-cjk`, or set TIMEBANK_CHROMIUM"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def chromium_path() -> str | None:
    """The browser given by TIMEBANK_CHROMIUM, or the one installed."""
    given = os.environ.get("TIMEBANK_CHROMIUM")
    if given:
        return given if Path(given).exists() else None
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def running_browser(*flags: str) -> Iterator[Browser]:
    """A headless Chromium; skips the test where there is none. `flags` are added to the usual ones."""
    api = need.module("playwright.sync_api")
    path = chromium_path()
    if path is None:
        pytest.skip(HINT)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *sandbox, *flags])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched_page(browser: Browser, width: int = 1280, locale: str = "zh-CN") -> Iterator[Page]:
    """A page of a new visitor. Fails at the end when a script failed or the security policy was broken."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, locale=locale, timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: _note_policy(message.text, troubles))
    try:
        yield page
    finally:
        context.close()
    assert not troubles, troubles


def _note_policy(text: str, troubles: list[str]) -> None:
    if "Content Security Policy" in text:
        troubles.append(text)


@dataclass(frozen=True)
class Barrier:
    """Something axe found that keeps somebody out."""

    rule: str
    impact: str
    help: str
    places: tuple[str, ...]


def barriers(page: Page, exclude: tuple[str, ...] = ()) -> list[Barrier]:
    """What axe finds against WCAG 2.2 AA on the page as it stands, once it is there with its styles."""
    page.wait_for_load_state()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async ([rules, exclude]) => {
            const scope = exclude.length ? {exclude: exclude.map(each => [each])} : document;
            const result = await axe.run(scope, {runOnly: rules, resultTypes: ["violations"]});
            return result.violations.map(each => [
                each.id, each.impact || "", each.help, each.nodes.map(node => node.target.join(" ")),
            ]);
        }""",
        [RULES, list(exclude)],
    )
    return [Barrier(rule, impact, text, tuple(places)) for rule, impact, text, places in found]
