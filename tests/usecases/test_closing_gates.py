"""Check-out by policy: the job on UTC instants, by every mode, beside scans, desks and other workers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.attendance import queries
from timebank.attendance.models import Scan, Visit
from timebank.attendance.queries import VisitCard
from timebank.attendance.rules import Direction, Method, Verdict
from timebank.attendance.usecases import (
    ScanInput,
    close_gate,
    close_gates,
    decide_scan,
    ending,
    scan_batch,
    set_out_time,
    undo_scan,
)
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.events import Event
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects.queries import facts_of, gate_of
from timebank.projects.queries.internal import closings
from timebank.projects.rules import AttendanceMode, ClosingPolicy, ShiftStatus
from timebank.projects.usecases import cancel_shift
from timebank.volunteers.queries import personal_code

IN, OUT = Direction.IN, Direction.OUT
SHORT = ClosingPolicy.DEFAULT_MINUTES


@pytest.fixture(autouse=True)
def tree(app_context: Flask) -> None:
    people.region_tree()


def run(clock: FakeClock) -> dict[str, int]:
    return perform(SYSTEM, close_gates, on=clock.now().date())


def ends(event: make.Event) -> tuple[datetime, datetime]:
    """When a shift ends, and when its gate closes."""
    gate = gate_of(event.shift)
    assert gate
    return gate.ends_at, gate.closes_at


def after(clock: FakeClock, event: make.Event, **span: float) -> None:
    clock.set(ends(event)[1] + timedelta(**(span or {"seconds": 1})))


def visit_of(event: make.Event) -> VisitCard:
    session().rollback()
    (found,) = queries.visits(event.shift)
    return found


@pytest.mark.parametrize(
    ("asked", "minutes", "policy"),
    [
        ({}, 0, "zero 2026-1"),
        ({"closing_policy": ClosingPolicy.SHIFT_END}, 210, "shift_end 2026-1"),
        ({"closing_policy": SHORT, "closing_minutes": 60}, 60, "default_minutes 2026-1"),
        (
            {"closing_policy": SHORT, "closing_minutes": 240, "closes_minutes": 0},
            210,
            "default_minutes 2026-1",
        ),
        ({"attendance_mode": AttendanceMode.IN_ONLY}, 210, "in_only 2026-1"),
        ({"attendance_mode": AttendanceMode.PRESENCE}, 210, "presence 2026-1"),
    ],
)
def test_whoever_forgot_leaves_by_the_terms_of_the_shift(
    clock: FakeClock, asked: dict[str, object], minutes: int, policy: str
) -> None:
    event = make.event(**asked)
    make.checked_in(event)
    begun = clock.now()
    clock.set(ends(event)[1])
    assert run(clock) == {"gates": 0, "visits": 0}  # the closing instant itself still belongs to the gate
    clock.advance(seconds=1)
    assert run(clock) == {"gates": 1, "visits": 1}
    visit = visit_of(event)
    assert visit.out_at == begun + timedelta(minutes=minutes)
    assert (visit.out_method, visit.out_policy) == (Method.POLICY, policy)
    facts = facts_of(event.shift)
    assert facts
    assert facts.status is ShiftStatus.CLOSED
    assert run(clock) == {"gates": 0, "visits": 0}


def test_each_end_has_its_scan_and_its_event(clock: FakeClock) -> None:
    event = make.event(closing_policy=ClosingPolicy.SHIFT_END)
    for _ in range(3):
        make.checked_in(event)
    gone = make.checked_in(event)
    clock.advance(hours=1)
    assert make.scan(gone, event, OUT).verdict == "accepted"
    after(clock, event)
    assert run(clock) == {"gates": 1, "visits": 3}
    session().rollback()
    scans = session().scalars(select(Scan).where(Scan.method == Method.POLICY)).all()
    assert {(scan.direction, scan.verdict, scan.operator) for scan in scans} == {
        ("out", "accepted", "system")
    }
    assert {scan.happened_at for scan in scans} == {ends(event)[0]}
    counts = queries.counts(event.organizer, event.shift)
    assert (counts.inside, counts.gone) == (0, 4)
    rows = session().execute(select(Event.name, func.count()).group_by(Event.name))
    told = {name: number for name, number in rows}
    assert (told["visit.ended"], told["shift.closed"]) == (3, 1)


def test_nobody_keeps_gates_open_by_the_name_of_an_end(clock: FakeClock) -> None:
    """A person is told the id of the own visit, and chooses the client id of the own scans."""
    event = make.event()
    actor = make.signed_up(event.shift)
    visit = make.scan(actor, event).visit
    assert visit
    clock.advance(minutes=1)
    make.scan(actor, event, client_id=f"closing-{visit.id}")
    after(clock, event)
    assert run(clock) == {"gates": 1, "visits": 1}


def test_what_a_policy_ended_is_no_scan_to_take_back(clock: FakeClock) -> None:
    """Also where the shift is not closed but cancelled."""
    event = make.event()
    make.checked_in(event)
    perform(event.organizer, cancel_shift, shift=event.shift, reason="暴雨，活动取消")
    after(clock, event)
    assert run(clock) == {"gates": 0, "visits": 1}
    scan = session().scalars(select(Scan).where(Scan.method == Method.POLICY)).one()
    with pytest.raises(NotFound):
        perform(event.organizer, undo_scan, shift=event.shift, scan=scan.key, reason="想收回来")
    assert run(clock) == {"gates": 0, "visits": 0}


def test_only_the_scheduler_closes_gates(clock: FakeClock) -> None:
    event = make.event()
    with pytest.raises(Forbidden):
        perform(event.organizer, close_gates, on=clock.now().date())


# --- instants, not days -----------------------------------------------------------------------------

EDGES = [
    pytest.param(datetime(2026, 12, 31, 11, 0, tzinfo=UTC), 290, id="the evening before New Year"),
    pytest.param(datetime(2026, 12, 31, 18, 0, tzinfo=UTC), 240, id="New Year in UTC comes later"),
    pytest.param(datetime(2027, 1, 31, 12, 0, tzinfo=UTC), 230, id="the end of January"),
    pytest.param(datetime(2028, 2, 29, 12, 0, tzinfo=UTC), 230, id="a leap day"),
    pytest.param(datetime(2026, 11, 30, 12, 30, tzinfo=UTC), 200, id="the end of November"),
]


@pytest.mark.parametrize(("starts_at", "closes_minutes"), EDGES)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_at_the_ends_of_months_and_years(clock: FakeClock, starts_at: datetime, closes_minutes: int) -> None:
    """The gate closes on the next local day; the shift and its hours stay on their own."""
    clock.set(starts_at - timedelta(minutes=30))
    event = make.event(
        starts_at=starts_at, closes_minutes=closes_minutes, closing_policy=ClosingPolicy.SHIFT_END
    )
    make.checked_in(event)
    ended, closed = ends(event)
    assert (ended, closed) == (starts_at + timedelta(hours=3), ended + timedelta(minutes=closes_minutes))
    clock.set(closed)
    assert run(clock) == {"gates": 0, "visits": 0}
    after(clock, event)
    assert run(clock) == {"gates": 1, "visits": 1}
    assert visit_of(event).out_at == ended


@pytest.fixture
def berlin(tree: None, app_context: Flask) -> None:
    services = app_context.extensions["timebank"]
    config = replace(services.config, time_zone=ZoneInfo("Europe/Berlin"))
    app_context.extensions["timebank"] = replace(services, config=config)


FOLD = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
"""01:30 summer time on 25 October 2026 in Berlin; at 03:00 the clock goes back to 02:00."""
GAP = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
"""01:30 winter time on 28 March 2027 in Berlin; at 02:00 the clock goes on to 03:00."""


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("starts_at", [FOLD, GAP])
@pytest.mark.parametrize(
    ("asked", "minutes"),
    [
        ({"closing_policy": ClosingPolicy.SHIFT_END}, 210),
        ({"closing_policy": SHORT, "closing_minutes": 120}, 120),
        ({"attendance_mode": AttendanceMode.PRESENCE}, 210),
    ],
)
def test_when_the_clocks_change(
    clock: FakeClock, starts_at: datetime, asked: dict[str, object], minutes: int
) -> None:
    """Three hours last three hours, whatever the clocks on the wall show."""
    clock.set(starts_at - timedelta(minutes=30))
    event = make.event(starts_at=starts_at, closes_minutes=60, **asked)
    make.checked_in(event)
    begun = clock.now()
    clock.set(starts_at + timedelta(hours=4))
    assert run(clock) == {"gates": 0, "visits": 0}
    clock.advance(seconds=1)
    assert run(clock) == {"gates": 1, "visits": 1}
    assert visit_of(event).out_at == begun + timedelta(minutes=minutes)


# --- beside others ----------------------------------------------------------------------------------


def test_two_workers_at_once(app_context: Flask, clock: FakeClock) -> None:
    events = [make.event(closing_policy=ClosingPolicy.SHIFT_END) for _ in range(3)]
    for event in events:
        for _ in range(2):
            make.checked_in(event)
    after(clock, events[-1])
    session().rollback()
    told = in_threads(app_context, 4, lambda: run(clock))
    assert sum(each["gates"] for each in told) == 3
    assert sum(each["visits"] for each in told) == 6
    session().rollback()
    policy = session().scalars(select(Scan.client_id).where(Scan.method == Method.POLICY)).all()
    assert len(policy) == len(set(policy)) == 6


def test_a_run_that_was_cut_off_is_done_again(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [make.event() for _ in range(2)]
    for event in events:
        make.checked_in(event)
    after(clock, events[-1])
    original, calls = ending.end_visits, count()

    def dies(*given: object) -> int:
        if next(calls):
            raise KeyboardInterrupt
        return original(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(ending, "end_visits", dies)
        with pytest.raises(KeyboardInterrupt):
            run(clock)
    assert visit_of(events[0]).out_at is None
    assert run(clock) == {"gates": 2, "visits": 2}


def test_a_run_takes_so_many_gates_and_the_next_goes_on(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "MOST_GATES", 2)
    monkeypatch.setattr(closings, "BATCH", 2)
    late = [make.event(closes_minutes=720) for _ in range(3)]
    events = [make.event(closes_minutes=0) for _ in range(3)]
    for event in events:
        make.checked_in(event)
    after(clock, events[-1])
    assert [run(clock)["gates"] for _ in range(3)] == [2, 1, 0]
    assert all(visit_of(event).out_at for event in events)
    after(clock, late[-1])
    assert [run(clock)["gates"] for _ in range(3)] == [2, 1, 0]


def test_a_gate_that_people_closed_is_swept_too(clock: FakeClock) -> None:
    event = make.event(closing_policy=ClosingPolicy.SHIFT_END)
    make.checked_in(event)
    clock.set(ends(event)[0] + timedelta(minutes=10))
    assert perform(event.organizer, close_gate, shift=event.shift)
    assert visit_of(event).out_at is None  # the organizer may still say when the person left
    assert run(clock) == {"gates": 0, "visits": 0}
    after(clock, event)
    assert run(clock) == {"gates": 0, "visits": 1}
    assert visit_of(event).out_policy == "shift_end 2026-1"


@pytest.mark.parametrize("mode", [AttendanceMode.IN_ONLY, AttendanceMode.PRESENCE])
def test_where_nobody_checks_out_closing_by_hand_ends_the_visits(
    clock: FakeClock, mode: AttendanceMode
) -> None:
    event = make.event(attendance_mode=mode)
    make.checked_in(event)
    clock.set(ends(event)[0] - timedelta(minutes=20))
    perform(event.organizer, close_gate, shift=event.shift)
    visit = visit_of(event)
    assert (visit.out_at, visit.out_policy) == (clock.now(), f"{mode} 2026-1")


def test_the_organizer_may_set_the_time_afterwards(clock: FakeClock) -> None:
    event = make.event()
    actor = make.checked_in(event)
    after(clock, event)
    run(clock)
    assert actor.volunteer
    at = ends(event)[0] - timedelta(minutes=15)
    given = {"shift": event.shift, "volunteer": actor.volunteer, "reason": "在场核实"}
    with pytest.raises(Invalid, match="out-time-outside"):
        perform(event.organizer, set_out_time, out_at=clock.now(), **given)
    perform(event.organizer, set_out_time, out_at=at, **given)
    visit = visit_of(event)
    assert (visit.out_at, visit.out_method, visit.out_policy) == (at, Method.ORGANIZER, None)
    counts = queries.counts(event.organizer, event.shift)
    assert (counts.inside, counts.gone) == (0, 1)
    with pytest.raises(Conflict, match="not-inside"):
        perform(event.organizer, set_out_time, out_at=at, **given)


def late_out(clock: FakeClock, event: make.Event, actor: Actor, happened_at: datetime) -> Verdict:
    """The desk's phone was off line; it uploads a check-out now."""
    scan = ScanInput(
        "late-out", OUT, code=personal_code(actor), scanned_at=happened_at, told=Verdict.ACCEPTED
    )
    (result,) = perform(event.organizer, scan_batch, shift=event.shift, scans=[scan], sent_at=clock.now())
    return result.verdict


def test_a_scan_that_arrives_after_the_closing_waits_and_then_counts(clock: FakeClock) -> None:
    event = make.event(closing_policy=ClosingPolicy.SHIFT_END)
    actor = make.checked_in(event)
    left = ends(event)[0] - timedelta(minutes=40)
    after(clock, event, hours=1)
    run(clock)
    assert late_out(clock, event, actor, left) is Verdict.PROVISIONAL
    (waiting,) = queries.waiting_scans(event.shift)
    perform(event.organizer, decide_scan, shift=event.shift, scan=waiting.key, counts=True)
    visit = visit_of(event)
    assert (visit.out_at, visit.out_method, visit.out_policy) == (left, Method.PERSONAL_CODE, None)


def test_a_scan_and_the_closing_at_once(app_context: Flask, clock: FakeClock) -> None:
    """Whoever is faster ends the visit; it ends once, and one row of the gate says so."""
    event = make.event(closing_policy=ClosingPolicy.SHIFT_END)
    actor = make.checked_in(event)
    left = ends(event)[0] - timedelta(minutes=5)
    after(clock, event)
    numbers = count()
    session().rollback()

    def one() -> object:
        return run(clock) if next(numbers) % 2 else late_out(clock, event, actor, left)

    in_threads(app_context, 4, one)
    session().rollback()
    ended = (
        session().scalars(select(Scan).where(Scan.direction == OUT, Scan.verdict == Verdict.ACCEPTED)).all()
    )
    (visit,) = session().scalars(select(Visit)).all()
    assert len(ended) == 1
    assert visit.out_at == ended[0].happened_at
    assert visit.out_method == ended[0].method
