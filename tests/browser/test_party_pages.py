"""Pages about party members in a real browser: places that fill by themselves, and no barriers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support import make_party as party
from tests.support import make_people as make
from tests.support.browser import barriers
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.kernel.policy import Actor, Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

Visitor = Callable[..., "Page"]


@dataclass
class Town:
    """The address of the service, who is signed in there, and what there is to look at."""

    address: str
    secretary: dict[str, str]
    clerk: dict[str, str]
    member: dict[str, str]
    newcomer: dict[str, str]
    branch: str
    claimant: str
    report: str

    def as_(self, page: Page, who: str) -> Page:
        page.context.add_cookies([{**getattr(self, who), "url": self.address}])  # type: ignore[list-item]
        return page


@pytest.fixture
def town(live: Served) -> Town:
    assert live.app
    with live.app.app_context():
        make.region_tree()
        branch = party.organization()
        party.member(branch)
        claimant, member, newcomer = party.claimant(), party.in_service(), party.in_service()
        report = party.reported(member, confirmed=False)
        people: tuple[Actor, ...] = (
            party.administrator(),
            make.officer(Role.COMMUNITY_WORKER, make.NORTH_TOWN),
            make.actor_of_volunteer(member),
            make.actor_of_volunteer(newcomer),
        )
        cookies = [cookie(live.app, actor) for actor in people]
    return Town(live.address, *cookies, str(branch), str(claimant), str(report))


def test_a_member_chooses_a_community_level_by_level(town: Town, visitor: Visitor) -> None:
    page = town.as_(visitor(width=360), "newcomer")
    page.goto(f"{town.address}/my/party")
    page.select_option("#f-county", label="沙湾区")
    page.select_option("#f-township", label="沙湾镇")
    page.select_option("#f-region_code", label="三峨山村")
    page.fill("#f-unit", "区图书馆")
    page.locator("form", has=page.locator("#f-unit")).locator("button[type=submit]").last.click()
    page.get_by_text("三峨山村").first.wait_for()
    assert page.locator("#f-unit").count() == 0


def test_refusing_asks_first(town: Town, visitor: Visitor) -> None:
    page = town.as_(visitor(), "secretary")
    page.goto(f"{town.address}/office/volunteers/{town.claimant}/party")
    page.fill("#f-reason", "名册上没有")
    page.locator("form", has=page.locator("#f-reason")).locator("button").click()
    page.locator("dialog[open] button[value=yes]").click()
    page.get_by_text("名册上没有").wait_for()


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_anybody_out(town: Town, visitor: Visitor, width: int, locale: str) -> None:
    secretary, clerk, member, newcomer = (
        town.as_(visitor(width=width, locale=locale), who)
        for who in ("secretary", "clerk", "member", "newcomer")
    )
    for page, path in (
        (secretary, "/office/party"),
        (secretary, "/office/party/claims"),
        (secretary, "/office/party/claims/list"),
        (secretary, "/office/party/organizations"),
        (secretary, "/office/party/organizations/new"),
        (secretary, f"/office/party/organizations/{town.branch}"),
        (secretary, "/office/party/participation"),
        (secretary, f"/office/party/participation/members/{town.branch}"),
        (secretary, f"/office/volunteers/{town.claimant}/party"),
        (clerk, "/office/party/reports"),
        (clerk, "/office/party/reports/new"),
        (clerk, f"/office/party/reports/{town.report}"),
        (clerk, "/office/party/participation"),
        (member, "/my/party"),
        (member, f"/party/reports/{town.report}/form"),
        (member, f"/party/reports/{town.report}/feedback"),
        (newcomer, "/my/party"),
    ):
        page.goto(town.address + path)
        for view in ("normal", "elder"):
            page.evaluate("view => { document.documentElement.dataset.view = view }", view)
            assert barriers(page) == [], (path, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, view)
