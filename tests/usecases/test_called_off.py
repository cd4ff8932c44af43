"""A shift or its project is cancelled or stopped: who is inside leaves, and everybody hears it once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.make_lives import relayed
from timebank.attendance import queries as gates
from timebank.attendance.queries import VisitCard
from timebank.attendance.rules import Direction, Method, Verdict
from timebank.attendance.usecases import (
    ScanInput,
    close_gate,
    close_gates,
    decide_scan,
    enter_personal_code,
    note_no_shows,
    scan_batch,
)
from timebank.hours.queries import RecordCard, shift_records
from timebank.hours.usecases import close_shift, submit_records, void_project
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Shift
from timebank.projects.rules import Action, AttendanceMode, ClosingPolicy, ShiftStatus, SignUpStatus
from timebank.volunteers.queries import personal_code

IN, OUT = Direction.IN, Direction.OUT
WHY = "收到投诉，先行停用"


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def authority() -> Actor:
    return people.officer(Role.AUTHORITY, people.NORTH)


@pytest.fixture
def event() -> make.Event:
    """A shift of three hours that starts in half an hour."""
    return make.event()


def move(actor: Actor, event: make.Event, action: Action, reason: str | None = None) -> None:
    perform(actor, projects.move_project, project=event.project, action=action, reason=reason)


def row(shift: Key) -> Shift:
    session().rollback()
    return session().get_one(Shift, (shift.shard, shift.id), populate_existing=True)


def visit_of(event: make.Event) -> VisitCard:
    session().rollback()
    (found,) = gates.visits(event.shift)
    return found


def record_of(event: make.Event) -> RecordCard:
    session().rollback()
    (found,) = shift_records(event.organizer, event.shift)
    return found


def told(name: str) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(Event).where(Event.name == name)) or 0


def run(clock: FakeClock) -> dict[str, int]:
    return perform(SYSTEM, close_gates, on=clock.now().date())


def at(clock: FakeClock, event: make.Event, minutes: int) -> datetime:
    """So many minutes after the start of the shift."""
    clock.set(row(event.shift).starts_at + timedelta(minutes=minutes))
    return clock.now()


# --- who is inside leaves ---------------------------------------------------------------------------


def test_who_is_inside_at_a_stop_checks_out_and_the_service_until_then_counts(
    clock: FakeClock, event: make.Event, authority: Actor
) -> None:
    by_phone, by_card, off_line = (make.checked_in(event) for _ in range(3))
    late = make.signed_up(event.shift)
    at(clock, event, 60)
    move(authority, event, Action.STOP, WHY)
    at(clock, event, 90)
    assert make.scan(late, event).code == "cancelled"
    assert make.scan(by_phone, event).code == "cancelled"
    assert make.scan(by_phone, event, OUT).verdict == "accepted"
    given = {"shift": event.shift, "direction": OUT, "client_id": "card"}
    out = perform(event.organizer, enter_personal_code, personal_code=personal_code(by_card) or "", **given)
    assert out.verdict == "accepted"
    scans = [
        ScanInput("out", OUT, personal_code(off_line), scanned_at=clock.now(), told=Verdict.ACCEPTED),
        ScanInput("in", IN, personal_code(late), scanned_at=clock.now(), told=Verdict.ACCEPTED),
    ]
    results = perform(event.organizer, scan_batch, shift=event.shift, scans=scans, sent_at=clock.now())
    assert [(each.verdict, each.code) for each in results] == [
        ("accepted", None),
        ("provisional", "cancelled"),
    ]
    left = {visit.out_at for visit in gates.visits(event.shift)}
    assert left == {clock.now()}  # when they left is kept as it was; what counts is less
    perform(event.organizer, close_shift, shift=event.shift)
    records = shift_records(event.organizer, event.shift)
    assert [(each.minutes, each.ended_at) for each in records] == [(60, row(event.shift).called_off_at)] * 3


@pytest.mark.parametrize("stopped", [False, True])
def test_a_gate_closed_early_lets_out_and_the_hours_follow(
    clock: FakeClock, event: make.Event, authority: Actor, stopped: bool
) -> None:
    first, second = (make.checked_in(event, name=name) for name in ("甲一", "乙二"))
    at(clock, event, 60)
    if stopped:
        move(authority, event, Action.STOP, WHY)
    perform(event.organizer, close_shift, shift=event.shift)
    at(clock, event, 100)
    assert make.scan(first, event, OUT).verdict == "accepted"
    card = ScanInput("desk", OUT, personal_code(second))
    (result,) = perform(event.organizer, scan_batch, shift=event.shift, scans=[card])
    assert result.verdict == "accepted"
    assert told("visit.left") == 2
    assert {each.needs_check_out for each in shift_records(event.organizer, event.shift)} == {True}
    relayed()
    found = shift_records(event.organizer, event.shift)
    minutes = 60 if stopped else 100
    assert [(each.minutes, each.needs_check_out) for each in found] == [(minutes, False)] * 2
    assert perform(event.organizer, submit_records, shift=event.shift) == 2


def test_what_is_decided_after_the_hours_were_made_is_followed(clock: FakeClock, event: make.Event) -> None:
    inside = make.checked_in(event)
    late = make.signed_up(event.shift)
    at(clock, event, 60)
    make.scan(inside, event, OUT)
    perform(event.organizer, close_shift, shift=event.shift)
    assert perform(event.organizer, submit_records, shift=event.shift) == 1
    card = personal_code(late)
    scans = [
        ScanInput(way, way, card, scanned_at=at(clock, event, minutes), told=Verdict.ACCEPTED)
        for way, minutes in ((IN, 0), (OUT, 60))
    ]
    given = {"shift": event.shift, "scans": scans, "sent_at": clock.now()}
    for result in perform(event.organizer, scan_batch, **given):
        assert result.verdict == "provisional"
        perform(event.organizer, decide_scan, shift=event.shift, scan=result.scan, counts=True)
    relayed()
    found = shift_records(event.organizer, event.shift)
    assert [(each.minutes, each.needs_check_out) for each in found] == [(60, False)] * 2
    assert perform(event.organizer, submit_records, shift=event.shift) == 1


def test_a_check_out_that_waited_is_followed_too(clock: FakeClock, event: make.Event) -> None:
    """It waited for a check-in that somebody let count after the gate was closed."""
    actor = make.signed_up(event.shift)
    card = personal_code(actor)

    def uploaded(name: str, way: Direction, minutes: int) -> Key | None:
        came = row(event.shift).starts_at + timedelta(minutes=minutes)
        scan = ScanInput(name, way, card, scanned_at=came, told=Verdict.ACCEPTED)
        given = {"shift": event.shift, "scans": [scan], "sent_at": clock.now()}
        (result,) = perform(event.organizer, scan_batch, **given)
        assert result.verdict in ("provisional", "repeated")
        return result.scan

    at(clock, event, 60)
    uploaded("out", OUT, 50)
    perform(event.organizer, close_shift, shift=event.shift)
    came = uploaded("in", IN, 0)
    perform(event.organizer, decide_scan, shift=event.shift, scan=came, counts=True)
    uploaded("again", IN, 5)
    assert told("visit.left") == 1
    relayed()
    assert record_of(event).minutes == 50


def test_who_leaves_an_open_gate_makes_no_event(clock: FakeClock, event: make.Event) -> None:
    actor = make.checked_in(event)
    at(clock, event, 60)
    make.scan(actor, event, OUT)
    assert told("visit.left") == 0


def test_a_closed_gate_lets_out_until_its_time_is_over(clock: FakeClock, event: make.Event) -> None:
    actor = make.checked_in(event)
    at(clock, event, 180)
    perform(event.organizer, close_gate, shift=event.shift)
    at(clock, event, 180 + 240)
    code = make.code_of(event)
    clock.advance(seconds=1)
    assert make.scan(actor, event, OUT, code=code).code == "too-late"
    clock.advance(seconds=-1)
    assert make.scan(actor, event, OUT, code=code, client_id="in time").verdict == "accepted"


def test_from_a_stopped_shift_one_goes_on_to_another(
    clock: FakeClock, event: make.Event, authority: Actor
) -> None:
    other = make.event()  # at the same hours
    volunteer = people.volunteer()
    make.signed_up(other.shift, volunteer)
    actor = make.checked_in(event, volunteer)
    at(clock, event, 30)
    assert make.scan(actor, other).code == "overlaps-other"
    stopped_at = at(clock, event, 60)
    move(authority, event, Action.STOP, WHY)
    at(clock, event, 120)
    assert make.scan(actor, other).verdict == "accepted"
    visit = visit_of(event)
    assert (visit.out_at, visit.out_policy) == (stopped_at, "next_shift 2026-1")


def test_who_came_early_leaves_a_shift_that_is_cancelled(clock: FakeClock, event: make.Event) -> None:
    leaves, forgets = make.checked_in(event), make.checked_in(event)
    clock.advance(minutes=10)
    perform(event.organizer, projects.cancel_project, project=event.project, reason="暴雨停办")
    cancelled_at = clock.now()
    clock.advance(minutes=5)
    assert make.scan(leaves, event, OUT).verdict == "accepted"
    at(clock, event, 180 + 241)
    assert run(clock) == {"gates": 0, "visits": 1}
    assert {visit.volunteer: visit.out_at for visit in gates.visits(event.shift)} == {
        leaves.volunteer: cancelled_at + timedelta(minutes=5),
        forgets.volunteer: cancelled_at - timedelta(minutes=10),
    }
    assert run(clock) == {"gates": 0, "visits": 0}


# --- check-out by policy ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "minutes", "policy"),
    [
        ({}, 0, "zero 2026-1"),
        ({"closing_policy": ClosingPolicy.SHIFT_END}, 60, "shift_end 2026-1"),
        (
            {"closing_policy": ClosingPolicy.DEFAULT_MINUTES, "closing_minutes": 50},
            20,
            "default_minutes 2026-1",
        ),
        (
            {"closing_policy": ClosingPolicy.DEFAULT_MINUTES, "closing_minutes": 120},
            60,
            "default_minutes 2026-1",
        ),
        ({"attendance_mode": AttendanceMode.IN_ONLY}, 60, "in_only 2026-1"),
        ({"attendance_mode": AttendanceMode.PRESENCE}, 60, "presence 2026-1"),
    ],
)
def test_whoever_stays_open_at_a_stop_leaves_no_later_than_the_stop(
    clock: FakeClock, authority: Actor, asked: dict[str, object], minutes: int, policy: str
) -> None:
    """Checked in half an hour before the start, stopped an hour after it."""
    event = make.event(**asked)
    make.checked_in(event)
    stopped_at = at(clock, event, 60)
    move(authority, event, Action.STOP, WHY)
    at(clock, event, 180 + 240)
    assert run(clock) == {"gates": 0, "visits": 0}  # until then they may check out
    clock.advance(seconds=1)
    assert run(clock) == {"gates": 1, "visits": 1}
    visit = visit_of(event)
    assert (visit.out_method, visit.out_policy) == (Method.POLICY, policy)
    assert visit.out_at is not None
    assert visit.out_at <= stopped_at
    perform(event.organizer, close_shift, shift=event.shift)
    assert record_of(event).minutes == minutes
    assert run(clock) == {"gates": 0, "visits": 0}


@pytest.mark.parametrize("mode", [AttendanceMode.IN_ONLY, AttendanceMode.PRESENCE])
def test_closing_a_stopped_shift_by_hand_ends_at_the_stop(
    clock: FakeClock, authority: Actor, mode: AttendanceMode
) -> None:
    event = make.event(attendance_mode=mode)
    make.checked_in(event)
    stopped_at = at(clock, event, 60)
    move(authority, event, Action.STOP, WHY)
    at(clock, event, 90)
    perform(event.organizer, close_shift, shift=event.shift)
    assert visit_of(event).out_at == stopped_at
    assert record_of(event).minutes == 60


def test_a_stop_that_is_lifted_during_the_shift_takes_nothing_away(
    clock: FakeClock, event: make.Event, authority: Actor
) -> None:
    actor, late = make.checked_in(event), make.signed_up(event.shift)
    at(clock, event, 60)
    move(authority, event, Action.STOP, WHY)
    at(clock, event, 70)
    move(authority, event, Action.LIFT)
    assert make.scan(late, event).verdict == "accepted"
    at(clock, event, 180)
    make.scan(actor, event, OUT)
    make.scan(late, event, OUT)
    perform(event.organizer, close_shift, shift=event.shift)
    assert [each.minutes for each in shift_records(event.organizer, event.shift)] == [180, 110]


def test_a_stop_that_is_lifted_after_the_shift_still_counts(
    clock: FakeClock, event: make.Event, authority: Actor
) -> None:
    actor = make.checked_in(event)
    stopped_at = at(clock, event, 60)
    move(authority, event, Action.STOP, WHY)
    at(clock, event, 200)
    make.scan(actor, event, OUT)
    move(authority, event, Action.LIFT)
    assert row(event.shift).called_off_at == stopped_at
    perform(event.organizer, close_shift, shift=event.shift)
    assert record_of(event).minutes == 60


# --- shifts say it themselves, people hear it once --------------------------------------------------


@pytest.fixture
def weekly(clock: FakeClock) -> tuple[make.Event, list[Key]]:
    """A project with three shifts ahead; one person has a place in all, one in the first, one waits there."""
    event = make.event(starts_at=clock.now() + timedelta(days=1), capacity=2)
    shifts = [event.shift] + [
        make.shift(event.organizer, event.project, starts_at=clock.now() + timedelta(days=7 * week))
        for week in (1, 2)
    ]
    regular = people.volunteer()
    for shift in shifts:
        make.signed_up(shift, regular)
    make.signed_up(event.shift)
    waits = people.actor_of_volunteer(people.volunteer())
    perform(waits, projects.sign_up, shift=event.shift, waits=True, takes_at_once=True)
    return event, shifts


def called_off(shifts: list[Key]) -> set[tuple[str, str | None, int, datetime | None, datetime | None]]:
    rows = [row(shift) for shift in shifts]
    return {(r.status, r.status_reason, r.revision, r.changed_at, r.called_off_at) for r in rows}


@pytest.mark.parametrize("ends", ["cancelled", "voided"])
def test_a_project_that_is_ended_cancels_each_shift_and_tells_everybody_once(
    clock: FakeClock, weekly: tuple[make.Event, list[Key]], authority: Actor, ends: str
) -> None:
    event, shifts = weekly
    if ends == "cancelled":
        perform(event.organizer, projects.cancel_project, project=event.project, reason="暴雨停办")
    else:
        perform(authority, void_project, project=event.project, reason="暴雨停办")
    now = clock.now()
    assert called_off(shifts) == {("cancelled", "暴雨停办", 1, now, now)}
    assert (told("shift.cancelled"), told("volunteer.shift_cancelled")) == (3, 0)
    assert told("volunteer.project_called_off") == 3


@pytest.mark.parametrize("halts", [Action.STOP, Action.PAUSE])
def test_a_halted_project_calls_its_shifts_off_until_it_goes_on(
    clock: FakeClock, weekly: tuple[make.Event, list[Key]], authority: Actor, halts: Action
) -> None:
    event, shifts = weekly
    actor, goes_on = (authority, Action.LIFT) if halts is Action.STOP else (event.organizer, Action.RESUME)
    move(actor, event, halts, WHY)
    halted_at = clock.now()
    assert called_off(shifts) == {("open", WHY, 1, halted_at, halted_at)}
    assert (told("shift.called_off"), told("volunteer.project_called_off")) == (3, 3)
    card = queries.shift_card(ANONYMOUS, event.shift)
    assert (card.is_called_off, card.status_reason, card.is_recruiting) == (True, WHY, False)
    clock.advance(hours=1)
    move(actor, event, goes_on)
    assert called_off(shifts) == {("open", None, 2, clock.now(), None)}
    assert (told("shift.taken_up"), told("volunteer.project_goes_on")) == (3, 3)


def test_a_pause_that_becomes_a_stop_and_an_end_keeps_its_beginning(
    clock: FakeClock, weekly: tuple[make.Event, list[Key]], authority: Actor
) -> None:
    event, shifts = weekly
    move(event.organizer, event, Action.PAUSE, "场地维修")
    paused_at = clock.now()
    clock.advance(hours=1)
    move(authority, event, Action.STOP, WHY)
    assert called_off(shifts) == {("open", WHY, 2, clock.now(), paused_at)}
    clock.advance(hours=1)
    perform(authority, void_project, project=event.project, reason="虚假活动")
    assert called_off(shifts) == {("cancelled", "虚假活动", 3, clock.now(), paused_at)}


def test_what_is_over_stays_as_it_was(clock: FakeClock, event: make.Event, authority: Actor) -> None:
    ahead = make.shift(event.organizer, event.project, starts_at=clock.now() + timedelta(days=2))
    at(clock, event, 180)
    move(authority, event, Action.STOP, WHY)
    assert row(event.shift).called_off_at is None
    assert row(ahead).called_off_at == clock.now()
    assert told("shift.called_off") == 1


def test_a_shift_that_goes_by_while_its_project_is_halted_stays_called_off(
    clock: FakeClock, weekly: tuple[make.Event, list[Key]], authority: Actor
) -> None:
    event, (first, *others) = weekly
    move(authority, event, Action.STOP, WHY)
    stopped_at = clock.now()
    clock.advance(days=3)
    move(authority, event, Action.LIFT)
    assert row(first).called_off_at == stopped_at
    assert {row(shift).called_off_at for shift in others} == {None}


def test_nobody_missed_a_shift_that_was_called_off(
    clock: FakeClock, event: make.Event, authority: Actor
) -> None:
    actor = make.signed_up(event.shift)
    at(clock, event, 60)
    move(authority, event, Action.STOP, WHY)
    clock.advance(days=1)
    move(authority, event, Action.LIFT)
    assert perform(SYSTEM, note_no_shows, on=clock.now().date()) == {"shifts": 0, "no_shows": 0}
    assert queries.sign_up_status(event.shift, actor.volunteer or event.shift) is SignUpStatus.ACCEPTED


def test_a_shift_called_off_gives_no_places_on_until_it_is_taken_up(
    clock: FakeClock, weekly: tuple[make.Event, list[Key]], authority: Actor
) -> None:
    event, _ = weekly
    holders = [people.actor_of_volunteer(each) for each in queries.accepted(event.shift)]
    move(authority, event, Action.STOP, WHY)
    own = queries.shift_card(holders[0], event.shift).own
    assert own is not None
    clock.advance(hours=20)  # so late that leaving would have to be explained
    perform(holders[0], projects.cancel_sign_up, sign_up=own.key)
    assert len(queries.accepted(event.shift)) == 1
    move(authority, event, Action.LIFT)
    assert len(queries.accepted(event.shift)) == 2
    assert told("volunteer.moved_up") == 1


def test_a_place_in_a_shift_called_off_stands_in_nobodys_way(
    clock: FakeClock, event: make.Event, authority: Actor
) -> None:
    other, actor = make.event(), make.signed_up(event.shift)
    with pytest.raises(Conflict, match="overlaps"):
        perform(actor, projects.sign_up, shift=other.shift)
    move(authority, event, Action.STOP, WHY)
    perform(actor, projects.sign_up, shift=other.shift)


def test_one_shift_cancelled_says_since_when(clock: FakeClock, event: make.Event) -> None:
    make.signed_up(event.shift)
    perform(event.organizer, projects.cancel_shift, shift=event.shift, reason="暴雨")
    now = clock.now()
    assert called_off([event.shift]) == {(ShiftStatus.CANCELLED, "暴雨", 1, now, now)}
    assert (told("shift.cancelled"), told("volunteer.shift_cancelled")) == (1, 1)
    assert told("volunteer.project_called_off") == 0
