"""Attacks on the rotating code, by page and by API: each is refused with a code of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.web.test_gate import ENGLISH, Gate
from timebank.attendance.rules import issue_code, step_of
from timebank.kernel.policy import Actor

Attack = Callable[[Gate, FakeClock], Any]


@pytest.fixture
def gate(app: Flask) -> Gate:
    return Gate(app)


def check_in(gate: Gate, code: str, actor: Actor | None = None, **given: str) -> Any:
    body = {"code": code, "direction": "in", "client_id": "attack", **given}
    return gate.api(actor or gate.person, "POST", "/check-ins", json=body).json


def somebody_else(gate: Gate) -> Actor:
    """Another person with a place in the shift."""
    found: Actor = gate.ask(lambda: make.signed_up(gate.shift))
    return found


def replay_after_the_grace(gate: Gate, clock: FakeClock) -> Any:
    code = gate.code()
    clock.advance(seconds=40)
    return check_in(gate, code)


def replay_on_the_way_out(gate: Gate, _clock: FakeClock) -> Any:
    code = gate.code()
    check_in(gate, code)
    return check_in(gate, code, direction="out", client_id="out")


def code_of_another_shift(gate: Gate, _clock: FakeClock) -> Any:
    other = gate.ask(lambda: make.code_of(make.event()))
    return check_in(gate, other, shift=str(gate.shift))


def made_without_the_secret(gate: Gate, clock: FakeClock) -> Any:
    return check_in(gate, issue_code(gate.shift, "a guess", step_of(clock.now())))


def forwarded_and_opened_late(gate: Gate, clock: FakeClock) -> Any:
    code = gate.code()
    clock.advance(minutes=1)
    return check_in(gate, code, somebody_else(gate))


def clock_stepped_back(gate: Gate, clock: FakeClock) -> Any:
    code = gate.code()
    clock.advance(minutes=-1)
    return check_in(gate, code)


ATTACKS: dict[Attack, str] = {
    replay_after_the_grace: "expired-code",
    replay_on_the_way_out: "replayed-code",
    code_of_another_shift: "wrong-session",
    made_without_the_secret: "unknown",
    forwarded_and_opened_late: "expired-code",
    clock_stepped_back: "expired-code",
}


@pytest.mark.parametrize(
    ("attack", "code"), ATTACKS.items(), ids=lambda each: getattr(each, "__name__", each)
)
def test_each_attack_has_its_refusal(gate: Gate, clock: FakeClock, attack: Attack, code: str) -> None:
    told = attack(gate, clock)
    assert (told["verdict"], told["code"]) == ("refused", code)
    assert told["message"]


def test_a_forwarded_link_brings_no_sealed_instant(gate: Gate, clock: FakeClock) -> None:
    """The seal lies with the phone that opened the code in time; the link alone is worth nothing later."""
    mine, theirs = gate.phone(), gate.phone(somebody_else(gate))
    code = gate.code()
    assert mine.get(f"/c/{code}").status_code == 200
    clock.advance(minutes=2)
    assert theirs.get(f"/c/{code}").status_code == 410
    late = theirs.post(f"/c/{code}", data={"client_id": "late", "direction": "in"}, headers=ENGLISH)
    assert 'data-verdict="refused"' in late.text
    assert 'data-verdict="accepted"' in gate.tap(mine, code).text
    assert gate.scans() == [("refused", "expired-code"), ("accepted", None)]


def test_a_seal_from_the_future_is_not_believed(gate: Gate, clock: FakeClock) -> None:
    """The server's clock was put back after the phone had opened the code."""
    phone, code = gate.phone(), gate.code()
    assert phone.get(f"/c/{code}").status_code == 200
    clock.advance(minutes=-1)
    told = phone.post(f"/c/{code}", data={"client_id": "early", "direction": "in"}, headers=ENGLISH)
    assert 'data-verdict="refused"' in told.text
    assert gate.scans() == [("refused", "expired-code")]
    assert gate.visits() == 0


def test_two_people_may_scan_the_same_screen(gate: Gate) -> None:
    """A code belongs to a shift and a step, not to a person: within its step it is no attack."""
    code = gate.code()
    for number, actor in enumerate((gate.person, somebody_else(gate))):
        assert check_in(gate, code, actor, client_id=f"tap-{number}")["verdict"] == "accepted"
    assert gate.visits() == 2


def test_people_of_nowhere_see_no_code(gate: Gate) -> None:
    """Only who runs the gate is told a code that is on the screen."""
    stranger = gate.ask(lambda: people.actor_of_volunteer(people.volunteer()))
    assert gate.api(stranger, "GET", f"/shifts/{gate.shift}/venue-code").status_code in (403, 404)
