"""Many phones and two desks at once: one visit, one row for each attempt, one answer for each person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.attendance import queries
from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import ScanInput, ScanResult, decide_scan, scan_batch
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, KeyReused
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.volunteers.queries import personal_code

IN, OUT = Direction.IN, Direction.OUT
PHONES = 8


@pytest.fixture
def service(app_context: Flask) -> Flask:
    people.region_tree()
    return app_context


@pytest.fixture
def event(service: Flask) -> make.Event:
    return make.event()


@pytest.fixture
def person(event: make.Event) -> Actor:
    return make.signed_up(event.shift)


def together(service: Flask, act: Callable[[int], ScanResult]) -> Counter[tuple[str, str | None]]:
    """What PHONES simultaneous scans are answered."""
    session().rollback()
    numbers = count()
    results = in_threads(service, PHONES, lambda: act(next(numbers)))
    return Counter((result.verdict, result.code) for result in results)


def number_of(table: type[Scan] | type[Visit]) -> int:
    session().rollback()
    return session().query(table).count()


def test_one_tap_sent_many_times(service: Flask, event: make.Event, person: Actor) -> None:
    code = make.code_of(event)
    answers = together(service, lambda _: make.scan(person, event, code=code, client_id="tap"))
    assert answers == {("accepted", None): PHONES}
    assert (number_of(Visit), number_of(Scan)) == (1, 1)


def test_many_taps_of_one_person(service: Flask, event: make.Event, person: Actor) -> None:
    code = make.code_of(event)
    answers = together(service, lambda number: make.scan(person, event, code=code, client_id=f"tap-{number}"))
    assert answers == {("accepted", None): 1, ("repeated", "already-in"): PHONES - 1}
    assert (number_of(Visit), number_of(Scan)) == (1, PHONES)


def test_many_taps_out(service: Flask, event: make.Event, person: Actor, clock: FakeClock) -> None:
    make.scan(person, event)
    clock.advance(hours=1)
    code = make.code_of(event)
    answers = together(
        service, lambda number: make.scan(person, event, OUT, code=code, client_id=f"out-{number}")
    )
    assert answers == {("accepted", None): 1, ("repeated", "already-out"): PHONES - 1}
    (visit,) = queries.visits(event.shift)
    assert visit.out_at == clock.now()


def test_one_person_at_many_gates(service: Flask) -> None:
    events = [make.event() for _ in range(PHONES)]
    volunteer = people.volunteer()
    person = [make.signed_up(event.shift, volunteer) for event in events][-1]
    codes = [make.code_of(event) for event in events]
    answers = together(service, lambda number: make.scan(person, events[number], code=codes[number]))
    assert answers == {("accepted", None): 1, ("refused", "overlaps-other"): PHONES - 1}
    assert (number_of(Visit), number_of(Scan)) == (1, PHONES)


def test_in_and_out_at_once_end_in_order(service: Flask, event: make.Event, person: Actor) -> None:
    code = make.code_of(event)
    together(
        service,
        lambda number: make.scan(person, event, (IN, OUT)[number % 2], code=code, client_id=f"tap-{number}"),
    )
    (visit,) = queries.visits(event.shift)
    assert visit.out_at is None
    assert (number_of(Visit), number_of(Scan)) == (1, PHONES)


def test_a_crowd(service: Flask, event: make.Event) -> None:
    crowd = [make.signed_up(event.shift) for _ in range(PHONES)]
    code = make.code_of(event)
    answers = together(service, lambda number: make.scan(crowd[number], event, code=code))
    assert answers == {("accepted", None): PHONES}
    assert queries.counts(event.organizer, event.shift).inside == PHONES


def test_one_id_for_many_people_at_once_is_one_scan(service: Flask, event: make.Event) -> None:
    """Whoever is not the first is refused, or listed where the first one is seen already; others come in."""
    codes = [personal_code(make.signed_up(event.shift)) for _ in range(8)]
    session().rollback()
    numbers = count()

    def upload() -> list[str]:
        own, other = codes[number := 2 * next(numbers)], codes[number + 1]
        scans = [ScanInput("same", IN, own), ScanInput(f"scan-{number}", IN, other)]
        while True:
            try:
                results = perform(event.organizer, scan_batch, shift=event.shift, scans=scans)
            except KeyReused:
                continue
            return [result.code or result.verdict for result in results]

    answers = sorted(in_threads(service, 4, upload))
    assert answers == [["accepted", "accepted"]] + [["key-reused", "accepted"]] * 3
    assert (number_of(Visit), number_of(Scan)) == (5, 5)


def test_two_desks_upload_the_same_scans_in_opposite_order(service: Flask, event: make.Event) -> None:
    codes = [personal_code(make.signed_up(event.shift)) for _ in range(6)]
    scans = [ScanInput(f"scan-{number}", IN, code) for number, code in enumerate(codes)]
    session().rollback()
    numbers = count()

    def upload() -> Counter[str]:
        order = scans if next(numbers) % 2 else scans[::-1]
        results = perform(event.organizer, scan_batch, shift=event.shift, scans=order)
        return Counter(result.verdict for result in results)

    assert in_threads(service, 4, upload) == [{"accepted": 6}] * 4
    assert (number_of(Visit), number_of(Scan)) == (6, 6)


def test_a_scan_is_decided_once(service: Flask, event: make.Event) -> None:
    """Of somebody without a sign-up, whose row would have made two deciders wait for each other."""
    stranger = people.actor_of_volunteer(people.volunteer())
    now = runtime().clock.now()
    scan = ScanInput("s", IN, personal_code(stranger), scanned_at=now, told=Verdict.ACCEPTED)
    given = {"shift": event.shift, "scans": [scan], "sent_at": now}
    (result,) = perform(event.organizer, scan_batch, **given)
    assert result.code == "not-registered"
    session().rollback()
    numbers = count()

    def decide() -> str:
        counts = next(numbers) % 2 == 0
        try:
            found = perform(event.organizer, decide_scan, shift=event.shift, scan=result.scan, counts=counts)
        except Conflict as error:
            return error.code
        return str(found.verdict)

    told = Counter(in_threads(service, PHONES, decide))
    assert number_of(Scan) == 2
    settled = session().query(Scan).filter(Scan.settles_id.is_not(None)).one().verdict
    assert number_of(Visit) == int(settled == Verdict.ACCEPTED)
    assert set(told) <= {str(settled), "already-decided", "overlaps-other"}
    assert told[str(settled)] >= 1
