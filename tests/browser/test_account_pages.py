"""What happens to a registration later, in a real browser: a phone for the person, a desk for the officer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support import make_families as families
from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as make
from tests.support.browser import barriers
from tests.support.clock import FakeClock
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.hours import usecases as hours_usecases
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers import usecases
from timebank.volunteers.rules import Wanted

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]
Visitor = Callable[..., "Page"]


@dataclass
class Town:
    """A person with hours, two officers, and something of everything that waits."""

    served: Served
    person: Actor
    guardian: Actor
    clerk: Actor
    second: Actor
    move: Key
    corrections: list[Key]
    death: Key
    merge: Key
    pair: tuple[Key, Key]

    def as_(self, page: Page, actor: Actor) -> Page:
        app = self.served.app
        assert app
        with app.app_context():
            kept = cookie(app, actor)
        page.context.add_cookies([{**kept, "url": self.served.address}])  # type: ignore[typeddict-item]
        return page


@pytest.fixture
def town(live: Served, clock: FakeClock) -> Town:
    assert live.app
    with live.app.app_context():
        make.region_tree()
        clerk, second = (
            make.officer(Role.COMMUNITY_WORKER, make.CITY, name=name) for name in ("甲工", "乙工")
        )
        person = hours.confirmed(clock).volunteers[0]
        key = person.volunteer
        assert key
        wanted = {"name": Wanted("张大山"), "document": Wanted(make.document_number(), "resident_id")}
        corrections = [
            perform(
                person,
                hours_usecases.ask_for_correction,
                volunteer=key,
                field=field,
                wrong="登记错误",
                wanted=right,
            )
            for field, right in wanted.items()
        ]
        twins = [
            make.volunteer(name="王小河", document_number=make.document_number(serial, make.date(1970, 5, 5)))
            for serial in (601, 602, 603)
        ]
        death = perform(
            clerk, usecases.propose_death, volunteer=make.volunteer(name="赵老伯"), note="死亡证明"
        )
        guardian = families.registered_family().guardian
        merge = perform(clerk, usecases.propose_merge, keep=twins[0], fold=twins[1], note="同一人")
        move = lives.move(person, key)
    pair = (twins[2], twins[0])
    return Town(live, person, guardian, clerk, second, move, corrections, death, merge, pair)


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_anybody_out(town: Town, visitor: Visitor, width: int, locale: str) -> None:
    person, officer, guardian = (visitor(width=width, locale=locale) for _ in range(3))
    town.as_(person, town.person)
    town.as_(guardian, town.guardian)
    town.as_(officer, town.second)
    own = ("", "/move", "/close")
    about = f"/office/volunteers/{town.person.volunteer}/registration"
    paths = [(person, f"/my/account{path}") for path in own]
    paths += [(person, path) for path in ("/my/data", "/my/corrections", "/my/corrections/new")]
    paths += [(officer, f"/office/{name}") for name in ("moves", "corrections", "proposals", "duplicates")]
    paths += [(officer, f"/office/corrections/{each}") for each in town.corrections]
    paths += [(officer, f"/office/proposals/{each}") for each in (town.death, town.merge)]
    paths += [(officer, f"/office/moves/{town.move}"), (officer, about)]
    paths += [(officer, "/office/duplicates/{}/{}".format(*town.pair))]
    paths += [(guardian, path) for path in ("/my/wards", "/my/data", "/my/security")]
    for page, path in paths:
        page.goto(town.served.address + path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        for view in ("normal", "elder"):
            page.evaluate("view => { document.documentElement.dataset.view = view }", view)
            assert barriers(page) == [], (path, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, view)


def test_closing_and_keeping_by_keyboard_on_a_phone(town: Town, visitor: Visitor) -> None:
    assert town.served.app
    with town.served.app.app_context():
        _, actor = lives.person()
    page = town.as_(visitor(width=360), actor)
    page.goto(f"{town.served.address}/my/account/close")
    page.focus("#f-password")
    page.keyboard.type("wrong password")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator(".error-summary").wait_for()
    page.wait_for_function("document.activeElement.className === 'error-summary'")
    page.focus("#f-password")
    page.keyboard.type(make.PASSWORD)
    with page.expect_navigation(url="**/my/account"):
        page.keyboard.press("Enter")
    keep = page.locator("form[action$='/keep'] button")
    keep.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("#pause").wait_for()
    assert keep.count() == 0


def test_own_data_come_down_as_a_file(town: Town, visitor: Visitor) -> None:
    assert town.served.app
    with town.served.app.app_context():
        key, actor = lives.person()
    page = town.as_(visitor(width=360), actor)
    for form in ("json", "html"):
        page.goto(f"{town.served.address}/my/data")
        page.check(f"input[value={form}]")
        page.fill("#f-password", make.PASSWORD)
        with page.expect_download() as coming:
            page.locator("main form .form-actions button").first.click()
        text = coming.value.path().read_text(encoding="utf-8")
        if form == "json":
            assert json.loads(text)["volunteer"] == str(key)
        else:
            offline = visitor()
            offline.set_content(text)
            assert offline.locator("table").count() >= 3
            assert barriers(offline) == []


def test_an_officer_is_asked_before_a_merge(town: Town, visitor: Visitor) -> None:
    page = town.as_(visitor(), town.second)
    page.goto(f"{town.served.address}/office/proposals/{town.merge}")
    page.locator("form[action$='/confirm'] button").click()
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    dialog.locator("button[value=no]").click()
    assert page.locator("form[action$='/confirm'] button").count() == 1
    page.locator("form[action$='/confirm'] button").click()
    dialog.locator("button:not([value=no])").click()
    page.wait_for_url("**/office/proposals")
