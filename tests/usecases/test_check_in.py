"""A volunteer at the gate with their own phone: every verdict, every attempt kept."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.statements import executed
from timebank.attendance import queries
from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import Direction, Method, Presence, issue_code, step_of
from timebank.attendance.usecases import ScanResult, check_in_self
from timebank.kernel.db import session
from timebank.kernel.errors import Forbidden, KeyReused, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import usecases as projects
from timebank.projects.queries import gate_of, shift_card
from timebank.volunteers import usecases as volunteers

IN, OUT = Direction.IN, Direction.OUT


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event() -> make.Event:
    return make.event()


@pytest.fixture
def person(event: make.Event) -> Actor:
    return make.signed_up(event.shift)


def answer(result: ScanResult) -> tuple[str, str | None]:
    return (result.verdict, result.code)


def kept(result: ScanResult) -> Scan:
    return session().query(Scan).filter_by(client_id=result.client_id).one()


def visits() -> list[Visit]:
    return session().query(Visit).populate_existing().all()


def test_in_and_out(event: make.Event, person: Actor, clock: FakeClock) -> None:
    came = clock.now()
    result = make.scan(person, event, device="a phone")
    assert answer(result) == ("accepted", None)
    inside = queries.my_open_visit(person)
    assert inside is not None
    assert (inside.visit, inside.shift, inside.in_at) == (result.visit, event.shift, came)
    left = clock.advance(hours=3)
    assert answer(make.scan(person, event, OUT)) == ("accepted", None)
    assert queries.my_open_visit(person) is None
    (visit,) = queries.visits(event.shift)
    assert (visit.in_at, visit.out_at) == (came, left)
    assert (visit.in_method, visit.out_method) == (Method.VENUE_CODE, Method.VENUE_CODE)


def test_every_attempt_is_kept_with_both_clocks(event: make.Event, person: Actor, clock: FakeClock) -> None:
    scanned = clock.now()
    code = make.code_of(event)
    clock.advance(minutes=2)
    result = make.scan(person, event, code=code, scanned_at=scanned, device="a phone")
    row = kept(result)
    assert (row.scanned_at, row.received_at) == (scanned, clock.now())
    assert (row.method, row.verdict, row.code) == ("venue_code", "accepted", None)
    assert row.step == step_of(scanned)
    assert row.device_hash is not None
    assert "phone" not in row.device_hash
    assert (row.shard_code, row.shift_id) == (event.shift.shard, event.shift.id)
    assert Key(row.visit_shard or 0, row.visit_id or row.id) == result.visit


@pytest.mark.parametrize("asked", [{}, {"offers_place": True, "latitude": 29.5, "longitude": 103.7}])
@pytest.mark.parametrize(("direction", "statements"), [(IN, 3), (OUT, 6)])
def test_a_scan_takes_few_statements(
    clock: FakeClock, direction: Direction, statements: int, asked: dict[str, Any]
) -> None:
    """Offering to say where one is costs nothing where nobody says it."""
    event = make.event(**asked)
    person = make.signed_up(event.shift)
    if direction is OUT:
        make.scan(person, event)
        clock.advance(hours=1)
    code = make.code_of(event)
    session().rollback()
    with executed() as found:
        make.scan(person, event, direction, code=code)
    spoken = [each for each in found if not each.startswith("BEGIN")]
    assert len(spoken) == statements, "\n".join(spoken)


def test_who_has_just_come_in_is_told_without_asking_again(event: make.Event, person: Actor) -> None:
    code = make.code_of(event)
    first = make.scan(person, event, code=code, client_id="a tap")
    assert first.shift is not None
    assert first.moment == queries.moment(person, first.shift, first.visit)
    again = make.scan(person, event, code=code, client_id="a tap")
    assert again == first
    assert again.moment is None


# --- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["", "https://example.org", "A" * 56])
def test_unknown_code(event: make.Event, person: Actor, code: str) -> None:
    result = perform(person, check_in_self, code=code, direction=IN, client_id="x")
    assert answer(result) == ("refused", "unknown")
    row = kept(result)
    assert (row.shard_code, row.shift_id) == (person.volunteer and person.volunteer.shard, None)
    assert visits() == []


def test_forged_code(event: make.Event, person: Actor, clock: FakeClock) -> None:
    forged = issue_code(event.shift, "guessed", step_of(clock.now()))
    result = make.scan(person, event, code=forged)
    assert answer(result) == ("refused", "unknown")
    assert kept(result).shift_id is None


def test_code_of_a_shift_that_does_not_exist(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = issue_code(Key(511102, uuid4()), "secret", step_of(clock.now()))
    assert answer(make.scan(person, event, code=code)) == ("refused", "unknown")


def test_expired_code(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = make.code_of(event)
    clock.advance(seconds=40)
    result = make.scan(person, event, code=code)
    assert answer(result) == ("refused", "expired-code")
    assert kept(result).shift_id == event.shift.id


def test_grace_covers_the_step_after(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = make.code_of(event)
    clock.advance(seconds=39)
    assert answer(make.scan(person, event, code=code)) == ("accepted", None)


def test_the_clock_stepped_back(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = make.code_of(event)
    clock.advance(seconds=-20)
    assert answer(make.scan(person, event, code=code)) == ("refused", "expired-code")


def test_a_sealed_scan_counts_for_five_minutes(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code, scanned = make.code_of(event), clock.now()
    clock.advance(minutes=5, seconds=1)
    assert answer(make.scan(person, event, code=code, scanned_at=scanned)) == ("refused", "expired-code")
    clock.advance(seconds=-1)
    assert answer(make.scan(person, event, code=code, scanned_at=scanned)) == ("accepted", None)


def test_a_seal_from_the_future_is_not_believed(event: make.Event, person: Actor, clock: FakeClock) -> None:
    later = clock.now() + timedelta(hours=1)
    gate = gate_of(event.shift)
    assert gate is not None
    code = issue_code(event.shift, gate.secret, step_of(later))
    assert answer(make.scan(person, event, code=code, scanned_at=later)) == ("refused", "expired-code")


def test_wrong_session(event: make.Event, person: Actor) -> None:
    other = make.event()
    assert answer(make.scan(person, other, shift=event.shift)) == ("refused", "wrong-session")
    make.signed_up(other.shift, person.volunteer)
    make.scan(person, event)
    assert answer(make.scan(person, other, OUT)) == ("refused", "wrong-session")
    assert len(visits()) == 1


def test_not_registered(event: make.Event) -> None:
    person = people.actor_of_volunteer(people.volunteer())
    result = make.scan(person, event)
    assert answer(result) == ("refused", "not-registered")
    assert (kept(result).visit_id, visits()) == (None, [])


def test_not_registered_after_giving_the_place_back(event: make.Event, person: Actor) -> None:
    own = shift_card(person, event.shift).own
    assert own is not None
    perform(person, projects.cancel_sign_up, sign_up=own.key, reason="家中有事")
    assert answer(make.scan(person, event)) == ("refused", "not-registered")


def test_not_approved_volunteer(event: make.Event) -> None:
    person = people.actor_of_volunteer(people.applicant())
    assert answer(make.scan(person, event)) == ("refused", "not-approved")


def test_not_approved_project(person: Actor) -> None:
    team = people.organization("新队伍")
    organizer = people.organizer(team)
    draft = make.draft(organizer, team)
    event = make.Event(team, organizer, draft, make.shift(organizer, draft))
    assert answer(make.scan(person, event)) == ("refused", "not-approved")


def test_suspended_people_may_leave_but_not_come(event: make.Event, person: Actor, clock: FakeClock) -> None:
    make.scan(person, event)
    perform(SYSTEM, volunteers.suspend, volunteer=person.volunteer, reason="核实中")
    assert answer(make.scan(person, event)) == ("refused", "suspended")
    clock.advance(minutes=90)
    assert answer(make.scan(person, event, OUT)) == ("accepted", None)


def test_cancelled(event: make.Event, person: Actor) -> None:
    perform(event.organizer, projects.cancel_project, project=event.project, reason="暴雨停办")
    assert answer(make.scan(person, event)) == ("refused", "cancelled")


def test_too_early(person: Actor, clock: FakeClock) -> None:
    event = make.event(starts_at=clock.now() + timedelta(minutes=61))
    early = make.signed_up(event.shift)
    assert answer(make.scan(early, event)) == ("refused", "too-early")
    clock.advance(minutes=1)
    assert answer(make.scan(early, event)) == ("accepted", None)


def test_too_late_to_come_but_not_to_leave(event: make.Event, person: Actor, clock: FakeClock) -> None:
    late = make.signed_up(event.shift)
    make.scan(person, event)
    clock.advance(hours=3, minutes=31)
    assert answer(make.scan(late, event)) == ("refused", "too-late")
    assert answer(make.scan(person, event, OUT)) == ("accepted", None)


def test_too_late_to_leave(event: make.Event, person: Actor, clock: FakeClock) -> None:
    make.scan(person, event)
    clock.advance(hours=7, minutes=31)
    assert answer(make.scan(person, event, OUT)) == ("refused", "too-late")


def test_already_in_is_no_fault(event: make.Event, person: Actor, clock: FakeClock) -> None:
    first = make.scan(person, event)
    clock.advance(minutes=10)
    again = make.scan(person, event)
    assert answer(again) == ("repeated", "already-in")
    assert again.visit == first.visit
    assert len(visits()) == 1


def test_not_in(event: make.Event, person: Actor) -> None:
    assert answer(make.scan(person, event, OUT)) == ("refused", "not-in")


def test_already_out(event: make.Event, person: Actor, clock: FakeClock) -> None:
    make.scan(person, event)
    clock.advance(hours=1)
    code = make.code_of(event)
    make.scan(person, event, OUT, code=code)
    assert answer(make.scan(person, event, OUT, code=code)) == ("repeated", "already-out")
    clock.advance(minutes=10)
    assert answer(make.scan(person, event, OUT)) == ("refused", "already-out")
    assert answer(make.scan(person, event)) == ("refused", "already-out")


def test_overlaps_other(event: make.Event, person: Actor, clock: FakeClock) -> None:
    other = make.event()
    make.signed_up(other.shift, person.volunteer)
    first = make.scan(person, event)
    result = make.scan(person, other)
    assert answer(result) == ("refused", "overlaps-other")
    assert result.visit == first.visit
    clock.advance(minutes=5)
    make.scan(person, event, OUT)
    assert answer(make.scan(person, other)) == ("accepted", None)


def test_replayed_code(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = make.code_of(event)
    make.scan(person, event, code=code)
    assert answer(make.scan(person, event, OUT, code=code)) == ("refused", "replayed-code")
    assert answer(make.scan(person, event, IN, code=code)) == ("repeated", "already-in")
    clock.advance(seconds=20)
    leaving = make.code_of(event)
    assert answer(make.scan(person, event, OUT, code=leaving)) == ("accepted", None)
    for used in (code, leaving):
        result = make.scan(person, event, IN, code=used, scanned_at=clock.now())
        assert answer(result) == ("refused", "replayed-code")
    assert len(visits()) == 1


# --- the same attempt again -------------------------------------------------------------------------


def test_the_same_attempt_gets_the_same_answer(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = make.code_of(event)
    first = make.scan(person, event, code=code, client_id="tap")
    clock.advance(minutes=30)
    assert make.scan(person, event, code=code, client_id="tap") == first
    make.scan(person, event, OUT)
    assert make.scan(person, event, code=code, client_id="tap") == first
    assert session().query(Scan).count() == 2


def test_a_refusal_is_kept_too_and_not_judged_again(person: Actor, clock: FakeClock) -> None:
    event = make.event(starts_at=clock.now() + timedelta(minutes=90))
    early = make.signed_up(event.shift)
    code, scanned = make.code_of(event), clock.now()
    first = make.scan(early, event, code=code, client_id="tap")
    clock.advance(minutes=45)
    assert make.scan(early, event, code=code, client_id="tap", scanned_at=scanned) == first
    assert visits() == []


def test_a_client_id_of_somebody_else_is_not_answered(event: make.Event, person: Actor) -> None:
    other = make.signed_up(event.shift)
    make.scan(person, event, client_id="tap")
    with pytest.raises(KeyReused):
        make.scan(other, event, client_id="tap")
    assert len(visits()) == 1


def test_a_client_id_is_good_for_one_direction(event: make.Event, person: Actor, clock: FakeClock) -> None:
    make.scan(person, event, client_id="tap")
    clock.advance(hours=1)
    with pytest.raises(KeyReused, match="key-reused"):
        make.scan(person, event, OUT, client_id="tap")
    assert queries.my_open_visit(person) is not None
    make.scan(person, event, OUT, client_id="another tap")
    with pytest.raises(KeyReused):
        make.scan(person, event, client_id="another tap")
    assert session().query(Scan).count() == 2


@pytest.mark.parametrize(("changed", "statements"), [({}, 3), ({"direction": OUT}, 2)])
def test_a_client_id_that_comes_again_takes_no_more_statements(
    event: make.Event, person: Actor, clock: FakeClock, changed: dict[str, Direction], statements: int
) -> None:
    """The holder's sign-up and the first answer; a check-in first tries to come in."""
    make.scan(person, event, client_id="tap")
    clock.advance(hours=1)
    code = make.code_of(event)
    session().rollback()
    with executed() as found, suppress(KeyReused):
        make.scan(person, event, code=code, client_id="tap", **changed)
    spoken = [each for each in found if not each.startswith("BEGIN")]
    assert len(spoken) == statements, "\n".join(spoken)


# --- who may ask what -------------------------------------------------------------------------------


def test_only_volunteers_check_in(event: make.Event) -> None:
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, check_in_self, code="x", direction=IN, client_id="tap")
    with pytest.raises(Forbidden, match="not-a-volunteer"):
        perform(event.organizer, check_in_self, code="x", direction=IN, client_id="tap")


def test_the_code_is_for_those_who_run_the_gate(event: make.Event, person: Actor) -> None:
    with pytest.raises(NotFound):
        queries.venue_code(make.event().organizer, event.shift)
    with pytest.raises(Forbidden):
        queries.venue_code(person, event.shift)
    with pytest.raises(Unauthenticated):
        queries.venue_code(ANONYMOUS, event.shift)
    with pytest.raises(NotFound):
        queries.venue_code(event.organizer, Key(511102, uuid4()))
    code = queries.venue_code(event.organizer, event.shift)
    assert code.path == f"/c/{code.code}"
    assert code.valid_until - code.shown_until == timedelta(seconds=20)


def test_what_a_code_opens(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = make.code_of(event)
    opened = queries.venue(ANONYMOUS, code, clock.now())
    assert opened.fault is None
    assert opened.moment is not None
    assert (opened.moment.project_name, opened.moment.presence) == ("社区长者午餐陪伴", Presence.NEVER_IN)
    make.scan(person, event)
    opened = queries.venue(person, code, clock.now())
    assert opened.moment is not None
    assert opened.moment.presence is Presence.INSIDE
    assert queries.venue(person, code, clock.now() + timedelta(minutes=1)).fault == "expired-code"
    assert queries.venue(person, "nonsense", clock.now()).fault == "unknown"
    assert queries.venue(person, code[::-1], clock.now()).moment is None


def test_people_of_another_county_are_welcome(event: make.Event) -> None:
    guest = make.signed_up(event.shift, region_code=people.SOUTH_COMMUNITY)
    result = make.scan(guest, event)
    assert answer(result) == ("accepted", None)
    assert result.visit is not None
    assert (result.visit.shard, event.shift.shard) == (511111, 511102)
    assert [visit.volunteer for visit in queries.visits(event.shift)] == [guest.volunteer]
