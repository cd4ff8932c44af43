"""The gate without a network: scans are kept, arrive once, and are decided where the server would refuse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import browser as browsers
from tests.support import phones
from tests.support.background import WITHOUT
from tests.support.gate_app import STRANGER, Gate, SwitchedOn, scanned, started, told, turned, waiting
from timebank.attendance.rules import Direction
from timebank.attendance.usecases import ScanInput, scan_batch
from timebank.kernel.work import perform

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]

FULL = """() => {
    window.add = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = () => { throw new DOMException("", "QuotaExceededError"); };
}"""
"""As storage answers when it is full; Chromium holds no database to the quota that a test sets."""


def test_scans_outlive_reload_and_restart_and_arrive_once(
    gate: Gate, chromium: Browser, tmp_path: Path
) -> None:
    """The page alone does it, where the browser does not send in the background."""
    with phones.phone(chromium, tmp_path / "phone") as context:
        context.add_init_script(WITHOUT)
        page = gate.opened(context)
        assert page.evaluate("navigator.serviceWorker.controller.scriptURL").endswith("/gate/worker.js")
        context.set_offline(True)
        scanned(page, gate.codes["周小川"])
        told(page, "accepted", "周小川")
        scanned(page, gate.codes["周小川"])
        told(page, "repeated", "周小川")
        page.reload()
        started(page)
        waiting(page, 2)
        scanned(page, STRANGER)
        told(page, "provisional")
        waiting(page, 3)
        assert browsers.barriers(page) == []
    with phones.phone(chromium, tmp_path / "phone") as context:
        context.add_init_script(WITHOUT)
        context.set_offline(True)
        page = context.pages[0]
        page.goto(gate.path)
        started(page)
        waiting(page, 3)
        turned(page, "out")
        scanned(page, gate.codes["周小川"])
        told(page, "accepted", "签退成功")
        assert gate.rows() == [], "nothing has arrived yet"
        context.set_offline(False)
        waiting(page, 0)
    assert gate.rows() == [
        ("in", "accepted", None, "accepted"),
        ("in", "repeated", "already-in", "repeated"),
        ("in", "refused", "unknown", "provisional"),
        ("out", "accepted", None, "accepted"),
    ]


def test_an_answer_that_is_lost_is_not_a_second_scan(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page = gate.opened(context)
    lost = []

    def swallow(route: Route) -> None:
        """The server gets the scan; its answer never reaches the phone."""
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    context.route("**/api/v1/shifts/*/scans", swallow)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    waiting(page, 0)
    assert lost == [200]
    assert gate.rows() == [("in", "accepted", None, None)], "the first answer stays"


def test_a_scan_whose_id_belongs_to_another_is_kept_back_and_sent_under_a_new_one(
    gate: Gate, switched_on: SwitchedOn
) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    taken = page.evaluate(FIRST_IN_THE_QUEUE)
    scanned(page, gate.codes["张大山"])
    told(page, "accepted", "张大山")
    gate.ask(lambda: _enter(gate, "李秀英", taken))
    context.set_offline(False)
    row = page.locator("[data-list=stuck] li").filter(has_text="周小川")
    row.wait_for()
    waiting(page, 0)
    assert gate.rows() == [("in", "accepted", None, None), ("in", "accepted", None, "accepted")]
    assert browsers.barriers(page) == []
    row.locator("button").click()
    page.locator("[data-list=stuck]").wait_for(state="hidden")
    assert [row[1] for row in gate.rows()] == ["accepted"] * 3


FIRST_IN_THE_QUEUE = """() => new Promise((resolve) => {
    indexedDB.open("timebank-gate").onsuccess = ({target}) => {
        const asked = target.result.transaction("queue").objectStore("queue").getAll();
        asked.onsuccess = () => { target.result.close(); resolve(asked.result[0].client_id); };
    };
})"""


def _enter(gate: Gate, name: str, client_id: str) -> None:
    scan = ScanInput(client_id, Direction.IN, gate.codes[name])
    perform(gate.event.organizer, scan_batch, shift=gate.event.shift, scans=[scan])


def test_what_the_server_would_refuse_is_decided_by_a_tap(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    gate.cancel("周小川")
    context.set_offline(False)
    row = page.locator("[data-list=decide] li").filter(has_text="周小川")
    row.wait_for()
    assert gate.rows() == [("in", "provisional", "not-registered", "accepted")]
    assert browsers.barriers(page) == []
    row.locator("button").first.click()
    page.locator("[data-list=decide]").wait_for(state="hidden")
    assert [each[1] for each in gate.rows()] == ["provisional", "accepted"]


def test_what_waits_goes_up_after_the_gate_was_closed(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    gate.close()
    context.set_offline(False)
    waiting(page, 0)
    assert gate.rows() == [("in", "provisional", "too-late", "accepted")]
    page.reload()
    started(page)
    page.locator("[data-list=decide] li").wait_for()


def test_who_goes_on_scanning_does_not_put_the_sending_off(gate: Gate, switched_on: SwitchedOn) -> None:
    """The server was away for a moment, and people keep coming faster than the pause after a failure."""
    context = switched_on()
    context.add_init_script(WITHOUT)
    context.route("**/scans", lambda route: route.fulfill(status=503))
    page = gate.opened(context)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    context.unroute("**/scans")
    for _ in range(6):
        page.wait_for_timeout(1000)
        scanned(page, STRANGER)
    assert gate.rows()[0] == ("in", "accepted", None, "accepted")


@pytest.mark.parametrize(("pause", "asks"), [("8", 1), ("Wed, 21 Oct 2026 07:28:00 GMT", 2)])
def test_the_server_says_when_to_come_again(
    gate: Gate, switched_on: SwitchedOn, pause: str, asks: int
) -> None:
    """In seconds; a date (RFC 9110, 10.2.3) is passed over, and the phone keeps its own pauses."""
    context = switched_on()
    context.add_init_script(WITHOUT)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=503, headers={"Retry-After": pause})

    context.route("**/scans", refuse)
    page = gate.opened(context)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    page.wait_for_timeout(5000)
    assert len(asked) == asks
    context.unroute("**/scans")
    waiting(page, 0)
    assert gate.rows() == [("in", "accepted", None, "accepted")]


def test_a_page_opened_anew_in_the_middle_of_a_scan_knows_it(gate: Gate, switched_on: SwitchedOn) -> None:
    """The server was asked and had not answered; then the network was gone."""
    context = switched_on()
    context.add_init_script(WITHOUT)
    page = gate.opened(context)
    context.route("**/scans", lambda _route: None)
    scanned(page, gate.codes["周小川"])
    page.locator("[data-panel][data-state=asking]").wait_for()
    context.set_offline(True)
    page.reload()
    started(page)
    waiting(page, 1)
    scanned(page, gate.codes["周小川"])
    told(page, "repeated", "周小川")
    turned(page, "out")
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")


def test_a_scan_that_cannot_be_kept_is_seen_and_holds_up_nobody(gate: Gate, switched_on: SwitchedOn) -> None:
    """The phone's storage is full; then there is room again."""
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    page.evaluate(FULL)
    scanned(page, gate.codes["周小川"])
    told(page, "refused", "QuotaExceededError")
    assert browsers.barriers(page) == []
    page.evaluate("() => void (IDBObjectStore.prototype.add = window.add)")
    scanned(page, gate.codes["张大山"])
    told(page, "accepted", "张大山")
    waiting(page, 1)


def test_what_was_answered_counts_also_after_the_network_is_gone(gate: Gate, switched_on: SwitchedOn) -> None:
    """The list on the phone is older than the scans that the server has answered since."""
    context = switched_on()
    page = gate.opened(context)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    context.set_offline(True)
    page.reload()
    started(page)
    scanned(page, gate.codes["张大山"])
    told(page, "accepted", "张大山")
    page.locator("[data-count=inside]").filter(has_text="2").wait_for()
