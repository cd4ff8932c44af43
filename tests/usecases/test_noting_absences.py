"""No-shows noted by hand after a shift, taken back with a reason, and what the person can do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.attendance import queries as attendance
from timebank.attendance.queries import Coming
from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import (
    ScanInput,
    decide_scan,
    note_absence,
    note_no_shows,
    scan_batch,
)
from timebank.hours.usecases import close_shift
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Grant, Role
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import SignUp
from timebank.projects.queries import project_policy
from timebank.projects.rules import Action, SignUpStatus
from timebank.volunteers.queries import personal_code

REASON = "扫码枪坏了，本人当天在场。"


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event() -> make.Event:
    return make.event()


def own(actor: Actor, event: make.Event) -> Key:
    card = queries.shift_card(actor, event.shift).own
    assert card
    return card.key


def state(actor: Actor, event: make.Event) -> SignUpStatus | None:
    return queries.sign_up_status(event.shift, actor.volunteer or event.shift)


def over(clock: FakeClock) -> None:
    """The shift has ended, its gate is open for check-outs still."""
    clock.advance(hours=4)


def note(event: make.Event, actor: Actor, *, by: Actor | None = None) -> None:
    perform(by or event.organizer, note_absence, sign_up=own(actor, event))


def take_back(event: make.Event, actor: Actor, *, by: Actor | None = None, reason: str = REASON) -> None:
    perform(by or event.organizer, projects.take_no_show_back, sign_up=own(actor, event), reason=reason)


def noted(event: make.Event, clock: FakeClock) -> Actor:
    """Somebody whom the organizer noted as not having come."""
    actor = make.signed_up(event.shift)
    over(clock)
    note(event, actor)
    return actor


def refused(action: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(TimebankError) as told:
        action(*args, **given)
    return told.value.code


def told(actor: Actor) -> list[str]:
    assert actor.volunteer
    rows = session().query(Event).filter_by(subject_id=actor.volunteer.id).order_by(Event.id)
    return [row.name for row in rows if "no_show" in row.name]


def job(clock: FakeClock) -> dict[str, int]:
    return perform(SYSTEM, note_no_shows, on=clock.now().date())


# --- noting -----------------------------------------------------------------------------------------


def test_whoever_did_not_come_is_noted_and_told(event: make.Event, clock: FakeClock) -> None:
    actor = noted(event, clock)
    assert state(actor, event) is SignUpStatus.NO_SHOW
    row = session().query(SignUp).filter_by(shift_id=event.shift.id).populate_existing().one()
    assert (row.changed_by, row.changed_at) == (event.organizer.label, clock.now())
    assert told(actor) == ["volunteer.no_show"]
    (missed,) = queries.my_no_shows(actor)
    assert missed.key == event.shift
    assert queries.no_shows(actor, actor.volunteer or event.shift) == 1
    assert refused(note, event, actor) == "noted-already"


def test_not_whoever_has_a_visit(event: make.Event, clock: FakeClock) -> None:
    came = make.checked_in(event)
    over(clock)
    assert refused(note, event, came) == "was-there"
    assert state(came, event) is SignUpStatus.ACCEPTED
    assert told(came) == []


def test_not_before_the_end_and_not_of_what_did_not_take_place(event: make.Event, clock: FakeClock) -> None:
    actor = make.signed_up(event.shift)
    assert refused(note, event, actor) == "shift-ahead"
    clock.advance(hours=1)
    assert refused(note, event, actor) == "shift-ahead"
    cancelled = replace(event, shift=make.shift(event.organizer, event.project))
    other = make.signed_up(cancelled.shift)
    perform(event.organizer, projects.cancel_shift, shift=cancelled.shift, reason="暴雨")
    over(clock)
    assert refused(note, cancelled, other) == "shift-called-off"
    perform(event.organizer, close_shift, shift=event.shift)
    given: dict[str, Any] = {"project": event.project, "action": Action.PAUSE, "reason": "场地整修"}
    perform(event.organizer, projects.move_project, **given)
    assert refused(note, event, actor) == "wrong-project-status"


def test_after_the_gate_was_closed_too(event: make.Event, clock: FakeClock) -> None:
    actor = make.signed_up(event.shift)
    over(clock)
    perform(event.organizer, close_shift, shift=event.shift)
    note(event, actor)
    assert state(actor, event) is SignUpStatus.NO_SHOW


def test_only_the_organizer_of_the_shift(event: make.Event, clock: FakeClock) -> None:
    actor = make.signed_up(event.shift)
    over(clock)
    with pytest.raises(NotFound):
        note(event, actor, by=make.event().organizer)
    for who in (make.reviewer(), actor, people.recorder(event.organization)):
        with pytest.raises(Forbidden):
            note(event, actor, by=who)
    with pytest.raises(NotFound):
        perform(event.organizer, note_absence, sign_up=event.shift)


def test_who_had_no_place_missed_nothing(event: make.Event, clock: FakeClock) -> None:
    left = make.signed_up(event.shift)
    key = own(left, event)
    perform(left, projects.cancel_sign_up, sign_up=key, reason="发烧")
    over(clock)
    assert refused(perform, event.organizer, note_absence, sign_up=key) == "no-place"


def provisional(event: make.Event, actor: Actor, clock: FakeClock) -> Key:
    """A scan that was made off line, would be refused by the server and waits for somebody's decision."""
    code, scanned_at = personal_code(actor), clock.now() - timedelta(minutes=5)
    late = ScanInput("late", Direction.IN, code, scanned_at=scanned_at, told=Verdict.ACCEPTED)
    (result,) = perform(event.organizer, scan_batch, shift=event.shift, scans=[late], sent_at=clock.now())
    assert result.verdict == "provisional", result
    return result.scan


def test_not_while_a_scan_of_the_person_waits(event: make.Event, clock: FakeClock) -> None:
    actor = make.signed_up(event.shift)
    over(clock)
    scan = provisional(event, actor, clock)
    assert refused(note, event, actor) == "scan-waits"
    perform(event.organizer, decide_scan, shift=event.shift, scan=scan, counts=False)
    note(event, actor)
    assert state(actor, event) is SignUpStatus.NO_SHOW


def test_of_two_at_once_one_notes(event: make.Event, clock: FakeClock, app_context: Flask) -> None:
    actor = make.signed_up(event.shift)
    over(clock)
    session().rollback()

    def rush() -> str:
        try:
            note(event, actor)
        except Conflict as conflict:
            return conflict.code
        return "noted"

    assert sorted(in_threads(app_context, 4, rush)) == ["noted", *["noted-already"] * 3]
    assert told(actor) == ["volunteer.no_show"]


def test_the_job_leaves_it_and_a_late_scan_takes_it_back(event: make.Event, clock: FakeClock) -> None:
    actor, stays = make.signed_up(event.shift), make.signed_up(event.shift)
    code, scanned_at = personal_code(actor), clock.now() + timedelta(minutes=5)
    over(clock)
    note(event, actor)
    note(event, stays)
    late = ScanInput("late", Direction.IN, code, scanned_at=scanned_at, told=Verdict.ACCEPTED)
    perform(event.organizer, scan_batch, shift=event.shift, scans=[late], sent_at=clock.now())
    clock.advance(hours=4)
    assert job(clock) == {"shifts": 1, "no_shows": 0}
    assert [state(each, event) for each in (actor, stays)] == ["accepted", "no_show"]
    assert told(actor) == ["volunteer.no_show", "volunteer.no_show_ended"]
    assert told(stays) == ["volunteer.no_show"]


# --- objecting --------------------------------------------------------------------------------------


def test_the_time_to_object_begins_when_it_is_noted(event: make.Event, clock: FakeClock) -> None:
    early, late = make.signed_up(event.shift), make.signed_up(event.shift)
    over(clock)
    perform(event.organizer, close_shift, shift=event.shift)
    note(event, early)
    clock.advance(days=project_policy().appeal_days - 1)
    note(event, late)
    clock.advance(days=2)
    objects: dict[str, Any] = {"note": "我在现场"}
    with pytest.raises(Conflict, match="appeal-too-late"):
        perform(early, projects.appeal_no_show, sign_up=own(early, event), **objects)
    appeal = perform(late, projects.appeal_no_show, sign_up=own(late, event), **objects)
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(event.organizer, projects.decide_appeal, appeal=appeal, granted=True, reply="已核实")
    perform(make.reviewer(), projects.decide_appeal, appeal=appeal, granted=True, reply="现场照片可证")
    assert state(late, event) is SignUpStatus.EXCUSED


def test_what_was_noted_late_is_shown_as_long_as_what_was_missed_lately(
    event: make.Event, clock: FakeClock
) -> None:
    early, late = make.signed_up(event.shift), make.signed_up(event.shift)
    over(clock)
    note(event, early)
    clock.advance(days=59)
    note(event, late)
    clock.advance(days=2)
    assert queries.my_no_shows(early) == []
    assert [each.key for each in queries.my_no_shows(late)] == [event.shift]


# --- taking back ------------------------------------------------------------------------------------


def test_it_is_taken_back_with_a_reason_that_the_person_reads(event: make.Event, clock: FakeClock) -> None:
    actor = noted(event, clock)
    with pytest.raises(Invalid) as wrong:
        take_back(event, actor, reason=" ")
    assert wrong.value.fields == {"reason": ["reason-needed"]}
    clock.advance(minutes=1)
    take_back(event, actor)
    card = queries.shift_card(actor, event.shift).own
    assert card
    assert (card.status, card.reason) == (SignUpStatus.EXCUSED, REASON)
    assert queries.no_shows(actor, actor.volunteer or event.shift) == 0
    assert told(actor) == ["volunteer.no_show", "volunteer.no_show_ended"]
    row = session().query(SignUp).filter_by(shift_id=event.shift.id).populate_existing().one()
    assert REASON not in (row.reason_sealed or REASON)
    for again, code in ((take_back, "not-noted"), (note, "taken-back-already")):
        assert refused(again, event, actor) == code
    clock.advance(hours=8)
    assert job(clock)["no_shows"] == 0
    assert state(actor, event) is SignUpStatus.EXCUSED


def test_what_the_service_noted_is_taken_back_too(event: make.Event, clock: FakeClock) -> None:
    actor = make.signed_up(event.shift)
    clock.advance(hours=8)
    job(clock)
    take_back(event, actor)
    assert state(actor, event) is SignUpStatus.EXCUSED


def test_where_somebody_objected_somebody_else_decides(event: make.Event, clock: FakeClock) -> None:
    actor = noted(event, clock)
    appeal = perform(actor, projects.appeal_no_show, sign_up=own(actor, event), note="我在现场")
    assert refused(take_back, event, actor) == "objection-waits"
    perform(make.reviewer(), projects.decide_appeal, appeal=appeal, granted=False, reply="未提前请假")
    assert refused(take_back, event, actor) == "decided-already"
    assert state(actor, event) is SignUpStatus.NO_SHOW


def test_nobody_takes_the_own_no_show_back(event: make.Event, clock: FakeClock) -> None:
    actor = noted(event, clock)
    both = replace(actor, grants=(Grant(Role.ORGANIZER, organization=event.organization),))
    with pytest.raises(Forbidden, match="maker-is-checker"):
        take_back(event, actor, by=both)
    with pytest.raises(Forbidden):
        take_back(event, actor, by=actor)
    with pytest.raises(NotFound):
        take_back(event, actor, by=make.event().organizer)
    assert state(actor, event) is SignUpStatus.NO_SHOW


def test_nobody_is_noted_in_a_project_that_is_archived(event: make.Event, clock: FakeClock) -> None:
    actor = noted(event, clock)
    perform(event.organizer, close_shift, shift=event.shift)
    perform(event.organizer, projects.move_project, project=event.project, action=Action.CLOSE)
    clock.advance(days=project_policy().archive_days + 1)
    perform(SYSTEM, projects.move_projects, on=clock.now().date())
    assert refused(take_back, event, actor) == "wrong-project-status"


# --- reading ----------------------------------------------------------------------------------------


def test_who_had_a_place_by_what_is_known(event: make.Event, clock: FakeClock) -> None:
    came = make.checked_in(event, name="赵甲")
    _missing, by_hand, back, waits = (
        make.signed_up(event.shift, name=name) for name in ("钱乙", "孙丙", "李丁", "周戊")
    )
    over(clock)
    note(event, by_hand)
    note(event, back)
    take_back(event, back)
    provisional(event, waits, clock)
    read = {each: attendance.absences(event.organizer, event.shift, coming=each) for each in Coming}
    assert read[Coming.CAME].numbers == {
        Coming.CAME: 1,
        Coming.MISSING: 2,
        Coming.NOTED: 1,
        Coming.TAKEN_BACK: 1,
    }
    rows = {each.name: each for found in read.values() for each in found.rows.items}
    assert {name: row.coming for name, row in rows.items()} == {
        "赵甲": Coming.CAME,
        "钱乙": Coming.MISSING,
        "孙丙": Coming.NOTED,
        "李丁": Coming.TAKEN_BACK,
        "周戊": Coming.MISSING,
    }
    assert [name for name, row in rows.items() if row.may_note] == ["钱乙"]
    assert [name for name, row in rows.items() if row.may_take_back] == ["孙丙"]
    assert (rows["周戊"].scan_waits, rows["钱乙"].scan_waits) == (True, False)
    assert rows["赵甲"].in_at is not None
    assert (rows["孙丙"].noted_by, rows["孙丙"].noted_at) == (event.organizer.name, clock.now())
    assert (rows["李丁"].reason, rows["钱乙"].noted_by) == (REASON, None)
    one = attendance.absence(event.organizer, event.shift, own(by_hand, event))
    assert one == rows["孙丙"]
    for who in (make.event().organizer, make.reviewer(people.SOUTH)):
        with pytest.raises((NotFound, Forbidden)):
            attendance.absences(who, event.shift)
    with pytest.raises(Forbidden):
        attendance.absence(came, event.shift, own(came, event))
    with pytest.raises(NotFound):
        attendance.absence(event.organizer, make.event().shift, own(by_hand, event))


def test_the_list_has_pages(event: make.Event, clock: FakeClock) -> None:
    for name in ("赵甲", "钱乙", "孙丙"):
        clock.advance(minutes=1)
        make.signed_up(event.shift, name=name)
    over(clock)
    first = attendance.absences(event.organizer, event.shift, limit=2).rows
    assert [each.name for each in first.items] == ["赵甲", "钱乙"]
    last = attendance.absences(event.organizer, event.shift, limit=2, cursor=first.next).rows
    assert ([each.name for each in last.items], last.next) == (["孙丙"], None)


def test_what_the_service_noted_says_so(event: make.Event, clock: FakeClock) -> None:
    make.signed_up(event.shift)
    assert attendance.absences(event.organizer, event.shift).rows.items[0].may_note is False
    clock.advance(hours=8)
    job(clock)
    (row,) = attendance.absences(event.organizer, event.shift, coming=Coming.NOTED).rows.items
    assert (row.noted_by, row.may_take_back) == (None, True)
