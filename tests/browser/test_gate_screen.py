"""The projected code in a real browser: a foreign decoder reads it, it changes, it survives a lost line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.support import browser as browsers
from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.qr import decoded
from tests.support.signed_in import cookie
from timebank.attendance.rules import STEP_SECONDS, code_fault, read_code, step_ends_at
from timebank.projects.queries import gate_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.service import Served
    from timebank.kernel.policy import Actor

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]

Visitor = Callable[..., "Page"]


@pytest.fixture
def event(live: Served) -> make.Event:
    assert live.app is not None
    with live.app.app_context():
        people.region_tree()
        return make.event()


def signed_in(live: Served, page: Page, actor: Actor) -> Page:
    assert live.app is not None
    with live.app.app_context():
        page.context.add_cookies([{**cookie(live.app, actor), "url": live.address}])
    return page


def shown_code(live: Served, page: Page) -> str:
    """What a decoder reads from a screenshot: the code of an address of this very service."""
    address = decoded(page.screenshot())
    assert address.startswith(f"{live.address}/c/")
    return urlsplit(address).path.removeprefix("/c/")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_screens_code_verifies(
    live: Served, event: make.Event, visitor: Visitor, clock: FakeClock, width: int, locale: str
) -> None:
    assert live.app is not None
    page = signed_in(live, visitor(width=width, locale=locale), event.organizer)
    page.goto(f"{live.address}/gate/{event.shift}/screen")
    token = read_code(shown_code(live, page))
    with live.app.app_context():
        gate = gate_of(event.shift)
    assert token is not None
    assert gate is not None
    assert token.shift == event.shift
    assert code_fault(token, gate.secret, clock.now()) is None
    assert browsers.barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_code_and_the_counts_change_by_themselves(
    live: Served, event: make.Event, visitor: Visitor, clock: FakeClock
) -> None:
    assert live.app is not None
    page = signed_in(live, visitor(), event.organizer)
    page.goto(f"{live.address}/gate/{event.shift}/screen")
    first = shown_code(live, page)
    clock.advance(seconds=20)
    with live.app.app_context():
        make.checked_in(event)
    page.locator("[data-count=inside] .figure-value", has_text="1").wait_for(timeout=15_000)
    assert shown_code(live, page) != first


def test_the_codes_go_on_while_the_connection_is_lost(
    live: Served, event: make.Event, visitor: Visitor, clock: FakeClock
) -> None:
    assert live.app is not None
    clock.advance(seconds=STEP_SECONDS - clock.now().timestamp() % STEP_SECONDS - 3)
    page = signed_in(live, visitor(), event.organizer)
    with page.expect_response("**/screen-ahead.json"):
        page.goto(f"{live.address}/gate/{event.shift}/screen")
    first = read_code(shown_code(live, page))
    page.context.set_offline(True)
    notice = page.locator("[data-lost]")
    notice.wait_for(state="visible", timeout=15_000)
    assert browsers.barriers(page) == []
    assert first is not None
    page.wait_for_function(
        "shown => document.querySelector('[data-picture] path').getAttribute('d') !== shown",
        arg=page.locator("[data-picture] path").get_attribute("d"),
        timeout=30_000,
    )
    code = read_code(shown_code(live, page))
    with live.app.app_context():
        gate = gate_of(event.shift)
    assert code is not None
    assert gate is not None
    assert code.step in (first.step + 1, first.step + 2)
    assert code_fault(code, gate.secret, step_ends_at(code.step - 1)) is None
    page.context.set_offline(False)
    notice.wait_for(state="hidden", timeout=15_000)


def test_when_no_code_is_in_hand_the_last_one_stays_and_says_until_when(
    live: Served, event: make.Event, visitor: Visitor
) -> None:
    page = signed_in(live, visitor(), event.organizer)
    page.route("**/screen-ahead.json", lambda route: route.abort())
    page.goto(f"{live.address}/gate/{event.shift}/screen")
    code = shown_code(live, page)
    page.context.set_offline(True)
    page.locator("[data-used-up]").wait_for(state="visible", timeout=15_000)
    assert shown_code(live, page) == code
    assert browsers.barriers(page) == []


def test_a_phone_reads_it_and_is_in_with_two_taps(
    live: Served, event: make.Event, visitor: Visitor, clock: FakeClock
) -> None:
    assert live.app is not None
    with live.app.app_context():
        volunteer = make.signed_up(event.shift, name="周小川")
    screen = signed_in(live, visitor(), event.organizer)
    screen.goto(f"{live.address}/gate/{event.shift}/screen")
    phone = signed_in(live, visitor(width=360), volunteer)
    phone.goto(decoded(screen.screenshot()))
    assert browsers.barriers(phone) == []
    phone.locator(".tap button[type=submit]").click()
    phone.locator("[data-verdict=accepted]").wait_for()
    assert phone.get_by_text("周小川").is_visible()
    assert browsers.barriers(phone) == []
    phone.reload()
    phone.locator("[data-verdict=accepted]").wait_for()


def test_without_javascript_the_page_reloads_itself(
    live: Served, event: make.Event, chromium: Browser, clock: FakeClock
) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = signed_in(live, context.new_page(), event.organizer)
        page.goto(f"{live.address}/gate/{event.shift}/screen")
        first = shown_code(live, page)
        clock.advance(seconds=20)
        page.wait_for_event("framenavigated", timeout=20_000)
        page.wait_for_load_state()
        assert shown_code(live, page) != first
