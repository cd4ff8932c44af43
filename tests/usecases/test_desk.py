"""The organizer's desk: personal codes, batches, the roster, forgotten check-outs, the closed gate."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.attendance import queries
from timebank.attendance import usecases as attendance
from timebank.attendance.models import Scan
from timebank.attendance.rules import Direction, Method, Presence
from timebank.attendance.usecases import ScanInput, ScanResult
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, KeyReused, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects.queries import shift_card
from timebank.projects.rules import ShiftStatus
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.queries import personal_code

IN, OUT = Direction.IN, Direction.OUT


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event() -> make.Event:
    return make.event()


@pytest.fixture
def person(event: make.Event) -> Actor:
    return make.signed_up(event.shift, name="周小川")


def enter(
    event: make.Event,
    code: str,
    direction: Direction = IN,
    client_id: str = "desk-1",
    by: Actor | None = None,
) -> ScanResult:
    return perform(
        event.organizer,
        attendance.enter_personal_code,
        shift=event.shift,
        personal_code=code,
        direction=direction,
        client_id=client_id,
    )


def batch(event: make.Event, *scans: ScanInput) -> list[ScanResult]:
    return perform(event.organizer, attendance.scan_batch, shift=event.shift, scans=list(scans))


def answers(results: list[ScanResult]) -> list[tuple[str, str | None]]:
    return [(result.verdict, result.code) for result in results]


def test_a_code_is_entered_as_people_type(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = personal_code(person)
    typed = f" {code[:5].lower()} {code[5:].lower()} "
    result = enter(event, typed)
    assert (result.verdict, result.volunteer) == ("accepted", person.volunteer)
    clock.advance(hours=1)
    assert enter(event, code, OUT, "desk-2").verdict == "accepted"
    (visit,) = queries.visits(event.shift)
    assert (visit.in_method, visit.out_method) == (Method.PERSONAL_CODE, Method.PERSONAL_CODE)
    scan = session().query(Scan).filter_by(client_id="desk-1").one()
    assert scan.operator == str(event.organizer.user)


def test_an_unknown_code_is_kept_with_its_shift(event: make.Event) -> None:
    result = enter(event, "2222222222")
    assert (result.verdict, result.code, result.shift) == ("refused", "unknown", event.shift)
    assert queries.counts(event.organizer, event.shift).refused == 1


def test_the_desk_judges_by_the_same_table(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = personal_code(person)
    stranger = people.actor_of_volunteer(people.volunteer())
    assert enter(event, personal_code(stranger)).code == "not-registered"
    assert enter(event, code, OUT, "2").code == "not-in"
    assert enter(event, code, IN, "3").verdict == "accepted"
    assert enter(event, code, IN, "4").code == "already-in"
    assert enter(event, code, OUT, "5").verdict == "accepted"
    assert enter(event, code, IN, "6").code == "already-out"


def test_checked_in_by_the_desk_and_out_by_phone(event: make.Event, person: Actor, clock: FakeClock) -> None:
    old = make.code_of(event)
    clock.advance(seconds=20)
    enter(event, personal_code(person))
    assert make.scan(person, event, OUT, code=old).code == "replayed-code"
    assert make.scan(person, event, OUT).verdict == "accepted"


def test_a_batch_gets_one_answer_for_each_scan_in_order(event: make.Event, clock: FakeClock) -> None:
    crowd = [personal_code(make.signed_up(event.shift)) for _ in range(3)]
    offline = clock.now() - timedelta(minutes=10)
    scans = [ScanInput(f"s{number}", IN, code, scanned_at=offline) for number, code in enumerate(crowd)]
    scans += [
        ScanInput("s3", IN, crowd[0]),
        ScanInput("s4", OUT, crowd[0]),
        ScanInput("s5", IN, "NOBODY2222"),
    ]
    results = batch(event, *scans)
    assert [result.client_id for result in results] == [scan.client_id for scan in scans]
    assert answers(results) == [
        *[("accepted", None)] * 3,
        ("repeated", "already-in"),
        ("accepted", None),
        ("refused", "unknown"),
    ]
    row = session().query(Scan).filter_by(client_id="s0").one()
    assert (row.scanned_at, row.received_at) == (offline, clock.now())


def test_a_batch_sent_twice_counts_once(event: make.Event, clock: FakeClock) -> None:
    crowd = [personal_code(make.signed_up(event.shift)) for _ in range(3)]
    scans = [ScanInput(f"s{number}", IN, code) for number, code in enumerate(crowd)]
    first = batch(event, *scans)
    clock.advance(hours=1)
    assert batch(event, *scans) == first
    assert session().query(Scan).count() == 3
    assert queries.counts(event.organizer, event.shift).inside == 3


def test_a_client_id_belongs_to_one_shift(event: make.Event, person: Actor) -> None:
    other = make.event(organization=event.organization, organizer=event.organizer)
    enter(event, personal_code(person), client_id="same")
    with pytest.raises(KeyReused):
        enter(other, personal_code(person), client_id="same")


def test_a_client_id_that_is_used_again_is_listed_and_the_others_go_on(
    event: make.Event, person: Actor, clock: FakeClock
) -> None:
    """Another direction, another person, and the same id twice in one upload: nothing of these is kept."""
    elsewhere = make.event()
    inside = make.checked_in(elsewhere)  # judged apart from the others
    make.signed_up(event.shift, inside.volunteer)
    one, two, three = (personal_code(make.signed_up(event.shift)) for _ in range(3))
    (first,) = batch(event, ScanInput("a", IN, one))
    clock.advance(minutes=5)
    results = batch(
        event,
        ScanInput("a", OUT, one),
        ScanInput("a", IN, two),
        ScanInput("a", IN, one),
        ScanInput("b", IN, two),
        ScanInput("b", IN, three),
        ScanInput("b", IN, two),
        ScanInput("a", IN, personal_code(inside)),
        ScanInput("c", IN, personal_code(inside)),
    )
    again = ("refused", "key-reused")
    assert answers(results) == [
        again,
        again,
        ("accepted", None),
        ("accepted", None),
        again,
        ("accepted", None),
        again,
        ("refused", "overlaps-other"),
    ]
    assert results[2] == first
    assert [result.scan for result in results if result.code == "key-reused"] == [None] * 4
    kept = session().query(Scan).filter(Scan.shift_id == event.shift.id).all()
    assert sorted(row.client_id for row in kept) == ["a", "b", "c"]
    assert queries.counts(event.organizer, event.shift).inside == 2
    with pytest.raises(KeyReused):
        enter(event, two, OUT, client_id="a")


def test_a_card_replaced_since_is_still_the_same_scan(event: make.Event, person: Actor) -> None:
    old = personal_code(person)
    first = batch(event, ScanInput("a", IN, old))
    perform(SYSTEM, volunteers.reissue_personal_code, volunteer=person.volunteer)
    assert batch(event, ScanInput("a", IN, old)) == first


def test_an_id_of_another_shift_is_listed_too(event: make.Event, person: Actor) -> None:
    other = make.event(organization=event.organization, organizer=event.organizer)
    enter(event, personal_code(person), client_id="a")
    results = batch(other, ScanInput("a", IN, personal_code(person)), ScanInput("b", IN, "NOBODY2222"))
    assert answers(results) == [("refused", "key-reused"), ("refused", "unknown")]


@pytest.mark.parametrize("number", [0, 501])
def test_batches_have_bounds(event: make.Event, number: int) -> None:
    scans = [ScanInput(str(each), IN, "2222222222") for each in range(number)]
    with pytest.raises(Invalid, match="batch-size"):
        batch(event, *scans)


def test_strangers_do_not_work_this_gate(event: make.Event, person: Actor) -> None:
    other = make.event().organizer
    south = make.reviewer(people.SOUTH)
    for act, given in (
        (attendance.enter_personal_code, {"personal_code": "x", "direction": IN, "client_id": "1"}),
        (attendance.scan_batch, {"scans": [ScanInput("1", IN, "x")]}),
        (attendance.close_gate, {}),
        (
            attendance.set_out_time,
            {"volunteer": person.volunteer, "out_at": event.shift, "reason": "忘记签退"},
        ),
    ):
        for actor, error in ((other, NotFound), (south, Forbidden), (person, Forbidden)):
            with pytest.raises(error):
                perform(actor, act, shift=event.shift, **given)
        with pytest.raises(Unauthenticated):
            perform(ANONYMOUS, act, shift=event.shift, **given)
        with pytest.raises(NotFound):
            perform(event.organizer, act, shift=event.project, **given)
    for actor in (other, south):
        with pytest.raises(NotFound):
            queries.roster(actor, event.shift)
    with pytest.raises(Forbidden):
        queries.roster(person, event.shift)


def test_the_roster(event: make.Event, person: Actor, clock: FakeClock) -> None:
    gone = make.checked_in(event, name="吴先走")
    inside = make.checked_in(event, name="郑在场")
    clock.advance(hours=1)
    make.scan(gone, event, OUT)
    roster = queries.roster(event.organizer, event.shift)
    assert [(row.name, row.presence) for row in roster.rows] == [
        ("郑在场", Presence.INSIDE),
        ("周小川", Presence.NEVER_IN),
        ("吴先走", Presence.GONE),
    ]
    assert roster.counts == queries.Counts(expected=3, inside=1, gone=1, refused=0)
    assert roster.counts == queries.counts(event.organizer, event.shift)
    assert [row.volunteer for row in queries.roster(event.organizer, event.shift, text="郑在").rows] == [
        inside.volunteer
    ]
    assert len(queries.roster(make.reviewer(), event.shift).rows) == 3


def out_time(event: make.Event, person: Actor, out_at: datetime, reason: str = "忘记签退") -> None:
    assert person.volunteer is not None
    perform(
        event.organizer,
        attendance.set_out_time,
        shift=event.shift,
        volunteer=person.volunteer,
        out_at=out_at,
        reason=reason,
    )


def test_a_forgotten_check_out_is_ended_with_a_reason(event: make.Event, clock: FakeClock) -> None:
    person = make.checked_in(event)
    ended = clock.now() + timedelta(hours=3)
    clock.advance(hours=5)
    out_time(event, person, ended)
    (visit,) = queries.visits(event.shift)
    assert (visit.out_at, visit.out_method, visit.out_reason) == (ended, Method.ORGANIZER, "忘记签退")
    assert queries.counts(event.organizer, event.shift).gone == 1
    with pytest.raises(Conflict, match="not-inside"):
        out_time(event, person, ended)
    scan = session().query(Scan).filter_by(method="organizer").one()
    assert (scan.scanned_at, scan.received_at) == (ended, clock.now())


def test_an_out_time_lies_between_coming_and_now(event: make.Event, clock: FakeClock) -> None:
    person = make.checked_in(event)
    came = clock.now()
    clock.advance(hours=2)
    for wrong in (came - timedelta(seconds=1), clock.now() + timedelta(seconds=1)):
        with pytest.raises(Invalid) as told:
            out_time(event, person, wrong)
        assert told.value.fields == {"out_at": ["out-time-outside"]}
    with pytest.raises(Invalid) as told:
        out_time(event, person, came, reason=" ")
    assert told.value.fields == {"reason": ["reason-needed"]}
    clock.advance(hours=20)
    with pytest.raises(Invalid):
        out_time(event, person, clock.now())
    closes = shift_card(event.organizer, event.shift).closes_at
    out_time(event, person, closes)


def test_a_closed_gate_takes_nobody(event: make.Event, person: Actor, clock: FakeClock) -> None:
    with pytest.raises(Conflict, match="shift-not-started"):
        perform(event.organizer, attendance.close_gate, shift=event.shift)
    inside = make.checked_in(event)
    clock.advance(hours=1)
    assert perform(event.organizer, attendance.close_gate, shift=event.shift) is True
    assert perform(event.organizer, attendance.close_gate, shift=event.shift) is False
    assert shift_card(event.organizer, event.shift).status is ShiftStatus.CLOSED
    assert make.scan(person, event).code == "too-late"
    assert make.scan(inside, event, OUT).verdict == "accepted"
    assert queries.counts(event.organizer, event.shift).inside == 0


def test_a_key_that_is_nothing(event: make.Event) -> None:
    nothing = Key(511102, event.project.id)
    for ask in (queries.roster, queries.counts, queries.venue_code):
        with pytest.raises(NotFound):
            ask(event.organizer, nothing)
    assert queries.visits(nothing) == []
