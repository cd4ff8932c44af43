"""Imports in a real browser: a file goes its way without reloading by hand, and no barriers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support import make_files as files
from tests.support import make_people as make
from tests.support.browser import barriers
from tests.support.service import Served
from timebank.kernel.policy import SYSTEM, Role
from timebank.kernel.relay import deliver
from timebank.kernel.work import perform
from timebank.volunteers import usecases
from timebank.volunteers.usecases import imports as flow
from timebank.wiring import SUBSCRIPTIONS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

CLERK = "12900000001"
Visitor = Callable[..., "Page"]
ROWS = [files.person(0), ("1", *files.person(1)[1:]), *files.people(4, start=2), files.person(2)]


@pytest.fixture
def town(live: Served) -> Served:
    assert live.app
    with live.app.app_context():
        make.region_tree()
        make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=CLERK)
    return live


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("#f-phone", CLERK)
    page.fill("#f-password", make.PASSWORD)
    page.locator("form.card button.button").first.click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))


def relay(town: Served) -> int:
    """One round of the worker."""
    assert town.app
    with town.app.app_context():
        return deliver(SUBSCRIPTIONS).done


def upload(page: Page, address: str) -> None:
    page.goto(f"{address}/office")
    page.get_by_role("link", name="批量导入志愿者").click()
    page.locator("main a.button").first.click()
    page.select_option("#f-region_code", label="市中区")
    page.set_input_files(
        "#f-file", {"name": "名单.csv", "mimeType": "text/csv", "buffer": files.csv_bytes(ROWS)}
    )
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/office/imports/*-*")


def test_a_file_goes_its_way_before_ones_eyes(
    town: Served, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "BATCH", 3)
    page = visitor()
    sign_in(page, town.address)
    upload(page, town.address)
    page.locator("progress").wait_for()
    assert relay(town)
    page.locator("[data-told]", has_text="3 / 7").wait_for()
    while relay(town):
        pass
    page.get_by_text("核对完毕，尚未登记任何人").wait_for()
    assert page.locator("tbody tr").count() == 2
    page.get_by_role("button", name="登记这些人员").click()
    page.locator("progress").wait_for()
    while relay(town):
        pass
    page.get_by_text("已登记 5 人").wait_for()
    page.get_by_role("link", name="待核验的注册").or_(page.locator("main .banner a")).first.click()
    page.locator("tbody tr").nth(4).wait_for()


def test_giving_up_asks_first(town: Served, visitor: Visitor) -> None:
    page = visitor(width=360)
    sign_in(page, town.address)
    upload(page, town.address)
    page.locator("details.fold summary").click()
    page.locator("details.fold button").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    dialog.get_by_role("button").first.press("Escape")
    assert page.locator("progress").is_visible()
    page.locator("details.fold button").click()
    page.get_by_role("dialog").locator("button[value=yes]").click()
    page.get_by_text("已放弃本次导入并删除行数据").wait_for()


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_anybody_out(town: Served, visitor: Visitor, width: int, locale: str) -> None:
    assert town.app
    with town.app.app_context():
        new = files.stage(SYSTEM, files.csv_bytes(ROWS), name="new.csv")
        checked = files.checked(SYSTEM, files.csv_bytes(ROWS), name="checked.csv")
        done = files.imported(SYSTEM, files.csv_bytes(ROWS[:2]), name="done.csv")
        gone = files.checked(SYSTEM, files.csv_bytes(ROWS), name="gone.csv")
        perform(SYSTEM, usecases.move_import, volunteer_import=gone, move="cancel")
    page = visitor(width=width, locale=locale)
    sign_in(page, town.address)
    for path in ("", "/new", *(f"/{key}" for key in (new, checked, done, gone))):
        page.goto(f"{town.address}/office/imports{path}")
        for view in ("normal", "elder"):
            page.evaluate("view => { document.documentElement.dataset.view = view }", view)
            assert barriers(page) == [], (path, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, view)
    page.goto(f"{town.address}/office/imports/new")
    page.locator("form[enctype] .form-actions button").click()
    page.locator(".error-summary").wait_for()
    assert barriers(page) == []
