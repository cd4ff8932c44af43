"""Verifying the ledger: every digest computed again, every account and total checked.

    python -m benchmarks.ledger_verify --transfers 200000 --database postgresql

A tenth of the size is verified first, so that the growth of time and memory shows: ten times the transfers
may take at most twelve times the work. Beside it stands what the digests alone take, without a database.
Goal: 200,000 transfers/s in bounded memory.
"""

from __future__ import annotations

import argparse
import resource
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from benchmarks import ground
from benchmarks.ground import COUNTY, DAY, NOW
from timebank.kernel.db import runtime, session
from timebank.kernel.ids import new_id
from timebank.ledger.proof import verify
from timebank.ledger.rules import canonical

GOAL = 200_000
GROWTH = 12
PER_PERSON = 20


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--transfers", type=int, default=200_000)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    asked = given.parse_args()
    with ground.service(asked.database):
        measure(asked.database, asked.transfers)


def measure(database: str, transfers: int) -> None:
    """Verify a tenth of the book, then the whole."""
    source = _account(None)
    ground.add("accounts", [source])
    tenth = transfers // 10
    _add_transfers(source["id"], tenth)
    first, first_memory = _verified(tenth)
    _add_transfers(source["id"], transfers - tenth)
    whole, memory = _verified(transfers)
    speed, growth = transfers / whole, whole / first
    print(f"{database}: {transfers:,} transfers of {transfers // PER_PERSON:,} accounts")
    print(f"  verify         {speed:10,.0f} transfers/s, goal {GOAL:,}: {_said(speed >= GOAL)}")
    print(f"  digests alone  {transfers / _digests(transfers):10,.0f} transfers/s")
    print(f"  growth for ten times the size {growth:.1f}, at most {GROWTH}: {_said(growth <= GROWTH)}")
    print(f"  memory         {memory:10,.0f} MB at most, {first_memory:,.0f} MB for a tenth")


def _said(reached: bool) -> str:
    return "reached" if reached else "MISSED"


def _verified(transfers: int) -> tuple[float, float]:
    """Seconds, and the most memory that the process has ever taken so far in MB."""
    ground.analyse()
    session().rollback()
    begin = time.perf_counter()
    found = verify()
    took = time.perf_counter() - begin
    assert found.checked == transfers, found.checked
    assert found.sound, found.faults[:3]
    return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _digests(transfers: int) -> float:
    digest, text = runtime().vault.ledger_digest, canonical(_transfer(new_id(NOW), new_id(NOW), 0))
    begin = time.perf_counter()
    for _ in range(transfers):
        digest(text.encode())
    return time.perf_counter() - begin


def _add_transfers(source: UUID, count: int) -> None:
    for begin in range(0, count, 20_000):
        people = [_account(new_id(NOW)) for _ in range(max(1, min(20_000, count - begin) // PER_PERSON))]
        ground.add("accounts", people)
        rows = [
            _transfer(source, people[number % len(people)]["id"], number)
            for number in range(min(20_000, count - begin))
        ]
        for row in rows:
            row["digest"] = runtime().vault.ledger_digest(canonical(row).encode())
        ground.add("transfers", rows)


def _account(owner: UUID | None) -> dict[str, Any]:
    return {
        "shard_code": COUNTY,
        "id": new_id(NOW),
        "kind": "service_time" if owner else "service_time_source",
        "unit": "minutes",
        "owner_id": owner,
        "region_code": None if owner else COUNTY * 1_000_000,
        "opened_at": NOW,
    }


def _transfer(source: UUID, account: UUID, number: int) -> dict[str, Any]:
    unique = new_id(NOW)
    return {
        "shard_code": COUNTY,
        "id": unique,
        "key": f"record:{unique}:service_time",
        "reason": "service_record",
        "unit": "minutes",
        "debit_account_id": source,
        "credit_account_id": account,
        "amount": 30 + number % 400,
        "occurred_on": DAY - timedelta(days=number % 700),
        "posted_at": NOW,
        "actor": f"511102-{account}",
        "policy_version": "order-67-2020",
        "reverses_id": None,
    }


if __name__ == "__main__":
    main()
