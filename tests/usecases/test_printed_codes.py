"""The code on paper: only where the shift takes one, near the venue or confirmed by the organizer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.attendance import queries
from timebank.attendance.models import Scan, ScanPoint
from timebank.attendance.rules import Direction, Method, Position, printed_code
from timebank.attendance.usecases import decide_scan, read_point, sweep_points
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.events import Event
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import perform
from timebank.projects.queries import gate_of
from timebank.projects.rules import PrintedCode

pytestmark = pytest.mark.usefixtures("app_context", "tree")
IN, OUT = Direction.IN, Direction.OUT
VENUE: dict[str, Any] = {"latitude": 29.5521, "longitude": 103.7661, "radius_m": 200}
HERE = Position(29.5521, 103.7661, 10)
DEGREE_M = 111_195


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


def near() -> make.Event:
    return make.event(printed_code=PrintedCode.PLACE, **VENUE)


def paper(event: make.Event) -> str:
    return queries.paper_code(event.organizer, event.shift).rpartition("/")[2]


def north(metres: float, accuracy_m: int = 0) -> Position:
    return Position(VENUE["latitude"] + metres / DEGREE_M, VENUE["longitude"], accuracy_m)


def test_near_the_venue_it_lets_in_and_out(clock: FakeClock) -> None:
    event = near()
    actor = make.signed_up(event.shift)
    code = paper(event)
    assert make.scan(actor, event, code=code, position=north(150)).verdict == "accepted"
    clock.advance(hours=2)
    assert make.scan(actor, event, OUT, code=code, position=HERE).verdict == "accepted"
    (visit,) = queries.visits(event.shift)
    assert (visit.in_method, visit.out_method) == (Method.PRINTED_CODE, Method.PRINTED_CODE)
    rows = session().execute(select(Scan.distance_m, Scan.step).order_by(Scan.happened_at))
    assert [tuple(row) for row in rows] == [(150, None), (0, None)]


@pytest.mark.parametrize(
    ("position", "verdict"),
    [
        (None, "refused"),
        (north(199), "accepted"),
        (north(205), "refused"),
        (north(205, 10), "accepted"),
        (north(390, 200), "accepted"),
        (north(410, 5_000), "refused"),  # a phone that knows nothing gets no more than the radius
        (north(50_000), "refused"),
    ],
)
def test_the_place_decides_with_the_accuracy_bounded(position: Position | None, verdict: str) -> None:
    event = near()
    result = make.scan(make.signed_up(event.shift), event, code=paper(event), position=position)
    assert (result.verdict, result.code) == (verdict, None if verdict == "accepted" else "out-of-area")


def test_the_organizer_confirms_and_it_counts_from_the_scan(clock: FakeClock) -> None:
    event = make.event(printed_code=PrintedCode.ORGANIZER)
    actor = make.signed_up(event.shift)
    came = clock.now()
    first = make.scan(actor, event, code=paper(event))
    assert (first.verdict, first.code, first.visit) == ("provisional", "organizer-confirms", None)
    clock.advance(hours=2)
    second = make.scan(actor, event, OUT, code=paper(event))
    assert second.verdict == "provisional"
    clock.advance(minutes=10)
    one, two = queries.waiting_scans(event.shift)
    with pytest.raises(Conflict, match="not-in"):
        perform(event.organizer, decide_scan, shift=event.shift, scan=two.key, counts=True)
    for each in (one, two):
        perform(event.organizer, decide_scan, shift=event.shift, scan=each.key, counts=True)
    (visit,) = queries.visits(event.shift)
    assert (visit.in_at, visit.out_at) == (came, came + timedelta(hours=2))
    assert visit.in_method is Method.PRINTED_CODE
    assert queries.waiting_scans(event.shift) == []


def test_a_shift_without_printed_code_knows_none() -> None:
    event = make.event()
    actor = make.signed_up(event.shift)
    gate = gate_of(event.shift)
    assert gate
    code = printed_code(event.shift, gate.secret)
    result = make.scan(actor, event, code=code)
    assert (result.verdict, result.code) == ("refused", "unknown")
    assert queries.venue(actor, code, gate.opens_at).fault == "unknown"
    with pytest.raises(NotFound):
        queries.paper_code(event.organizer, event.shift)


def test_the_code_of_another_shift_is_not_known() -> None:
    event, other = near(), near()
    gate = gate_of(other.shift)
    assert gate
    result = make.scan(make.signed_up(event.shift), event, code=printed_code(event.shift, gate.secret))
    assert result.code == "unknown"


def test_only_the_people_of_the_gate_print_it() -> None:
    event = near()
    with pytest.raises(Forbidden):
        queries.paper_code(make.signed_up(event.shift), event.shift)
    with pytest.raises(NotFound):
        queries.paper_code(people.organizer(people.organization("别处的队伍")), event.shift)


def test_the_changing_code_asks_for_no_place_and_keeps_none() -> None:
    event = near()
    result = make.scan(make.signed_up(event.shift), event, position=north(50_000))
    assert result.verdict == "accepted"
    assert session().scalar(select(Scan.distance_m)) is None
    assert session().scalar(select(func.count()).select_from(ScanPoint)) == 0


def test_the_point_is_kept_encrypted_and_deleted(clock: FakeClock) -> None:
    event = near()
    actor = make.signed_up(event.shift)
    where = north(900, 12)
    for _ in range(2):
        result = make.scan(actor, event, code=paper(event), position=where, client_id="once")
    point = session().scalars(select(ScanPoint)).one()
    assert "29." not in point.point_sealed
    seen = perform(event.organizer, read_point, shift=event.shift, scan=result.scan)
    assert (round(seen.latitude, 5), seen.longitude, seen.accuracy_m) == (
        round(where.latitude, 5),
        103.7661,
        12,
    )
    assert session().scalars(select(Event.name).where(Event.name == "scan.point_read")).all()
    day = clock.advance(days=29).date()
    assert perform(SYSTEM, sweep_points, on=day) == {"points": 0}
    day = clock.advance(days=1).date()
    assert perform(SYSTEM, sweep_points, on=day) == {"points": 1}
    with pytest.raises(NotFound):
        perform(event.organizer, read_point, shift=event.shift, scan=result.scan)
    assert session().scalar(select(Scan.distance_m)) == 900


def test_nobody_else_reads_a_point() -> None:
    event, other = near(), near()
    actor = make.signed_up(event.shift)
    result = make.scan(actor, event, code=paper(event), position=HERE)
    with pytest.raises(Forbidden):
        perform(actor, read_point, shift=event.shift, scan=result.scan)
    for given in ({"shift": event.shift}, {"shift": other.shift}):
        with pytest.raises(NotFound):
            perform(other.organizer, read_point, scan=result.scan, **given)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"printed_code": PrintedCode.PLACE}, "latitude"),
        ({"latitude": 29.5}, "longitude"),
        ({"latitude": 91.0, "longitude": 103.0}, "latitude"),
        ({"latitude": 29.5, "longitude": 181.0}, "longitude"),
        ({**VENUE, "radius_m": 19}, "radius_m"),
        ({**VENUE, "radius_m": 5001}, "radius_m"),
    ],
)
def test_what_a_shift_cannot_say_of_its_place(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as told:
        make.event(**given)
    assert field in told.value.fields


def test_without_a_radius_the_policy_says_it() -> None:
    event = make.event(printed_code=PrintedCode.PLACE, latitude=29.5, longitude=103.5)
    gate = gate_of(event.shift)
    assert gate
    assert gate.venue
    assert gate.venue.radius_m == 300
