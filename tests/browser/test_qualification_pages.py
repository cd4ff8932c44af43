"""Pages about skills with proof, training and awards in a real browser: a file is sent, and no barriers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as make
from tests.support.browser import barriers
from tests.support.service import Served
from tests.support.signed_in import cookie
from timebank.kernel.policy import Role
from timebank.kernel.work import perform
from timebank.qualifications.rules import Kind, Said
from timebank.qualifications.usecases import enter

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]

Visitor = Callable[..., "Page"]


@dataclass
class Town:
    """The address of the service, who is signed in there, and what there is to look at."""

    address: str
    person: dict[str, str]
    clerk: dict[str, str]
    volunteer: str
    item: str

    def as_(self, page: Page, who: str) -> Page:
        page.context.add_cookies([{**getattr(self, who), "url": self.address}])  # type: ignore[list-item]
        return page


@pytest.fixture
def town(live: Served) -> Town:
    assert live.app
    with live.app.app_context():
        make.region_tree()
        volunteer = make.volunteer()
        person, clerk = make.actor_of_volunteer(volunteer), make.officer(Role.COMMUNITY_WORKER)
        said = Said("救护员证", "区红十字会", skill="first_aid", number="51A-0007")
        item = perform(
            person, enter, volunteer=volunteer, kind=Kind.SKILL, said=said, file=b"%PDF-1.7 certificate"
        )
        cookies = [cookie(live.app, actor) for actor in (person, clerk)]
    return Town(live.address, *cookies, str(volunteer), str(item))


def test_a_photograph_is_sent_in_and_taken_back(town: Town, visitor: Visitor, tmp_path: Path) -> None:
    picture = tmp_path / "证书.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n picture")
    page = town.as_(visitor(width=360), "person")
    page.goto(f"{town.address}/my/qualifications/award")
    page.fill("#f-title", "优秀志愿者")
    page.fill("#f-issuer", "区文明办")
    page.locator("input[name=level]").first.check()
    page.fill("#f-held_on", "2026-03-05")
    page.set_input_files("#f-file", picture)
    page.locator("main form .form-actions button").click()
    page.wait_for_url("**/my/qualifications")
    award = page.locator("article", has_text="优秀志愿者")
    assert award.locator("a[href$='/file']").count() == 1
    award.locator("form button").click()
    page.locator("dialog[open] button[value=yes]").click()
    page.get_by_role("status").first.wait_for()
    assert page.locator("article", has_text="优秀志愿者").locator("a[href$='/file']").count() == 0


@pytest.mark.parametrize(("width", "locale"), [(360, "zh-CN"), (1280, "en-GB")])
def test_nothing_keeps_anybody_out(town: Town, visitor: Visitor, width: int, locale: str) -> None:
    person, clerk = (town.as_(visitor(width=width, locale=locale), who) for who in ("person", "clerk"))
    tab = f"/office/volunteers/{town.volunteer}/qualifications"
    for page, path in (
        (person, "/my/qualifications"),
        (person, "/my/qualifications/skill"),
        (person, "/my/qualifications/award"),
        (clerk, "/office/qualifications"),
        (clerk, f"/office/qualifications/{town.item}"),
        (clerk, tab),
        (clerk, f"{tab}/training"),
        (clerk, "/office/trainings/new"),
    ):
        page.goto(town.address + path)
        for view in ("normal", "elder"):
            page.evaluate("view => { document.documentElement.dataset.view = view }", view)
            assert barriers(page) == [], (path, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, view)
