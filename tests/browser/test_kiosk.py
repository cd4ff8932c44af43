"""A tablet at the door: people check in by themselves, nobody is signed in on it, and it names nobody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import phones
from tests.support.gate_app import STRANGER, Gate, SwitchedOn, fits, scanned, started, told, turned
from timebank.attendance.rules import DeviceKind

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]

KEPT = """
async () => {
    const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await done(indexedDB.open("timebank-gate"));
    const found = {};
    for (const name of database.objectStoreNames) {
        found[name] = await done(database.transaction(name).objectStore(name).getAll());
    }
    database.close();
    return found;
}
"""


def made(gate: Gate, context: BrowserContext) -> Page:
    """The device in hand as a kiosk of the gate."""
    gate.sign_in(context)
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(f"{gate.path}/kiosk")
    started(page)
    page.get_by_role("button", name="设为自助签到机并退出登录").click()
    page.locator(".gate-kiosk").wait_for()
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def kept(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(KEPT)
    return found


def test_people_check_in_by_themselves(gate: Gate, switched_on: SwitchedOn, tmp_path: Path) -> None:
    film = phones.film_of_code(gate.codes["李秀英"], tmp_path / "card.mjpeg")
    page = made(gate, switched_on(film=film, width=1280))
    told(page, "accepted", "李*英")
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周*川")
    told(page, "none")
    assert "周*川" not in page.locator("main").inner_text(), "seen for a moment only"
    assert {row[:2] for row in gate.rows()} == {("in", "accepted")}
    assert "小川" not in str(kept(page)), "no name is on the device"
    page.goto(f"{gate.live.address}/organize")
    assert "/sign-in" in page.url, "nobody is signed in on it"


def test_a_camera_that_goes_away_comes_back_by_itself(
    gate: Gate, switched_on: SwitchedOn, tmp_path: Path
) -> None:
    film = phones.film_of_code(gate.codes["李秀英"], tmp_path / "card.mjpeg")
    page = made(gate, switched_on(film=film))
    told(page, "accepted", "李*英")
    page.evaluate(
        """() => {
            const [track] = document.querySelector("[data-video]").srcObject.getVideoTracks();
            track.stop();
            track.dispatchEvent(new Event("ended"));
        }"""
    )
    page.locator("[data-camera]").wait_for(state="hidden")
    page.locator("[data-camera-note]").filter(has_text="摄像头已关闭").wait_for()
    page.locator("[data-camera]").wait_for()
    page.wait_for_function("document.querySelector('[data-video]').srcObject?.active")
    assert page.locator("[data-camera-note]").is_hidden()


def test_it_goes_on_without_a_network(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page = made(gate, context)
    context.set_offline(True)
    page.reload()
    started(page)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周*川")
    scanned(page, STRANGER)
    told(page, "provisional", "请询问现场工作人员")
    turned(page, "out")
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周*川")
    page.goto(gate.path)
    started(page)
    assert page.locator(".gate-kiosk").count() == 1, "whatever address is opened, it stays a kiosk"
    context.set_offline(False)
    page.locator("[data-line-words]").filter(has_text="已联网").wait_for()
    page.wait_for_function("document.querySelector('[data-line]').classList.contains('is-off') === false")
    assert [row[:2] for row in gate.rows()] == [("in", "accepted"), ("in", "refused"), ("out", "accepted")]


def test_what_the_gate_kept_there_before_is_gone(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    desk = gate.opened(context)
    context.new_page()
    context.pages[0], other = context.pages
    other.goto(f"{gate.path}/kiosk")
    started(other)
    other.get_by_role("button", name="设为自助签到机并退出登录").click()
    other.locator(".gate-kiosk").wait_for()
    desk.get_by_text("本机数据已全部清除").wait_for()
    assert "周小川" not in desk.locator("main").inner_text()
    assert [each.get("kind") for each in kept(other)["devices"]] == ["kiosk"]
    before = {card.kind: card for card in gate.phones()}
    assert before[DeviceKind.DESK].wiped_at is not None
    assert before[DeviceKind.KIOSK].revoked_at is None


def test_scans_that_were_not_sent_keep_a_phone_what_it_is(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.route("**/scans", lambda route: route.abort())
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    page.goto(f"{gate.path}/kiosk")
    started(page)
    page.get_by_role("button", name="设为自助签到机并退出登录").click()
    page.locator("[data-kiosk-note]").filter(has_text="尚未上传").wait_for()
    assert [card.kind for card in gate.phones()] == [DeviceKind.DESK]
    assert len(kept(page)["queue"]) == 1


def test_an_organizer_ends_it_by_signing_in(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page = made(gate, context)
    href = page.locator("[data-kiosk-end]").get_attribute("href") or ""
    page.goto(f"{gate.live.address}{href}")
    assert "/sign-in" in page.url
    gate.sign_in(context)
    page.goto(gate.path)
    started(page)
    page.locator("#gate-text").fill("周小")
    page.locator("[data-found]").get_by_text("周小川").wait_for()
    assert page.locator(".gate-kiosk").count() == 0
    assert {card.kind: card.wiped_at is not None for card in gate.phones()} == {
        DeviceKind.DESK: False,
        DeviceKind.KIOSK: True,
    }


def test_a_kiosk_that_is_stopped_empties_itself(gate: Gate, switched_on: SwitchedOn) -> None:
    page = made(gate, switched_on())
    gate.revoke()
    scanned(page, gate.codes["周小川"])
    page.locator("[data-gate][data-wiped]").wait_for()
    assert gate.phones()[0].wiped_at is not None
    assert gate.rows() == []


def looked_at(page: Page) -> None:
    """In the usual and in the elder view."""
    for view in ("elder", "normal"):
        page.evaluate("view => { document.documentElement.dataset.view = view }", view)
        fits(page)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_the_kiosk_keeps_anybody_out(
    gate: Gate, switched_on: SwitchedOn, width: int, locale: str
) -> None:
    context = switched_on(width=width, locale=locale)
    gate.sign_in(context)
    page = context.pages[0]
    page.goto(f"{gate.path}/kiosk")
    started(page)
    looked_at(page)
    page.locator("[data-kiosk-setup] button").click()
    page.locator(".gate-kiosk").wait_for()
    looked_at(page)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    looked_at(page)
