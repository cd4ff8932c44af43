"""A sixteen-year-old registers on a phone, the guardian answers on another; and all by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as make
from tests.support.browser import barriers
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.identity.queries import user_by_phone
from timebank.kernel import claims
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.volunteers import usecases

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]

Visitor = Callable[..., "Page"]
TABS = 90
"""More than any page of the flow has stops."""


@pytest.fixture
def address(live: Served) -> str:
    assert live.app
    with live.app.app_context():
        make.region_tree()
    return live.address


def looked_at(page: Page, width: int) -> None:
    """No barrier and nothing cut, in the usual and in the elder view."""
    for view in ("elder", "normal"):
        page.evaluate("view => { document.documentElement.dataset.view = view }", view)
        assert barriers(page) == [], (page.url, view)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, view)


def goes_on(page: Page, to: str) -> None:
    page.locator("main form.form .form-actions button").first.click()
    page.wait_for_url(f"**/{to}")


def fills(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"main [name={name}]", value)


def chooses(page: Page, name: str, label: str) -> None:
    page.locator(f"#f-{name} option", has_text=label).wait_for(state="attached")
    page.select_option(f"#f-{name}", label=label)


def as_actor(served: Served, page: Page, actor: Actor) -> None:
    assert served.app
    with served.app.app_context():
        token = cookie(served.app, actor)
    page.context.add_cookies([{"name": token["name"], "value": token["value"], "url": served.address}])


def actor_by(served: Served, phone: str) -> Actor:
    assert served.app
    with served.app.app_context():
        user = user_by_phone(phone)
        assert user
        return make.actor_of_user(user)


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_a_sixteen_year_old_and_the_guardian(
    live: Served, address: str, visitor: Visitor, locale: str
) -> None:
    phone, guardian_phone = make.phone(), make.phone()
    document, guardian_document = make.document_number(born_on=date(2010, 6, 1)), make.document_number()
    child = visitor(width=360, locale=locale)
    registers(child, address, document, phone, guardian_document, guardian_phone)
    minor = actor_by(live, phone)
    assert minor.volunteer
    as_actor(live, child, minor)
    for path in ("register/status", "register/status/guardian"):
        child.goto(f"{address}/{path}")
        looked_at(child, 360)

    guardian = visitor(width=360, locale=locale)
    as_actor(live, guardian, actor_by(live, guardian_phone))
    guardian.goto(f"{address}/")
    guardian.wait_for_url("**/my/wards")
    looked_at(guardian, 360)
    guardian.locator("article a.button").click()
    guardian.wait_for_url("**/consent")
    answers(guardian, guardian_document)
    assert guardian.url == f"{address}/my/wards/{minor.volunteer}"
    acts_for_the_ward(live, guardian, f"{address}/my/wards/{minor.volunteer}", document)


def registers(
    page: Page, address: str, document: str, phone: str, guardian_document: str, guardian_phone: str
) -> None:
    page.goto(f"{address}/register")
    looked_at(page, 360)
    page.locator("main .form-actions a.button").click()
    page.locator("main form.form .form-actions button").first.click()
    page.locator(".error-summary:focus").wait_for()
    looked_at(page, 360)
    fills(page, name="张小山")
    page.check("[name=document_type][value=resident_id]")
    goes_on(page, "document")
    looked_at(page, 360)
    fills(page, document_number=document)
    goes_on(page, "guardian")
    fills(page, guardian_name="张大海", guardian_phone=guardian_phone)
    fills(page, guardian_document_number=guardian_document)
    page.check("[name=guardian_relation][value=father]")
    looked_at(page, 360)
    goes_on(page, "contact")
    fills(page, phone=phone)
    looked_at(page, 360)
    goes_on(page, "home")
    says_the_rest(page)


def says_the_rest(page: Page) -> None:
    page.locator("details.fold summary").click()
    chooses(page, "county", "市中区")
    chooses(page, "township", "泊水街道")
    chooses(page, "region_code", "高墩子社区")
    looked_at(page, 360)
    goes_on(page, "about")
    page.select_option("[name=political_status]", "03")
    page.locator("details.fold summary").click()
    looked_at(page, 360)
    goes_on(page, "offer")
    page.evaluate("document.querySelectorAll('details.fold').forEach(fold => { fold.open = true })")
    page.check("[name=availability][value=sat-morning]")
    looked_at(page, 360)
    goes_on(page, "consents")
    looked_at(page, 360)
    page.check("[name=consents][value=privacy]")
    page.check("[name=consents][value=sensitive]")
    goes_on(page, "check")
    page.locator("details.fold summary").click()
    looked_at(page, 360)
    goes_on(page, "done")
    looked_at(page, 360)


def answers(guardian: Page, document: str) -> None:
    looked_at(guardian, 360)
    guardian.locator("main .form-actions a.button-danger").click()
    guardian.wait_for_url("**/refuse")
    looked_at(guardian, 360)
    guardian.go_back()
    fills(guardian, document_number=make.document_number())
    guardian.check("[name=agreed]")
    guardian.locator("main form.form .form-actions button").first.click()
    guardian.locator(".error-summary").wait_for()
    looked_at(guardian, 360)
    fills(guardian, document_number=document)
    guardian.check("[name=agreed]")
    guardian.locator("main form.form .form-actions button").first.click()
    guardian.wait_for_url(lambda url: not url.endswith("/consent"))


def acts_for_the_ward(live: Served, guardian: Page, base: str, document: str) -> None:
    looked_at(guardian, 360)
    assert live.app
    with live.app.app_context():
        key = claims.holder("document", document)
        assert key
        perform(SYSTEM, usecases.approve, volunteer=key, method="in_person")
    for rest in " shifts statement registration profile profile/edit consents access".split(" "):
        guardian.goto(f"{base}/{rest}".rstrip("/"))
        looked_at(guardian, 360)


@pytest.mark.parametrize(("width", "locale"), [(360, "en-GB"), (1280, "zh-CN")])
def test_ones_own_pages(live: Served, address: str, visitor: Visitor, width: int, locale: str) -> None:
    assert live.app
    with live.app.app_context():
        key = make.volunteer()
        perform(
            make.officer(), usecases.unmask, volunteer=key, fields=["phone", "name"], purpose="核对手机号"
        )
        person = make.actor_of_volunteer(key)
    page = visitor(width=width, locale=locale)
    as_actor(live, page, person)
    for path in (
        "my my/profile my/profile/edit my/profile/phone my/consents my/consents/stop my/access my/wards "
        "register/status"
    ).split():
        page.goto(f"{address}/{path}")
        looked_at(page, width)
    page.goto(f"{address}/my/profile/phone")
    fills(page, phone=make.phone())
    page.locator("main form.form .form-actions button").first.click()
    page.locator("#f-code").wait_for()
    looked_at(page, width)


# --- by keyboard alone ------------------------------------------------------------------------------


def reach(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, and see that the focus is visible."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached on {page.url}")


def types(page: Page, name: str, text: str) -> None:
    reach(page, f"[name={name}]")
    page.keyboard.type(text)


def picks(page: Page, name: str, text: str) -> None:
    """Choose from a list by its first signs, as the keyboard does."""
    page.locator(f"#f-{name} option", has_text=text).wait_for(state="attached")
    reach(page, f"#f-{name}")
    index = page.evaluate(
        "([name, text]) => [...document.querySelector(name).options].findIndex(o => o.text === text)",
        [f"#f-{name}", text],
    )
    for _ in range(index):
        page.keyboard.press("ArrowDown")


def presses(page: Page, to: str) -> None:
    reach(page, "main form.form .form-actions button:not([name])")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{to}")


def test_everything_goes_by_keyboard(address: str, visitor: Visitor) -> None:
    page = visitor(width=1280)
    page.goto(f"{address}/register")
    reach(page, "main .form-actions a.button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/you")
    types(page, "name", "Zhang Xiaoshan")
    reach(page, "[name=document_type]")
    page.keyboard.press("Space")
    presses(page, "document")
    types(page, "document_number", make.document_number())
    page.keyboard.press("Enter")
    page.wait_for_url("**/contact")
    types(page, "phone", make.phone())
    reach(page, "details.fold summary")
    page.keyboard.press("Enter")
    types(page, "address", "1 Renmin Road")
    presses(page, "home")
    picks(page, "county", "沙湾区")
    picks(page, "township", "沙湾镇")
    picks(page, "region_code", "三峨山村")
    presses(page, "about")
    reach(page, "[name=political_status]")
    page.keyboard.press("End")
    presses(page, "offer")
    reach(page, "[name=categories]")
    page.keyboard.press("Space")
    presses(page, "consents")
    for purpose in ("privacy", "sensitive"):
        reach(page, f"[name=consents][value={purpose}]")
        page.keyboard.press("Space")
    presses(page, "check")
    presses(page, "done")
