"""After the event: the gate closes, each visit becomes a record, the organizer submits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_hours as make
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.make_hours import records
from tests.support.threads import in_threads
from timebank.attendance.rules import Direction
from timebank.attendance.usecases import set_out_time
from timebank.hours import queries, usecases
from timebank.hours.models import ServiceRecord
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, Role
from timebank.kernel.work import perform

pytestmark = pytest.mark.usefixtures("app_context", "tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


def test_each_visit_becomes_one_record_with_what_the_order_wants(clock: FakeClock) -> None:
    made = make.attended(clock, [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY])
    assert perform(made.organizer, usecases.close_shift, shift=made.shift) == 2
    rows = list(session().scalars(select(ServiceRecord).order_by(ServiceRecord.shard_code)))
    assert [row.shard_code for row in rows] == [511102, 511111]
    assert [row.region_code for row in rows] == [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY]
    stated = {(row.activity_name, row.leader_name, row.minutes, row.entry_mode, row.status) for row in rows}
    assert stated == {("社区长者午餐陪伴", "王队长", 150, "venue_code", "to_submit")}
    assert {row.service_region_code for row in rows} == {people.NORTH_COMMUNITY}


def test_closing_again_changes_nothing(clock: FakeClock) -> None:
    made = make.closed(clock, [people.NORTH_COMMUNITY] * 2)
    before = records(made)
    assert perform(made.organizer, usecases.close_shift, shift=made.shift) == 2
    assert records(made) == before


def test_eight_who_close_at_once_make_each_record_once(app: Flask, clock: FakeClock) -> None:
    made = make.attended(clock, [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY, people.NORTH_SECOND])
    close = lambda: perform(made.organizer, usecases.close_shift, shift=made.shift)  # noqa: E731
    assert in_threads(app, 8, close) == [3] * 8
    assert len(records(made)) == 3


def test_a_shift_cannot_be_closed_before_it_starts() -> None:
    event = projects.event()
    with pytest.raises(Conflict, match="shift-not-started"):
        perform(event.organizer, usecases.close_shift, shift=event.shift)


def test_who_forgot_to_check_out_counts_nothing_until_the_organizer_says_when(clock: FakeClock) -> None:
    made = make.closed(clock, [people.NORTH_COMMUNITY] * 3, forgot=[1])
    forgotten, *others = records(made)
    assert forgotten.needs_check_out
    assert (forgotten.minutes, [each.minutes for each in others]) == (0, [150, 150])
    with pytest.raises(Conflict, match="check-out-missing"):
        perform(made.organizer, usecases.submit_records, shift=made.shift)
    left = forgotten.started_at + timedelta(minutes=100)
    perform(made.organizer, usecases.end_visit, record=forgotten.key, out_at=left, reason="看见他离开")
    again = queries.record(made.organizer, forgotten.key)
    assert (again.minutes, again.attention, again.entry_mode) == (100, ["entered_by_organizer"], "organizer")
    assert perform(made.organizer, usecases.submit_records, shift=made.shift) == 3


def test_an_out_time_outside_the_visit_is_refused(clock: FakeClock) -> None:
    made = make.closed(clock, forgot=[0])
    (forgotten,) = records(made)
    too_early = forgotten.started_at - timedelta(minutes=40)
    with pytest.raises(Invalid, match="out-time-outside"):
        perform(made.organizer, usecases.end_visit, record=forgotten.key, out_at=too_early, reason="忘记")


def test_an_out_time_set_at_the_gate_is_measured_when_submitting(clock: FakeClock) -> None:
    made = make.closed(clock, forgot=[0])
    (one,) = records(made)
    given = {"shift": made.shift, "volunteer": one.volunteer, "out_at": clock.now(), "reason": "忘记签退"}
    perform(made.organizer, set_out_time, **given)
    assert perform(made.organizer, usecases.submit_records, shift=made.shift) == 1
    assert [(each.minutes, each.status) for each in records(made)] == [(180, "submitted")]


def test_a_long_day_is_the_sum_of_its_shifts(clock: FakeClock) -> None:
    made = make.closed(clock)
    (first,) = records(made)
    session().execute(
        ServiceRecord.__table__.update().where(ServiceRecord.shard_code == 511102).values(minutes=470)
    )
    session().commit()
    event = projects.event()
    volunteer = projects.checked_in(event, first.volunteer)
    clock.advance(minutes=60)
    projects.scan(volunteer, event, Direction.OUT)
    perform(event.organizer, usecases.close_shift, shift=event.shift)
    (second,) = queries.shift_records(event.organizer, event.shift)
    assert (second.minutes, second.attention) == (30, ["long_day"])


def test_submitting_twice_submits_once(clock: FakeClock) -> None:
    made = make.submitted(clock)
    assert perform(made.organizer, usecases.submit_records, shift=made.shift) == 0
    events = session().scalars(select(Event.name).where(Event.subject_id == made.shift.id))
    assert list(events).count("hours.submitted") == 1


def test_what_cannot_be_submitted(clock: FakeClock) -> None:
    made = make.attended(clock, [])
    with pytest.raises(Conflict, match="shift-not-closed"):
        perform(made.organizer, usecases.submit_records, shift=made.shift)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    with pytest.raises(Conflict, match="nothing-to-submit"):
        perform(made.organizer, usecases.submit_records, shift=made.shift)


def test_a_returned_record_can_only_become_shorter(clock: FakeClock) -> None:
    made = make.submitted(clock)
    (one,) = records(made)
    perform(made.reviewer, usecases.return_records, records=[one.key], reason="十点已离开")
    assert records(made)[0].decision_note == "十点已离开"
    later = one.ended_at + timedelta(minutes=5)
    with pytest.raises(Invalid, match="out-time-outside"):
        perform(made.organizer, usecases.end_visit, record=one.key, out_at=later, reason="更晚")
    earlier = one.started_at + timedelta(minutes=60)
    perform(made.organizer, usecases.end_visit, record=one.key, out_at=earlier, reason="核实后更正")
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    (again,) = records(made)
    assert (again.minutes, again.status, again.attention) == (60, "submitted", ["entered_by_organizer"])


def test_submitted_records_are_out_of_the_organizers_hands(clock: FakeClock) -> None:
    made = make.submitted(clock)
    (one,) = records(made)
    with pytest.raises(Conflict, match="already-submitted"):
        perform(made.organizer, usecases.end_visit, record=one.key, out_at=one.ended_at, reason="迟了")


def test_strangers_neither_see_nor_touch_the_hours(clock: FakeClock) -> None:
    made = make.closed(clock)
    (one,) = records(made)
    other = people.organizer(people.organization("沙湾志愿队", people.SOUTH))
    south = people.officer(Role.COMMUNITY_WORKER, people.SOUTH)
    for stranger in (other, south):
        with pytest.raises(NotFound):
            queries.shift_sheet(stranger, made.shift)
        with pytest.raises(NotFound):
            queries.shift_records(stranger, made.shift)
        with pytest.raises(NotFound):
            queries.record(stranger, one.key)
    for change in (usecases.close_shift, usecases.submit_records):
        with pytest.raises(NotFound):
            perform(other, change, shift=made.shift)
        with pytest.raises(Forbidden):
            perform(made.volunteers[0], change, shift=made.shift)
        with pytest.raises(Unauthenticated):
            perform(ANONYMOUS, change, shift=made.shift)
        with pytest.raises(NotFound):
            perform(made.organizer, change, shift=Key(511102, one.key.id))
    with pytest.raises(NotFound):
        perform(other, usecases.end_visit, record=one.key, out_at=one.ended_at, reason="乱来")
    with pytest.raises(NotFound):
        perform(made.organizer, usecases.end_visit, record=made.shift, out_at=one.ended_at, reason="乱来")
