"""The main job as four people walk it: a volunteer's phone, organizer, community worker, authority."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.support import leshan, make_people
from tests.support.clock import FakeClock
from tests.support.leshan import PERSON, PROJECT
from tests.support.qr import decoded

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.service import Served

pytestmark = [pytest.mark.browser]


ASKED_YES = ("serves_others", "own_will", "unpaid")
"""Questions of the self-check that volunteering answers with yes."""


class Person:
    """Somebody at a browser. What they press is named as it stands on the page, in English."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def opens(self, path: str) -> None:
        """Open a page; it must answer well."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.ok, (path, answer.status)

    def signs_in(self, phone: str) -> None:
        """Sign in with phone and password."""
        self.opens("/sign-in")
        self.signs_in_here(phone)

    def signs_in_here(self, phone: str) -> None:
        """The same on the page that asks for it."""
        self.page.fill("main [name=phone]", phone)
        self.page.fill("main [name=password]", make_people.PASSWORD)
        self.presses("Sign in", within="main")

    def presses(self, label: str, within: str = "body") -> None:
        """Press a button or follow a link, and wait for the next page."""
        scope = self.page.locator(within)
        named = re.compile(f"^{re.escape(label)}$")
        target = scope.get_by_role("button", name=named).or_(scope.get_by_role("link", name=named)).first
        with self.page.expect_navigation():
            target.click()

    def confirms(self) -> None:
        """Say yes in the dialog that asks once more."""
        with self.page.expect_navigation():
            self.page.locator("#confirm-dialog").get_by_role("button", name="Yes, go on").click()

    def fills(self, **values: str) -> None:
        """Fill fields by their names."""
        for name, value in values.items():
            self.page.fill(f"main [name={name}]", value)

    def ticks(self, name: str, *values: str) -> None:
        """Tick boxes."""
        for value in values:
            self.page.check(f"main [name={name}][value={value}]")

    def chooses(self, name: str, value: str) -> None:
        """Choose from a list, waiting until it offers the value."""
        self.page.locator(f"select[name={name}] option[value='{value}']").wait_for(state="attached")
        self.page.select_option(f"select[name={name}]", value)

    def sees(self, text: str) -> None:
        """The text stands on the page."""
        self.page.get_by_text(text).first.wait_for()


def registers(volunteer: Person) -> None:
    volunteer.opens("/register")
    volunteer.presses("Begin")
    volunteer.fills(name=PERSON["name"])
    volunteer.ticks("document_type", "resident_id")
    volunteer.presses("Continue", within="main form")
    volunteer.fills(document_number=PERSON["document_number"])
    volunteer.presses("Continue", within="main form")
    volunteer.fills(phone=PERSON["phone"])
    volunteer.presses("Continue", within="main form")
    for name, code in (
        ("county", leshan.COUNTY),
        ("township", leshan.TOWNSHIP),
        ("region_code", leshan.COMMUNITY),
    ):
        volunteer.chooses(name, str(code))
    volunteer.presses("Continue", within="main form")
    volunteer.chooses("political_status", PERSON["political_status"])
    volunteer.presses("Continue", within="main form")
    volunteer.ticks("categories", "elder_care")
    volunteer.presses("Continue", within="main form")
    volunteer.presses("Continue", within="main form")
    assert volunteer.page.locator(".error-summary").count() == 1, "without consents it is refused"
    volunteer.ticks("consents", "privacy", "sensitive")
    volunteer.presses("Continue", within="main form")
    volunteer.page.locator("main details summary").click()
    volunteer.fills(password=PERSON["password"])
    volunteer.presses("Send in my registration")
    volunteer.sees("What happens next")


def is_approved(clerk: Person, authority: Person) -> None:
    clerk.opens("/office/volunteers?status=verifying")
    clerk.presses(PERSON["name"])
    path = urlsplit(clerk.page.url).path
    clerk.ticks("method", "in_person")
    clerk.presses("Verified, approve")
    authority.opens(path)
    authority.presses("Verify party membership")


def posts_a_project(organizer: Person) -> None:
    organizer.opens("/organize/projects/new")
    organizer.chooses("region_code", str(leshan.COMMUNITY))
    organizer.fills(**PROJECT)
    organizer.ticks("categories", "elder_care")
    organizer.ticks("recipients", "empty_nest")
    organizer.ticks("safeguards", "insurance", "meal")
    organizer.presses("Keep as a draft", within="main form")
    organizer.presses("Add a shift")
    organizer.fills(title="下午班", occurs_on="2026-11-21", starts_at="14:00", ends_at="17:00", capacity="1")
    organizer.presses("Add the shift")
    organizer.presses("Hand in for review")
    for question in organizer.page.locator("main fieldset").all():
        name = question.locator("input").first.get_attribute("name")
        organizer.ticks(str(name), "yes" if name in ASKED_YES else "no")
    organizer.presses("Hand in for review", within="main form")


def is_reviewed(clerk: Person) -> None:
    clerk.opens("/office/projects")
    clerk.presses(PROJECT["name"])
    clerk.presses("Approve")


def passes_the_gate(volunteer: Person, organizer: Person, label: str) -> None:
    """The phone opens what an independent decoder reads from the projected screen."""
    url = decoded(organizer.page.screenshot())
    volunteer.opens(urlsplit(url).path)
    volunteer.presses(label)
    assert volunteer.page.locator("[data-verdict=accepted]").count() == 1, volunteer.page.inner_text("body")


def test_the_main_job(live: Served, visitor: Callable[..., Page], clock: FakeClock) -> None:
    app = live.app
    assert app is not None
    cast = leshan.prepare(app)
    volunteer, organizer, clerk, authority = (
        Person(visitor(width=width, locale="en"), live.address) for width in (360, 1280, 1280, 1280)
    )
    for person, phone in ((organizer, cast.organizer), (clerk, cast.clerk), (authority, cast.authority)):
        person.signs_in(phone)

    registers(volunteer)
    is_approved(clerk, authority)
    posts_a_project(organizer)
    is_reviewed(clerk)

    volunteer.opens("/projects")
    volunteer.presses(PROJECT["name"])
    volunteer.presses("Sign in to take a place")
    volunteer.signs_in_here(PERSON["phone"])
    volunteer.presses("Sign up for 下午班")

    clock.set(leshan.CHECK_IN)
    organizer.opens("/organize")
    organizer.presses(PROJECT["name"])
    organizer.presses("Gate", within="main table")
    organizer.presses("Show the code")
    screen = urlsplit(organizer.page.url).path
    passes_the_gate(volunteer, organizer, "Check in")
    clock.set(leshan.CHECK_OUT)
    organizer.opens(screen)
    passes_the_gate(volunteer, organizer, "Check out")

    clock.set(leshan.AFTERWARDS)
    organizer.presses("Back to the desk")
    organizer.presses("Close and check hours")
    organizer.page.get_by_role("button", name="Close the shift").click()
    organizer.confirms()
    organizer.presses("Submit the hours of 1 person")
    clerk.opens("/office/hours")
    clerk.presses(PROJECT["name"])
    clerk.presses("Confirm the ticked records")

    volunteer.opens("/my")
    volunteer.sees("97.5 h more to star 1")
    leshan.compute(app)
    authority.opens(f"/office/statistics?region={leshan.COUNTY}")
    authority.sees("814,597")
    with authority.page.expect_download() as exported:
        authority.page.get_by_role("link", name="Excel").first.click()
    assert exported.value.path().read_bytes()[:2] == b"PK", "an XLSX file is a zip file"
    assert leshan.booked(app) == leshan.BOOKED
    assert leshan.standing(app) == leshan.STANDING
    leshan.verify(app)
