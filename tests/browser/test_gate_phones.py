"""Whose phone it is: a session that ran out, another hand, a phone that is lost."""

from __future__ import annotations

import pytest

from tests.support import make_people as people
from tests.support.gate_app import Gate, SwitchedOn, scanned, started, told, waiting
from timebank.attendance.models import Scan
from timebank.kernel.db import session

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]


def test_a_session_that_ran_out_does_not_stop_the_phone(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    context.clear_cookies()
    context.set_offline(False)
    waiting(page, 0)
    page.reload()
    started(page)
    scanned(page, gate.codes["张大山"])
    told(page, "accepted", "张大山")
    assert [row[1] for row in gate.rows()] == ["accepted", "accepted"]


def test_who_takes_over_a_phone_scans_in_their_own_name(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page = gate.opened(context)
    context.set_offline(True)
    scanned(page, gate.codes["周小川"])
    told(page, "accepted")
    other = gate.ask(lambda: people.organizer(gate.event.organization))
    gate.sign_in(context, other)
    page.goto("about:blank")
    context.set_offline(False)
    page.goto(gate.path)
    started(page)
    scanned(page, gate.codes["张大山"])
    told(page, "accepted", "张大山")
    operators = gate.ask(lambda: [row.operator for row in session().query(Scan).order_by(Scan.client_id)])
    assert operators == [str(gate.event.organizer.user), str(other.user)]
    assert sorted(card.revoked_at is None for card in gate.phones()) == [False, True]


def test_a_revoked_phone_is_emptied_at_its_next_contact(gate: Gate, switched_on: SwitchedOn) -> None:
    context = switched_on()
    page = gate.opened(context)
    gate.revoke()
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
    (card,) = gate.phones()
    assert card.wiped_at is not None
    page.goto(gate.path)
    assert "/sign-in" in page.url, "the session on the phone is over too"
