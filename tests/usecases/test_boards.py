"""Targets, boards of regions and who may see them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from tests.support import make_people as people
from tests.support import make_regions as regions
from tests.support import make_statistics as make
from tests.support.make_statistics import Person
from timebank.cli.files import read_table
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, NotFound, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.regions.models import RegionFigure
from timebank.statistics import queries
from timebank.statistics.queries import IndicatorCard
from timebank.statistics.rules import Indicator, TargetRow
from timebank.statistics.usecases import compute_indicators, import_targets, record_target

REGISTERED, PARTY, RESIDENTS = Indicator
TODAY = date(2026, 11, 21)
DOCUMENT = "乐市民政发〔2018〕28号"
CITY_TARGET = TargetRow(
    DOCUMENT,
    REGISTERED,
    people.CITY,
    1300,
    date(2020, 12, 31),
    "城乡社区注册志愿者人数占本地区居民比例达到13%",
)


@pytest.fixture(autouse=True)
def _computed(app_context: Flask) -> None:
    """Ten people in the north, two in the south, figures for the city and the north, computed today."""
    people.region_tree()
    make.insert_people(
        session().connection(),
        [Person(people.NORTH_COMMUNITY)] * 10 + [Person(people.SOUTH_COMMUNITY)] * 2,
    )
    figures = [(people.CITY, 200), (people.NORTH, 101)]
    row = {"kind": "residents", "year": 2020, "source": "普查", "imported_at": make.MOMENT}
    session().execute(
        insert(RegionFigure), [{**row, "region_code": code, "value": value} for code, value in figures]
    )
    session().commit()
    perform(SYSTEM, compute_indicators, on=TODAY)


def record(actor: Actor = SYSTEM, **changes: Any) -> Any:
    given = {name: getattr(CITY_TARGET, name) for name in TargetRow.__slots__} | changes
    return perform(actor, record_target, target=TargetRow(**given))


def card(region: int, actor: Actor = SYSTEM, indicator: Indicator = REGISTERED) -> IndicatorCard:
    return queries.board(actor, region=region).own.of(indicator)


def test_a_board_says_what_is_missing_from_the_target() -> None:
    record()
    city = card(people.CITY)
    assert (city.numerator, city.denominator, city.share, city.needed, city.missing) == (12, 200, 600, 26, 14)
    assert city.target is not None
    assert (city.target.document, city.target.is_past) == (DOCUMENT, True)
    assert card(people.NORTH).missing == 4


def test_a_reached_target_misses_nobody() -> None:
    record(share=100)
    assert card(people.CITY).missing == 0


def test_without_a_figure_there_is_no_share_and_nobody_can_say_what_is_missing() -> None:
    record()
    town = card(people.NORTH_TOWN)
    assert (town.numerator, town.denominator, town.share, town.missing) == (10, None, None, None)


def test_a_region_without_a_cell_has_nobody_and_no_figure() -> None:
    empty = card(people.SOUTH_SECOND)
    assert (empty.numerator, empty.excluded, empty.denominator, empty.share) == (0, 0, None, None)
    assert empty.definition_version == 1


def test_the_target_of_the_closest_region_with_the_latest_deadline_counts() -> None:
    record()
    record(document="省规划", region_code=people.PROVINCE, share=1000, deadline_on=date(2030, 12, 31))
    record(document="区规划", region_code=people.NORTH, share=1500, deadline_on=date(2025, 12, 31))
    record(document="区新规划", region_code=people.NORTH, share=2000, deadline_on=date(2030, 12, 31))
    shares = {}
    for region in (people.PROVINCE, people.SOUTH_COMMUNITY, people.NORTH_COMMUNITY):
        target = card(region).target
        assert target is not None
        shares[region] = (target.share, target.is_past)
    assert shares == {
        people.PROVINCE: (1000, False),
        people.SOUTH_COMMUNITY: (1300, True),
        people.NORTH_COMMUNITY: (2000, False),
    }
    assert card(0).target is None


def test_a_board_has_the_regions_directly_inside() -> None:
    board = queries.board(SYSTEM, region=people.CITY)
    assert [each.region.code for each in board.children] == [people.NORTH, people.SOUTH]
    assert [each.of(REGISTERED).numerator for each in board.children] == [10, 2]
    assert [step.region.name for step in board.path] == ["", "四川省", "乐山市"]
    assert (board.year, board.years) == (2026, (2026,))
    assert board.run is not None
    assert board.run.as_of == TODAY


def test_the_nations_board_has_the_provinces() -> None:
    board = queries.board(SYSTEM, region=0)
    assert [each.region.code for each in board.children] == [people.PROVINCE]
    assert board.own.of(REGISTERED).numerator == 12


def test_a_year_that_was_never_computed_says_nothing() -> None:
    board = queries.board(SYSTEM, region=people.CITY, year=2019)
    assert board.run is None
    assert board.own.indicators == ()


def test_a_series_has_a_point_for_each_computed_year() -> None:
    perform(SYSTEM, compute_indicators, on=date(2025, 12, 31))
    points = queries.series(SYSTEM, indicator=REGISTERED, region=people.NORTH_TOWN)
    assert [(point.year, point.as_of, point.card.numerator) for point in points] == [
        (2025, date(2025, 12, 31), 10),
        (2026, TODAY, 10),
    ]


def test_everybody_sees_their_own_regions_and_nobody_elses() -> None:
    north = people.officer(Role.AUTHORITY, people.NORTH)
    assert card(people.NORTH, north).numerator == 10
    assert card(people.NORTH_COMMUNITY, north).numerator == 10
    for elsewhere in (people.CITY, people.SOUTH, people.SOUTH_COMMUNITY, 0):
        with pytest.raises(NotFound):
            queries.board(north, region=elsewhere)
    path = queries.board(north, region=people.NORTH_TOWN).path
    assert [step.readable for step in path] == [False, False, False, True, True]


def test_strangers_see_nothing() -> None:
    with pytest.raises(Unauthenticated):
        queries.board(ANONYMOUS, region=people.NORTH)
    volunteer = people.actor_of_volunteer(people.volunteer())
    with pytest.raises(Forbidden):
        queries.board(volunteer, region=people.NORTH)
    with pytest.raises(Forbidden):
        queries.first_region(volunteer)
    with pytest.raises(NotFound):
        queries.board(SYSTEM, region=999999000000)


def test_statistics_begin_at_ones_widest_region() -> None:
    assert queries.first_region(people.officer(Role.AUTHORITY, people.CITY)) == people.CITY
    assert queries.first_region(SYSTEM) == 0


def test_reading_does_not_allow_taking_along() -> None:
    worker = people.officer(Role.COMMUNITY_WORKER, people.NORTH)
    assert card(people.NORTH, worker).numerator == 10
    with pytest.raises(Forbidden):
        queries.extract(worker, region=people.NORTH, year=2026)


def test_an_extract_is_one_level_or_everything_below() -> None:
    level = queries.extract(SYSTEM, region=people.CITY, year=2026)
    assert [each.region.code for each in level.standings] == [people.CITY, people.NORTH, people.SOUTH]
    deep = queries.extract(SYSTEM, region=people.CITY, year=2026, deep=True)
    found = {each.region.code: each.of(REGISTERED).numerator for each in deep.standings}
    assert list(found) == sorted(code for code, *_ in people.TREE if code != people.PROVINCE)
    assert found[people.NORTH_COMMUNITY] == 10
    assert found[people.NORTH_SECOND] == 0
    nation = queries.extract(SYSTEM, region=0, year=2026, deep=True)
    assert len(list(nation.standings)) == 1 + len(people.TREE)
    with pytest.raises(NotFound):
        queries.extract(SYSTEM, region=people.CITY, year=2019)


def test_recording_the_same_again_changes_nothing_and_something_else_is_a_conflict() -> None:
    first = record()
    assert record() == first
    with pytest.raises(Conflict):
        record(share=1200)
    names = session().scalars(select(Event.name).where(Event.name == "target.recorded"))
    assert len(list(names)) == 1


def test_an_authority_records_targets_of_its_own_regions_only() -> None:
    north = people.officer(Role.AUTHORITY, people.NORTH)
    record(north, region_code=people.NORTH)
    with pytest.raises(NotFound):
        record(north)
    with pytest.raises(NotFound):
        record(region_code=999999000000)


def test_leshans_targets_come_from_a_file() -> None:
    columns = ("document", "indicator", "region_code", "share_percent", "deadline_on", "quotation")
    done = perform(SYSTEM, import_targets, lines=lambda: read_table(regions.LESHAN_TARGETS, columns))
    assert (done.read, done.added, done.changed, done.refused) == (3, 3, 0, ())
    found = {
        each.indicator: (each.share, each.deadline_on)
        for each in queries.targets(SYSTEM, region=people.NORTH)
    }
    deadline = date(2020, 12, 31)
    assert found == {REGISTERED: (1300, deadline), PARTY: (8000, deadline), RESIDENTS: (3000, deadline)}
    again = perform(SYSTEM, import_targets, lines=lambda: read_table(regions.LESHAN_TARGETS, columns))
    assert (again.added, again.changed) == (0, 0)


def test_a_corrected_file_corrects_targets_and_bad_rows_are_told() -> None:
    record()
    row = {
        "document": DOCUMENT,
        "indicator": "registered_share",
        "region_code": str(people.CITY),
        "share_percent": "14",
        "deadline_on": "2020-12-31",
        "quotation": CITY_TARGET.quotation,
    }
    lines = [(2, row), (3, {**row, "region_code": "999999000000"}), (4, {**row, "share_percent": "x"})]
    done = perform(SYSTEM, import_targets, lines=lambda: lines)
    assert (done.added, done.changed) == (0, 1)
    assert done.refused == ((3, "unknown-region"), (4, "bad-share"))
    target = card(people.CITY).target
    assert target is not None
    assert target.share == 1400
