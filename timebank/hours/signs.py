"""What is known of the people of a shift that makes their records doubtful: few questions for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select

from timebank.attendance.queries import Passage, VisitCard, passages
from timebank.attendance.rules import Method
from timebank.hours.book import RECORDS
from timebank.hours.flags import Limits, Served, Signs, impossible_travel, night_minutes, overlap, running
from timebank.hours.rules import RecordStatus
from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.ids import Key
from timebank.kernel.region_code import county_of
from timebank.projects.queries import ShiftFacts, Venue, venues_of
from timebank.volunteers.queries import registrations


@dataclass(slots=True)
class Life:
    """What somebody did at other shifts around the day."""

    days: set[date] = field(default_factory=set)
    minutes: int = 0
    """Of the day itself."""
    near: list[Served] = field(default_factory=list)
    """From the day before to the day after."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that is known around a shift."""

    facts: ShiftFacts
    limits: Limits
    people: Mapping[Key, Key]
    """Every registration of the people, with the one that goes on."""
    lives: Mapping[Key, Life]
    """By the registration that goes on."""
    device_people: Mapping[Key, int]
    distances: Mapping[Key, int]
    hours_late: Mapping[Key, int]

    def signs(
        self, visit: VisitCard, served: Served, minutes: int, mode: Method, twins: Collection[Served] = ()
    ) -> Signs:
        """What is known of the record of one visit; `twins` are the person's other visits to this shift."""
        life = self.lives.get(self.people[visit.volunteer], Life())
        zone, day = runtime().config.time_zone, self.facts.occurs_on
        here = self._placed(served)
        near = [*life.near, *twins]
        travels = (impossible_travel(here, other, self.limits) for other in life.near)
        return Signs(
            minutes=minutes,
            mode=mode,
            other_minutes=life.minutes,
            overlap_minutes=sum(overlap(here, other) for other in near),
            travel=next((each for each in travels if each), None),
            device_people=self.device_people.get(visit.volunteer, 0),
            distance_m=self.distances.get(visit.volunteer, 0),
            radius_m=here.radius_m,
            entered_hours_late=self.hours_late.get(visit.volunteer, 0),
            night_minutes=night_minutes(here, day, zone, self.limits) if minutes else 0,
            running_days=running(life.days, day),
        )

    def _placed(self, served: Served) -> Served:
        venue = self.facts.venue
        if venue is None:
            return served
        return replace(served, latitude=venue.latitude, longitude=venue.longitude, radius_m=venue.radius_m)


def surroundings(facts: ShiftFacts, limits: Limits, found: Collection[VisitCard]) -> Surroundings:
    """Gather what is known around a shift: one statement for each county of its people, two for the shift."""
    scanned = passages(facts.key)
    people = registrations(visit.volunteer for visit in found)
    return Surroundings(
        facts=facts,
        limits=limits,
        people=people,
        lives=_lives(facts, limits, people),
        device_people=_device_people(scanned),
        distances=_distances(scanned) if facts.venue else {},
        hours_late=_hours_late(scanned),
    )


def _lives(facts: ShiftFacts, limits: Limits, people: Mapping[Key, Key]) -> dict[Key, Life]:
    rows: list[Row[Any]] = []
    around = timedelta(days=max(limits.running_days, 1))
    for shard, group in groupby(sorted(people), key=lambda key: key.shard):
        rows += bulk_connection().execute(
            select(
                RECORDS.shard_code,
                RECORDS.volunteer_id,
                RECORDS.occurred_on,
                RECORDS.host_code,
                RECORDS.shift_id,
                RECORDS.service_region_code,
                RECORDS.started_at,
                RECORDS.ended_at,
                RECORDS.minutes,
            ).where(
                RECORDS.shard_code == shard,
                RECORDS.volunteer_id.in_([key.id for key in group]),
                RECORDS.occurred_on.between(facts.occurs_on - around, facts.occurs_on + around),
                RECORDS.shift_id != facts.key.id,
                RECORDS.status != RecordStatus.NOT_RECOGNISED,
                RECORDS.minutes > 0,
            )
        )
    near = [row for row in rows if abs((row.occurred_on - facts.occurs_on).days) <= 1]
    venues = venues_of({Key(row.host_code, row.shift_id) for row in near})
    lives: dict[Key, Life] = defaultdict(Life)
    for row in rows:
        life = lives[people[Key(row.shard_code, row.volunteer_id)]]
        life.days.add(row.occurred_on)
        life.minutes += row.minutes if row.occurred_on == facts.occurs_on else 0
    for row in near:
        venue = venues.get(Key(row.host_code, row.shift_id))
        lives[people[Key(row.shard_code, row.volunteer_id)]].near.append(
            _served(row.started_at, row.ended_at, county_of(row.service_region_code), venue)
        )
    return lives


def _served(started_at: datetime, ended_at: datetime, county: int, venue: Venue | None) -> Served:
    if venue is None:
        return Served(started_at, ended_at, county)
    return Served(started_at, ended_at, county, venue.latitude, venue.longitude, venue.radius_m)


def _device_people(scanned: Collection[Passage]) -> dict[Key, int]:
    """For how many people the device of each person has scanned at this shift."""
    people: dict[str, set[Key]] = defaultdict(set)
    for each in scanned:
        if each.device_hash:
            people[each.device_hash].add(each.volunteer)
    most: dict[Key, int] = defaultdict(int)
    for those in people.values():
        for person in those:
            most[person] = max(most[person], len(those))
    return most


def _distances(scanned: Collection[Passage]) -> dict[Key, int]:
    """How far from the venue each person's phone was that scanned the changing code, at most.

    A printed code is judged by the place as it is scanned.
    """
    furthest: dict[Key, int] = {}
    for each in scanned:
        if each.method is Method.VENUE_CODE and each.distance_m is not None:
            furthest[each.volunteer] = max(furthest.get(each.volunteer, 0), each.distance_m)
    return furthest


def _hours_late(scanned: Collection[Passage]) -> dict[Key, int]:
    """How many whole hours after it happened each person's latest entry was made."""
    late: dict[Key, int] = defaultdict(int)
    for each in scanned:
        late[each.volunteer] = max(
            late[each.volunteer], (each.received_at - each.happened_at) // timedelta(hours=1)
        )
    return late
