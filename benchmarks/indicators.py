"""Computing every indicator of a city, and the dashboard over it.

    python -m benchmarks.indicators --volunteers 43000 --records 200000 --database postgresql

Leshan's real regions and figures, people spread over its communities. Beside it stands what the bare SQL
aggregates by community take on the same database, without rolling up or storing anything. A tenth of the size
goes first, so that the growth shows. Goals: a rebuild at most three times the bare aggregates (once people
outweigh the 4,500 cells that are written), dashboard and drill-down within 200 and 300 ms (p95).
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median, quantiles

from flask import Flask
from sqlalchemy import select, text

from benchmarks import ground
from tests.support import make_people, make_regions, make_statistics, signed_in
from tests.support.make_statistics import Person
from timebank.kernel.db import session
from timebank.kernel.policy import SYSTEM, Role
from timebank.kernel.work import perform
from timebank.regions.models import Region
from timebank.statistics.usecases import compute_indicators

CITY, COUNTY = 511100000000, 511102000000
ROUNDS = 5
VIEWS = 40
BARE = (
    "SELECT region_code, count(*) FROM volunteers WHERE status = 'registered' GROUP BY region_code",
    "SELECT v.region_code, count(*), "
    "sum(CASE WHEN v.political_status = '01' AND v.party_verified_at IS NOT NULL THEN 1 ELSE 0 END) "
    "FROM volunteers v JOIN (SELECT shard_code, volunteer_id FROM service_records "
    "WHERE status = 'confirmed' AND occurred_on BETWEEN '2026-01-01' AND '2026-11-21' "
    "GROUP BY shard_code, volunteer_id) r ON r.shard_code = v.shard_code AND r.volunteer_id = v.id "
    "GROUP BY v.region_code",
)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--volunteers", type=int, default=43_000)
    given.add_argument("--records", type=int, default=200_000)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    asked = given.parse_args()
    chance = random.Random(11)
    with ground.service(asked.database) as app:
        make_regions.leshan()
        small, _ = measure(chance, asked.volunteers // 10, asked.records // 10)
        rest = asked.volunteers - asked.volunteers // 10, asked.records - asked.records // 10
        whole, bare = measure(chance, *rest)
        print(f"{asked.database}: {asked.volunteers:,} volunteers, {asked.records:,} records, 1,516 regions")
        print(f"  rebuild     {whole * 1000:8.0f} ms, {whole / bare:.1f} times the bare aggregates (goal 3)")
        print(f"  aggregates  {bare * 1000:8.0f} ms")
        print(f"  growth      {whole / small:8.1f} times for ten times the size (at most 12)")
        for name, region, goal in (("dashboard", CITY, 200), ("drill-down", COUNTY, 300)):
            print(f"  {name:<11} {viewed(app, region):8.0f} ms p95 (goal {goal})")


def measure(chance: random.Random, volunteers: int, records: int) -> tuple[float, float]:
    """Add people, then the median seconds of a rebuild and of the bare aggregates."""
    add_people(chance, volunteers, records)
    ground.analyse()
    rebuild = taken(lambda: perform(SYSTEM, compute_indicators, on=ground.DAY))
    bare = taken(lambda: [session().execute(text(statement)).all() for statement in BARE])
    return rebuild, bare


def add_people(chance: random.Random, volunteers: int, records: int) -> None:
    communities = list(session().scalars(select(Region.code).where(Region.level == "village")))
    each = records / volunteers
    for begin in range(0, volunteers, 2_000):
        count = min(2_000, volunteers - begin)
        people = [person(chance, communities, each) for _ in range(count)]
        make_statistics.insert_people(session().connection(), people)
        session().commit()


def person(chance: random.Random, communities: list[int], records: float) -> Person:
    """Three records in four are of this year, and nine in ten confirmed."""
    days = [
        ground.DAY - timedelta(days=chance.randrange(440))
        for _ in range(int(chance.expovariate(1 / records)))
    ]
    party = chance.random() < 0.07
    return Person(
        chance.choice(communities),
        political="01" if party else "13",
        verified=party,
        records=tuple((day, chance.choice(["confirmed"] * 9 + ["submitted"])) for day in days),
    )


def taken(work: Callable[[], object]) -> float:
    """Median seconds over a few rounds."""
    times = []
    for _ in range(ROUNDS):
        session().rollback()
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return median(times)


def viewed(app: Flask, region: int) -> float:
    """Milliseconds within which 95 of 100 pages of the region are answered."""
    browser = signed_in.browser(app, make_people.officer(Role.AUTHORITY, CITY))
    times = []
    for _ in range(VIEWS):
        begin = time.perf_counter()
        answer = browser.get(f"/office/statistics?region={region}")
        times.append((time.perf_counter() - begin) * 1000)
        assert answer.status_code == 200, answer.status
    return quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
