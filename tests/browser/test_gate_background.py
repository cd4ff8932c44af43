"""The gate's page is closed, or the phone was off: the worker sends what waits, and it counts once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import phones
from tests.support.background import WITHOUT, Lying
from tests.support.clock import FakeClock
from tests.support.gate_app import STRANGER, Gate, SwitchedOn, scanned, started, told, waiting
from timebank.attendance.models import Scan
from timebank.kernel.db import session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]

ARRIVED = [("in", "accepted", None, "accepted"), ("in", "refused", "unknown", "provisional")]


def left_behind(gate: Gate, context: BrowserContext) -> Lying:
    """Two scans without a network, and then the page is closed."""
    page = gate.opened(context)
    lying = Lying(gate, context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    scanned(page, STRANGER)
    told(page, "provisional")
    waiting(page, 2)
    page.close()
    return lying


def test_what_waits_is_sent_when_the_network_returns(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    lying = left_behind(gate, context)
    lying.page.wait_for_timeout(500)
    assert gate.rows() == []
    context.set_offline(False)
    lying.eventually(lambda: len(gate.rows()) == 2, "the scans to be sent without a page")
    assert gate.rows() == ARRIVED
    page = context.new_page()
    page.goto(gate.path)
    started(page)
    waiting(page, 0)
    assert page.locator("[data-list=last] li").count() == 2
    page.locator("[data-count=inside]").filter(has_text="1").wait_for()


def test_a_phone_that_is_switched_on_again_sends_by_itself(
    gate: Gate, chromium: Browser, tmp_path: Path
) -> None:
    with phones.phone(chromium, tmp_path / "phone") as context:
        left_behind(gate, context)
    with phones.phone(chromium, tmp_path / "phone") as context:
        lying = Lying(gate, context)
        lying.eventually(lambda: len(gate.rows()) == 2, "the scans to be sent after the restart")
    assert gate.rows() == ARRIVED


def sent_at(request: Request) -> datetime:
    return datetime.fromisoformat(request.post_data_json["sent_at"])


def test_the_phones_clock_is_told_when_the_worker_sends(
    gate: Gate, switched_on: SwitchedOn, clock: FakeClock
) -> None:
    """The phone's clock is five minutes slow: the times move, as they do when the page sends."""
    context = switched_on()
    lying = left_behind(gate, context)
    clock.advance(minutes=5)
    began = lying.page.evaluate("Date.now()") / 1000
    context.set_offline(False)
    lying.eventually(lambda: len(gate.rows()) == 2, "the scans to be sent")
    (upload,) = lying.uploads
    assert sent_at(upload).timestamp() >= began
    moved = gate.ask(lambda: [row.happened_at - row.scanned_at for row in session().query(Scan)])
    assert all(timedelta(minutes=4) < each < timedelta(minutes=5) for each in moved), moved


def test_what_does_not_come_through_is_sent_the_next_time(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    context.route("**/scans", lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}))
    lying = left_behind(gate, context)
    context.set_offline(False)
    lying.eventually(lambda: lying.uploads, "a first attempt")
    lying.page.wait_for_timeout(200)
    context.unroute("**/scans")
    assert gate.rows() == []
    lying.woken()
    lying.eventually(lambda: len(gate.rows()) == 2, "a second attempt")
    assert gate.rows() == ARRIVED


# --- two at once ------------------------------------------------------------------------------------


class Held:
    """Uploads do not reach the server until they are released."""

    def __init__(self, context: BrowserContext) -> None:
        self.routes: list[Route] = []
        self.is_released = False
        context.route("**/scans", self._hold)

    def _hold(self, route: Route) -> None:
        self.routes.append(route)
        if self.is_released:
            route.continue_()

    def release(self) -> None:
        self.is_released = True
        for route in list(self.routes):
            route.continue_()

    def senders(self) -> list[str]:
        return ["worker" if route.request.service_worker else "page" for route in self.routes]


def open_with_scans(gate: Gate, context: BrowserContext) -> tuple[Page, Lying, Held]:
    """A page with two scans that wait, its network back, and the first upload on its way."""
    page = gate.opened(context)
    lying = Lying(gate, context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    scanned(page, STRANGER)
    told(page, "provisional")
    held = Held(context)
    context.set_offline(False)
    lying.eventually(lambda: held.routes, "an upload")
    return page, lying, held


def test_page_and_worker_send_one_after_the_other(gate: Gate, switched_on: SwitchedOn) -> None:
    page, lying, held = open_with_scans(gate, switched_on())
    for _ in range(3):
        lying.woken()
        page.evaluate("dispatchEvent(new Event('online'))")
    lying.page.wait_for_timeout(1000)
    assert len(held.routes) == 1, "the other one waits"
    held.release()
    waiting(page, 0)
    assert gate.rows() == ARRIVED
    lying.woken()
    lying.page.wait_for_timeout(500)
    assert len(lying.uploads) == 1, "nothing is left to be sent"
    assert page.locator("[data-list=last] li").count() == 2


def test_sent_twice_at_once_it_counts_once(gate: Gate, switched_on: SwitchedOn) -> None:
    """Where the browser has no locks."""
    context = switched_on()
    context.add_init_script("delete Navigator.prototype.locks")
    page, lying, held = open_with_scans(gate, context)
    lying.woken()
    page.evaluate("dispatchEvent(new Event('online'))")
    lying.eventually(lambda: {"page", "worker"} <= set(held.senders()), "both to send")
    held.release()
    waiting(page, 0)
    lying.page.wait_for_timeout(500)
    assert gate.rows() == ARRIVED
    assert len(lying.uploads) > 1
    assert page.locator("[data-list=last] li").count() == 2
    assert page.locator("[data-list=stuck] li").count() == 0


def open_and_cut_off(gate: Gate, context: BrowserContext) -> tuple[Page, Lying]:
    """A page with one scan that waits; it itself will not reach the server, only the worker."""
    page = gate.opened(context)
    lying = Lying(gate, context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    # In the page, not by a route: a request that its worker passes on may slip through the routes.
    page.evaluate("void (window.fetch = () => Promise.reject(new TypeError('cut off')))")
    return page, lying


def test_an_open_page_shows_what_the_worker_has_sent(gate: Gate, switched_on: SwitchedOn) -> None:
    """The page itself does not come through; it hears from the worker what is to be decided."""
    context = switched_on()
    page, lying = open_and_cut_off(gate, context)
    gate.cancel("周小川")
    context.set_offline(False)
    lying.woken()
    page.locator("[data-list=decide] li").filter(has_text="周小川").wait_for()
    waiting(page, 0)
    assert gate.rows() == [("in", "provisional", "not-registered", "accepted")]


# --- whose phone it is ------------------------------------------------------------------------------


def test_the_worker_empties_a_phone_that_was_revoked(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    lying = left_behind(gate, context)
    gate.revoke()
    context.set_offline(False)
    lying.eventually(lambda: gate.phones()[0].wiped_at, "the phone to say that it is empty")
    lying.eventually(lambda: lying.kept() == [0, 0, 0], "the emptied database to be gone")
    assert gate.rows() == []
    lying.page.goto(gate.path)
    assert "/sign-in" in lying.page.url, "the session on the phone is over too"


def test_a_page_that_is_open_meanwhile_shows_nobody_any_more(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page, lying = open_and_cut_off(gate, context)
    gate.revoke()
    context.set_offline(False)
    lying.woken()
    page.get_by_text("本机数据已全部清除").wait_for()
    lying.eventually(lambda: gate.phones()[0].wiped_at, "the phone to say that it is empty")
    assert page.get_by_text("周小川").count() == 0
    lying.eventually(lambda: lying.kept() == [0, 0, 0], "the emptied database to be gone")


def test_a_token_that_ran_out_leaves_the_scans_for_who_signs_in(
    gate: Gate, switched_on: SwitchedOn, clock: FakeClock
) -> None:
    context = switched_on()
    lying = left_behind(gate, context)
    clock.advance(days=400)
    with context.expect_event("response", lambda each: each.url.endswith("/scans")) as answered:
        context.set_offline(False)
    assert answered.value.status == 401
    lying.page.wait_for_timeout(500)
    page = context.new_page()
    page.goto(gate.path)
    started(page)
    waiting(page, 2)
    assert gate.rows() == []


def test_a_phone_without_a_gate_keeps_nothing(gate: Gate, switched_on: SwitchedOn) -> None:
    """Whatever the browser still remembers, the worker makes nothing anew."""
    context = switched_on()
    page = gate.opened(context)
    lying = Lying(gate, context)
    page.close()
    lying.page.evaluate("new Promise((done) => (indexedDB.deleteDatabase('timebank-gate').onsuccess = done))")
    lying.woken()
    lying.page.wait_for_timeout(500)
    assert lying.kept()[0] == 0


@pytest.mark.parametrize(("before", "words"), [("", "关闭本页后"), (WITHOUT, "只在本页打开时")])
def test_the_look_through_says_whether_a_closed_page_sends(
    gate: Gate, switched_on: SwitchedOn, before: str, words: str
) -> None:
    context = switched_on()
    context.add_init_script(before)
    page = gate.opened(context)
    page.goto(f"{gate.path}/ready")
    page.locator("[data-ready][data-looked]").wait_for()
    assert words in page.locator("[data-check=worker]").inner_text()
