"""Registration and registry in a real browser: lists that fill by themselves, and no barriers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as make
from tests.support.browser import barriers
from tests.support.service import Served
from timebank.kernel.policy import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

CLERK, PERSON = "12900000001", "12900000002"
Visitor = Callable[..., "Page"]


@pytest.fixture
def town(live: Served) -> tuple[str, str, str]:
    """The address of the service, a person who waits for approval, and an organisation."""
    assert live.app
    with live.app.app_context():
        make.region_tree()
        make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=CLERK)
        person = make.applicant(phone=PERSON, password=make.PASSWORD)
        organization = make.organization()
    return live.address, str(person), str(organization)


def sign_in(page: Page, address: str, phone: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("#f-phone", phone)
    page.fill("#f-password", make.PASSWORD)
    page.locator("form.card button.button").first.click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))


def reach_home(page: Page, address: str) -> None:
    """Register up to the page that asks where one lives."""
    page.goto(f"{address}/register/you")
    page.fill("#f-name", "张小山")
    page.check("[name=document_type][value=resident_id]")
    for name, value in (("", ""), ("document_number", make.document_number()), ("phone", make.phone())):
        if name:
            page.fill(f"#f-{name}", value)
        before = page.url
        page.locator("main form.form .form-actions button").first.click()
        page.wait_for_url(lambda url, before=before: url != before)


def test_the_lists_of_places_fill_by_themselves(town: tuple[str, str, str], visitor: Visitor) -> None:
    page = visitor(width=360)
    reach_home(page, town[0])
    assert not any(each.is_visible() for each in page.locator("[data-without-script]").all())
    page.select_option("#f-county", label="沙湾区")
    page.select_option("#f-township", label="沙湾镇")
    page.select_option("#f-region_code", label="三峨山村")
    page.select_option("#f-county", label="市中区")
    page.locator("#f-township option", has_text="泊水街道").wait_for(state="attached")
    assert page.locator("#f-region_code option").count() == 1


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_anybody_out(
    town: tuple[str, str, str], visitor: Visitor, width: int, locale: str
) -> None:
    address, person, organization = town
    anybody, somebody, clerk = (visitor(width=width, locale=locale) for _ in range(3))
    sign_in(somebody, address, PERSON)
    sign_in(clerk, address, CLERK)
    for page, path in (
        (anybody, "/sign-in"),
        (anybody, "/register"),
        (anybody, "/register/done"),
        (somebody, "/register/status"),
        (clerk, "/office/volunteers"),
        (clerk, f"/office/volunteers/{person}"),
        (clerk, "/office/organizations"),
        (clerk, "/office/organizations/new"),
        (clerk, f"/office/organizations/{organization}"),
    ):
        page.goto(address + path)
        for view in ("normal", "elder"):
            page.evaluate("view => { document.documentElement.dataset.view = view }", view)
            assert barriers(page) == [], (path, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, view)


def test_a_form_with_errors_has_no_barrier_either(town: tuple[str, str, str], visitor: Visitor) -> None:
    page = visitor(width=360)
    page.goto(f"{town[0]}/register/you")
    page.locator("main form .form-actions button").first.click()
    page.locator(".error-summary").wait_for()
    page.locator(".error-summary:focus").wait_for()
    assert barriers(page) == []
