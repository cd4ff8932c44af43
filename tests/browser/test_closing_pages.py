"""Check-out by policy in a real browser: the phone's place, objections and doubtful records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import make_hours as hours
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.browser import barriers
from tests.support.clock import FakeClock
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.attendance.queries import paper_code
from timebank.attendance.usecases import close_gates
from timebank.hours import usecases
from timebank.hours.appeals import my_forgotten_visits
from timebank.hours.models import HoursPolicy
from timebank.kernel.db import session
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects.queries import gate_of
from timebank.projects.rules import PrintedCode

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]
VIEWS = [(360, "zh-CN", "normal"), (1280, "en", "normal"), (360, "zh-CN", "elder")]
VENUE: dict[str, Any] = {"latitude": 29.5521, "longitude": 103.7661}


def sign_in(page: Page, served: Served, actor: Actor) -> None:
    assert served.app is not None
    with served.app.app_context():
        kept = cookie(served.app, actor) | {"url": served.address}
    page.context.add_cookies([kept])  # type: ignore[list-item]


def at_the_venue(served: Served) -> tuple[Actor, str]:
    assert served.app is not None
    with served.app.app_context():
        people.region_tree()
        event = projects.event(printed_code=PrintedCode.PLACE, **VENUE)
        actor = projects.signed_up(event.shift)
        return actor, served.address + paper_code(event.organizer, event.shift)


@pytest.mark.parametrize(
    ("granted", "latitude", "sign"),
    [(True, 29.5522, "accepted"), (True, 29.6, "refused"), (False, 29.5522, "refused")],
)
def test_the_phone_is_asked_where_it_is(
    live: Served, visitor: Callable[..., Page], granted: bool, latitude: float, sign: str
) -> None:
    actor, address = at_the_venue(live)
    page = visitor(width=360)
    if granted:
        page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": latitude, "longitude": 103.7661, "accuracy": 10})
    sign_in(page, live, actor)
    page.goto(address)
    page.click("main button[type=submit]")
    page.wait_for_selector("[data-verdict]")
    assert page.get_attribute("[data-verdict]", "data-verdict") == sign
    assert barriers(page) == []


def test_an_organizer_takes_the_place_of_the_device(live: Served, visitor: Callable[..., Page]) -> None:
    assert live.app is not None
    with live.app.app_context():
        people.region_tree()
        event = projects.event()
    page = visitor(width=360)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 29.5521234, "longitude": 103.7661, "accuracy": 10})
    sign_in(page, live, event.organizer)
    page.goto(f"{live.address}/organize/projects/{event.project}/shifts/new")
    page.click("main details summary:has-text('纸质码与地点')")
    page.click("[data-use-place]")
    page.wait_for_function("document.querySelector('[data-place-told]').textContent")
    assert page.input_value("#f-latitude") == "29.552123"
    assert page.input_value("#f-longitude") == "103.766100"
    assert barriers(page) == []


def visits(served: Served, clock: FakeClock) -> list[tuple[Actor, str]]:
    """Who opens which page."""
    assert served.app is not None
    with served.app.app_context():
        people.region_tree()
        first, second = (_forgotten(clock) for _ in range(2))
        (own,) = my_forgotten_visits(first.volunteers[0])
        (said,) = my_forgotten_visits(second.volunteers[0])
        given = {"visit": said.visit, "stayed_until": said.ends_at, "note": "一直在厨房洗碗，队长看见的。"}
        perform(second.volunteers[0], usecases.appeal, **given)  # type: ignore[arg-type]
        session().query(HoursPolicy).one().long_day_minutes = 100
        session().commit()
        held = hours.submitted(clock, [people.NORTH_COMMUNITY] * 2)
        paper = projects.event(printed_code=PrintedCode.PLACE, **VENUE)
    return [
        (first.volunteers[0], "/my"),
        (first.volunteers[0], f"/my/visits/{own.visit}/appeal"),
        (second.volunteers[0], "/my"),
        (second.organizer, f"/organize/shifts/{second.shift}/hours"),
        (held.reviewer, f"/office/hours/{held.shift}"),
        (held.reviewer, f"/office/hours/{held.shift}?mark=long_day"),
        (paper.organizer, f"/gate/{paper.shift}/paper"),
        (paper.organizer, f"/organize/projects/{paper.project}"),
    ]


def _forgotten(clock: FakeClock) -> hours.Attended:
    made = hours.attended(clock, [people.NORTH_COMMUNITY] * 2, forgot=[0])
    gate = gate_of(made.shift)
    assert gate
    clock.set(gate.closes_at + timedelta(minutes=1))
    perform(SYSTEM, close_gates, on=clock.now().date())
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    return made


def test_no_page_keeps_anybody_out(live: Served, clock: FakeClock, visitor: Callable[..., Page]) -> None:
    pages = visits(live, clock)
    for width, locale, view in VIEWS:
        page = visitor(width=width, locale=locale)
        for actor, path in pages:
            sign_in(page, live, actor)
            page.goto(live.address + path)
            if view == "elder":
                page.evaluate("document.documentElement.dataset.view = 'elder'")
            where = f"{path} at {width} px, {locale}, {view}"
            assert barriers(page) == [], where
            assert page.evaluate("document.documentElement.scrollWidth") <= width, where
