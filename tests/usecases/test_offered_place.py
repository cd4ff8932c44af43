"""With the changing code people may say where they are: it decides nothing, and little of it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.attendance import queries
from timebank.attendance.models import GatePolicyRow, Scan, ScanPoint
from timebank.attendance.rules import Direction, Method, Position
from timebank.attendance.usecases import ScanResult, read_point, sweep_points, undo_scan
from timebank.exports.own_data import collect
from timebank.hours import usecases as hours
from timebank.hours.models import HoursPolicy
from timebank.hours.queries import RecordCard, shift_records
from timebank.kernel.db import session
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import usecases as projects
from timebank.projects.models import ProjectTemplate, Shift
from timebank.projects.queries import gate_of, project, shift_card
from timebank.projects.rules import PrintedCode

pytestmark = pytest.mark.usefixtures("app_context", "tree")
IN, OUT = Direction.IN, Direction.OUT
VENUE: dict[str, Any] = {"latitude": 29.5521, "longitude": 103.7661, "radius_m": 200}
DEGREE_M = 111_195


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event(tree: None) -> make.Event:
    return make.event(offers_place=True, **VENUE)


@pytest.fixture
def person(event: make.Event) -> Actor:
    return make.signed_up(event.shift)


def north(metres: float, accuracy_m: int = 10) -> Position:
    return Position(VENUE["latitude"] + metres / DEGREE_M, VENUE["longitude"], accuracy_m)


def distance_of(result: ScanResult) -> int | None:
    session().rollback()
    key = result.scan
    return session().scalar(select(Scan.distance_m).where(Scan.shard_code == key.shard, Scan.id == key.id))


def points() -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(ScanPoint)) or 0


# --- the scan ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("metres", [0, 150, 3_000, 900_000])
def test_the_distance_is_kept_and_refuses_nobody(event: make.Event, person: Actor, metres: int) -> None:
    result = make.scan(person, event, position=north(metres))
    assert (result.verdict, result.code) == ("accepted", None)
    assert result.distance_m == pytest.approx(metres, rel=0.001)
    assert (distance_of(result), points()) == (result.distance_m, 1)
    (visit,) = queries.visits(event.shift)
    assert visit.in_method is Method.VENUE_CODE


def test_nobody_has_to_say_it(event: make.Event, person: Actor, clock: FakeClock) -> None:
    result = make.scan(person, event)
    assert (result.verdict, result.distance_m, distance_of(result)) == ("accepted", None, None)
    clock.advance(hours=1)
    assert make.scan(person, event, OUT).verdict == "accepted"
    assert points() == 0


@pytest.mark.parametrize(
    "asked",
    [{}, VENUE, {"printed_code": PrintedCode.PLACE, **VENUE}],
    ids=["no venue", "a venue", "a printed code with place"],
)
def test_nothing_is_kept_where_the_shift_does_not_offer_it(asked: dict[str, Any]) -> None:
    event = make.event(**asked)
    result = make.scan(make.signed_up(event.shift), event, position=north(0))
    assert (result.verdict, distance_of(result), points()) == ("accepted", None, 0)


@pytest.mark.parametrize(("accuracy_m", "kept"), [(1_000, 1), (1_001, 0), (100_000, 0)])
def test_a_phone_that_knows_little_says_nothing(
    event: make.Event, person: Actor, accuracy_m: int, kept: int
) -> None:
    result = make.scan(person, event, position=north(3_000, accuracy_m))
    assert (result.verdict, points()) == ("accepted", kept)
    assert (distance_of(result) is not None) is bool(kept)


def test_how_little_is_a_dated_policy(event: make.Event, person: Actor, clock: FakeClock) -> None:
    old = session().query(GatePolicyRow).one()
    kept = {column.name: getattr(old, column.name) for column in GatePolicyRow.__table__.columns}
    session().add(
        GatePolicyRow(
            **{**kept, "version": "2026-2", "valid_from": clock.now().date(), "coarsest_place_m": 5}
        )
    )
    session().commit()
    assert distance_of(make.scan(person, event, position=north(0, 10))) is None


def test_a_code_that_is_refused_keeps_no_place(event: make.Event, person: Actor, clock: FakeClock) -> None:
    code = make.code_of(event)
    clock.advance(minutes=5)
    results = [make.scan(person, event, code=each, position=north(10)) for each in (code, "A" * 56)]
    assert [result.code for result in results] == ["expired-code", "unknown"]
    assert [distance_of(result) for result in results] == [None, None]
    assert points() == 0


def test_both_ways_each_with_its_own(event: make.Event, person: Actor, clock: FakeClock) -> None:
    came = make.scan(person, event, position=north(20))
    clock.advance(hours=1)
    left = make.scan(person, event, OUT, position=north(90))
    assert (distance_of(came), distance_of(left), points()) == (20, 90, 2)


def test_the_printed_code_goes_on_asking(clock: FakeClock) -> None:
    """Both at once: with the paper a place decides, with the screen it does not."""
    event = make.event(offers_place=True, printed_code=PrintedCode.PLACE, **VENUE)
    actor = make.signed_up(event.shift)
    paper = queries.paper_code(event.organizer, event.shift).rpartition("/")[2]
    assert queries.venue(actor, paper, clock.now()).offers_place is False
    assert queries.venue(actor, make.code_of(event), clock.now()).offers_place is True
    assert make.scan(actor, event, code=paper, position=north(3_000)).code == "out-of-area"
    assert make.scan(actor, event, code=paper).code == "out-of-area"
    assert make.scan(actor, event, position=north(3_000)).verdict == "accepted"


# --- the point --------------------------------------------------------------------------------------


def test_the_point_is_encrypted_read_on_record_and_deleted_by_the_job(
    event: make.Event, person: Actor, clock: FakeClock
) -> None:
    result = make.scan(person, event, position=north(900, 12))
    point = session().scalars(select(ScanPoint)).one()
    assert "29." not in point.point_sealed
    seen = perform(event.organizer, read_point, shift=event.shift, scan=result.scan)
    assert (round(seen.latitude, 4), seen.longitude, seen.accuracy_m) == (29.5602, 103.7661, 12)
    day = clock.advance(days=29).date()
    assert perform(SYSTEM, sweep_points, on=day) == {"points": 0}
    day = clock.advance(days=1).date()
    assert perform(SYSTEM, sweep_points, on=day) == {"points": 1}
    assert points() == 0
    with pytest.raises(NotFound):
        perform(event.organizer, read_point, shift=event.shift, scan=result.scan)
    assert distance_of(result) == 900


@pytest.mark.parametrize(("first", "second"), [(None, 50), (50, None), (50, 900)])
def test_the_same_attempt_keeps_what_it_said_first(
    event: make.Event, person: Actor, first: int | None, second: int | None
) -> None:
    places = [None if metres is None else north(metres) for metres in (first, second)]
    results = [make.scan(person, event, client_id="a tap", position=each) for each in places]
    assert results[0] == results[1]
    assert (distance_of(results[1]), points()) == (first, 0 if first is None else 1)
    if first is not None:
        seen = perform(event.organizer, read_point, shift=event.shift, scan=results[0].scan)
        assert round(seen.latitude, 5) == round(north(first).latitude, 5)


def test_the_point_is_among_ones_own_data(event: make.Event, person: Actor, clock: FakeClock) -> None:
    make.scan(person, event, position=north(900, 12))
    other = make.signed_up(event.shift)
    make.scan(other, event, position=north(10))
    assert person.volunteer
    tables = collect(person.volunteer)["tables"]
    assert [row["distance_m"] for row in tables["scans"]] == [900]
    (told,) = tables["scan_points"]
    assert told["point"].split("\n") == ["29.560194", "103.766100", "12"]
    clock.advance(days=30)
    perform(SYSTEM, sweep_points, on=clock.now().date())
    assert "scan_points" not in collect(person.volunteer)["tables"]


# --- what the organizer and the reviewer see ----------------------------------------------------------


def closed(clock: FakeClock, event: make.Event) -> dict[Any, RecordCard]:
    clock.advance(hours=4)
    perform(event.organizer, hours.close_shift, shift=event.shift)
    session().rollback()
    return {record.volunteer: record for record in shift_records(event.organizer, event.shift)}


def test_far_from_the_venue_is_looked_at_before_it_counts(event: make.Event, clock: FakeClock) -> None:
    """The furthest of both ways says it; without a place nothing is doubtful."""
    said = [(None, None), (20, 2_190), (2_210, 20), (None, 50_000)]
    crowd = [make.signed_up(event.shift) for _ in said]
    clock.advance(minutes=30)
    for number, direction in enumerate((IN, OUT)):
        for actor, metres in zip(crowd, said, strict=True):
            place = None if metres[number] is None else north(metres[number] or 0)
            assert make.scan(actor, event, direction, position=place).verdict == "accepted"
        clock.advance(hours=1)
    records = closed(clock, event)
    found = [records[actor.volunteer] for actor in crowd]
    assert [record.attention for record in found] == [[], [], ["far_from_venue"], ["far_from_venue"]]
    assert [record.is_held for record in found] == [False, False, True, True]
    assert found[2].figures == {"far_from_venue": {"metres": 2_210, "most": 2_200}}
    perform(event.organizer, hours.submit_records, shift=event.shift)
    reviewer = people.officer()
    outcomes = perform(reviewer, hours.confirm_records, shift=event.shift)
    assert sorted(each.outcome for each in outcomes) == ["confirmed", "confirmed", "held", "held"]
    with pytest.raises(Invalid, match="reason-needed"):
        perform(reviewer, hours.approve_record, record=found[3].key)
    perform(reviewer, hours.approve_record, record=found[3].key, reason="负责人证实本人在场，手机定位有误")


def test_how_far_is_far_is_a_dated_policy(event: make.Event, person: Actor, clock: FakeClock) -> None:
    session().query(HoursPolicy).one().far_from_venue_m = 100
    session().commit()
    clock.advance(minutes=30)
    make.scan(person, event, position=north(310))
    clock.advance(hours=1)
    make.scan(person, event, OUT)
    (record,) = closed(clock, event).values()
    assert record.figures == {"far_from_venue": {"metres": 310, "most": 300}}


def test_what_was_taken_back_is_not_held_against_anybody(
    event: make.Event, person: Actor, clock: FakeClock
) -> None:
    clock.advance(minutes=30)
    first = make.scan(person, event, position=north(40_000))
    perform(event.organizer, undo_scan, shift=event.shift, scan=first.scan, reason="手机定位有误，重新扫码")
    clock.advance(minutes=1)
    assert make.scan(person, event, position=north(5)).verdict == "accepted"
    clock.advance(hours=1)
    make.scan(person, event, OUT)
    (record,) = closed(clock, event).values()
    assert record.attention == []


def test_a_printed_code_near_a_wide_venue_is_no_sign(clock: FakeClock) -> None:
    """It let the phone in, its own inaccuracy allowed for; that is not judged a second time."""
    event = make.event(printed_code=PrintedCode.PLACE, **VENUE | {"radius_m": 5_000})
    actor = make.signed_up(event.shift)
    paper = queries.paper_code(event.organizer, event.shift).rpartition("/")[2]
    clock.advance(minutes=30)
    for direction in (IN, OUT):
        place = north(9_000, 4_500)
        assert make.scan(actor, event, direction, code=paper, position=place).verdict == "accepted"
        clock.advance(hours=1)
    (record,) = closed(clock, event).values()
    assert record.attention == []


def test_the_organizer_reads_the_distance_in_the_log(event: make.Event, person: Actor) -> None:
    make.scan(person, event, position=north(3_000))
    (line,) = queries.scan_log(event.organizer, event.shift).items
    assert line.scan.distance_m == 3_000


# --- the shift --------------------------------------------------------------------------------------


def test_it_is_off_until_it_is_switched_on() -> None:
    event = make.event(**VENUE)
    assert shift_card(event.organizer, event.shift).offers_place is False
    gate = gate_of(event.shift)
    assert gate
    assert gate.offers_place is False


def test_it_needs_the_venue() -> None:
    with pytest.raises(Invalid) as told:
        make.event(offers_place=True)
    assert told.value.fields == {"latitude": ["place-needed"]}


def test_it_can_be_switched_before_the_start(event: make.Event) -> None:
    begins, ends = make.wall_times(event.shift)
    changes = projects.Changes("上午场", begins, ends, 60, 240, capacity=30)

    def offers() -> bool:
        session().rollback()
        return session().get_one(Shift, (event.shift.shard, event.shift.id)).offers_place

    perform(event.organizer, projects.edit_shift, shift=event.shift, changes=changes)
    assert offers()  # what is not mentioned stays
    for wanted in (False, True):
        said = replace(changes, attendance={"offers_place": wanted, **VENUE})
        perform(event.organizer, projects.edit_shift, shift=event.shift, changes=said)
        assert offers() is wanted
    without = replace(changes, attendance={"offers_place": True})
    with pytest.raises(Invalid) as told:
        perform(event.organizer, projects.edit_shift, shift=event.shift, changes=without)
    assert told.value.fields == {"latitude": ["place-needed"]}


def test_copies_templates_and_series_take_it_along(event: make.Event, clock: FakeClock) -> None:
    day = (clock.now() + timedelta(days=40)).date()
    copy = perform(event.organizer, projects.copy_project, project=event.project, first_day=day)
    template = perform(event.organizer, projects.save_template, project=event.project, name="每周午餐")
    again = perform(event.organizer, projects.create_from_template, template=template, first_day=day)
    for key in (copy, again):
        (card,) = project(event.organizer, key).shifts
        assert card.offers_place
        assert card.venue
        assert (card.venue.latitude, card.venue.radius_m) == (29.5521, 200)
    starts_at = clock.now() + timedelta(days=2)
    series = perform(
        event.organizer,
        projects.add_series,
        project=event.project,
        rule="FREQ=WEEKLY;COUNT=3",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        title="每周一次",
        capacity=5,
        offers_place=True,
        **VENUE,
    )
    assert [shift_card(event.organizer, key).offers_place for key in series] == [True] * 3


def test_a_template_from_before_offers_nothing(event: make.Event, clock: FakeClock) -> None:
    key = perform(event.organizer, projects.save_template, project=event.project, name="旧模板")
    row = session().get_one(ProjectTemplate, (key.shard, key.id))
    shifts = [{**each, "kept": {**each["kept"]}} for each in row.content["shifts"]]
    del shifts[0]["kept"]["offers_place"]
    row.content = {**row.content, "shifts": shifts}
    session().commit()
    made = perform(event.organizer, projects.create_from_template, template=key, first_day=date(2027, 1, 4))
    (card,) = project(event.organizer, made).shifts
    assert card.offers_place is False
