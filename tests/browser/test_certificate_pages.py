"""Certificates in a real browser: two taps to ask, one sheet to print, no barriers, and no script needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support import make_certificates as make
from tests.support import make_people as people
from tests.support.browser import barriers
from tests.support.clock import FakeClock
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.kernel.policy import Role
from timebank.recognition.rules import REVEALS

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
    person: dict[str, str]
    issuer: dict[str, str]
    clerk: dict[str, str]
    volunteer: str
    certificate: str
    number: str
    revoked: str

    def as_(self, page: Page, who: str) -> Page:
        page.context.add_cookies([{**getattr(self, who), "url": self.address}])  # type: ignore[list-item]
        return page


@pytest.fixture
def town(live: Served, clock: FakeClock) -> Town:
    assert live.app
    with live.app.app_context():
        people.region_tree()
        one = make.served(clock)
        cookies = [
            cookie(live.app, who)
            for who in (one.volunteer, one.issuer, people.officer(Role.COMMUNITY_WORKER))
        ]
        key, number = make.issued(one, reveals=list(REVEALS))
        old = make.issued(make.served(clock))
        return Town(live.address, *cookies, str(one.key), str(key), number, old[1])


def test_asked_for_and_issued(town: Town, visitor: Visitor) -> None:
    page = town.as_(visitor(width=360), "person")
    page.goto(f"{town.address}/my")
    page.locator(".page-head a[href='/my/certificates']").click()
    page.get_by_role("button", name="提交申请").click()
    page.get_by_role("status").first.wait_for()
    assert page.get_by_text("记录单位核对记录后出具证明，结果在这里查看。").count() == 1
    unit = town.as_(visitor(), "issuer")
    unit.goto(f"{town.address}/organize/certificates")
    unit.locator("tbody a").first.click()
    unit.fill("#f-head", "周敏")
    unit.fill("#f-phone", "0833-2100001")
    unit.get_by_role("button", name="出具", exact=True).click()
    unit.get_by_role("status").first.wait_for()
    page.reload()
    page.locator("a[href^='/certificates/']").first.click()
    page.locator(".certificate").wait_for()
    link = page.locator("a[href^='/verify/']")
    link.click()
    assert page.locator("#state").inner_text() == "有效"


def test_the_sheet_fits_one_page_of_paper(town: Town, visitor: Visitor) -> None:
    page = town.as_(visitor(), "person")
    page.goto(f"{town.address}/certificates/{town.certificate}")
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1
    page.emulate_media(media="print")
    assert page.locator("[data-print]").is_hidden()
    assert page.locator(".certificate .qr").is_visible()
    assert page.locator("#shown").is_hidden()


def test_it_works_without_scripts(town: Town, visitor: Visitor) -> None:
    browser = visitor().context.browser
    assert browser
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{town.address}/verify")
    page.fill("#f-number", town.number.lower())
    page.get_by_role("button", name="Check").click()
    assert page.locator("#state").inner_text() == "Valid"
    town.as_(page, "person").goto(f"{town.address}/my/certificates")
    page.get_by_role("button", name="Ask").click()
    assert page.get_by_text("You have asked.").count() == 1
    context.close()


@pytest.mark.parametrize(
    ("width", "locale", "elder"), [(360, "zh-CN", False), (1280, "en-GB", False), (360, "zh-CN", True)]
)
def test_nothing_keeps_anybody_out(
    town: Town, visitor: Visitor, width: int, locale: str, elder: bool
) -> None:
    people_of = {
        who: town.as_(visitor(width=width, locale=locale), who) for who in ("person", "issuer", "clerk")
    }
    for who, path in (
        ("person", "/my/certificates"),
        ("person", f"/certificates/{town.certificate}"),
        ("person", "/verify"),
        ("person", f"/verify/{town.number}"),
        ("person", "/verify/511102"),
        ("clerk", f"/office/volunteers/{town.volunteer}/certificates"),
        ("issuer", "/organize/certificates"),
        ("issuer", "/organize/certificates?state=decided"),
        ("issuer", f"/organize/certificates/{town.certificate}"),
    ):
        page = people_of[who]
        page.goto(f"{town.address}{path}")
        if elder and page.locator("html").get_attribute("data-view") != "elder":
            page.get_by_role("button", name="长辈版").filter(visible=True).first.click()
            page.goto(f"{town.address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert barriers(page) == [], path
