"""Searching the registry: what a clerk types, in a county of 100,000 people.

    python -m benchmarks.registry_search --people 100000 --database postgresql

Each search is asked as the registry's page does; beside it stands the bare SQL that fetches the same rows.
The worst case is what nobody has: then every row of the county is looked at. Goal: 200 ms for any of them.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from sqlalchemy import text

from benchmarks import ground
from benchmarks.ground import COUNTY
from timebank.demo.cast import GIVEN, SURNAMES
from timebank.kernel.db import db, session
from timebank.kernel.ids import new_code
from timebank.volunteers.queries import persons
from timebank.volunteers.rules import initials_of, number_of

GOAL_MS = 200
ROUNDS = 9
SEALED = 120
"""Characters of an encrypted value: rows as wide as real ones."""
SEARCHES: dict[str, dict[str, Any]] = {
    "initials of many": {"text": "zxs"},
    "initials of few": {"text": "wyhx"},
    "initials of nobody": {"text": "qqqq"},
    "a name": {"text": "王建国"},
    "a name of nobody": {"text": "无此人"},
    "a skill": {"skill": "law"},
    "60 and over": {"age": "60-up"},
    "everybody": {},
}
BARE = (
    "SELECT * FROM volunteers WHERE region_code BETWEEN :first AND :last AND {} "
    "ORDER BY region_code, shard_code, id LIMIT 51"
)
CONDITIONS = {
    "initials of many": "initials LIKE '% zxs%'",
    "initials of few": "initials LIKE '% wyhx%'",
    "initials of nobody": "initials LIKE '% qqqq%'",
    "a name": "name LIKE '王建国%'",
    "a name of nobody": "name LIKE '无此人%'",
    "a skill": "CAST(skills AS VARCHAR) LIKE '%\"law\"%'",
    "60 and over": "born_on <= '1966-11-21'",
    "everybody": "shard_code > 0",
}


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--people", type=int, default=100_000)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    asked = given.parse_args()
    with ground.service(asked.database):
        add_people(asked.people)
        tidy()
        print(f"{asked.database}: {asked.people:,} people in one county, goal {GOAL_MS} ms")
        clerk = ground.officer()
        for name, filters in SEARCHES.items():
            mine = taken(lambda filters=filters: persons(clerk, limit=50, **filters))  # type: ignore[misc]
            bare = taken(lambda name=name: session().execute(*bare_of(name)).all())  # type: ignore[misc]
            said = "reached" if mine <= GOAL_MS else "MISSED"
            print(f"  {name:20} {mine:8.1f} ms  bare SQL {bare:8.1f} ms  {said}")


def add_people(count: int) -> None:
    """People with names, initials and skills, then all that makes their rows as wide as real ones."""
    chance = random.Random(7)
    ground.add_volunteers(count)
    keys = session().execute(text("SELECT shard_code, id FROM volunteers")).all()
    change = text(
        "UPDATE volunteers SET name = :name, initials = :initials, volunteer_no = :number, skills = :skills, "
        "born_on = :born, document_sealed = :sealed, phone_sealed = :sealed, personal_code_sealed = :sealed "
        "WHERE shard_code = :shard AND id = :id"
    )
    kind = "jsonb" if session().get_bind().dialect.name == "postgresql" else "text"
    prepared = text(str(change).replace(":skills", f"CAST(:skills AS {kind})"))
    known: dict[str, str] = {}
    for begin in range(0, count, 5_000):
        rows = [person(chance, shard, unique, known) for shard, unique in keys[begin : begin + 5_000]]
        session().connection().execute(prepared, rows)
    session().commit()


def tidy() -> None:
    """Leave the database as it keeps itself in a real installation: dead rows gone, statistics fresh."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
    ground.analyse()


def person(chance: random.Random, shard: int, unique: Any, known: dict[str, str]) -> dict[str, Any]:
    given = chance.choice(GIVEN[chance.choice("12")][chance.choice(("old", "middle", "young"))])
    name = chance.choice(SURNAMES) + given
    if name not in known:
        known[name] = initials_of(name)
    return {
        "name": name,
        "initials": known[name],
        "number": number_of(COUNTY, new_code(10)),
        "skills": '["law", "first_aid"]' if chance.random() < 0.02 else '["first_aid"]',
        "born": f"{chance.randrange(1945, 2008)}-03-07",
        "sealed": "x" * SEALED,
        "shard": shard,
        "id": unique,
    }


def bare_of(name: str) -> tuple[Any, dict[str, int]]:
    county = COUNTY * 1_000_000
    return text(BARE.format(CONDITIONS[name])), {"first": county, "last": county + 999_999}


def taken(work: Callable[[], object]) -> float:
    """Median milliseconds over a few rounds."""
    times = []
    for _ in range(ROUNDS):
        session().rollback()
        session().expunge_all()
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1000)
    return median(times)


if __name__ == "__main__":
    main()
