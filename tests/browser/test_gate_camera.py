"""A card before the camera: the browser reads it where it can, else the decoder that came with the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.support import browser as browsers
from tests.support import detectors, phones
from tests.support.gate_app import Gate, SwitchedOn, started, told, waiting

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]


@pytest.mark.parametrize("on_line", [True, False])
def test_a_camera_reads_a_real_code(
    gate: Gate, switched_on: SwitchedOn, tmp_path: Path, on_line: bool
) -> None:
    film = phones.film_of_code(gate.codes["李秀英"], tmp_path / "card.mjpeg")
    context = switched_on(film=film)
    page = gate.opened(context)
    if not on_line:
        context.set_offline(True)
        page.reload()
        started(page)
    page.locator("[data-camera-button]").click()
    told(page, "accepted", "李秀英")
    assert browsers.barriers(page) == []
    page.locator("[data-camera-button]").click()
    if not on_line:
        assert gate.rows() == []
        context.set_offline(False)
        waiting(page, 0)
    assert gate.rows() == [("in", "accepted", None, None if on_line else "accepted")], "one card, one scan"


# --- the browser's own detector ---------------------------------------------------------------------

DECODER = "/static/vendor/zxing-wasm/reader/"


class Looking:
    """A phone whose browser has a detector of that kind, before a card; and what its page loaded."""

    def __init__(self, gate: Gate, context: BrowserContext, kind: str) -> None:
        context.add_init_script(detectors.script(kind))
        self.loaded: list[str] = []
        context.on("request", lambda request: self.loaded.append(request.url))
        self.page = gate.opened(context)
        self.loaded.clear()

    def own_files(self) -> set[str]:
        """The files of the decoder that the page itself has loaded; the detector's have another address."""
        parts = [urlsplit(address) for address in self.loaded]
        return {
            each.path.removeprefix(DECODER)
            for each in parts
            if each.path.startswith(DECODER) and not each.query
        }

    def seen(self) -> dict[str, object]:
        found: dict[str, object] = self.page.evaluate("window.detector")
        return found


@pytest.fixture
def looking(gate: Gate, switched_on: SwitchedOn, tmp_path: Path) -> Callable[[str], Looking]:
    film = phones.film_of_code(gate.codes["李秀英"], tmp_path / "card.mjpeg")
    return lambda kind: Looking(gate, switched_on(film=film), kind)


def reads_the_card(gate: Gate, page: Page) -> None:
    """The operator sees the verdict, and no word about how the card was read."""
    page.locator("[data-camera-button]").click()
    told(page, "accepted", "李秀英")
    assert page.locator("[data-camera-note]").is_hidden()
    assert page.locator("[data-notice]").is_hidden()
    assert page.locator("[data-camera-button]").inner_text() == "关闭摄像头"
    page.locator("[data-camera-button]").click()
    assert gate.rows() == [("in", "accepted", None, None)]


def says_who_reads(gate: Gate, page: Page, name: str) -> None:
    page.goto(f"{gate.path}/ready")
    page.locator("[data-ready][data-looked]").wait_for()
    row = page.locator("[data-check=decoder]")
    assert row.get_attribute("data-state") == "yes"
    assert name in row.inner_text()


def test_a_browser_that_reads_codes_is_asked_to(gate: Gate, looking: Callable[[str], Looking]) -> None:
    phone = looking("works")
    reads_the_card(gate, phone.page)
    seen = phone.seen()
    assert set(seen["codes"]) == {gate.codes["李秀英"]}
    assert phone.own_files() == set(), "the page needs no decoder of its own"
    says_who_reads(gate, phone.page, "BarcodeDetector")
    assert phone.own_files() == set()


@pytest.mark.parametrize("kind", [kind for kind in detectors.KINDS if kind != "works"])
def test_where_the_browser_fails_the_decoder_reads(
    gate: Gate, looking: Callable[[str], Looking], kind: str
) -> None:
    phone = looking(kind)
    reads_the_card(gate, phone.page)
    seen = phone.seen()
    assert seen["codes"] == []
    assert phone.own_files() == {"index.js", "zxing_reader.wasm"}
    tried = {"unserved": 1, "breaks": 5}.get(kind, 0)
    assert seen["detections"] == tried, "a detector that failed is not asked again"
    if kind != "breaks":
        says_who_reads(gate, phone.page, "zxing-wasm")
