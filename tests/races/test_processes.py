"""Sixteen processes confirm, sign up, check in and relay at once: nothing double, nothing lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_hours
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.crew import in_processes
from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import Direction
from timebank.hours.models import ServiceRecord
from timebank.hours.rules import Outcome
from timebank.hours.usecases import confirm_records
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict
from timebank.kernel.events import Delivery
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.relay import deliver
from timebank.kernel.work import perform
from timebank.ledger.models import Transfer
from timebank.ledger.proof import verify
from timebank.ledger.queries import balances
from timebank.projects.models import Shift, SignUp
from timebank.projects.usecases import cancel_sign_up, sign_up
from timebank.recognition.models import StarStanding
from timebank.wiring import SUBSCRIPTIONS

PROCESSES = 16
PEOPLE = 24
CAPACITY = 10
FINISHED = 4
ATTENDED = 8
MINUTES = 150

Step = Callable[[], str]
STATED = {"shift-full", "already-signed-up"}
VERDICTS = {
    "accepted",
    "already-in",
    "already-out",
    "not-in",
    "overlaps-other",
    "replayed-code",
    "wrong-session",
}


@dataclass
class World:
    """Finished shifts with submitted hours, two gates that are open at once, one shift with few places."""

    finished: list[make_hours.Attended]
    gates: list[projects.Event]
    codes: list[str]
    wanted: Key
    volunteers: list[Actor]
    places: dict[Key, Key] = field(default_factory=dict)
    """Volunteer -> the sign-up that this process made."""


@pytest.fixture
def world(app: Flask, clock: FakeClock) -> World:
    with app.app_context():
        people.region_tree()
        homes = [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY] * (ATTENDED // 2)
        finished = [make_hours.submitted(clock, homes, minutes=MINUTES) for _ in range(FINISHED)]
        gates = [projects.event(capacity=PEOPLE) for _ in range(2)]
        wanted = projects.event(capacity=CAPACITY).shift
        volunteers = [_somebody(gates) for _ in range(PEOPLE)]
        return World(finished, gates, [projects.code_of(gate) for gate in gates], wanted, volunteers)


def _somebody(gates: list[projects.Event]) -> Actor:
    actor = people.actor_of_volunteer(people.volunteer())
    for gate in gates:
        perform(actor, sign_up, shift=gate.shift, despite_overlap=True)
    return actor


# --- what a process does ----------------------------------------------------------------------------


def everything(world: World, number: int) -> Counter[str]:
    """Every step of everybody in an order of this process's own; what it was answered, counted."""
    chance = Random(number)
    steps: list[Step] = [partial(_confirm, made) for made in world.finished]
    for actor in chance.sample(world.volunteers, PEOPLE // 2):
        steps.append(partial(_sign_up, world, actor))
        steps.append(partial(_sign_up, world, actor))
        steps.append(partial(_cancel, world, actor))
        gate = chance.randrange(2)
        for direction in (Direction.IN, Direction.OUT, Direction.IN):
            client_id = f"{number}-{actor.volunteer}-{len(steps)}"[-64:]
            steps.append(partial(_scan, world, actor, gate, direction, client_id))
    steps += [_relay] * 4
    chance.shuffle(steps)
    answers = Counter[str]()
    for step in steps:
        try:
            answers[step()] += 1
        except Conflict as refused:
            answers[refused.code] += 1
    return answers


def _confirm(made: make_hours.Attended) -> str:
    done = perform(made.reviewer, confirm_records, shift=made.shift)
    outcomes = {decision.outcome for decision in done}
    assert len(done) == ATTENDED
    assert outcomes in ({Outcome.CONFIRMED}, {Outcome.ALREADY_CONFIRMED})
    return f"hours {outcomes.pop()}"


def _sign_up(world: World, actor: Actor) -> str:
    assert actor.volunteer is not None
    world.places[actor.volunteer] = perform(actor, sign_up, shift=world.wanted, despite_overlap=True)
    return "place taken"


def _cancel(world: World, actor: Actor) -> str:
    assert actor.volunteer is not None
    if actor.volunteer not in world.places:
        return "nothing to cancel"
    perform(actor, cancel_sign_up, sign_up=world.places.pop(actor.volunteer), reason="临时有事")
    return "place given back"


def _scan(world: World, actor: Actor, gate: int, direction: Direction, client_id: str) -> str:
    event = world.gates[gate]
    result = projects.scan(actor, event, direction, code=world.codes[gate], client_id=client_id)
    return f"scan {result.code or result.verdict}"


def _relay() -> str:
    assert deliver(SUBSCRIPTIONS, limit=20).postponed == 0
    return "events relayed"


# --- what must hold afterwards ----------------------------------------------------------------------


def test_sixteen_processes_at_once(app: Flask, world: World) -> None:
    answered = sum(in_processes(app, PROCESSES, partial(everything, world)), Counter[str]())
    stated = {code for code in answered if " " not in code}
    assert stated <= STATED
    assert {code.removeprefix("scan ") for code in answered if code.startswith("scan ")} <= VERDICTS
    with app.app_context():
        _every_record_is_booked_once(answered)
        _stars_follow_from_the_ledger()
        _no_place_is_given_twice(world, answered)
        _everybody_is_in_one_place(world, answered)


def _every_record_is_booked_once(answered: Counter[str]) -> None:
    records = FINISHED * ATTENDED
    assert answered["hours confirmed"] == FINISHED
    assert answered["hours already-confirmed"] == FINISHED * (PROCESSES - 1)
    assert Counter(session().scalars(select(ServiceRecord.status))) == {"confirmed": records}
    assert session().scalar(select(func.count()).select_from(Transfer)) == records * 2
    assert session().scalar(select(func.sum(Transfer.amount))) == records * 2 * MINUTES
    done = verify()
    assert (done.checked, list(done.faults)) == (records * 2, [])


def _stars_follow_from_the_ledger() -> None:
    deliver(SUBSCRIPTIONS, limit=1000)
    assert Counter(session().scalars(select(Delivery.state))) == {"done": FINISHED * ATTENDED}
    standings = list(session().scalars(select(StarStanding)))
    assert len(standings) == FINISHED * ATTENDED
    for standing in standings:
        owner = Key(standing.shard_code, standing.volunteer_id)
        assert balances(owner).service_minutes == standing.minutes == MINUTES


def _no_place_is_given_twice(world: World, answered: Counter[str]) -> None:
    taken = session().get_one(Shift, (world.wanted.shard, world.wanted.id)).taken
    accepted = select(func.count()).where(
        SignUp.shard_code == world.wanted.shard,
        SignUp.shift_id == world.wanted.id,
        SignUp.status == "accepted",
    )
    assert taken == session().scalar(accepted)
    assert taken == answered["place taken"] - answered["place given back"]
    assert 0 < taken <= CAPACITY
    assert answered["shift-full"] > 0


def _everybody_is_in_one_place(world: World, answered: Counter[str]) -> None:
    here = [gate.shift.id for gate in world.gates]
    visits = list(session().scalars(select(Visit).where(Visit.shift_id.in_(here))))
    opened = Counter(visit.volunteer_id for visit in visits if visit.out_at is None)
    assert set(opened.values()) <= {1}
    each = Counter((visit.volunteer_id, visit.shift_id) for visit in visits)
    assert set(each.values()) == {1}
    attempts = sum(many for code, many in answered.items() if code.startswith("scan "))
    kept = select(Scan.verdict, Scan.direction).where(Scan.shift_id.in_(here))
    scans = Counter(tuple(row) for row in session().execute(kept))
    assert scans.total() == attempts
    assert scans["accepted", "in"] == len(visits)
    assert scans["accepted", "out"] == len(visits) - opened.total()
