"""Teams in a real browser: joining by a scanned code, and no barriers on any page of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support import make_teams as make
from tests.support.browser import barriers
from tests.support.qr import decoded
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.memberships import usecases
from timebank.organizations.usecases import ask_parent, submit_organization

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

Visitor = Callable[..., "Page"]


@dataclass(frozen=True)
class Town:
    """The address of the service, its people, and what there is to see."""

    address: str
    administrator: Actor
    person: Actor
    reviewer: Actor
    founder: Actor
    served: Served
    team: str
    waiting: str
    request: str
    code: str


@pytest.fixture
def town(live: Served) -> Iterator[Town]:
    assert live.app
    with live.app.app_context():
        people.region_tree()
        team, administrator = make.founded(make.person(name="周小川"), name="泊水邻里志愿队")
        below, _other = make.founded(make.person(name="吴晓峰"), name="高墩子助餐队")
        asks, third = make.founded(make.person(name="郑小雨"), name="河道清洁队")
        perform(SYSTEM, ask_parent, organization=below, parent=team)
        perform(third, ask_parent, organization=asks, parent=team)
        phone = people.phone()
        person = people.actor_of_volunteer(people.volunteer(phone=phone, name="陈大海"))
        make.member(asks, third, person)
        for name in ("林一帆", "孙若溪"):
            make.member(team, administrator, make.person(name=name))
        request, _somebody = make.requested(team, make.person(name="何青山"))
        for number in (phone, people.phone()):
            perform(administrator, usecases.invite, organization=team, to=number)
        projects.event(organization=team, organizer=administrator, project={"name": "河道清洁日"})
        waiting, founder = make.draft(make.person(name="钱多多"), name="沙湾读书队")
        perform(founder, submit_organization, organization=waiting)
        yield Town(
            address=live.address,
            administrator=administrator,
            person=person,
            reviewer=make.reviewer(),
            founder=founder,
            served=live,
            team=str(team),
            waiting=str(waiting),
            request=str(request),
            code=make.join_code(team, administrator),
        )


def signed_in(page: Page, town: Town, actor: Actor) -> Page:
    assert town.served.app
    page.context.add_cookies([{**cookie(town.served.app, actor), "url": town.address}])
    return page


def places(town: Town) -> list[tuple[str, Actor | None]]:
    """Every page of teams, and who looks at it."""
    managed = f"/organize/teams/{town.team}"
    office = "/office/organizations"
    own: list[tuple[str, Actor | None]] = [
        (path, town.administrator)
        for path in (
            managed,
            f"{managed}/edit",
            f"{managed}/members",
            f"{managed}/members?status=requested",
            f"{managed}/members/{town.request}",
            f"{managed}/invitations",
            f"{managed}/join-code",
            f"{managed}/parent?text=高",
        )
    ]
    desk: list[tuple[str, Actor | None]] = [
        (path, town.reviewer)
        for path in (
            office,
            f"{office}/reviews",
            f"{office}/new",
            f"{office}/{town.waiting}",
            f"{office}/{town.team}",
            f"{office}/{town.team}/edit",
            f"{office}/{town.team}/close",
            f"{office}/{town.team}/parent?text=高",
        )
    ]
    return [
        ("/teams", None),
        (f"/teams/{town.team}", None),
        (f"/teams/{town.team}", town.person),
        (f"/join/{town.code}", None),
        (f"/join/{town.code}", town.person),
        ("/join/ABCDEFGHJK", town.person),
        ("/my/teams", town.person),
        ("/my/teams", town.administrator),
        ("/my/teams/new", town.person),
        (f"/organize/teams/{town.waiting}", town.founder),
        (f"/organize/teams/{town.waiting}/withdraw", town.founder),
        *own,
        *desk,
    ]


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_anybody_out(town: Town, visitor: Visitor, width: int, locale: str) -> None:
    pages = {None: visitor(width=width, locale=locale)}
    for path, actor in places(town):
        if actor not in pages:
            pages[actor] = signed_in(visitor(width=width, locale=locale), town, actor)  # type: ignore[arg-type]
        page = pages[actor]
        page.goto(town.address + path)
        for view in ("normal", "elder"):
            page.evaluate("view => { document.documentElement.dataset.view = view }", view)
            assert barriers(page) == [], (path, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, view)


def test_somebody_scans_the_poster_and_is_in(town: Town, visitor: Visitor) -> None:
    desk = signed_in(visitor(width=1280, locale="en-GB"), town, town.administrator)
    desk.goto(f"{town.address}/organize/teams/{town.team}/join-code")
    scanned = decoded(desk.locator("svg.qr").screenshot())
    assert scanned == f"{town.address}/join/{town.code}"
    phone = signed_in(visitor(width=360, locale="en-GB"), town, town.person)
    phone.goto(scanned)
    phone.get_by_role("button", name="Join the team").click()
    phone.wait_for_url(f"{town.address}/my/teams")
    phone.get_by_text("You are a member of the team now.").wait_for()
    desk.goto(f"{town.address}/organize/teams/{town.team}/members")
    desk.get_by_role("link", name="陈大海").wait_for()


def test_a_team_is_founded_returned_corrected_and_approved(town: Town, visitor: Visitor) -> None:
    founder = signed_in(visitor(width=360, locale="en-GB"), town, town.person)
    founder.goto(f"{town.address}/my/teams/new")
    founder.get_by_role("button", name="Hand in for review").click()
    founder.locator(".error-summary").wait_for()
    for name, text in (
        ("name", "陈家院子志愿队"),
        ("filing_no", "泊水备2026-077"),
        ("filing_authority", "泊水街道办事处"),
        ("supervisor", "泊水街道办事处"),
        ("head_name", "陈大海"),
        ("head_phone", "12000000999"),
    ):
        founder.fill(f"#f-{name}", text)
    founder.check("input[name=categories][value=elder_help]")
    founder.get_by_role("button", name="Hand in for review").click()
    founder.get_by_text("Handed in. An officer").wait_for()
    officer = signed_in(visitor(width=1280, locale="en-GB"), town, town.reviewer)
    officer.goto(f"{town.address}/office/organizations/reviews")
    officer.get_by_role("link", name="陈家院子志愿队").click()
    officer.fill("#f-reason", "请补充简介")
    officer.get_by_role("button", name="Return for correction").click()
    officer.get_by_text("Returned with your reason.").wait_for()
    founder.reload()
    founder.get_by_text("请补充简介").first.wait_for()
    founder.get_by_role("link", name="Edit").first.click()
    founder.fill("#f-introduction", "陪伴院子里的老人。")
    founder.get_by_role("button", name="Keep the changes").click()
    founder.get_by_role("button", name="Hand in for review").click()
    founder.get_by_text("Handed in. An officer").wait_for()
    officer.reload()
    officer.get_by_role("button", name="Approve").click()
    officer.get_by_text("Approved. The organisation").wait_for()
    founder.goto(f"{town.address}/teams?text=陈家")
    founder.get_by_role("link", name="陈家院子志愿队").wait_for()
