"""Indicators against a count by hand, region by region."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from tests.support import make_people as people
from tests.support import make_regions as regions
from tests.support import make_statistics as make
from tests.support.make_statistics import Person
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict
from timebank.kernel.policy import SYSTEM
from timebank.kernel.region_code import covers
from timebank.kernel.work import perform
from timebank.regions.models import RegionFigure
from timebank.statistics.models import IndicatorCell
from timebank.statistics.queries import board
from timebank.statistics.rules import DENOMINATOR, Indicator
from timebank.statistics.usecases import compute_indicators

TODAY = date(2026, 11, 21)
HOMES = [code for code, *_ in people.TREE]
REGISTERED, PARTY, RESIDENTS = Indicator
SPRING, LAST_YEAR, CHRISTMAS = date(2026, 3, 5), date(2025, 12, 5), date(2026, 12, 24)

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture(autouse=True)
def _tree(app_context: Flask) -> None:
    people.region_tree()


def given_people(*found: Person) -> None:
    make.insert_people(session().connection(), found)
    session().commit()


def given_figure(code: int, value: int, *, kind: str = "residents", year: int = 2020) -> None:
    row = {
        "region_code": code,
        "kind": kind,
        "year": year,
        "value": value,
        "source": "普查",
        "imported_at": make.MOMENT,
    }
    session().execute(insert(RegionFigure), [row])
    session().commit()


def compute(on: date = TODAY) -> dict[str, int]:
    return perform(SYSTEM, compute_indicators, on=on)


def cell(code: int, indicator: Indicator = REGISTERED, year: int = 2026) -> IndicatorCell | None:
    session().expire_all()
    return session().get(IndicatorCell, (code, indicator.value, year))


def numbers(code: int, indicator: Indicator = REGISTERED, year: int = 2026) -> tuple[int, int] | None:
    found = cell(code, indicator, year)
    return (found.numerator, found.excluded) if found else None


def test_people_add_up_from_their_community_to_the_nation() -> None:
    given_people(Person(people.NORTH_COMMUNITY), Person(people.NORTH_COMMUNITY), Person(people.SOUTH_SECOND))
    assert compute() == {"regions": 9, "cells": 27}
    assert numbers(people.NORTH_COMMUNITY) == (2, 0)
    assert numbers(people.NORTH) == (2, 0)
    assert numbers(people.SOUTH) == (1, 0)
    assert numbers(people.CITY) == numbers(people.PROVINCE) == numbers(0) == (3, 0)
    assert cell(people.NORTH_SECOND) is None


def test_only_registered_people_count_and_the_others_are_told() -> None:
    given_people(
        Person(people.NORTH_COMMUNITY),
        Person(people.NORTH_COMMUNITY, status="submitted", registered_on=None),
        Person(people.NORTH_COMMUNITY, status="suspended"),
        Person(people.NORTH_COMMUNITY, registered_on=date(2026, 11, 22)),
    )
    compute()
    assert numbers(people.NORTH) == (1, 3)


def test_participation_is_of_people_not_of_records_and_of_the_year() -> None:
    given_people(
        Person(people.NORTH_COMMUNITY, records=((SPRING, "confirmed"), (TODAY, "confirmed"))),
        Person(people.NORTH_COMMUNITY, records=((SPRING, "submitted"), (SPRING, "not_recognised"))),
        Person(people.NORTH_COMMUNITY, records=((SPRING, "submitted"), (TODAY, "confirmed"))),
        Person(people.NORTH_COMMUNITY, records=((LAST_YEAR, "confirmed"),)),
        Person(people.NORTH_COMMUNITY, records=((CHRISTMAS, "confirmed"),)),
    )
    compute()
    assert numbers(people.NORTH, RESIDENTS) == (2, 1)


def test_a_party_member_counts_only_when_the_party_says_so() -> None:
    served = ((SPRING, "confirmed"),)
    given_people(
        Person(people.NORTH_COMMUNITY, political="01", verified=True, records=served),
        Person(people.NORTH_COMMUNITY, political="01", verified=False, records=served),
        Person(people.NORTH_COMMUNITY, political="02", verified=True, records=served),
        Person(people.NORTH_COMMUNITY, political="01", verified=True),
    )
    given_figure(people.NORTH, 4, kind="party_members")
    compute()
    found = cell(people.NORTH, PARTY)
    assert found is not None
    assert (found.numerator, found.excluded, found.denominator) == (1, 1, 4)


def test_who_moved_counts_where_they_live_now() -> None:
    given_people(Person(people.SOUTH_COMMUNITY, shard=511102, records=((SPRING, "confirmed"),)))
    compute()
    assert numbers(people.NORTH, RESIDENTS) is None
    assert numbers(people.SOUTH, RESIDENTS) == (1, 0)


def test_a_region_divides_by_its_own_figure_or_not_at_all() -> None:
    given_people(Person(people.NORTH_COMMUNITY))
    given_figure(people.NORTH, 800)
    given_figure(people.NORTH, 1000, year=2025)
    given_figure(people.NORTH, 1, year=2027)
    compute()
    north, town = cell(people.NORTH), cell(people.NORTH_TOWN)
    assert north is not None
    assert town is not None
    assert (north.denominator, north.denominator_year, north.denominator_source) == (1000, 2025, "普查")
    assert (town.numerator, town.denominator) == (1, None)


def test_a_region_with_a_figure_and_nobody_has_a_cell() -> None:
    given_figure(people.SOUTH, 144931)
    compute()
    found = cell(people.SOUTH)
    assert found is not None
    assert (found.numerator, found.denominator) == (0, 144931)


def test_computing_again_replaces_what_no_longer_holds() -> None:
    given_people(Person(people.NORTH_COMMUNITY))
    compute()
    make.empty_people(session().connection())
    session().commit()
    compute()
    assert numbers(people.NORTH) is None
    assert numbers(0) == (0, 0)


def test_an_earlier_day_does_not_replace_a_later_one() -> None:
    given_people(Person(people.NORTH_COMMUNITY))
    compute()
    assert compute(date(2026, 6, 1)) == {"regions": 0, "cells": 0}
    found = cell(people.NORTH)
    assert found is not None
    assert found.as_of == TODAY


def test_decembers_late_confirmations_reach_the_old_year_in_january() -> None:
    given_people(Person(people.NORTH_COMMUNITY, records=((date(2026, 12, 30), "confirmed"),)))
    compute(date(2026, 12, 29))
    assert numbers(people.NORTH, RESIDENTS) == (0, 0)
    compute(date(2027, 1, 5))
    assert numbers(people.NORTH, RESIDENTS, 2026) == (1, 0)
    assert numbers(people.NORTH, RESIDENTS, 2027) == (0, 0)


def test_every_cell_says_how_and_when_it_was_made() -> None:
    compute()
    found = cell(0)
    assert found is not None
    assert (found.definition_version, found.as_of) == (1, TODAY)
    runs = set(session().scalars(select(IndicatorCell.run_id)))
    assert len(runs) == 1


def test_before_there_was_a_definition_nothing_can_be_computed() -> None:
    with pytest.raises(Conflict) as refused:
        compute(date(2015, 6, 1))
    assert refused.value.code == "no-indicator-definition"


def test_leshan_as_a_whole() -> None:
    session().rollback()
    regions.leshan()
    given_people(*(Person(people.NORTH_COMMUNITY) for _ in range(5)))
    compute()
    found = cell(511100000000)
    assert found is not None
    assert (found.numerator, found.denominator, found.denominator_year) == (5, 3160168, 2020)


DAYS = st.sampled_from([SPRING, LAST_YEAR, TODAY, CHRISTMAS])
RECORDS = st.lists(st.tuples(DAYS, st.sampled_from(["confirmed", "submitted", "returned"])), max_size=3)
PEOPLE = st.builds(
    Person,
    home=st.sampled_from(HOMES[3:]),
    status=st.sampled_from(["registered", "submitted", "suspended"]),
    registered_on=st.sampled_from([SPRING, CHRISTMAS]),
    political=st.sampled_from(["01", "13"]),
    verified=st.booleans(),
    records=RECORDS.map(tuple),
    shard=st.sampled_from([None, 511102, 511111]),
)
FIGURES = st.dictionaries(
    st.tuples(
        st.sampled_from(HOMES),
        st.sampled_from(["residents", "party_members"]),
        st.sampled_from([2020, 2025, 2027]),
    ),
    st.integers(1, 50),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=st.lists(PEOPLE, max_size=12), figures=FIGURES)
def test_a_count_by_hand_agrees(world: list[Person], figures: dict[tuple[int, str, int], int]) -> None:
    make.empty(session().connection())
    given_people(*world)
    for (code, kind, year), value in figures.items():
        given_figure(code, value, kind=kind, year=year)
    compute()
    officer = SYSTEM
    for code in (0, *HOMES):
        shown = board(officer, region=code, year=2026).own
        for indicator in Indicator:
            card = shown.of(indicator)
            assert (card.numerator, card.excluded) == by_hand(world, code, indicator)
            assert card.denominator == figure_by_hand(figures, code, DENOMINATOR[indicator])


def by_hand(world: list[Person], code: int, indicator: Indicator) -> tuple[int, int]:
    here = [person for person in world if covers(code, person.home)]
    if indicator is REGISTERED:
        counted = [
            p for p in here if p.status == "registered" and p.registered_on and p.registered_on <= TODAY
        ]
        return len(counted), len(here) - len(counted)
    this_year = {id(p): {state for day, state in p.records if day in (SPRING, TODAY)} for p in here}
    served = [p for p in here if "confirmed" in this_year[id(p)]]
    if indicator is RESIDENTS:
        return len(served), sum(bool(states) and "confirmed" not in states for states in this_year.values())
    members = [p for p in served if p.political == "01"]
    return sum(p.verified for p in members), sum(not p.verified for p in members)


def figure_by_hand(figures: dict[tuple[int, str, int], int], code: int, kind: str) -> int | None:
    years = [year for (region, each, year) in figures if region == code and each == kind and year <= 2026]
    return figures[code, kind, max(years)] if years else None
