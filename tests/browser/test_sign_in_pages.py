"""Signing in with a second factor and by a provider, in a real browser: whole ways, and no barriers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as make
from tests.support.authenticator import Authenticator
from tests.support.browser import barriers
from tests.support.clock import FakeClock
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Running, running_provider
from tests.support.service import Served
from timebank.kernel.policy import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]

OPERATOR, PERSON = "12900000001", "12900000002"
Visitor = Callable[..., "Page"]


@pytest.fixture(scope="module")
def provider() -> Iterator[Running]:
    with running_provider() as running:
        yield running


@pytest.fixture
def live(database_url: str, clock: FakeClock, tmp_path: Path, provider: Running) -> Iterator[Served]:
    """The service with a provider, and a second factor required of officers."""
    service = import_module("tests.support.service")
    provider.behave(clock.now())
    given = {
        "second_factor": "required",
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "天府通办",
    }
    with service.served_here(database_url, clock, **given) as served:
        with served.app.app_context():
            make.region_tree()
            make.officer(Role.OPERATOR, make.CITY, phone_number=OPERATOR, name="周主任")
            make.volunteer(phone=PERSON, password=make.PASSWORD, name="陈大海")
        yield served


def press(page: Page, form: str = "form.card") -> None:
    page.locator(f"main {form} .form-actions button").first.click()


def first_step(page: Page, address: str, phone: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("#f-phone", phone)
    page.fill("#f-password", make.PASSWORD)
    press(page)


def set_up(page: Page, address: str, clock: FakeClock) -> Authenticator:
    """Sign in as the operator for the first time, as far as the page with the recovery codes."""
    first_step(page, address, OPERATOR)
    page.wait_for_url(lambda url: "/sign-in/second" in url)
    authenticator = Authenticator(page.locator(".secret-text").inner_text().replace(" ", ""))
    page.fill("#f-code", authenticator.code(clock.now()))
    press(page, "form.form")
    page.locator(".recovery-codes").wait_for()
    return authenticator


def no_barrier(page: Page, width: int) -> None:
    for view in ("normal", "elder"):
        page.evaluate("view => { document.documentElement.dataset.view = view }", view)
        assert barriers(page) == [], (page.url, view)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, view)
    page.evaluate("document.documentElement.dataset.view = 'normal'")


def test_set_up_once_and_asked_for_on_every_device(live: Served, visitor: Visitor, clock: FakeClock) -> None:
    page = visitor(width=360)
    authenticator = set_up(page, live.address, clock)
    spare = page.locator(".recovery-codes li").first.inner_text()
    page.locator("main .form-actions a").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page = visitor(width=360)
    first_step(page, live.address, OPERATOR)
    page.fill("#f-code", authenticator.code(clock.advance(minutes=1)))
    press(page)
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(f"{live.address}/office/grants")
    assert page.locator("table").is_visible()
    page = visitor(width=360)
    first_step(page, live.address, OPERATOR)
    page.fill("#f-code", spare)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_the_policy_lets_the_way_to_the_provider_through(live: Served, visitor: Visitor) -> None:
    page = visitor()
    page.goto(f"{live.address}/sign-in")
    page.get_by_role("link", name="使用天府通办登录").click()
    page.wait_for_url(lambda url: "/sign-in/link" in url)
    page.fill("#f-phone", PERSON)
    page.fill("#f-password", make.PASSWORD)
    press(page)
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.locator(".banner.is-accepted").wait_for()
    again = visitor()
    again.goto(f"{live.address}/sign-in?next=/my")
    again.get_by_role("link", name="使用天府通办登录").click()
    again.wait_for_url(f"{live.address}/my")
    assert "陈大海" in again.locator("h1").inner_text()


def test_ending_a_sign_in_is_asked_first(live: Served, visitor: Visitor) -> None:
    page, other = visitor(), visitor()
    for each in (other, page):
        first_step(each, live.address, PERSON)
        each.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(f"{live.address}/my/security")
    page.locator("main table form button").click()
    page.locator("#confirm-dialog button[value=yes]").click()
    page.locator(".banner.is-accepted").wait_for()
    assert page.locator("main table form button").count() == 0
    other.goto(f"{live.address}/my/security")
    assert "/sign-in" in other.url


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_anybody_out(
    live: Served, visitor: Visitor, clock: FakeClock, width: int, locale: str
) -> None:
    page, address = visitor(width=width, locale=locale), live.address
    page.goto(f"{address}/sign-in/external")
    page.wait_for_url(lambda url: "/sign-in/link" in url)
    no_barrier(page, width)
    first_step(page, address, OPERATOR)
    page.locator(".secret-text").wait_for()
    no_barrier(page, width)
    set_up(page, address, clock)
    no_barrier(page, width)
    token = f"{address}/my/security/tokens/new"
    for path in (
        "/my/security",
        "/my/security/password",
        "/my/security/second-factor",
        "/my/security/tokens/new",
        "/office/grants",
        "/office/grants/new",
    ):
        page.goto(address + path)
        no_barrier(page, width)
    page.goto(token)
    press(page, "form.form")
    page.locator(".error-summary").wait_for()
    no_barrier(page, width)
    page.fill("#f-label", "周报")
    page.locator("#f-scopes").check()
    press(page, "form.form")
    page.locator(".secret-text").wait_for()
    no_barrier(page, width)
    page.goto(f"{address}/my/security")
    no_barrier(page, width)
    page.goto(f"{address}/sign-in/external")
    page.wait_for_url(lambda url: "/my/security/link" in url)
    no_barrier(page, width)
    page = visitor(width=width, locale=locale)
    first_step(page, address, OPERATOR)
    page.locator("details.fold").wait_for()
    no_barrier(page, width)
