"""Shifts one after the other: one scan ends the visit to the first and begins that to the second."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.attendance import queries
from timebank.attendance.models import Scan
from timebank.attendance.rules import Direction, Method
from timebank.attendance.usecases import close_gates
from timebank.hours import usecases as hours
from timebank.hours.queries import shift_records
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects.queries import gate_of

pytestmark = pytest.mark.usefixtures("app_context", "tree")
OUT = Direction.OUT


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


def two(clock: FakeClock, gap_minutes: int = 0, **second: Any) -> tuple[make.Event, make.Event, Actor]:
    """Two shifts of two hours; somebody is inside at the first and has a place in the second."""
    starts_at = clock.now() + timedelta(minutes=30)
    ends_at = starts_at + timedelta(hours=2)
    first = make.event(starts_at=starts_at, ends_at=ends_at)
    begins = ends_at + timedelta(minutes=gap_minutes)
    other = make.event(starts_at=begins, ends_at=begins + timedelta(hours=2), **second)
    volunteer = people.volunteer()
    make.signed_up(other.shift, volunteer)
    return first, other, make.checked_in(first, volunteer)


def end_of(event: make.Event) -> datetime:
    gate = gate_of(event.shift)
    assert gate
    return gate.ends_at


def out_of(event: make.Event) -> tuple[datetime | None, Method | None, str | None]:
    session().rollback()
    (visit,) = queries.visits(event.shift)
    return visit.out_at, visit.out_method, visit.out_policy


@pytest.mark.parametrize(
    ("arrives", "left"),
    [
        pytest.param(0, 0, id="at the schedule"),
        pytest.param(10, 0, id="late"),
        pytest.param(-15, 0, id="so early that it is the way"),
        pytest.param(-16, -16, id="earlier: then the time of leaving counts"),
        pytest.param(-60, -60, id="much too early"),
    ],
)
def test_one_scan_ends_the_first_and_begins_the_second(clock: FakeClock, arrives: int, left: int) -> None:
    first, other, actor = two(clock)
    end = end_of(first)
    clock.set(end + timedelta(minutes=arrives))
    assert make.scan(actor, other).verdict == "accepted"
    assert out_of(first) == (end + timedelta(minutes=left), Method.POLICY, "next_shift 2026-1")
    (visit,) = queries.visits(other.shift)
    assert (visit.in_at, visit.out_at) == (clock.now(), None)
    assert queries.my_open_visit(actor) == visit
    (scan,) = session().scalars(select(Scan).where(Scan.method == Method.POLICY))
    assert (scan.shift_id, scan.verdict, scan.direction) == (first.shift.id, "accepted", "out")
    assert queries.counts(first.organizer, first.shift).gone == 1


def test_the_hours_of_both_are_whole_and_do_not_overlap(clock: FakeClock) -> None:
    first, other, actor = two(clock)
    clock.set(end_of(first) - timedelta(minutes=10))
    make.scan(actor, other)
    clock.set(end_of(other))
    assert make.scan(actor, other, OUT).verdict == "accepted"
    found = []
    for event in (first, other):
        perform(event.organizer, hours.close_shift, shift=event.shift)
        session().rollback()
        found += shift_records(event.organizer, event.shift)
    assert [(each.minutes, each.attention, each.entry_mode) for each in found] == [
        (120, [], "venue_code")
    ] * 2


def test_the_second_shift_lies_in_another_county(clock: FakeClock) -> None:
    first, other, actor = two(clock, 30, project={"region_code": people.SOUTH_COMMUNITY})
    assert first.shift.shard != other.shift.shard
    clock.set(end_of(first) + timedelta(minutes=20))
    assert make.scan(actor, other).verdict == "accepted"
    assert out_of(first) == (end_of(first), Method.POLICY, "next_shift 2026-1")
    shards = set(session().execute(select(Scan.shard_code, Scan.method)).tuples())
    assert (first.shift.shard, "policy") in shards
    assert (other.shift.shard, "venue_code") in shards


def test_one_does_not_go_on_to_a_shift_that_has_begun_before(clock: FakeClock) -> None:
    first = make.event()
    other = make.event()
    volunteer = people.volunteer()
    make.signed_up(other.shift, volunteer)
    actor = make.checked_in(first, volunteer)
    result = make.scan(actor, other)
    assert (result.verdict, result.code) == ("refused", "overlaps-other")
    assert out_of(first)[0] is None


def test_many_taps_at_the_second_gate(app: Flask, clock: FakeClock) -> None:
    first, other, actor = two(clock)
    clock.set(end_of(first))
    code = make.code_of(other)
    session().rollback()
    answers = in_threads(app, 6, lambda: make.scan(actor, other, code=code))
    assert Counter(each.verdict for each in answers) == {"accepted": 1, "repeated": 5}
    session().rollback()
    assert len(session().scalars(select(Scan).where(Scan.method == Method.POLICY)).all()) == 1
    assert len(queries.visits(other.shift)) == 1


def test_checking_out_and_going_on_at_once(app: Flask, clock: FakeClock) -> None:
    """The first visit ends once, the second is open, whichever of the two phones was faster."""
    first, other, actor = two(clock)
    clock.set(end_of(first))
    codes = {first.shift: make.code_of(first), other.shift: make.code_of(other)}
    numbers = count()
    session().rollback()

    def one() -> tuple[Key, str]:
        event, way = ((first, OUT), (other, Direction.IN))[next(numbers) % 2]
        return event.shift, make.scan(actor, event, way, code=codes[event.shift]).verdict

    told = in_threads(app, 4, one)
    assert (other.shift, "accepted") in told
    assert out_of(first)[0] == end_of(first)
    assert out_of(other)[0] is None
    outs = session().scalars(select(Scan).where(Scan.direction == OUT, Scan.verdict == "accepted")).all()
    assert len(outs) == 1


def test_going_on_and_the_closing_of_the_first_gate_at_once(app: Flask, clock: FakeClock) -> None:
    starts_at = clock.now() + timedelta(minutes=30)
    ends_at = starts_at + timedelta(hours=1)
    first = make.event(starts_at=starts_at, ends_at=ends_at, closes_minutes=0)
    other = make.event(starts_at=ends_at, ends_at=ends_at + timedelta(hours=1))
    volunteer = people.volunteer()
    make.signed_up(other.shift, volunteer)
    actor = make.checked_in(first, volunteer)
    clock.set(ends_at + timedelta(seconds=1))
    code, numbers, day = make.code_of(other), count(), clock.now().date()
    session().rollback()

    def one() -> object:
        return (
            perform(SYSTEM, close_gates, on=day) if next(numbers) % 2 else make.scan(actor, other, code=code)
        )

    in_threads(app, 2, one)
    left, method, policy = out_of(first)
    assert method is Method.POLICY
    assert (left, policy) in ((ends_at, "next_shift 2026-1"), (actor_in(first), "zero 2026-1"))
    assert out_of(other)[0] is None


def actor_in(event: make.Event) -> datetime:
    (visit,) = queries.visits(event.shift)
    return visit.in_at
