"""What is doubtful is found for a whole shift at once, held, and decided by somebody else with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as sqlalchemy_event

from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.make_hours import records
from tests.support.threads import in_threads
from timebank.attendance.queries import waiting_scans
from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import ScanInput, close_gates, decide_scan, scan_batch, set_out_time
from timebank.hours import queries, usecases
from timebank.hours.flags import Attention
from timebank.hours.models import HoursPolicy
from timebank.hours.queries import RecordCard
from timebank.kernel.db import db, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid
from timebank.kernel.policy import SYSTEM, Actor, Grant, Role
from timebank.kernel.work import perform
from timebank.projects.queries import gate_of
from timebank.volunteers.queries import personal_code

pytestmark = pytest.mark.usefixtures("app_context", "tree")
OUT = Direction.OUT


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


def limits(**changes: int) -> None:
    """Give the policy in force other limits."""
    policy = session().query(HoursPolicy).one()
    for name, value in changes.items():
        setattr(policy, name, value)
    session().commit()


def closed(event: projects.Event) -> list[RecordCard]:
    perform(event.organizer, usecases.close_shift, shift=event.shift)
    session().rollback()
    return queries.shift_records(event.organizer, event.shift)


def served(
    clock: FakeClock, event: projects.Event, actors: list[Actor], minutes: int = 60, **scan: Any
) -> None:
    """They come now and leave after so many minutes."""
    for actor in actors:
        assert projects.scan(actor, event, **scan).verdict == "accepted"
    clock.advance(minutes=minutes)
    for actor in actors:
        assert projects.scan(actor, event, OUT, **scan).verdict == "accepted"


def two_shifts(clock: FakeClock, **second: Any) -> tuple[projects.Event, projects.Event, Actor]:
    """Somebody with a place in two shifts that run at the same time, both open now."""
    first, other = projects.event(), projects.event(**second)
    volunteer = people.volunteer()
    projects.signed_up(first.shift, volunteer)
    actor = projects.signed_up(other.shift, volunteer)
    clock.advance(minutes=30)
    return first, other, actor


def overlapping(clock: FakeClock) -> tuple[projects.Event, projects.Event, Actor]:
    """Half an hour here, an hour there, and then the first desk's phone says that they stayed longer."""
    first, other, actor = two_shifts(clock)
    served(clock, first, [actor], 30)
    clock.advance(minutes=5)
    served(clock, other, [actor], 60)
    scan = ScanInput(
        "late",
        OUT,
        code=personal_code(actor),
        told=Verdict.ACCEPTED,
        scanned_at=clock.now() - timedelta(minutes=20),
    )
    given = {"shift": first.shift, "scans": [scan], "sent_at": clock.now()}
    (answer,) = perform(first.organizer, scan_batch, **given)
    assert answer.verdict is Verdict.PROVISIONAL
    (waiting,) = waiting_scans(first.shift)
    perform(first.organizer, decide_scan, shift=first.shift, scan=waiting.key, counts=True)
    clock.advance(hours=4)
    return first, other, actor


def test_time_that_counts_twice(clock: FakeClock) -> None:
    first, other, _ = overlapping(clock)
    (before,) = closed(other)
    assert before.attention == []  # nothing is known of the first one yet
    (record,) = closed(first)
    assert (record.attention, record.figures) == (["overlap"], {"overlap": {"minutes": 40}})
    perform(other.organizer, usecases.submit_records, shift=other.shift)
    session().rollback()
    (after,) = queries.shift_records(other.organizer, other.shift)
    assert after.figures == {"overlap": {"minutes": 40}}


def test_credited_time_never_overlaps(clock: FakeClock) -> None:
    first, other, _ = overlapping(clock)
    for event in (first, other):
        closed(event)
        perform(event.organizer, usecases.submit_records, shift=event.shift)
    reviewer = people.officer()
    (one,) = queries.shift_records(reviewer, first.shift)
    (two,) = queries.shift_records(reviewer, other.shift)
    perform(reviewer, usecases.approve_record, record=one.key, reason="两处负责人核对过")
    with pytest.raises(Conflict, match="overlaps-confirmed"):
        perform(reviewer, usecases.approve_record, record=two.key, reason="两处负责人核对过")
    perform(reviewer, usecases.return_records, records=[two.key], reason="与另一场次重叠，请改签退时间")
    perform(
        other.organizer,
        usecases.end_visit,
        record=two.key,
        out_at=two.started_at + timedelta(minutes=1),
        reason="按重叠核减",
    )


def test_two_reviewers_of_overlapping_records_at_once(app: Flask, clock: FakeClock) -> None:
    first, other, _ = overlapping(clock)
    todo = []
    for event in (first, other):
        (record,) = closed(event)
        perform(event.organizer, usecases.submit_records, shift=event.shift)
        todo.append((people.officer(), record.key))
    session().rollback()

    def one() -> str:
        reviewer, record = todo.pop()
        try:
            perform(reviewer, usecases.approve_record, record=record, reason="核对过")
        except Conflict as conflict:
            return conflict.code
        return "confirmed"

    assert sorted(in_threads(app, 2, one)) == ["confirmed", "overlaps-confirmed"]


def test_nobody_is_at_two_far_places_within_minutes(clock: FakeClock) -> None:
    """By the places, where both are known: 20 km in five minutes."""
    here = {"latitude": 29.55, "longitude": 103.76}
    first = projects.event(**here)
    other = projects.event(latitude=29.73, longitude=103.76)
    near = projects.event(latitude=29.551, longitude=103.76)
    volunteer = people.volunteer()
    for each in (first, other, near):
        actor = projects.signed_up(each.shift, volunteer)
    clock.advance(minutes=30)
    for event in (first, near, other):
        served(clock, event, [actor], 20)
        clock.advance(minutes=5)
    clock.advance(hours=4)
    assert [record.attention for record in closed(first)] == [[]]
    assert [record.attention for record in closed(near)] == [[]]
    (record,) = closed(other)
    assert record.attention == ["impossible_speed"]
    assert record.figures["impossible_speed"]["minutes"] == 5
    assert 19_000 < record.figures["impossible_speed"]["metres"] < 21_000


def test_nobody_changes_the_county_within_minutes(clock: FakeClock) -> None:
    """Without places, by the counties; the records lie in the person's county, the shifts in theirs."""
    first, other, actor = two_shifts(clock, project={"region_code": people.SOUTH_COMMUNITY})
    served(clock, first, [actor], 30)
    clock.advance(minutes=5)
    served(clock, other, [actor], 30)
    clock.advance(hours=4)
    closed(first)
    (record,) = closed(other)
    assert record.figures == {"impossible_speed": {"minutes": 5, "least": 20}}


def test_one_phone_for_many_people(clock: FakeClock) -> None:
    event = projects.event()
    crowd = [projects.signed_up(event.shift) for _ in range(5)]
    clock.advance(minutes=30)
    served(clock, event, crowd[:4], device="one phone")
    served(clock, event, crowd[4:], device="another")
    clock.advance(hours=4)
    found = {record.volunteer: record.figures for record in closed(event)}
    assert [found[actor.volunteer] for actor in crowd if actor.volunteer] == [
        {"shared_device": {"people": 4, "most": 3}}
    ] * 4 + [{}]


@pytest.mark.parametrize("by_policy", [False, True])
def test_what_is_entered_long_after(clock: FakeClock, by_policy: bool) -> None:
    made = hours.attended(clock, [people.NORTH_COMMUNITY] * 2, forgot=[0])
    if by_policy:
        day = clock.advance(hours=5).date()
        assert perform(SYSTEM, close_gates, on=day)["visits"] == 1
        clock.advance(hours=-5)
    late, usual = (actor.volunteer for actor in made.volunteers)
    clock.advance(days=4)
    gate = gate_of(made.shift)
    assert gate
    assert late
    given = {"shift": made.shift, "volunteer": late, "out_at": gate.ends_at, "reason": "事后核实"}
    perform(made.organizer, set_out_time, **given)
    found = {record.volunteer: record for record in closed(made.event)}
    assert found[late].attention == ["late_entry", "entered_by_organizer"]
    assert found[late].figures == {"late_entry": {"hours": 96, "most": 72}}
    assert usual
    assert found[usual].attention == []


def test_many_records_from_the_organizers_hand(clock: FakeClock) -> None:
    made = hours.attended(clock, [people.NORTH_COMMUNITY] * 6, forgot=[0, 1])
    gate = gate_of(made.shift)
    assert gate
    for actor in made.volunteers[:2]:
        assert actor.volunteer
        given = {"shift": made.shift, "volunteer": actor.volunteer, "out_at": gate.ends_at, "reason": "忘记"}
        perform(made.organizer, set_out_time, **given)
    marks = [record.attention for record in closed(made.event)]
    assert sorted(marks) == [[]] * 4 + [["manual_share", "entered_by_organizer"]] * 2
    limits(most_manual_percent=40)
    assert sorted(record.attention for record in closed(made.event))[-1] == ["entered_by_organizer"]
    limits(most_manual_percent=30, manual_share_people=7)
    assert sorted(record.attention for record in closed(made.event))[-1] == ["entered_by_organizer"]


def test_a_share_just_above_the_limit_is_above(clock: FakeClock) -> None:
    """4 of 13 are 30.8 per cent; 3 of 10 are 30."""
    for number, by_hand, marked in ((13, 4, True), (10, 3, False)):
        made = hours.attended(clock, [people.NORTH_COMMUNITY] * number, forgot=range(by_hand))
        gate = gate_of(made.shift)
        assert gate
        for actor in made.volunteers[:by_hand]:
            assert actor.volunteer
            given = {"volunteer": actor.volunteer, "out_at": gate.ends_at, "reason": "忘记"}
            perform(made.organizer, set_out_time, shift=made.shift, **given)
        marks = [record.attention for record in closed(made.event)]
        assert sum("manual_share" in each for each in marks) == (by_hand if marked else 0)


def test_service_at_night(clock: FakeClock) -> None:
    clock.set(datetime.fromisoformat("2026-12-31T02:00+08:00"))
    event = projects.event(starts_at=datetime.fromisoformat("2026-12-31T03:00+08:00"))
    actor = projects.signed_up(event.shift)
    clock.set(datetime.fromisoformat("2026-12-31T03:00+08:00"))
    served(clock, event, [actor], 170)
    clock.advance(hours=4)
    (record,) = closed(event)
    assert (record.minutes, record.figures) == (170, {"night": {"minutes": 120}})


def test_many_days_one_after_the_other(clock: FakeClock) -> None:
    limits(running_days=2)
    volunteer = people.volunteer()
    marks = []
    for _ in range(4):
        event = projects.event()
        actor = projects.signed_up(event.shift, volunteer)
        clock.advance(minutes=30)
        served(clock, event, [actor])
        clock.advance(hours=4)
        (record,) = closed(event)
        marks.append(record.figures)
        clock.advance(hours=18, minutes=30)
    assert marks == [
        {},
        {},
        {"many_days": {"days": 3, "most": 2}},
        {"many_days": {"days": 3, "most": 2}},
    ]


def test_many_days_whose_hours_are_made_from_the_last_to_the_first(clock: FakeClock) -> None:
    limits(running_days=2)
    volunteer = people.volunteer()
    events = []
    for _ in range(3):
        event = projects.event()
        actor = projects.signed_up(event.shift, volunteer)
        clock.advance(minutes=30)
        served(clock, event, [actor])
        clock.advance(hours=22, minutes=30)
        events.append(event)
    marks = [closed(event)[0].figures for event in reversed(events)]
    assert marks == [{}, {}, {"many_days": {"days": 3, "most": 2}}]


def left_off_line(clock: FakeClock) -> hours.Attended:
    """Somebody who checked out after an hour; a phone of the gate says later that it was at the end."""
    made = hours.attended(clock, [people.NORTH_COMMUNITY], minutes=60)
    actor = made.volunteers[0]
    gate = gate_of(made.shift)
    assert gate
    scan = ScanInput("late", OUT, code=personal_code(actor), told=Verdict.ACCEPTED, scanned_at=gate.ends_at)
    perform(made.organizer, scan_batch, shift=made.shift, scans=[scan], sent_at=clock.now())
    return made


@pytest.mark.parametrize("stage", ["to_submit", "submitted", "confirmed"])
def test_a_scan_that_counts_after_the_hours_were_made(clock: FakeClock, stage: str) -> None:
    """What waits for a reviewer comes back, because its time changes; what counts already is left."""
    made = left_off_line(clock)
    closed(made.event)
    if stage != "to_submit":
        perform(made.organizer, usecases.submit_records, shift=made.shift)
    if stage == "confirmed":
        perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    (waiting,) = waiting_scans(made.shift)
    perform(made.organizer, decide_scan, shift=made.shift, scan=waiting.key, counts=True)
    for _ in range(2):
        lives.relayed()
    (record,) = records(made)
    now = ("confirmed", 60) if stage == "confirmed" else ("to_submit", 180)
    assert (record.status, record.minutes) == now
    sheet = queries.shift_sheet(made.organizer, made.shift)
    assert (sheet.with_organizer, sheet.minutes) == (int(stage != "confirmed"), now[1])


def test_the_whole_shift_is_asked_about_at_once(clock: FakeClock) -> None:
    """As many statements for twelve people as for two."""
    counts = []
    for number in (2, 12):
        made = hours.attended(clock, [people.NORTH_COMMUNITY] * number)
        session().rollback()
        seen: list[str] = []

        def note(*given: Any, seen: list[str] = seen) -> None:
            seen.append(given[2])

        sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
        perform(made.organizer, usecases.close_shift, shift=made.shift)
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --- held until somebody decides ----------------------------------------------------------------------


def doubtful(clock: FakeClock) -> hours.Attended:
    """Three submitted records, one of them with too long a day."""
    limits(long_day_minutes=100)
    made = hours.attended(clock, [people.NORTH_COMMUNITY] * 3, minutes=150, forgot=[1, 2])
    gate = gate_of(made.shift)
    assert gate
    for actor in made.volunteers[1:]:
        assert actor.volunteer
        out_at = gate.starts_at + timedelta(minutes=60)
        given = {"shift": made.shift, "volunteer": actor.volunteer, "out_at": out_at, "reason": "先走"}
        perform(made.organizer, set_out_time, **given)
    closed(made.event)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    return made


def test_confirming_everything_leaves_what_is_doubtful(clock: FakeClock) -> None:
    made = doubtful(clock)
    decisions = perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    assert sorted(each.outcome for each in decisions) == ["confirmed", "confirmed", "held"]
    sheet = queries.shift_sheet(made.reviewer, made.shift)
    assert (sheet.waiting, sheet.confirmed, sheet.status) == (1, 2, "submitted")
    held = next(record for record in records(made) if record.is_held)
    again = perform(made.reviewer, usecases.confirm_records, shift=made.shift, records=[held.key])
    assert [each.outcome for each in again] == ["held"]
    with pytest.raises(Invalid, match="reason-needed"):
        perform(made.reviewer, usecases.approve_record, record=held.key)


def test_by_itself_with_a_reason_it_counts_and_the_person_reads_why(clock: FakeClock) -> None:
    made = doubtful(clock)
    held = next(record for record in records(made) if record.is_held)
    assert held.attention == [Attention.LONG_DAY]
    why = "当天全天值班，已与站点核对"
    perform(made.reviewer, usecases.approve_record, record=held.key, reason=why)
    session().rollback()
    own = next(actor for actor in made.volunteers if actor.volunteer == held.volunteer)
    seen = queries.record(own, held.key)
    assert (seen.status, seen.decision_note) == ("confirmed", why)


def test_the_maker_does_not_decide_it(clock: FakeClock) -> None:
    made = doubtful(clock)
    held = next(record for record in records(made) if record.is_held)
    maker = people.recorder(made.event.organization)
    perform(maker, usecases.approve_record, record=held.key, reason="同事做的")  # another person may
    other = doubtful(clock)
    held = next(record for record in records(other) if record.is_held)
    both = replace(
        other.organizer,
        grants=(*other.organizer.grants, Grant(Role.RECORDER, organization=other.event.organization)),
    )
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(both, usecases.approve_record, record=held.key, reason="自己做的")
