"""Settling an event: confirm everybody's hours, book them, tell everybody; beside bare SQL of the same rows.

    python -m benchmarks.settlement --people 500 --rounds 5 --database postgresql

The bare batch inserts the same transfers from the same records by one set-based statement, marks the records
and inserts the same events and deliveries: what a database can do at most, without digests, locks, rights,
comparison of keys or Python. Goal: at least 0.2 of it, one client.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import TextClause, text

from benchmarks import ground
from benchmarks.ground import COMMUNITY, COUNTY, DAY, END, NOW, START
from timebank.hours.rules import Outcome, SheetStatus
from timebank.hours.usecases import confirm_records
from timebank.kernel.db import dialect_name, session
from timebank.kernel.ids import Key, new_id
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform

GOAL = 0.2
MAKER = "511102-00000000-0000-0000-0000-000000000000"


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--people", type=int, default=500)
    given.add_argument("--rounds", type=int, default=5)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    asked = given.parse_args()
    with ground.service(asked.database):
        measure(asked.database, asked.people, asked.rounds)


def measure(database: str, people: int, rounds: int) -> None:
    """Settle one event after the other, by turns with the product and with bare SQL."""
    volunteers = ground.add_volunteers(people)
    organization, project = Key(COUNTY, new_id(NOW)), Key(COUNTY, new_id(NOW))
    _add_project(organization, project)
    days = (DAY - timedelta(days=number) for number in count())
    shifts = [_add_event(organization, project, volunteers, next(days)) for _ in range(2 * rounds + 2)]
    ground.analyse()
    reviewer = ground.officer()
    _product(reviewer, shifts.pop())  # the first opens the accounts and warms the caches
    _bare(shifts.pop())
    ratios, speeds = [], []
    for turn in range(rounds):
        pair = [(_product_of(reviewer), shifts.pop()), (_bare, shifts.pop())]
        took = {act: _seconds(act, shift) for act, shift in (pair if turn % 2 else reversed(pair))}
        product, bare = (took[act] for act, _ in pair)
        ratios.append(bare / product)
        speeds.append((people / product, people / bare))
    _tell(database, people, ratios, speeds)


def _product_of(reviewer: Actor) -> Callable[[Key], None]:
    return lambda shift: _product(reviewer, shift)


def _product(reviewer: Actor, shift: Key) -> None:
    done = perform(reviewer, confirm_records, shift=shift)
    assert {each.outcome for each in done} == {Outcome.CONFIRMED}


def _raw(key: Key) -> str:
    return key.id.hex if dialect_name() == "sqlite" else str(key.id)


def _instant() -> Any:
    return NOW.strftime("%Y-%m-%d %H:%M:%S.%f") if dialect_name() == "sqlite" else NOW


def _seconds(act: Callable[[Key], None], shift: Key) -> float:
    begin = time.perf_counter()
    act(shift)
    return time.perf_counter() - begin


def _tell(database: str, people: int, ratios: list[float], speeds: list[tuple[float, float]]) -> None:
    ratio = statistics.median(ratios)
    product, bare = (statistics.median(column) for column in zip(*speeds, strict=True))
    print(f"{database}: events of {people} people, {len(ratios)} rounds")
    print(f"  product   {product:10,.0f} people/s")
    print(f"  bare SQL  {bare:10,.0f} people/s")
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"  ratio     {ratio:10.2f} ({spread}), goal {GOAL}: {'reached' if ratio >= GOAL else 'MISSED'}")


THIS_SHIFT = """
    r.shard_code = :shard AND r.host_code = :shard AND r.shift_id = :shift AND r.status = 'submitted'
"""
TRANSFERS = """
    INSERT INTO transfers (shard_code, id, key, reason, unit, debit_account_id, credit_account_id, amount,
                           occurred_on, posted_at, actor, policy_version, digest)
    SELECT r.shard_code, NEW_ID, 'bare' || r.id || :kind, 'service_record', 'minutes', s.id, a.id,
           r.minutes, r.occurred_on, :now, 'bare', r.policy_version, ''
    FROM service_records r
    JOIN accounts a ON a.shard_code = r.shard_code AND a.owner_id = r.volunteer_id AND a.kind = :kind
    JOIN accounts s ON s.shard_code = r.shard_code AND s.region_code IS NOT NULL
                   AND s.kind = :kind || '_source'
    WHERE THIS_SHIFT
    ON CONFLICT (shard_code, key) DO NOTHING
"""
EVENTS = """
    INSERT INTO events (shard_code, id, name, at, actor, subject_shard, subject_id, data)
    SELECT r.shard_code, r.id, 'bare', :now, 'bare', r.shard_code, r.volunteer_id, '{}'
    FROM service_records r WHERE THIS_SHIFT
"""
DELIVERIES = """
    INSERT INTO deliveries (shard_code, event_id, subscriber, state, due_at, attempts)
    SELECT r.shard_code, r.id, 'bare', 'waiting', :now, 0
    FROM service_records r WHERE THIS_SHIFT
"""
RECORDS = """
    UPDATE service_records AS r SET status = 'confirmed', decided_by = 'bare', decided_at = :now
    WHERE THIS_SHIFT
"""
NEW_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}


def _bare(shift: Key) -> None:
    given = {"shard": shift.shard, "shift": _raw(shift), "now": _instant()}
    for kind in ("service_time", "time_credit"):
        session().execute(_statement(TRANSFERS), given | {"kind": kind})
    for statement in (EVENTS, DELIVERIES, RECORDS):
        session().execute(_statement(statement), given)
    session().commit()


@cache
def _statement(words: str) -> TextClause:
    sql = words.replace("THIS_SHIFT", THIS_SHIFT).replace("NEW_ID", NEW_ID[dialect_name()])
    return text(sql.replace(":kind", "CAST(:kind AS VARCHAR)"))


def _add_project(organization: Key, project: Key) -> None:
    ground.add(
        "projects",
        [
            {
                "shard_code": project.shard,
                "id": project.id,
                "project_no": "B1",
                "name": "测量",
                "organization_shard": organization.shard,
                "organization_id": organization.id,
                "organization_name": "测量队",
                "region_code": COMMUNITY,
                "place": "某处",
                "content": "某事",
                "categories": [],
                "recipients": [],
                "risk": "",
                "safeguards": [],
                "leader_name": "某某",
                "earns_credit": True,
                "status": "recruiting",
                "status_since": NOW,
                "created_by": MAKER,
                "created_at": NOW,
            }
        ],
    )


def _add_event(organization: Key, project: Key, volunteers: list[Key], day: date) -> Key:
    """A closed shift with a submitted record of each volunteer, on a day of its own: time never overlaps."""
    shift = Key(COUNTY, new_id(NOW))
    common = {"shard_code": COUNTY, "host_code": COUNTY, "shift_id": shift.id}
    starts, ends = START - (DAY - day), END - (DAY - day)
    stay = {"in_at": starts, "in_method": "venue_code", "out_at": ends, "out_method": "venue_code"}
    visits = [common | {"id": new_id(NOW), "volunteer_id": each.id} | stay for each in volunteers]
    when = {"occurred_on": day, "started_at": starts, "ended_at": ends}
    _add_shift(shift, project, len(volunteers), when)
    ground.add("visits", visits)
    ground.add("service_records", [_record(visit, organization, project, shift) | when for visit in visits])
    ground.add("shift_sheets", [_sheet(organization, project, shift, len(volunteers), when)])
    return shift


def _add_shift(shift: Key, project: Key, people: int, when: dict[str, Any]) -> None:
    ground.add(
        "shifts",
        [
            {
                "shard_code": shift.shard,
                "id": shift.id,
                "project_id": project.id,
                "title": "测量",
                "starts_at": when["started_at"],
                "ends_at": when["ended_at"],
                "occurs_on": when["occurred_on"],
                "capacity": people,
                "taken": people,
                "opens_minutes": 60,
                "closes_minutes": 240,
                "secret_sealed": "",
                "attendance_policy": "2026-1",
                "status": "closed",
            }
        ],
    )


def _record(visit: dict[str, Any], organization: Key, project: Key, shift: Key) -> dict[str, Any]:
    return {
        "shard_code": visit["shard_code"],
        "id": new_id(NOW),
        "volunteer_id": visit["volunteer_id"],
        "visit_id": visit["id"],
        "host_code": shift.shard,
        "project_id": project.id,
        "shift_id": shift.id,
        "activity_name": "测量",
        "place": "某处",
        "content": "某事",
        "organization_shard": organization.shard,
        "organization_id": organization.id,
        "organization_name": "测量队",
        "leader_name": "某某",
        "categories": [],
        "minutes": 180,
        "entry_mode": "venue_code",
        "attention": [],
        "earns_credit": True,
        "region_code": COMMUNITY,
        "service_region_code": COMMUNITY,
        "policy_version": "order-67-2020",
        "attendance_policy": "in_and_out 2026-1",
        "status": "submitted",
        "made_by": MAKER,
        "made_at": NOW,
        "submitted_by": MAKER,
        "submitted_at": NOW,
    }


def _sheet(organization: Key, project: Key, shift: Key, people: int, when: dict[str, Any]) -> dict[str, Any]:
    return {
        "shard_code": shift.shard,
        "id": shift.id,
        "project_id": project.id,
        "activity_name": "测量",
        "occurred_on": when["occurred_on"],
        "starts_at": when["started_at"],
        "ends_at": when["ended_at"],
        "place": "某处",
        "organization_shard": organization.shard,
        "organization_id": organization.id,
        "organization_name": "测量队",
        "region_code": COMMUNITY,
        "earns_credit": True,
        "home_shards": [COUNTY],
        "status": SheetStatus.SUBMITTED,
        "people": people,
        "minutes": people * 180,
        "with_organizer": 0,
        "waiting": people,
        "confirmed": 0,
        "closed_by": MAKER,
        "closed_at": NOW,
    }


if __name__ == "__main__":
    main()
