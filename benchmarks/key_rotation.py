"""Rotating the keys of very many people: every field encrypted anew, every claim carried over.

    python -m benchmarks.key_rotation --people 50000 --database postgresql

Beside it stands what the encryption alone takes in the same process, without a database: the distance
between the two is what reading, writing and waiting cost.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from functools import partial

from benchmarks import ground
from tests.support import keys
from tests.support import make_people as people
from tests.support.make_crowd import crowd
from timebank.kernel.db import runtime
from timebank.kernel.keys import BATCH, claims_in_use, fields_in_use, rotate
from timebank.kernel.policy import SYSTEM


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--people", type=int, default=50_000)
    given.add_argument("--batch", type=int, default=BATCH)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    asked = given.parse_args()
    with ground.database(asked.database) as url:
        with ground.service_on(url, **keys.OLD):
            people.region_tree()
            crowd(asked.people)
        with ground.service_on(url, **keys.BOTH):
            measure(asked.database, asked.people, asked.batch)


def measure(database: str, count: int, batch: int) -> None:
    """Rotate once, table by table, and say how fast."""
    fields = sum(use.fields for use in fields_in_use(SYSTEM))
    claims = sum(use.claims for use in claims_in_use(SYSTEM))
    ended: dict[str, float] = {}
    rows = Counter[str]()

    def progress(table: str, done: int) -> None:
        ended[table], rows[table] = time.perf_counter(), done

    begin = time.perf_counter()
    done = rotate(batch, progress)
    took = time.perf_counter() - begin
    assert not done.faults, done.faults[:3]
    print(f"{database}: {count:,} people, {fields:,} fields, {claims:,} claims, batches of {batch:,}")
    for table, end in ended.items():
        if rows[table]:
            print(f"  {table:<14} {rows[table] / (end - begin):10,.0f} rows/s")
        begin = end
    print(f"  altogether     {(done.fields + done.claims) / took:10,.0f} rows/s, {took:.1f} s")
    print(f"  bare encryption {fields / _bare(fields):9,.0f} fields/s, decrypted and encrypted anew")


def _bare(fields: int) -> float:
    vault = runtime().vault
    place = "volunteers.document:511102-019ab000-0000-7000-8000-000000000000"
    old = vault.encrypt("990101199001010012", place)
    anew = partial(vault.encrypt, context=place)
    begin = time.perf_counter()
    for _ in range(fields):
        anew(vault.decrypt(old, place))
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
