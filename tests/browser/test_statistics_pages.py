"""The dashboard in a real browser: no barrier, nothing wider than the screen, files by a press."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as people
from tests.support import make_regions as regions
from tests.support import make_statistics as make
from tests.support.browser import barriers
from tests.support.make_statistics import Person
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.cli.files import read_table
from timebank.cli.statistics import TARGET_COLUMNS
from timebank.kernel.db import session
from timebank.kernel.policy import SYSTEM, Role
from timebank.kernel.work import perform
from timebank.statistics.usecases import compute_indicators, import_targets

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]

CITY, COUNTY, TOWN, COMMUNITY = 511100000000, 511102000000, 511102004000, 511102004001
Visitor = Callable[..., "Page"]


@pytest.fixture
def open_page(live: Served, visitor: Visitor) -> Visitor:
    """Opens the dashboard of Leshan as its authority: `open_page(width=360, locale="en")`."""
    assert live.app is not None
    with live.app.app_context():
        regions.leshan()
        perform(SYSTEM, import_targets, lines=partial(read_table, regions.LESHAN_TARGETS, TARGET_COLUMNS))
        served = ((date(2026, 3, 5), "confirmed"),)
        make.insert_people(session().connection(), [Person(COMMUNITY, records=served)] * 7)
        session().commit()
        perform(SYSTEM, compute_indicators, on=date(2026, 11, 20))
        officer = people.officer(Role.AUTHORITY, CITY, name="周科长")
        held = {**cookie(live.app, officer), "url": live.address}

    def opened(**given: object) -> Page:
        page = visitor(**given)
        page.context.add_cookies([held])  # type: ignore[list-item]
        page.goto(f"{live.address}/office/statistics")
        return page

    return opened


def check(page: Page, width: int) -> None:
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_drilling_down_to_a_community(open_page: Visitor, width: int, locale: str) -> None:
    page = open_page(width=width, locale=locale)
    for name in ("市中区", "大佛街道", "篦子街社区居委会"):
        check(page, width)
        page.get_by_role("rowheader").get_by_role("link", name=name).first.click()
        assert name in page.locator("h1").inner_text()
    check(page, width)
    page.locator("main details summary").first.click()
    check(page, width)


def test_sorting_and_taking_along(open_page: Visitor) -> None:
    page = open_page(locale="en")
    page.get_by_role("columnheader").get_by_role("link", name="Registered share").click()
    assert page.locator("tbody th").first.inner_text() == "市中区"
    page.get_by_label("With every region below").check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    with open(waiting.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 1515
    assert [row["People counted"] for row in rows if row["Region code"] == str(COMMUNITY)] == ["7", "0", "7"]
