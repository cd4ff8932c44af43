"""Saying where one is with the changing code in a real browser: only after a choice, and never in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.browser import barriers
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.attendance.models import Scan
from timebank.attendance.queries import venue_code
from timebank.kernel.db import session
from timebank.kernel.policy import Actor

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]
VIEWS = [(360, "zh-CN", "normal"), (1280, "en", "normal"), (360, "zh-CN", "elder"), (1280, "zh-CN", "elder")]
VENUE: dict[str, Any] = {"latitude": 29.5521, "longitude": 103.7661}
QUESTION_MS = 20_000
COUNTED = """
const asks = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
navigator.geolocation.getCurrentPosition = (...given) => { window.noteAsked(); return asks(...given); };
"""
UNANSWERED = "navigator.geolocation.getCurrentPosition = () => window.noteAsked();"
UNKNOWN = "delete Navigator.prototype.geolocation;"


class Phone:
    """A browser before the page of the changing code."""

    def __init__(self, page: Page, served: Served, script: str = COUNTED, **asked: Any) -> None:
        self.page, self.asked, self._served = page, 0, served
        assert served.app is not None
        with served.app.app_context():
            people.region_tree()
            self.event = projects.event(**{"offers_place": True, **VENUE, **asked})
            self.actor = projects.signed_up(self.event.shift)
            path = venue_code(self.event.organizer, self.event.shift).path
        page.expose_function("noteAsked", self._note)
        page.add_init_script(script)
        self.sign_in(self.actor)
        page.goto(served.address + path)

    def _note(self) -> None:
        self.asked += 1

    def sign_in(self, actor: Actor) -> None:
        assert self._served.app is not None
        with self._served.app.app_context():
            kept = cookie(self._served.app, actor) | {"url": self._served.address}
        self.page.context.add_cookies([kept])  # type: ignore[list-item]

    def stands_at(self, latitude: float) -> None:
        self.page.context.grant_permissions(["geolocation"])
        where = {"latitude": latitude, "longitude": 103.7661, "accuracy": 10}
        self.page.context.set_geolocation(where)  # type: ignore[arg-type]

    def press(self) -> None:
        self.page.click("main button[type=submit]")

    def sign(self) -> str | None:
        self.page.wait_for_selector("[data-verdict]")
        return self.page.get_attribute("[data-verdict]", "data-verdict")

    def distance(self) -> int | None:
        assert self._served.app is not None
        with self._served.app.app_context():
            return session().scalars(select(Scan.distance_m)).one()


def test_nobody_is_asked_who_has_not_chosen_it(live: Served, visitor: Callable[..., Page]) -> None:
    phone = Phone(visitor(width=360), live)
    phone.stands_at(29.5521)
    assert phone.page.is_visible("[data-say-place]")
    assert not phone.page.is_checked("[data-say-place]")
    phone.press()
    assert (phone.sign(), phone.distance(), phone.asked) == ("accepted", None, 0)


@pytest.mark.parametrize(("latitude", "metres", "line"), [(29.5522, 11, "11 m"), (29.6421, 10_008, "10 km")])
def test_whoever_chose_it_checks_in_near_or_far(
    live: Served, visitor: Callable[..., Page], latitude: float, metres: int, line: str
) -> None:
    phone = Phone(visitor(width=360, locale="en"), live)
    phone.stands_at(latitude)
    phone.page.check("[data-say-place]")
    assert phone.asked == 0  # the tick alone asks nothing
    phone.press()
    assert phone.sign() == "accepted"
    assert f"Distance to the meeting point: {line}" in phone.page.inner_text("main")
    assert (phone.distance(), phone.asked) == (metres, 1)
    assert barriers(phone.page) == []


def test_a_browser_that_refuses_does_not_hold_anybody_up(live: Served, visitor: Callable[..., Page]) -> None:
    phone = Phone(visitor(width=360), live)
    phone.page.check("[data-say-place]")
    phone.press()
    assert (phone.sign(), phone.distance(), phone.asked) == ("accepted", None, 1)


def test_a_question_that_nobody_answers_is_passed_by(live: Served, visitor: Callable[..., Page]) -> None:
    phone = Phone(visitor(width=360, locale="en"), live, UNANSWERED)
    phone.page.check("[data-say-place]")
    phone.press()
    phone.page.wait_for_function("document.querySelector('[data-place-told]').textContent")
    assert "Press again to go on without it" in phone.page.inner_text("[data-place-told]")
    phone.press()
    assert (phone.sign(), phone.distance(), phone.asked) == ("accepted", None, 1)


def test_a_question_that_nobody_answers_does_not_last(live: Served, visitor: Callable[..., Page]) -> None:
    page = visitor(width=360)
    page.clock.install()
    phone = Phone(page, live, UNANSWERED)
    page.check("[data-say-place]")
    phone.press()
    page.wait_for_function("document.querySelector('[data-place-told]').textContent")
    page.clock.fast_forward(QUESTION_MS + 1)
    assert (phone.sign(), phone.distance()) == ("accepted", None)


def test_a_choice_taken_back_while_the_phone_looks(live: Served, visitor: Callable[..., Page]) -> None:
    late = (
        "navigator.geolocation.getCurrentPosition = (found) => { window.found = found; window.noteAsked(); };"
    )
    phone = Phone(visitor(width=360), live, late)
    phone.page.check("[data-say-place]")
    phone.press()
    phone.page.wait_for_function("() => Boolean(window.found)")
    phone.page.uncheck("[data-say-place]")
    phone.page.evaluate("window.found({ coords: { latitude: 29.5521, longitude: 103.7661, accuracy: 9 } })")
    assert (phone.sign(), phone.distance()) == ("accepted", None)


def test_a_browser_that_knows_no_place_is_offered_nothing(live: Served, visitor: Callable[..., Page]) -> None:
    phone = Phone(visitor(width=360), live, UNKNOWN)
    assert not phone.page.is_visible("[data-place-choice]")
    phone.press()
    assert (phone.sign(), phone.distance()) == ("accepted", None)


def test_by_the_keys_alone(live: Served, visitor: Callable[..., Page]) -> None:
    phone = Phone(visitor(width=1280), live)
    phone.stands_at(29.5521)
    phone.page.focus("[data-say-place]")
    phone.page.keyboard.press("Space")
    phone.page.keyboard.press("Tab")
    phone.page.keyboard.press("Enter")
    assert (phone.sign(), phone.distance()) == ("accepted", 0)


def test_no_page_keeps_anybody_out(live: Served, visitor: Callable[..., Page]) -> None:
    first = Phone(visitor(width=360), live)
    first.stands_at(29.6421)
    here = first.page.url.removeprefix(live.address)
    first.page.check("[data-say-place]")
    first.press()
    first.sign()
    assert live.app is not None
    with live.app.app_context():
        waits = projects.signed_up(first.event.shift)
    organizer = first.event.organizer
    pages = [
        (waits, here),
        (organizer, f"/gate/{first.event.shift}/scans"),
        (organizer, f"/organize/projects/{first.event.project}"),
        (organizer, f"/organize/projects/{first.event.project}/shifts/new"),
        (organizer, f"/organize/shifts/{first.event.shift}/edit"),
    ]
    for width, locale, view in VIEWS:
        page = visitor(width=width, locale=locale)
        for actor, path in pages:
            first.page = page
            first.sign_in(actor)
            page.goto(live.address + path)
            if view == "elder":
                page.evaluate("document.documentElement.dataset.view = 'elder'")
            where = f"{path} at {width} px, {locale}, {view}"
            assert barriers(page) == [], where
            assert page.evaluate("document.documentElement.scrollWidth") <= width, where
