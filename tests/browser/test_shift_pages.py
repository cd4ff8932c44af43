"""Shifts and sign-ups in a real browser: no barriers, a poster on one sheet, and a line without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.browser import barriers
from tests.support.clock import FakeClock
from tests.support.qr import decoded
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.attendance.usecases import note_no_shows
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.rules import MOST_POSTS, PostSaid, PostTerms, Prerequisites, ShiftSaid

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

Visitor = Callable[..., "Page"]
SAID = ShiftSaid(
    posts=(
        PostSaid("现场引导", 2, "引导居民排队就座"),
        PostSaid("健康登记", 1, "登记血压数值", Prerequisites(skills=("first_aid",))),
    ),
    prerequisites=Prerequisites(age_from=18),
    bring="口罩、水杯",
)


@dataclass(frozen=True)
class Town:
    """The service, who looks, and what there is to see."""

    served: Served
    organizer: Actor
    person: Actor
    clerk: Actor
    event: make.Event
    series: str
    dates: list[Key]
    """The shifts of the series."""
    post: str
    full: str
    missed: list[str]
    """The sign-ups of who did not come: one with an objection, one without, one taken back."""


@pytest.fixture
def town(live: Served, clock: FakeClock) -> Iterator[Town]:
    assert live.app
    with live.app.app_context():
        people.region_tree()
        event, person = make.event(), people.actor_of_volunteer(people.volunteer(name="周小川"))
        make.signed_up(event.shift, person.volunteer)
        for _ in range(2):
            make.signed_up(event.shift)
        clock.advance(hours=8)
        perform(SYSTEM, note_no_shows, on=clock.now().date())
        begins = clock.now() + timedelta(days=3, hours=-8)
        times = {"starts_at": begins, "ends_at": begins + timedelta(hours=2)}
        dates = perform(
            event.organizer,
            projects.add_series,
            project=event.project,
            title="每周义诊",
            rule="FREQ=WEEKLY;COUNT=3",
            said=SAID,
            **times,
        )
        series = dates[0]
        full = make.shift(event.organizer, event.project, title="午餐配送", capacity=1, starts_at=begins)
        make.signed_up(full)
        perform(person, projects.sign_up, shift=full, waits=True)
        own = queries.shift_card(person, event.shift).own
        assert own
        perform(person, projects.appeal_no_show, sign_up=own.key, note="手机没电，没能签到。")
        passed = make.shift(event.organizer, event.project, title="夜间巡护", capacity=1, starts_at=begins)
        holder = make.signed_up(passed)
        perform(person, projects.sign_up, shift=passed, waits=True, despite_overlap=True)
        had = queries.shift_card(holder, passed).own
        assert had
        perform(holder, projects.cancel_sign_up, sign_up=had.key)
        clock.advance(days=1)
        perform(SYSTEM, projects.expire_offers, on=clock.now().date())
        post = queries.shift_card(event.organizer, series).posts[0].key
        missed = [place.sign_up for place in queries.kept_places(event.shift)]
        missed.sort(key=lambda key: key != own.key)
        perform(event.organizer, projects.take_no_show_back, sign_up=missed[2], reason="扫码枪坏了。")
        yield Town(
            live,
            event.organizer,
            person,
            people.officer(),
            event,
            str(series),
            dates,
            str(post),
            str(full),
            [str(key) for key in missed],
        )


def signed_in(page: Page, town: Town, actor: Actor) -> Page:
    assert town.served.app
    page.context.add_cookies([{**cookie(town.served.app, actor), "url": town.served.address}])
    return page


def places(town: Town) -> list[tuple[str, Actor | None]]:
    """Every page of shifts and sign-ups, and who looks at it."""
    shift = f"/organize/shifts/{town.series}"
    absences = f"/organize/shifts/{town.event.shift}/absences"
    return [
        (f"/projects/{town.event.project}", None),
        (f"/projects/{town.event.project}", town.person),
        ("/my", town.person),
        ("/my/calendar", town.person),
        (f"/organize/projects/{town.event.project}", town.organizer),
        (f"/organize/projects/{town.event.project}/shifts/new", town.organizer),
        (shift, town.organizer),
        (f"/organize/shifts/{town.full}", town.organizer),
        (f"/organize/shifts/{town.event.shift}?status=no_show", town.organizer),
        (f"{shift}/edit", town.organizer),
        (f"{shift}/cancel", town.organizer),
        (f"{shift}/poster", town.organizer),
        (f"{shift}/posts/{town.post}", town.organizer),
        (f"{shift}/absences", town.organizer),
        (absences, town.organizer),
        *((f"{absences}?coming={each}", town.organizer) for each in ("noted", "taken_back", "came")),
        *((f"{absences}/{each}", town.organizer) for each in town.missed),
        ("/organize/appeals", town.organizer),
        (f"/office/volunteers/{town.person.volunteer}/assist", town.clerk),
    ]


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_anybody_out(town: Town, visitor: Visitor, width: int, locale: str) -> None:
    pages: dict[Actor | None, Page] = {None: visitor(width=width, locale=locale)}
    for path, actor in places(town):
        if actor is not None and actor not in pages:
            pages[actor] = signed_in(visitor(width=width, locale=locale), town, actor)
        page = pages[actor]
        page.goto(town.served.address + path)
        for details in page.locator("details").all():
            details.evaluate("each => { each.open = true }")
        for view in ("normal", "elder"):
            page.evaluate("view => { document.documentElement.dataset.view = view }", view)
            assert barriers(page) == [], (path, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, view)


def test_the_usual_shift_needs_no_fold_and_its_dates_are_shown(town: Town, visitor: Visitor) -> None:
    page = signed_in(visitor(width=360, locale="en-GB"), town, town.organizer)
    page.goto(f"{town.served.address}/organize/projects/{town.event.project}/shifts/new")
    assert page.locator("main details[open]").count() == 0
    said = {"title": "Early", "occurs_on": "2031-01-04", "starts_at": "06:30", "ends_at": "07:30"}
    for name, value in {**said, "capacity": "4"}.items():
        page.fill(f"#f-{name}", value)
    page.get_by_text("It recurs").click()
    page.select_option("#f-repeats", label="Every week")
    page.fill("#f-count", "3")
    page.get_by_role("button", name="Preview the dates").click()
    page.locator("section:focus").wait_for()
    assert page.locator("section:focus li").first.inner_text() == "4 January 2031"
    page.evaluate("document.getElementById('f-opens_minutes').value = '999'")
    page.get_by_role("button", name="Add 3 shifts").click()
    page.locator(".error-summary:focus").wait_for()
    assert page.locator("#f-opens_minutes").is_visible(), "a fold with a mistake is open"


def test_from_the_roster_to_the_gate(town: Town, visitor: Visitor) -> None:
    page = signed_in(visitor(width=360, locale="en-GB"), town, town.organizer)
    page.goto(f"{town.served.address}/organize/shifts/{town.series}")
    page.get_by_role("link", name="Gate").click()
    page.wait_for_url(f"**/gate/{town.series}")


def test_ones_own_calendar_address_fits_a_phone(town: Town, visitor: Visitor) -> None:
    page = signed_in(visitor(width=360), town, town.person)
    page.goto(f"{town.served.address}/my/calendar")
    page.get_by_role("button", name="生成地址").click()
    page.locator(".banner .code").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="重新生成地址").click()
    page.locator("dialog[open] button[value=no]").click()
    assert page.locator(".banner .code").is_visible()


def test_who_lacks_what_a_post_asks_is_shown_before_it_is_saved(town: Town, visitor: Visitor) -> None:
    series, post = Key.parse(town.series), Key.parse(town.post)
    holder = people.actor_of_volunteer(people.volunteer(name="周大川"))
    perform(holder, projects.sign_up, shift=series, post=post)
    page = signed_in(visitor(width=360), town, town.organizer)
    page.goto(f"{town.served.address}/organize/shifts/{series}/posts/{post}")
    page.locator("main details summary").click()
    page.locator("input[name=skills][value=first_aid]").check()
    page.get_by_role("button", name="保存").click()
    assert "周大川" in page.locator("main").inner_text()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="返回修改").click()
    assert page.locator("input[name=skills][value=first_aid]").is_checked()
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="仍然保存").click()
    page.wait_for_url(f"**/organize/shifts/{series}")
    assert page.locator(".banner-title").first.inner_text().startswith("岗位已修改")


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_what_stands_in_the_way_of_a_series_is_shown(
    town: Town, visitor: Visitor, width: int, locale: str
) -> None:
    series = Key.parse(town.series)
    _first, second, third = town.dates
    holder = people.actor_of_volunteer(people.volunteer(name="周大川"))
    for key in (second, third):
        post = queries.shift_card(holder, key).posts[0].key
        perform(holder, projects.sign_up, shift=key, post=post)
    page = signed_in(visitor(width=width, locale=locale), town, town.organizer)
    address = f"{town.served.address}/organize/shifts/{series}"

    def looked_at() -> str:
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        return page.locator("main").inner_text()

    page.goto(f"{address}/edit")
    page.locator("input[name=skills][value=first_aid]").check()
    page.locator("input[name=following]").check()
    page.locator("main form button[type=submit]").last.click()
    assert "周大川" in looked_at()
    page.locator("button[value=edit]").click()
    assert page.locator("input[name=following]").is_checked()
    page.goto(f"{address}/edit")
    page.locator("input[name=places_1]").fill("1")
    page.locator("input[name=following]").check()
    perform(people.actor_of_volunteer(people.volunteer()), projects.sign_up, shift=third, post=post)
    page.locator("main form button[type=submit]").last.click()
    assert page.locator(f"main .banner a[href$='/organize/shifts/{third}']").count() == 1
    looked_at()
    given = {"shift": second, "post": queries.shift_card(holder, second).posts[1].key}
    perform(town.organizer, projects.edit_post, **given, terms=PostTerms("现场急救"))
    own = queries.shift_card(holder, series).posts[1].key
    page.goto(f"{address}/posts/{own}")
    page.locator("textarea[name=duty]").fill("登记血压与体温")
    page.locator("input[name=following]").check()
    page.locator("main form button[type=submit]").last.click()
    assert page.locator(f"main .banner a[href$='/organize/shifts/{second}']").count() == 1
    looked_at()


def test_a_poster_is_one_sheet_and_its_code_leads_to_the_project(town: Town, visitor: Visitor) -> None:
    page = signed_in(visitor(), town, town.organizer)
    page.goto(f"{town.served.address}/organize/shifts/{town.series}/poster")
    page.emulate_media(media="print")
    sheet = page.pdf(format="A4", prefer_css_page_size=True)
    assert sheet.count(b"/Type /Page\n") == 1
    assert decoded(page.locator(".poster-code").screenshot()).endswith(f"/projects/{town.event.project}")


def test_a_post_is_taken_without_a_script(town: Town, visitor: Visitor) -> None:
    page = signed_in(visitor(), town, town.person)
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{town.served.address}/projects/{town.event.project}")
    card = page.locator("article", has_text="每周义诊").first
    card.get_by_role("button").click()
    page.locator("#f-post").select_option(index=1)
    page.locator("article").get_by_role("button").first.click()
    if page.locator("input[name=despite_overlap]").count():
        page.locator("article").get_by_role("button").first.click()
    page.wait_for_url("**/projects/*")
    page.goto(f"{town.served.address}/my")
    assert "现场引导" in page.locator("main").inner_text()


def test_rows_of_posts_come_and_go_without_a_page(town: Town, visitor: Visitor) -> None:
    page = signed_in(visitor(width=360, locale="en-GB"), town, town.organizer)
    address = f"{town.served.address}/organize/projects/{town.event.project}/shifts/new"
    page.goto(address)
    page.locator("summary", has_text="Posts").click()
    page.locator("#f-post_name_1").fill("茶水台")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    add = page.get_by_role("button", name="Add a post")
    add.click()
    assert page.evaluate("document.activeElement.id") == "f-post_name_2"
    page.keyboard.type("登记台")
    page.locator("#f-post_capacity_2").fill("3")
    add.click()
    page.get_by_role("button", name="Remove post 1").click()
    assert page.evaluate("document.activeElement.id") == "f-post_name_1"
    assert page.locator("#f-post_name_1").input_value() == "登记台"
    assert page.get_by_label("Places").nth(1).input_value() == "3"
    assert page.locator("[data-rows] legend").all_inner_texts() == ["Post 1", "Post 2"]
    assert page.locator("[data-row-count]").input_value() == "2"
    assert barriers(page) == []
    for _ in range(2):
        page.get_by_role("button", name="Remove post 1").click()
    assert page.locator("[data-rows] legend").all_inner_texts() == ["Post 1"]
    assert page.locator("#f-post_name_1").input_value() == ""
    while add.is_visible():
        add.click()
    assert page.locator("[data-rows] legend").count() == MOST_POSTS
    assert sent == []
