"""Working at the gate with a network: a scanner that types, the search, taking back, thousands of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.gate_app import STRANGER, Gate, SwitchedOn, scanned, started, told, turned
from timebank.attendance import queries
from timebank.attendance.models import GateDevice, Scan
from timebank.kernel.db import session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]


def test_a_scanner_that_types_scan_after_scan(gate: Gate, switched_on: SwitchedOn) -> None:
    page = gate.opened(switched_on())
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    scanned(page, gate.codes["周小川"].lower())
    told(page, "repeated", "已于")
    scanned(page, STRANGER)
    told(page, "refused", "查无此码")
    turned(page, "out")
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "签退成功")
    scanned(page, gate.codes["张大山"])
    told(page, "refused", "张大山")
    assert gate.rows() == [
        ("in", "accepted", None, None),
        ("in", "repeated", "already-in", None),
        ("in", "refused", "unknown", None),
        ("out", "accepted", None, None),
        ("out", "refused", "not-in", None),
    ]
    assert page.locator("[data-count=refused]").inner_text() == "2"
    device = gate.ask(lambda: {row.device_id for row in session().query(Scan)})
    assert device == gate.ask(lambda: {row.id for row in session().query(GateDevice)})


def test_somebody_found_by_initials(gate: Gate, switched_on: SwitchedOn) -> None:
    page = gate.opened(switched_on())
    page.locator("#gate-text").fill("z")
    page.locator("#gate-text").fill("zd")
    page.locator("[data-found] button").click()
    told(page, "accepted", "张大山")
    (line,) = gate.ask(lambda: queries.scan_log(gate.event.organizer, gate.event.shift).items)
    assert (line.name, line.scan.method) == ("张大山", "organizer")


def test_undo_with_a_reason(gate: Gate, switched_on: SwitchedOn) -> None:
    page = gate.opened(switched_on())
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    page.locator("[data-list=last] button").click()
    page.locator("#gate-undo-reason").fill("扫错了人")
    page.locator("[data-undo-form] button[value=yes]").click()
    page.locator("[data-list=last]").get_by_text("已撤回").wait_for()
    assert [row[1] for row in gate.rows()] == ["accepted", "undone"]
    page.locator("[data-count=inside]").filter(has_text="0").wait_for()
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")


def test_a_scanner_does_not_empty_the_phone(gate: Gate, switched_on: SwitchedOn) -> None:
    """It ends what it types with Enter, whatever question is on the screen."""
    page = gate.opened(switched_on())
    page.locator("[data-remove]").click()
    page.locator("[data-remove-dialog][open]").wait_for()
    page.keyboard.type(f"{gate.codes['周小川']}\n")
    page.locator("[data-remove-dialog]").wait_for(state="hidden")
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")


CROWD = 10_000


def test_ten_thousand_names_are_found_and_judged(gate: Gate, switched_on: SwitchedOn) -> None:
    """The package is filled up on its way; what the phone does with it is real."""
    context = switched_on()

    def crowded(route: Route) -> None:
        answer = route.fetch()
        package = answer.json()
        (model, *_) = package["package"]["people"]
        package["package"]["people"] += [
            {**model, "volunteer": f"511102-{number:032x}", "name": f"王某{number}", "mark": f"{number:08x}"}
            for number in range(CROWD)
        ]
        route.fulfill(response=answer, json=package)

    context.route("**/gate-package", crowded)
    page = gate.opened(context)
    context.set_offline(True)
    page.reload()
    started(page)
    page.locator("#gate-text").fill("王")
    page.locator("#gate-text").fill("王某")
    page.locator("[data-found] li").first.wait_for()
    assert page.locator("[data-found] li").count() == 30
    assert page.get_by_text("还有 9970 人").count() == 1
    page.locator("#gate-text").fill("王某9999")
    page.locator("[data-found] li").filter(has_text="王某9999").locator("button").click()
    told(page, "accepted", "王某9999")
    page.locator("#gate-text").fill("")
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")


def test_without_javascript_the_forms_work(gate: Gate, chromium: Browser) -> None:
    with chromium.new_context(java_script_enabled=False, locale="zh-CN") as context:
        gate.sign_in(context)
        page = context.new_page()
        page.goto(gate.path)
        page.fill("[name=personal_code]", gate.codes["周小川"])
        page.locator("button[name=direction][value=in]").click()
        page.get_by_text("周小川 · 签到成功").wait_for()
    assert gate.rows() == [("in", "accepted", None, None)]
