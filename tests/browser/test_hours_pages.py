"""The pages of hours in a real browser: no barrier, nothing wider than the screen, in every view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support import make_hours as make
from tests.support import make_people as people
from tests.support.browser import barriers
from tests.support.clock import FakeClock
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.hours import usecases
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

VIEWS = [(360, "zh-CN", "normal"), (1280, "en", "normal"), (360, "zh-CN", "elder")]


def visits(served: Served, clock: FakeClock) -> list[tuple[Actor, str]]:
    """Who opens which page, with something of everything on it."""
    assert served.app is not None
    with served.app.app_context():
        people.region_tree()
        booked = make.confirmed(clock, [people.NORTH_COMMUNITY])
        waiting = make.submitted(clock, [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY])
        forgotten = make.closed(clock, [people.NORTH_COMMUNITY] * 3, forgot=[1])
        returned = make.submitted(clock, [people.NORTH_COMMUNITY] * 2)
        one = make.records(returned)[0].key
        perform(returned.reviewer, usecases.return_records, records=[one], reason="请核对离开时间")
        fresh = make.attended(clock)
    return [
        (booked.volunteers[0], "/my"),
        (waiting.volunteers[0], "/my"),
        (booked.volunteers[0], "/my/statement"),
        (booked.volunteers[0], "/my/statement?from=2020-01-01&to=2020-12-31"),
        (fresh.organizer, f"/organize/shifts/{fresh.shift}/hours"),
        (forgotten.organizer, f"/organize/shifts/{forgotten.shift}/hours"),
        (returned.organizer, f"/organize/shifts/{returned.shift}/hours"),
        (waiting.reviewer, "/office/hours"),
        (waiting.reviewer, f"/office/hours/{waiting.shift}"),
    ]


def test_no_page_keeps_anybody_out(live: Served, clock: FakeClock, visitor: Callable[..., Page]) -> None:
    pages = visits(live, clock)
    assert live.app is not None
    with live.app.app_context():
        cookies = [cookie(live.app, actor) | {"url": live.address} for actor, _ in pages]
    for width, locale, view in VIEWS:
        page = visitor(width=width, locale=locale)
        for (_, path), each in zip(pages, cookies, strict=True):
            page.context.add_cookies([each])  # type: ignore[list-item]
            page.goto(live.address + path)
            if view == "elder":
                page.evaluate("document.documentElement.dataset.view = 'elder'")
            where = f"{path} at {width} px, {locale}, {view}"
            assert barriers(page) == [], where
            assert page.evaluate("document.documentElement.scrollWidth") <= width, where


def test_hours_are_settled_with_a_few_clicks(
    live: Served, clock: FakeClock, visitor: Callable[..., Page]
) -> None:
    """Set the forgotten time, submit everything with one button, confirm all but the unticked."""
    assert live.app is not None
    with live.app.app_context():
        people.region_tree()
        made = make.closed(clock, [people.NORTH_COMMUNITY] * 3, forgot=[1])
        cookies = {
            who: cookie(live.app, who) | {"url": live.address} for who in (made.organizer, made.reviewer)
        }
    organizer = visitor(width=360, locale="en")
    organizer.context.add_cookies([cookies[made.organizer]])  # type: ignore[list-item]
    organizer.goto(f"{live.address}/organize/shifts/{made.shift}/hours")
    organizer.get_by_label("Left at").fill("13:00")
    organizer.get_by_label("How do you know?").fill("签到册上有")
    organizer.get_by_role("button", name="Set this time").click()
    organizer.get_by_role("button", name="Submit the hours of 3 people").click()
    organizer.get_by_text("The hours are submitted.").wait_for()
    reviewer = visitor(locale="en")
    reviewer.context.add_cookies([cookies[made.reviewer]])  # type: ignore[list-item]
    reviewer.goto(f"{live.address}/office/hours")
    reviewer.get_by_role("link", name="社区长者午餐陪伴").click()
    reviewer.get_by_role("checkbox").first.uncheck()
    reviewer.get_by_role("button", name="Confirm the ticked records").click()
    reviewer.get_by_text("The hours of 2 people are confirmed and booked.").wait_for()
    assert reviewer.get_by_role("checkbox").count() == 1
