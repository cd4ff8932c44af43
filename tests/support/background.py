"""A phone that lies there: the gate is closed, and the browser wakes the worker of the gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.support.gate_app import Found, Gate
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Request

WITHOUT = "delete window.SyncManager; delete ServiceWorkerRegistration.prototype.sync;"
"""Makes a browser without Background Sync of it, when it runs before a page's own scripts."""
KEPT = """
async () => [
    (await indexedDB.databases()).length,
    (await caches.keys()).length,
    (await navigator.serviceWorker.getRegistrations()).length,
]
"""


class Lying:
    """The phone, with a page open that has nothing to do with the gate."""

    def __init__(self, gate: Gate, context: BrowserContext) -> None:
        self.gate = gate
        self.page = context.new_page()
        self.page.goto(f"{gate.live.address}/healthz")
        self.uploads: list[Request] = []
        context.on("request", self._note)
        self._registrations: list[dict[str, Any]] = []
        self._browser = context.new_cdp_session(self.page)
        self._browser.on("ServiceWorker.workerRegistrationUpdated", self._registered)
        self._browser.send("ServiceWorker.enable")

    def _note(self, request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/scans"):
            self.uploads.append(request)

    def _registered(self, event: dict[str, Any]) -> None:
        self._registrations += [each for each in event["registrations"] if not each["isDeleted"]]

    def eventually(self, ask: Callable[[], Found], what: str) -> Found:
        """Ask until the answer is true; meanwhile what the browser does is looked after."""
        return eventually(lambda: self.page.wait_for_timeout(20) or ask(), what)

    def woken(self) -> None:
        """The browser tells the worker that there is a network, whatever it thinks itself."""
        self.eventually(lambda: self._registrations, "the gate's worker")
        given = {"origin": self.gate.live.address, "tag": "gate-scans", "lastChance": False}
        registration = self._registrations[-1]["registrationId"]
        self._browser.send("ServiceWorker.dispatchSyncEvent", {**given, "registrationId": registration})

    def kept(self) -> list[int]:
        """How many databases, caches and workers are on the phone."""
        found: list[int] = self.page.evaluate(KEPT)
        return found
