"""Random sequences of scans, undo, decisions, lost networks, repeated uploads and clocks that are wrong: the
visits in the database are always those of a simple model (`tests/support/gate_model.py`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import START, FakeClock
from tests.support.gate_model import REUSED, Answer, Card, GateModel
from timebank.attendance import queries
from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import ScanInput, ScanResult, decide_scan, scan_batch, undo_scan
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.projects.usecases import sign_up

EXAMPLES = {"sqlite": 20, "postgresql": 8}
STEPS = 30
PHASES = (Phase.explicit, Phase.generate)
"""A sequence that fails is short enough to be read; making it shorter takes minutes."""
UNDO = timedelta(minutes=10)
numbers = count(1)

people_ = st.integers(0, 2)
shifts = st.integers(0, 1)
phones = st.integers(0, 1)
directions = st.sampled_from(["in", "out"])
skews = st.sampled_from([0, 90, -90, 599, 3600, -5400])


@dataclass(frozen=True)
class World:
    """Who runs the gates and who comes."""

    event: make.Event
    people: list[Actor]
    clock: FakeClock


@dataclass
class Phone:
    """An organizer's phone that is off line: its clock is wrong, and scans wait on it."""

    skew: timedelta
    waiting: list[Card] = field(default_factory=list)


class Gates(RuleBasedStateMachine):
    """Two gates at the same hours, three people of whom one has a place at the first gate only."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        world.clock.instant = START
        event = world.event
        self.shifts = [
            make.shift(event.organizer, event.project, ends_at=START + timedelta(hours=13)) for _ in range(2)
        ]
        places = {(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)}
        for shift, person in places:
            perform(world.people[person], sign_up, shift=self.shifts[shift], despite_overlap=True)
        self.model = GateModel(places)
        self.cards: dict[str, Card] = {}
        self.scans: dict[str, Key] = {}
        self.received: dict[str, datetime] = {}
        self.undone: set[str] = set()
        self.phones: list[Phone] = []

    @initialize(skews=st.tuples(skews, skews))
    def _switch_on(self, skews: tuple[int, int]) -> None:
        self.phones = [Phone(timedelta(seconds=skew)) for skew in skews]

    @rule(minutes=st.integers(1, 20))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.advance(minutes=minutes)

    @rule(shift=shifts, person=people_, direction=directions)
    def scan_on_line(self, shift: int, person: int, direction: str) -> None:
        card = Card(f"c{next(numbers)}", shift, person, direction, self.world.clock.now())
        self._send(shift, [card], timedelta(0))

    @rule(
        phone=phones,
        shift=shifts,
        person=people_,
        direction=directions,
        told=st.sampled_from(["accepted", "accepted", "accepted", "repeated", "refused", "provisional"]),
    )
    def scan_off_line(self, phone: int, shift: int, person: int, direction: str, told: str) -> None:
        card = Card(f"c{next(numbers)}", shift, person, direction, self.world.clock.now(), told)
        self.phones[phone].waiting.append(card)

    @rule(phone=phones, shift=shifts, most=st.integers(1, 8), answer_is_lost=st.booleans())
    def upload(self, phone: int, shift: int, most: int, answer_is_lost: bool) -> None:
        by = self.phones[phone]
        cards = [card for card in by.waiting if card.shift == shift][:most]
        if not cards:
            return
        self._send(shift, cards, by.skew)
        if not answer_is_lost:
            by.waiting = [card for card in by.waiting if card not in cards]

    @rule(shift=shifts, data=st.data(), phone=phones)
    def upload_again(self, shift: int, data: st.DataObject, phone: int) -> None:
        """What arrived already comes once more, in another order and mixed with what is new."""
        known = [c for c in self.cards.values() if c.shift == shift and c.told and c.client_id in self.scans]
        new = [card for card in self.phones[phone].waiting if card.shift == shift]
        cards = data.draw(st.permutations(known + new), label="cards")[:6]
        if cards:
            self._send(shift, cards, self.phones[phone].skew)

    @rule(shift=shifts, person=people_, direction=directions, is_off_line=st.booleans(), data=st.data())
    def use_an_id_again(
        self, shift: int, person: int, direction: str, is_off_line: bool, data: st.DataObject
    ) -> None:
        """Twice in one upload with a new scan between them, and the id may be that of any scan before."""
        ids = [*sorted(self.cards)[-3:], f"c{next(numbers)}"]
        now, told = self.world.clock.now(), "accepted" if is_off_line else None
        card = Card(data.draw(st.sampled_from(ids), label="id"), shift, person, direction, now, told)
        new = Card(f"c{next(numbers)}", shift, (person + 1) % 3, direction, now, told)
        self._send(shift, [card, new, replace(card, person=(person + 2) % 3)], timedelta(0))

    @rule(data=st.data(), counts=st.booleans())
    def decide(self, data: st.DataObject, counts: bool) -> None:
        if not self.model.waiting:
            return
        card = data.draw(st.sampled_from(sorted(self.model.waiting.values(), key=lambda c: c.client_id)))
        given = {"shift": self.shifts[card.shift], "scan": self.scans[card.client_id]}
        expected = self.model.decide(card, counts)
        with _conflict(expected):
            perform(self.world.event.organizer, decide_scan, **given, counts=counts)

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        taken = [
            card
            for client_id, card in sorted(self.cards.items())
            if self.model.answers.get(client_id) == ("accepted", None) and client_id not in self.undone
        ]
        if not taken:
            return
        card = data.draw(st.sampled_from(taken))
        is_late = self.world.clock.now() - self.received[card.client_id] > UNDO
        expected = "undo-too-late" if is_late else self.model.undo(card)
        with _conflict(expected):
            perform(
                self.world.event.organizer,
                undo_scan,
                shift=self.shifts[card.shift],
                scan=self.scans[card.client_id],
                reason="看错了人",
            )
        if expected is None:
            self.undone.add(card.client_id)

    @invariant()
    def visits_are_the_models(self) -> None:
        session().rollback()
        found = {}
        for where, shift in enumerate(self.shifts):
            for row in session().execute(
                select(Visit.volunteer_id, Visit.in_at, Visit.out_at).where(Visit.shift_id == shift.id)
            ):
                found[where, self._person(row.volunteer_id)] = (row.in_at, row.out_at)
        assert found == {key: (stay.came, stay.left) for key, stay in self.model.stays.items()}

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        assert all(len(self.model.inside(person)) <= 1 for person in range(3))

    @invariant()
    def every_attempt_has_one_row(self) -> None:
        ids = [shift.id for shift in self.shifts]
        kept = Counter(session().scalars(select(Scan.client_id).where(Scan.shift_id.in_(ids))))
        assert {key: kept[key] for key in kept if key.startswith("c")} == dict.fromkeys(self.scans, 1)

    @invariant()
    def the_gate_counts_as_the_model(self) -> None:
        for where, shift in enumerate(self.shifts):
            counts = queries.counts(self.world.event.organizer, shift)
            assert (counts.inside, counts.gone) == self.model.numbers(where)

    @invariant()
    def what_waits_is_listed(self) -> None:
        listed = {row.client_id for shift in self.shifts for row in queries.waiting_scans(shift)}
        assert listed == set(self.model.waiting)

    def teardown(self) -> None:
        session().execute(update(Visit).where(Visit.out_at.is_(None)).values(out_at=Visit.in_at))
        session().commit()

    def _send(self, shift: int, cards: list[Card], skew: timedelta) -> None:
        now = self.world.clock.now()
        is_off_line = any(card.told for card in cards)
        scans = [self._input(card, skew) for card in cards]
        sent_at = now + skew if is_off_line else None
        given = {"shift": self.shifts[shift], "scans": scans, "sent_at": sent_at}
        results: list[ScanResult] = perform(self.world.event.organizer, scan_batch, **given)
        expected = [self.model.take(card, skew) for card in cards]
        if is_off_line:
            self.model.reconsider(shift, {card.person for card in cards})
        assert [_answer(result) for result in results] == expected
        for card, result in zip(cards, results, strict=True):
            if _answer(result) == REUSED:
                assert result.scan is None
                continue
            assert result.scan is not None
            self.cards.setdefault(card.client_id, card)
            assert self.scans.setdefault(card.client_id, result.scan) == result.scan
            self.received.setdefault(card.client_id, now)

    def _input(self, card: Card, skew: timedelta) -> ScanInput:
        return ScanInput(
            card.client_id,
            Direction(card.direction),
            volunteer=self.world.people[card.person].volunteer,
            scanned_at=card.at + skew,
            told=Verdict(card.told) if card.told else None,
        )

    def _person(self, volunteer: object) -> int:
        return [each.volunteer.id for each in self.world.people if each.volunteer].index(volunteer)  # type: ignore[arg-type]


def _answer(result: ScanResult) -> Answer:
    return str(result.verdict), result.code


class _conflict:
    """The block must raise Conflict with that code, or nothing where none is expected."""

    def __init__(self, code: str | None) -> None:
        self.code = code

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if error is not None and not isinstance(error, Conflict):
            return False
        assert (error.code if isinstance(error, Conflict) else None) == self.code
        return True


@pytest.fixture
def world(app_context: Flask, clock: FakeClock) -> World:
    people.region_tree()
    event = make.event()
    return World(event, [people.actor_of_volunteer(people.volunteer()) for _ in range(3)], clock)


def test_the_visits_are_always_the_models(world: World, database_kind: str) -> None:
    run_state_machine_as_test(
        lambda: Gates(world),
        settings=settings(
            max_examples=EXAMPLES[database_kind],
            stateful_step_count=STEPS,
            deadline=None,
            phases=PHASES,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
