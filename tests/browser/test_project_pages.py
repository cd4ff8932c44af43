"""Projects in a real browser: no barriers on any page of theirs, and the way from a template to a make-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.browser import barriers
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.kernel.db import runtime
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.projects import queries, usecases
from timebank.projects.rules import Action

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

Visitor = Callable[..., "Page"]
FULL = {
    "is_dangerous": True,
    "insurance": "志愿者意外险，每人保额20万元",
    "with_minors": True,
    "supervision": "两名成人始终在场，监护人签字",
    "skills": ["first_aid"],
    "contact_name": "王队长",
    "contact_phone": "0833-2440123",
    "contact_phone_public": True,
}


@dataclass(frozen=True)
class Town:
    """The address of the service, its people, and the projects there are."""

    address: str
    served: Served
    organizer: Actor
    authority: Actor
    reviewer: Actor
    team: str
    projects: dict[str, str]


@pytest.fixture
def town(live: Served) -> Iterator[Town]:
    assert live.app
    with live.app.app_context():
        people.region_tree()
        team = people.organization()
        organizer = people.organizer(team)
        tomorrow = runtime().clock.now() + timedelta(days=1)
        made = {
            "draft": make.draft(organizer, team, **FULL),
            "open": make.event(
                organization=team, organizer=organizer, project=FULL, starts_at=tomorrow
            ).project,
            "paused": make.event(organization=team, organizer=organizer, starts_at=tomorrow).project,
            "waiting": make.draft(organizer, team, **FULL),
            "make_up_draft": make.made_up(organizer, team),
            "make_up": make.made_up(organizer, team),
            "made_up": make.made_up(organizer, team),
        }
        make.shift(organizer, made["draft"], starts_at=tomorrow)
        for name in ("waiting", "make_up", "made_up"):
            perform(organizer, usecases.submit_project, project=made[name])
        perform(SYSTEM, usecases.approve_project, project=made["made_up"])
        paused = {"project": made["paused"], "reason": "场地维修，修好后恢复"}
        perform(organizer, usecases.move_project, action=Action.PAUSE, **paused)
        template = perform(organizer, usecases.save_template, project=made["draft"], name="每月探访")
        names = {name: str(key) for name, key in made.items()}
        names |= {"template": str(template), "shift": str(queries.shift_keys(made["made_up"])[0])}
        yield Town(
            address=live.address,
            served=live,
            organizer=organizer,
            authority=people.officer(Role.AUTHORITY, people.NORTH),
            reviewer=make.reviewer(),
            team=str(team),
            projects=names,
        )


def signed_in(page: Page, town: Town, actor: Actor) -> Page:
    assert town.served.app
    page.context.add_cookies([{**cookie(town.served.app, actor), "url": town.address}])
    return page


def places(town: Town) -> list[tuple[str, Actor | None]]:
    """Every page of projects, and who looks at it."""
    at = town.projects
    own = [
        "/organize",
        "/organize/projects/new",
        "/organize/make-up/new",
        "/organize/templates",
        f"/organize/templates/{at['template']}",
        f"/organize/shifts/{at['shift']}/attendance",
        *(f"/organize/projects/{at[name]}" for name in ("draft", "open", "paused", "make_up", "made_up")),
        *(
            f"/organize/projects/{at['draft']}/{page}"
            for page in ("edit", "submit", "copy", "template", "shifts/new", "cancel")
        ),
        *(f"/organize/projects/{at['make_up_draft']}/{page}" for page in ("edit", "evidence", "shifts/new")),
        *(f"/organize/projects/{at['open']}/steps/{step}" for step in ("pause", "end-recruiting")),
    ]
    office = [
        "/office/projects",
        f"/office/projects/{at['make_up']}",
        f"/office/projects/{at['waiting']}",
        f"/office/projects/{at['open']}/steps/stop",
    ]
    return [
        ("/projects", None),
        *((f"/projects/{at[name]}", None) for name in ("open", "paused", "made_up")),
        *((path, town.organizer) for path in own),
        *((path, town.authority) for path in office),
        (f"/office/projects/{at['make_up']}", town.reviewer),
    ]


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_anybody_out(town: Town, visitor: Visitor, width: int, locale: str) -> None:
    pages: dict[Actor | None, Page] = {None: visitor(width=width, locale=locale)}
    for path, actor in places(town):
        if actor not in pages:
            assert actor
            pages[actor] = signed_in(visitor(width=width, locale=locale), town, actor)
        page = pages[actor]
        page.goto(town.address + path)
        for view in ("normal", "elder"):
            page.evaluate("view => { document.documentElement.dataset.view = view }", view)
            assert barriers(page) == [], (path, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, view)


def test_from_a_template_to_the_review(town: Town, visitor: Visitor) -> None:
    organizer = signed_in(visitor(width=360, locale="en-GB"), town, town.organizer)
    organizer.goto(f"{town.address}/organize/templates")
    organizer.get_by_role("link", name="每月探访").click()
    organizer.fill("#f-first_day", "2031-01-31")
    organizer.get_by_role("button", name="Write a project from it").click()
    organizer.get_by_text("The draft is written.").wait_for()
    organizer.get_by_role("link", name="Hand in for review").click()
    organizer.get_by_role("button", name="Hand in for review").click()
    told = organizer.locator(".error-summary:focus li").first
    told.wait_for()
    label = organizer.locator(".field-bad > .label").first.inner_text()
    assert told.inner_text() == f"{label} This is needed.", "which question is meant"
    for question in queries_of(town):
        organizer.locator(f"input[name={question[0]}][value={question[1]}]").check()
    organizer.get_by_role("button", name="Hand in for review").click()
    organizer.get_by_text("Handed in. Somebody").wait_for()
    officer = signed_in(visitor(width=1280, locale="en-GB"), town, town.reviewer)
    officer.goto(organizer.url.replace("/organize/", "/office/"))
    officer.fill("#f-reason", "时间不合适")
    officer.get_by_role("button", name="Reject for good").click()
    officer.locator("dialog[open] button[value=no]").click()
    assert officer.get_by_role("button", name="Reject for good").is_visible()
    officer.get_by_role("button", name="Reject for good").click()
    officer.locator("dialog[open] button[value=yes]").click()
    officer.get_by_text("Rejected. The organizer reads your reason.").wait_for()
    organizer.reload()
    organizer.get_by_text("时间不合适").first.wait_for()


def test_a_summary_of_errors_names_the_fields(town: Town, visitor: Visitor) -> None:
    page = signed_in(visitor(width=360), town, town.organizer)
    page.goto(f"{town.address}/organize/projects/new")
    page.get_by_role("button", name="保存草稿").click()
    page.locator(".error-summary:focus").wait_for()
    told = page.locator(".error-summary a").all_inner_texts()
    assert {"项目名称：此项必填。", "服务类别：此项必填。", "风险说明：此项必填。"} <= set(told)
    assert len(set(told)) == len(told)
    page.locator(".error-summary a", has_text="服务类别").click()
    assert page.evaluate("document.activeElement.name") == "categories"
    assert barriers(page) == []


def queries_of(town: Town) -> list[tuple[str, str]]:
    assert town.served.app
    with town.served.app.app_context():
        return list(make.right_answers().items())


def test_evidence_is_added_and_the_authority_approves(town: Town, visitor: Visitor, tmp_path: Path) -> None:
    picture = tmp_path / "evening.png"
    picture.write_bytes(make.PICTURE)
    key = town.projects["make_up_draft"]
    organizer = signed_in(visitor(width=360, locale="en-GB"), town, town.organizer)
    organizer.goto(f"{town.address}/organize/projects/{key}/evidence")
    organizer.set_input_files("#f-file", str(picture))
    organizer.get_by_role("button", name="Add").click()
    organizer.get_by_role("link", name="File 2").wait_for()
    authority = signed_in(visitor(width=1280, locale="en-GB"), town, town.authority)
    authority.goto(f"{town.address}/office/projects")
    authority.get_by_role("link", name="暴雨夜转移群众").first.click()
    with authority.expect_download() as taken:
        authority.get_by_role("link", name="File 1").click()
    assert taken.value.path().read_bytes() == make.PICTURE
    authority.get_by_role("button", name="Approve").click()
    authority.get_by_text("Approved. The organizer can go on.").wait_for()
