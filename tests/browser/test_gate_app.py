"""The organizer's gate on a phone: camera, scanner and search, on line and off line, lost and found again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import browser as browsers
from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support import phones, vectors
from tests.support.clock import FakeClock
from tests.support.signed_in import cookie
from timebank.attendance import queries
from timebank.attendance.models import GateDevice, Scan
from timebank.attendance.rules import TABLE, Direction
from timebank.attendance.usecases import ScanInput, revoke_device, scan_batch
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.projects.models import Shift, SignUp
from timebank.projects.usecases import cancel_sign_up
from timebank.volunteers.queries import personal_code

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from tests.support.service import Served

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]

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

    def ask(self, question: Callable[[], object]) -> object:
        assert self.live.app is not None
        with self.live.app.app_context():
            return question()

    def rows(self) -> list[tuple[str, str, str | None, str | None]]:
        """Direction, verdict, code, and what the phone said, in the order in which the phone made them."""
        assert self.live.app is not None
        with self.live.app.app_context():
            found = session().query(Scan).order_by(Scan.client_id)
            return [(row.direction, row.verdict, row.code, row.told) for row in found]

    def sign_in(self, context: BrowserContext, actor: Actor | None = None) -> None:
        assert self.live.app is not None
        with self.live.app.app_context():
            kept = cookie(self.live.app, actor or self.event.organizer)
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


@pytest.fixture
def gate(live: Served, chromium: Browser, clock: FakeClock) -> Gate:
    """The service's clock is the phone's, so that what is scanned is not late."""
    assert live.app is not None
    page = chromium.new_page()
    clock.set(datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC))
    page.close()
    with live.app.app_context():
        people.region_tree()
        event = make.event()
        actors = {name: make.signed_up(event.shift, name=name) for name in ("周小川", "张大山", "李秀英")}
        codes = {name: personal_code(actor) for name, actor in actors.items()}
        keys = {name: actor.volunteer for name, actor in actors.items() if actor.volunteer}
    return Gate(live, event, codes, keys)


@pytest.fixture
def switched_on(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., BrowserContext]]:
    """A phone: `switched_on(width=1280)`; the same profile every time, as long as the test lasts."""
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(phones.phone(chromium, tmp_path / "phone", **given))


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


# --- one table --------------------------------------------------------------------------------------


def test_the_phone_judges_every_situation_as_the_server_does(gate: Gate, page: Page) -> None:
    kept = json.loads(vectors.FILE.read_text(encoding="utf-8"))
    kept["online"] = vectors.unfolded(kept)
    page.goto(f"{gate.live.address}/gate/start")
    wrong = page.evaluate(
        """async ([kept, table]) => {
            const {judge, judgeOffline} = await import("/static/js/gate/judge.js");
            const wrong = [];
            for (const row of kept.online) {
                const facts = Object.fromEntries(kept.facts.map((name, place) => [name, row[place]]));
                const [verdict, code] = row.slice(kept.facts.length);
                const found = judge(table, facts);
                if (found.verdict !== verdict || found.code !== code) wrong.push([row, found]);
            }
            for (const [told, judged, why, doubt, verdict, code] of kept.offline) {
                const found = judgeOffline(table, {told, judged: {verdict: judged, code: why}, doubt});
                if (found.verdict !== verdict || found.code !== code) wrong.push([told, judged, why, found]);
            }
            return [wrong, kept.online.length + kept.offline.length];
        }""",
        [kept, TABLE],
    )
    assert wrong[0] == []
    assert wrong[1] == len(kept["online"]) + len(kept["offline"]) > 27_000


# --- on line ----------------------------------------------------------------------------------------


def test_a_scanner_that_types_scan_after_scan(gate: Gate, switched_on: Callable[..., BrowserContext]) -> None:
    page = gate.opened(switched_on())
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    scanned(page, gate.codes["周小川"].lower())
    told(page, "repeated", "已于")
    scanned(page, STRANGER)
    told(page, "refused", "查无此码")
    turned(page, "out")
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "签退成功")
    scanned(page, gate.codes["张大山"])
    told(page, "refused", "张大山")
    assert gate.rows() == [
        ("in", "accepted", None, None),
        ("in", "repeated", "already-in", None),
        ("in", "refused", "unknown", None),
        ("out", "accepted", None, None),
        ("out", "refused", "not-in", None),
    ]
    assert page.locator("[data-count=refused]").inner_text() == "2"
    device = gate.ask(lambda: {row.device_id for row in session().query(Scan)})
    assert device == gate.ask(lambda: {row.id for row in session().query(GateDevice)})


def test_somebody_found_by_initials(gate: Gate, switched_on: Callable[..., BrowserContext]) -> None:
    page = gate.opened(switched_on())
    page.locator("#gate-text").fill("z")
    page.locator("#gate-text").fill("zd")
    page.locator("[data-found] button").click()
    told(page, "accepted", "张大山")
    (line,) = gate.ask(lambda: queries.scan_log(gate.event.organizer, gate.event.shift).items)  # type: ignore[misc]
    assert (line.name, line.scan.method) == ("张大山", "organizer")


def test_undo_with_a_reason(gate: Gate, switched_on: Callable[..., BrowserContext]) -> None:
    page = gate.opened(switched_on())
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    page.locator("[data-list=last] button").click()
    page.locator("#gate-undo-reason").fill("扫错了人")
    page.locator("[data-undo-form] button[value=yes]").click()
    page.locator("[data-list=last]").get_by_text("已撤回").wait_for()
    assert [row[1] for row in gate.rows()] == ["accepted", "undone"]
    page.locator("[data-count=inside]").filter(has_text="0").wait_for()
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")


# --- the camera -------------------------------------------------------------------------------------


@pytest.mark.parametrize("on_line", [True, False])
def test_a_camera_reads_a_real_code(
    gate: Gate, switched_on: Callable[..., BrowserContext], tmp_path: Path, on_line: bool
) -> None:
    film = phones.film_of_code(gate.codes["李秀英"], tmp_path / "card.mjpeg")
    context = switched_on(film=film)
    page = gate.opened(context)
    if not on_line:
        context.set_offline(True)
        page.reload()
        page.locator("[data-gate][data-started]").wait_for()
    page.locator("[data-camera-button]").click()
    told(page, "accepted", "李秀英")
    assert browsers.barriers(page) == []
    page.locator("[data-camera-button]").click()
    if not on_line:
        assert gate.rows() == []
        context.set_offline(False)
        waiting(page, 0)
    assert gate.rows() == [("in", "accepted", None, None if on_line else "accepted")], "one card, one scan"


# --- without a network ------------------------------------------------------------------------------


def test_scans_outlive_reload_and_restart_and_arrive_once(
    gate: Gate, chromium: Browser, tmp_path: Path
) -> None:
    with phones.phone(chromium, tmp_path / "phone") as context:
        page = gate.opened(context)
        context.set_offline(True)
        scanned(page, gate.codes["周小川"])
        told(page, "accepted", "周小川")
        scanned(page, gate.codes["周小川"])
        told(page, "repeated", "周小川")
        page.reload()
        page.locator("[data-gate][data-started]").wait_for()
        waiting(page, 2)
        scanned(page, STRANGER)
        told(page, "provisional")
        waiting(page, 3)
        assert browsers.barriers(page) == []
    with phones.phone(chromium, tmp_path / "phone") as context:
        context.set_offline(True)
        page = context.pages[0]
        page.goto(gate.path)
        page.locator("[data-gate][data-started]").wait_for()
        waiting(page, 3)
        turned(page, "out")
        scanned(page, gate.codes["周小川"])
        told(page, "accepted", "签退成功")
        assert gate.rows() == [], "nothing has arrived yet"
        context.set_offline(False)
        waiting(page, 0)
    assert gate.rows() == [
        ("in", "accepted", None, "accepted"),
        ("in", "repeated", "already-in", "repeated"),
        ("in", "refused", "unknown", "provisional"),
        ("out", "accepted", None, "accepted"),
    ]


def test_an_answer_that_is_lost_is_not_a_second_scan(
    gate: Gate, switched_on: Callable[..., BrowserContext]
) -> None:
    context = switched_on()
    page = gate.opened(context)
    lost = []

    def swallow(route: Route) -> None:
        """The server gets the scan; its answer never reaches the phone."""
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    context.route("**/api/v1/shifts/*/scans", swallow)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    waiting(page, 0)
    assert lost == [200]
    assert gate.rows() == [("in", "accepted", None, None)], "the first answer stays"


def test_a_scan_whose_id_belongs_to_another_is_kept_back_and_sent_under_a_new_one(
    gate: Gate, switched_on: Callable[..., BrowserContext]
) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")
    taken = page.evaluate(FIRST_IN_THE_QUEUE)
    scanned(page, gate.codes["张大山"])
    told(page, "accepted", "张大山")
    gate.ask(lambda: _enter(gate, "李秀英", taken))
    context.set_offline(False)
    row = page.locator("[data-list=stuck] li").filter(has_text="周小川")
    row.wait_for()
    waiting(page, 0)
    assert gate.rows() == [("in", "accepted", None, None), ("in", "accepted", None, "accepted")]
    assert browsers.barriers(page) == []
    row.locator("button").click()
    page.locator("[data-list=stuck]").wait_for(state="hidden")
    assert [row[1] for row in gate.rows()] == ["accepted"] * 3


FIRST_IN_THE_QUEUE = """() => new Promise((resolve) => {
    indexedDB.open("timebank-gate").onsuccess = ({target}) => {
        const asked = target.result.transaction("queue").objectStore("queue").getAll();
        asked.onsuccess = () => { target.result.close(); resolve(asked.result[0].client_id); };
    };
})"""


def _enter(gate: Gate, name: str, client_id: str) -> None:
    scan = ScanInput(client_id, Direction.IN, gate.codes[name])
    perform(gate.event.organizer, scan_batch, shift=gate.event.shift, scans=[scan])


def test_what_the_server_would_refuse_is_decided_by_a_tap(
    gate: Gate, switched_on: Callable[..., BrowserContext]
) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    gate.ask(lambda: _cancel(gate, "周小川"))
    context.set_offline(False)
    row = page.locator("[data-list=decide] li").filter(has_text="周小川")
    row.wait_for()
    assert gate.rows() == [("in", "provisional", "not-registered", "accepted")]
    assert browsers.barriers(page) == []
    row.locator("button").first.click()
    page.locator("[data-list=decide]").wait_for(state="hidden")
    assert [each[1] for each in gate.rows()] == ["provisional", "accepted"]


def _cancel(gate: Gate, name: str) -> None:
    mine = session().query(SignUp).filter_by(volunteer_id=gate.people[name].id).one()
    perform(people.actor_of_volunteer(gate.people[name]), cancel_sign_up, sign_up=mine.key, reason="临时有事")


def test_a_session_that_ran_out_does_not_stop_the_phone(
    gate: Gate, switched_on: Callable[..., BrowserContext]
) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    context.clear_cookies()
    context.set_offline(False)
    waiting(page, 0)
    page.reload()
    page.locator("[data-gate][data-started]").wait_for()
    scanned(page, gate.codes["张大山"])
    told(page, "accepted", "张大山")
    assert [row[1] for row in gate.rows()] == ["accepted", "accepted"]


def test_who_takes_over_a_phone_scans_in_their_own_name(
    gate: Gate, switched_on: Callable[..., BrowserContext]
) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    other = gate.ask(lambda: people.organizer(gate.event.organization))
    gate.sign_in(context, other)  # type: ignore[arg-type]
    page.goto("about:blank")
    context.set_offline(False)
    page.goto(gate.path)
    page.locator("[data-gate][data-started]").wait_for()
    scanned(page, gate.codes["张大山"])
    told(page, "accepted", "张大山")
    operators = gate.ask(lambda: [row.operator for row in session().query(Scan).order_by(Scan.client_id)])
    assert operators == [str(gate.event.organizer.user), str(other.user)]  # type: ignore[attr-defined]
    cards = gate.ask(lambda: queries.devices(gate.event.organizer, gate.event.organization))
    assert sorted(card.revoked_at is None for card in cards) == [False, True]  # type: ignore[attr-defined]


def test_what_waits_goes_up_after_the_gate_was_closed(
    gate: Gate, switched_on: Callable[..., BrowserContext]
) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    gate.ask(lambda: _close(gate))
    context.set_offline(False)
    waiting(page, 0)
    assert gate.rows() == [("in", "provisional", "too-late", "accepted")]
    page.reload()
    page.locator("[data-gate][data-started]").wait_for()
    page.locator("[data-list=decide] li").wait_for()


def _close(gate: Gate) -> None:
    """As if the shift were over: the phone was without a network all the time."""
    row = session().query(Shift).one()
    row.status = "closed"
    session().commit()


# --- a lost phone -----------------------------------------------------------------------------------


def test_a_revoked_phone_is_emptied_at_its_next_contact(
    gate: Gate, switched_on: Callable[..., BrowserContext]
) -> None:
    context = switched_on()
    page = gate.opened(context)
    gate.ask(lambda: _revoke(gate))
    scanned(page, gate.codes["周小川"])
    page.locator("[data-gate][data-wiped]").wait_for()
    assert page.get_by_text("周小川").count() == 0
    kept = page.evaluate(
        """async () => [
            (await indexedDB.databases()).length,
            (await caches.keys()).length,
            (await navigator.serviceWorker.getRegistrations()).length,
        ]"""
    )
    assert kept == [0, 0, 0]
    assert gate.rows() == []
    (card,) = gate.ask(lambda: queries.devices(gate.event.organizer, gate.event.organization))  # type: ignore[misc]
    assert card.wiped_at is not None
    page.goto(gate.path)
    assert "/sign-in" in page.url, "the session on the phone is over too"


def _revoke(gate: Gate) -> None:
    (card,) = queries.devices(gate.event.organizer, gate.event.organization)
    perform(gate.event.organizer, revoke_device, organization=gate.event.organization, device=card.key)


# --- how it looks, and how much it carries ----------------------------------------------------------


@pytest.mark.parametrize("view", ["normal", "elder"])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_the_gate_keeps_anybody_out(
    gate: Gate, switched_on: Callable[..., BrowserContext], width: int, locale: str, view: str
) -> None:
    context = switched_on(width=width, locale=locale)
    page = gate.opened(context)
    if view == "elder":
        _elder(gate, page)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    _fits(page)
    context.set_offline(True)
    scanned(page, STRANGER)
    told(page, "provisional")
    scanned(page, gate.codes["张大山"])
    told(page, "accepted")
    gate.ask(lambda: _cancel(gate, "张大山"))
    _fits(page)
    context.set_offline(False)
    page.locator("[data-list=decide] li").wait_for()
    _fits(page)
    for path in ("people", "waiting", "scans", "ready"):
        page.goto(f"{gate.path}/{path}")
        if path == "ready":
            page.locator("[data-ready][data-looked]").wait_for()
        _fits(page)
    page.goto(f"{gate.live.address}/organize/teams/{gate.event.organization}/devices")
    _fits(page)
    context.set_offline(True)
    for path in ("", "/ready"):
        page.goto(f"{gate.path}{path}")
        page.locator("[data-gate][data-started]").wait_for(state="attached")
        _fits(page)


def _fits(page: Page) -> None:
    assert browsers.barriers(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def _elder(gate: Gate, page: Page) -> None:
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    page.evaluate(
        """async (token) => {
            const body = new URLSearchParams({name: "view", value: "elder"});
            await fetch("/preferences", {method: "POST", body, headers: {"X-CSRFToken": token}});
        }""",
        token,
    )
    page.goto(gate.path)
    page.locator("[data-gate][data-started]").wait_for()
    assert page.locator("html").get_attribute("data-view") == "elder"


CROWD = 10_000


def test_ten_thousand_names_are_found_and_judged(
    gate: Gate, switched_on: Callable[..., BrowserContext]
) -> None:
    """The package is filled up on its way; what the phone does with it is real."""
    context = switched_on()

    def crowded(route: Route) -> None:
        answer = route.fetch()
        package = answer.json()
        (model, *_) = package["package"]["people"]
        package["package"]["people"] += [
            {**model, "volunteer": f"511102-{number:032x}", "name": f"王某{number}", "mark": f"{number:08x}"}
            for number in range(CROWD)
        ]
        route.fulfill(response=answer, json=package)

    context.route("**/gate-package", crowded)
    page = gate.opened(context)
    context.set_offline(True)
    page.reload()
    page.locator("[data-gate][data-started]").wait_for()
    page.locator("#gate-text").fill("王")
    page.locator("#gate-text").fill("王某")
    page.locator("[data-found] li").first.wait_for()
    assert page.locator("[data-found] li").count() == 30
    assert page.get_by_text("还有 9970 人").count() == 1
    page.locator("#gate-text").fill("王某9999")
    page.locator("[data-found] li").filter(has_text="王某9999").locator("button").click()
    told(page, "accepted", "王某9999")
    page.locator("#gate-text").fill("")
    scanned(page, gate.codes["周小川"])
    told(page, "accepted", "周小川")


def test_every_verdict_has_its_own_sound_and_rhythm(gate: Gate, page: Page) -> None:
    page.goto(f"{gate.live.address}/gate/start")
    signs = page.evaluate("async () => (await import('/static/js/gate/sound.js')).SIGNS")
    assert set(signs) == {"accepted", "repeated", "refused", "provisional"}
    assert len({json.dumps(sign["tones"]) for sign in signs.values()}) == 4
    assert len({json.dumps(sign["rhythm"]) for sign in signs.values()}) == 4


def test_without_javascript_the_forms_work(gate: Gate, chromium: Browser) -> None:
    with chromium.new_context(java_script_enabled=False, locale="zh-CN") as context:
        gate.sign_in(context)
        page = context.new_page()
        page.goto(gate.path)
        page.fill("[name=personal_code]", gate.codes["周小川"])
        page.locator("button[name=direction][value=in]").click()
        page.get_by_text("周小川 · 签到成功").wait_for()
    assert gate.rows() == [("in", "accepted", None, None)]
