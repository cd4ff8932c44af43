"""What a test does with the gate's app on a phone, and what the server kept of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tests.support import browser as browsers
from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.signed_in import cookie
from timebank.attendance import queries
from timebank.attendance.models import Scan
from timebank.attendance.usecases import revoke_device
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.projects.models import Shift, SignUp
from timebank.projects.usecases import cancel_sign_up

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.support.service import Served

Found = TypeVar("Found")
SwitchedOn = Callable[..., "BrowserContext"]
"""A phone: `switched_on(width=1280)`; the same profile every time, as long as the test lasts."""
STRANGER = "2222222222"


@dataclass
class Gate:
    """A shift that is under way, three people with places, and the phone of its organizer."""

    live: Served
    event: make.Event
    codes: dict[str, str]
    people: dict[str, Key]

    @property
    def path(self) -> str:
        return f"{self.live.address}/gate/{self.event.shift}"

    def ask(self, question: Callable[[], Found]) -> Found:
        assert self.live.app is not None
        with self.live.app.app_context():
            return question()

    def rows(self) -> list[tuple[str, str, str | None, str | None]]:
        """Direction, verdict, code, and what the phone said, in the order in which the phone made them."""
        return self.ask(
            lambda: [
                (row.direction, row.verdict, row.code, row.told)
                for row in session().query(Scan).order_by(Scan.client_id)
            ]
        )

    def sign_in(self, context: BrowserContext, actor: Actor | None = None) -> None:
        app = self.live.app
        assert app is not None
        kept = self.ask(lambda: cookie(app, actor or self.event.organizer))
        context.add_cookies([{**kept, "url": self.live.address}])  # type: ignore[typeddict-item]

    def opened(self, context: BrowserContext) -> Page:
        """The gate, open on this phone and kept for the time without a network."""
        self.sign_in(context)
        page = context.pages[0] if context.pages else context.new_page()
        page.goto(self.path)
        page.locator("[data-gate][data-started]").wait_for()
        page.evaluate("navigator.serviceWorker.ready")
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        return page

    def cancel(self, name: str) -> None:
        """Somebody gives the place back."""

        def cancel() -> None:
            mine = session().query(SignUp).filter_by(volunteer_id=self.people[name].id).one()
            actor = people.actor_of_volunteer(self.people[name])
            perform(actor, cancel_sign_up, sign_up=mine.key, reason="临时有事")

        self.ask(cancel)

    def close(self) -> None:
        """As if the shift were over: the phone was without a network all the time."""

        def close() -> None:
            session().query(Shift).one().status = "closed"
            session().commit()

        self.ask(close)

    def phones(self) -> list[queries.DeviceCard]:
        return self.ask(lambda: queries.devices(self.event.organizer, self.event.organization))

    def revoke(self) -> None:
        """The one phone of this gate is lost."""
        (card,) = self.phones()
        given = {"organization": self.event.organization, "device": card.key}
        self.ask(lambda: perform(self.event.organizer, revoke_device, **given))


def scanned(page: Page, code: str) -> None:
    """A scanner that is a keyboard: it types wherever the focus is, and presses Enter."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type(f"{code}\n")


def told(page: Page, verdict: str, text: str = "") -> None:
    panel = page.locator(f"[data-panel][data-state={verdict}]")
    (panel.filter(has_text=text) if text else panel).wait_for()


def waiting(page: Page, number: int) -> None:
    page.locator("[data-count=waiting]").filter(has_text=f"{number}").wait_for()


def turned(page: Page, direction: str) -> None:
    page.locator(f"[name=gate-direction][value={direction}]").check(force=True)


def started(page: Page) -> None:
    page.locator("[data-gate][data-started]").wait_for(state="attached")


def fits(page: Page) -> None:
    """Nobody is kept out, and nothing is wider than the phone."""
    assert browsers.barriers(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
