"""A card before the camera of the gate's phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import browser as browsers
from tests.support import phones
from tests.support.gate_app import Gate, SwitchedOn, started, told, waiting

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
