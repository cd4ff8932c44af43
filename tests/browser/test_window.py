"""The clerk's window in a real browser: by keyboard alone from the card reader to the printed card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as make
from tests.support import make_projects, signed_in
from tests.support.browser import barriers
from tests.support.clock import FakeClock
from tests.support.service import Served
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Role
from timebank.volunteers.models import Guardian, Volunteer

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

Visitor = Callable[..., "Page"]
ELDER = make.document_number(954, date(1949, 10, 1))
MINOR = make.document_number(952, date(2011, 5, 1))
FATHER = make.document_number(953, date(1980, 1, 1))


@dataclass(frozen=True)
class Office:
    """The service, a clerk of the county, two people who wait, and somebody who can be helped."""

    address: str
    cookie: dict[str, str]
    served: Served
    waiting: list[Key]
    person: Key


@pytest.fixture
def office(live: Served, clock: FakeClock) -> Office:
    assert live.app
    with live.app.app_context():
        make.region_tree()
        clerk = make.officer(Role.COMMUNITY_WORKER, make.NORTH, name="李工")
        waiting = [make.applicant(name="魏雨桐")]
        clock.advance(days=1)
        waiting.append(make.applicant(name="许浩然"))
        person = make.volunteer(name="周小川")
        make_projects.signed_up(make_projects.event().shift, person)
        return Office(live.address, signed_in.cookie(live.app, clerk), live, waiting, person)


def clerk_of(office: Office, visitor: Visitor, **given: object) -> Page:
    page = visitor(**given)
    page.context.add_cookies([{**office.cookie, "url": office.address}])  # type: ignore[list-item]
    return page


def people(office: Office) -> dict[str, Volunteer]:
    assert office.served.app
    with office.served.app.app_context():
        return {row.name: row for row in session().query(Volunteer)}


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.id || ''"))


def test_an_elder_is_registered_by_keyboard_alone(office: Office, visitor: Visitor) -> None:
    page = clerk_of(office, visitor)
    keys = page.keyboard
    page.goto(f"{office.address}/office/window")
    assert focused(page) == "text"
    keys.type(ELDER)  # as a card reader does, with Enter at its end
    keys.press("Enter")
    page.wait_for_selector("form[data-keys]")
    page.locator("[data-reading]", has_text="1949年10月1日 · 女 · 77岁").wait_for()
    assert focused(page) == "name"
    keys.type("陈秀英")
    keys.press("Enter")
    assert focused(page) == "phone"
    keys.press("Enter")
    assert focused(page) == "region_code"
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.press("Enter")
    assert focused(page) == "document_seen"
    keys.press("Enter")
    for _ in range(2):
        assert focused(page) == "consents"
        keys.press("Space")
        keys.press("Enter")
    keys.press("Control+Enter")
    page.locator(".banner", has_text="陈秀英").wait_for()
    row = people(office)["陈秀英"]
    assert (row.status, row.channel, row.identity_method) == ("submitted", "window", "in_person")
    assert (row.region_code, row.political_status, row.user_id) == (make.NORTH_COMMUNITY, "13", None)
    # the next person's number can be typed at once
    page.locator("[name=text]:focus").wait_for()
    assert barriers(page) == []
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    keys.press("Enter")
    page.wait_for_selector(".id-card")
    assert page.locator(".id-card", has_text="陈秀英").count() == 1


def test_a_minor_opens_the_guardians_part(office: Office, visitor: Visitor) -> None:
    page = clerk_of(office, visitor)
    keys = page.keyboard
    page.goto(f"{office.address}/office/window/register")
    assert focused(page) == "document_number"
    keys.type(MINOR)
    page.wait_for_selector("details[data-guardian][open]")
    keys.press("Enter")
    assert focused(page) == "document_type"
    keys.press("Enter")
    assert focused(page) == "name"
    keys.type("林小雨")
    for _ in range(2):
        keys.press("Enter")
    keys.press("ArrowDown")
    for _ in range(3):
        keys.press("Enter")
    assert focused(page) == "guardian_name"
    keys.type("林大海")
    keys.press("Enter")
    keys.press("ArrowDown")
    for _ in range(2):
        keys.press("Enter")
    assert focused(page) == "guardian_document_number"
    keys.type(FATHER)
    for _ in range(2):
        keys.press("Enter")
    keys.type("12000000955")
    keys.press("Enter")
    assert focused(page) == "guardian_signed"
    keys.press("Space")
    keys.press("Enter")
    for _ in range(2):
        keys.press("Space")
        keys.press("Enter")
    assert barriers(page) == []
    keys.press("Control+Enter")
    page.locator(".banner", has_text="林小雨").wait_for()
    assert office.served.app
    with office.served.app.app_context():
        assert session().query(Guardian).one().consented_at is not None


def test_the_telephone_takes_the_tick_away_and_a_passport_asks_more(office: Office, visitor: Visitor) -> None:
    page = clerk_of(office, visitor)
    page.goto(f"{office.address}/office/window/register")
    assert page.is_checked("#f-document_seen")
    page.check("input[name=channel][value=telephone]")
    assert not page.is_checked("#f-document_seen")
    page.fill("#f-document_number", "M12345678")
    page.select_option("#f-document_type", "passport")
    page.wait_for_selector("details[data-stated][open]")
    page.fill("#f-document_number", ELDER[:-1] + "0")
    page.select_option("#f-document_type", "resident_id")
    page.wait_for_selector("[data-reading].is-problem")


def test_somebody_registered_is_opened_instead(office: Office, visitor: Visitor) -> None:
    page = clerk_of(office, visitor)
    assert office.served.app
    with office.served.app.app_context():
        known = make.volunteer(name="王秀英", document_number=ELDER)
    page.goto(f"{office.address}/office/window/register")
    page.keyboard.type(ELDER)
    page.locator("[data-reading].is-known a").click()
    page.wait_for_url(f"**/office/volunteers/{known}/assist")


def test_the_queue_is_walked_by_keyboard(office: Office, visitor: Visitor) -> None:
    page = clerk_of(office, visitor)
    first, second = office.waiting
    page.goto(f"{office.address}/office/reviews")
    page.get_by_role("link", name="魏雨桐").press("Enter")
    page.wait_for_url(f"**/{first}?queue=1")
    page.keyboard.press("Alt+N")
    page.wait_for_url(f"**/{second}?queue=1")
    page.keyboard.press("Alt+P")
    page.wait_for_url(f"**/{first}?queue=1")
    page.locator("#f-method").press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{second}?queue=1")
    assert people(office)["魏雨桐"].status == "registered"


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_a_clerk_out(office: Office, visitor: Visitor, width: int, locale: str) -> None:
    page = clerk_of(office, visitor, width=width, locale=locale)
    person = f"/office/volunteers/{office.person}"
    for path in (
        "/office",
        "/office/window",
        "/office/window/register",
        "/office/window/consent-form",
        "/office/reviews",
        "/office/cards",
        "/office/volunteers?overdue=true&age=18-59",
        f"/office/volunteers/{office.waiting[0]}?queue=1",
        f"{person}/history",
        f"{person}/assist",
        f"{person}/card",
        f"{person}/statement",
    ):
        page.goto(office.address + path)
        for view in ("normal", "elder"):
            page.evaluate("view => { document.documentElement.dataset.view = view }", view)
            assert barriers(page) == [], (path, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, view)


def test_a_form_with_errors_and_a_sheet_have_no_barrier(office: Office, visitor: Visitor) -> None:
    page = clerk_of(office, visitor, width=360)
    page.goto(f"{office.address}/office/window/register")
    page.locator("form[data-keys] .form-actions button").click()
    page.locator(".error-summary").wait_for()
    assert barriers(page) == []
    page.goto(f"{office.address}/office/volunteers")
    for box in page.locator("input[name=volunteer]").all():
        box.check()
    page.locator("form[action='/office/cards'] button").click()
    page.locator(".id-card").first.wait_for()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_cards_are_printed_in_their_own_size(office: Office, visitor: Visitor) -> None:
    page = clerk_of(office, visitor)
    page.goto(f"{office.address}/office/volunteers/{office.person}/card")
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [0 0 242.8" in paper
    box = page.locator(".id-card").bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (324, 204)  # 85.6 by 54 mm at 96 dots an inch
