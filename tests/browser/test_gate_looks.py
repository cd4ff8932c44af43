"""No page of the gate keeps anybody out: both widths, both languages, both views."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.gate_app import STRANGER, Gate, SwitchedOn, fits, scanned, started, told

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]


@pytest.mark.parametrize("view", ["normal", "elder"])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_the_gate_keeps_anybody_out(
    gate: Gate, switched_on: SwitchedOn, width: int, locale: str, view: str
) -> None:
    context = switched_on(width=width, locale=locale)
    page = gate.opened(context)
    if view == "elder":
        _elder(gate, page)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    fits(page)
    context.set_offline(True)
    scanned(page, STRANGER)
    told(page, "provisional")
    scanned(page, gate.codes["张大山"])
    told(page, "accepted")
    gate.cancel("张大山")
    fits(page)
    context.set_offline(False)
    page.locator("[data-list=decide] li").wait_for()
    fits(page)
    for path in ("people", "waiting", "scans", "ready"):
        page.goto(f"{gate.path}/{path}")
        if path == "ready":
            page.locator("[data-ready][data-looked]").wait_for()
        fits(page)
    page.goto(f"{gate.live.address}/organize/teams/{gate.event.organization}/devices")
    fits(page)
    context.set_offline(True)
    for path in ("", "/ready"):
        page.goto(f"{gate.path}{path}")
        started(page)
        fits(page)


def _elder(gate: Gate, page: Page) -> None:
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    page.evaluate(
        """async (token) => {
            const body = new URLSearchParams({name: "view", value: "elder"});
            await fetch("/preferences", {method: "POST", body, headers: {"X-CSRFToken": token}});
        }""",
        token,
    )
    page.goto(gate.path)
    started(page)
    assert page.locator("html").get_attribute("data-view") == "elder"
