"""Scans as rows: every attempt is kept once, with its answer, and the same attempt gets the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Uuid, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from timebank.attendance.models import Scan, Visit
from timebank.attendance.queries.gate import Moment
from timebank.attendance.queries.scans import ScanRow
from timebank.attendance.rules import Direction, Judgement, Method, Paper, Verdict
from timebank.kernel.bulk import among, listed
from timebank.kernel.db import dialect_name
from timebank.kernel.errors import InvariantBroken, KeyReused
from timebank.kernel.ids import Key
from timebank.kernel.prepared import Prepared
from timebank.kernel.work import Work


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The answer to one scan; `code` says why it was not simply accepted."""

    client_id: str
    verdict: Verdict
    code: str | None
    direction: Direction
    shift: Key | None
    volunteer: Key | None
    visit: Key | None
    scan: Key | None
    """None where the client id belongs to another scan: then nothing of this one is kept."""
    at: datetime
    """When it was made by the server's clock, as well as can be known."""
    distance_m: int | None = None
    """How far from the venue the phone was, where that is kept."""
    moment: Moment | None = field(default=None, compare=False, repr=False)
    """What the person is told who has come in just now, so that nobody need ask again; else None."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One scan as it came in. `shard` is where its row lives: the host county where that is known."""

    shard: int
    client_id: str
    direction: Direction
    method: Method
    scanned_at: datetime
    """By the device's clock."""
    happened_at: datetime
    """The same instant by the server's clock, as well as can be known."""
    shift: Key | None = None
    volunteer: Key | None = None
    step: int | None = None
    device_hash: str | None = None
    operator: str | None = None
    sent_at: datetime | None = None
    told: Verdict | None = None
    """What the device said while it was off line; None for a scan made on line."""
    device: UUID | None = None
    distance_m: int | None = None
    paper: Paper = Paper.NO
    """What a printed code shows, where one was scanned."""
    settles: UUID | None = None
    """The scan of the same shard that this one decides or undoes."""
    reason: str | None = None


REUSED = KeyReused.default_code
"""The code of an answer that kept nothing, because the client id belongs to another scan."""

FIRST = (
    Scan.id,
    Scan.client_id,
    Scan.shift_id,
    Scan.volunteer_shard,
    Scan.volunteer_id,
    Scan.direction,
    Scan.verdict,
    Scan.code,
    Scan.distance_m,
    Scan.happened_at,
    Scan.visit_shard,
    Scan.visit_id,
)
"""What the first answer to an attempt is made of."""

FIRST_ANSWER = Prepared(
    select(*FIRST).where(Scan.shard_code == bindparam("shard"), Scan.client_id == bindparam("client_id"))
)
SETTLED = Prepared(
    select(*FIRST).where(
        Scan.shard_code == bindparam("shard"), Scan.settles_id == bindparam("settles", type_=Uuid())
    )
)


def first_answer(work: Work, attempt: Attempt) -> ScanResult | None:
    """What was answered to this attempt when it came the first time. Internal.

    A row that settles another scan is known by that scan. Raises KeyReused when the client id belongs to
    something else (`is_answer_to`).
    """
    if attempt.settles:
        row = SETTLED.first(work.connection, {"shard": attempt.shard, "settles": attempt.settles})
    else:
        row = FIRST_ANSWER.first(work.connection, {"shard": attempt.shard, "client_id": attempt.client_id})
    if row is None:
        return None
    result = first_result(attempt.shard, row)
    if not is_answer_to(result, attempt):
        raise KeyReused()
    return result


def first_result(shard: int, row: Any) -> ScanResult:
    """What was answered first under a client id, out of a row of FIRST. Internal."""
    return ScanResult(
        client_id=row.client_id,
        verdict=Verdict(row.verdict),
        code=row.code,
        direction=Direction(row.direction),
        shift=Key(shard, row.shift_id) if row.shift_id else None,
        volunteer=Key(row.volunteer_shard, row.volunteer_id) if row.volunteer_id else None,
        visit=Key(row.visit_shard, row.visit_id) if row.visit_id else None,
        scan=Key(shard, row.id),
        at=row.happened_at,
        distance_m=row.distance_m,
    )


def is_answer_to(result: ScanResult, attempt: Attempt) -> bool:
    """Whether the answer under a client id was one to this attempt: same shift, direction, person. Internal.

    A card that was known then and is not any more still is the same attempt.
    """
    same = (result.shift, result.direction) == (attempt.shift, attempt.direction)
    return same and attempt.volunteer in (None, result.volunteer)


def reused(attempt: Attempt) -> ScanResult:
    """The answer to an attempt of an upload whose client id belongs to something else. Internal."""
    return ScanResult(
        client_id=attempt.client_id,
        verdict=Verdict.REFUSED,
        code=REUSED,
        direction=attempt.direction,
        shift=attempt.shift,
        volunteer=attempt.volunteer,
        visit=None,
        scan=None,
        at=attempt.happened_at,
    )


def insert_once(table: type[Scan] | type[Visit], dialect: str) -> Insert:
    """INSERT that yields its row's id, and nothing where a unique index forbids it. Internal."""
    inserting = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return inserting(table).on_conflict_do_nothing().returning(table.id)


KEEP = Prepared(partial(insert_once, Scan))


def keep(work: Work, attempt: Attempt, judgement: Judgement, visit: Key | None) -> ScanResult:
    """Keep the attempt; when it came twice at once, answer what was answered first. Internal."""
    scan = Key(attempt.shard, work.new_id())
    row = scan_values(work, scan, attempt, judgement, visit)
    if KEEP.first(work.connection, row) is None:
        answered = first_answer(work, attempt)
        if answered is None:
            raise InvariantBroken("a scan was kept and cannot be seen")
        return answered
    return result_of(scan, attempt, judgement, visit)


def result_of(scan: Key, attempt: Attempt, judgement: Judgement, visit: Key | None) -> ScanResult:
    """The answer to an attempt that is kept as that scan. Internal."""
    return ScanResult(
        client_id=attempt.client_id,
        verdict=judgement.verdict,
        code=judgement.code,
        direction=attempt.direction,
        shift=attempt.shift,
        volunteer=attempt.volunteer,
        visit=visit,
        scan=scan,
        at=attempt.happened_at,
        distance_m=attempt.distance_m,
    )


def keep_accepted(work: Work, passed: Sequence[tuple[Attempt, Key]]) -> None:
    """Keep attempts that surely are new, each with the visit that it changed; in one statement. Internal."""
    rows = [
        scan_values(work, Key(attempt.shard, work.new_id()), attempt, Judgement(Verdict.ACCEPTED), visit)
        for attempt, visit in passed
    ]
    if rows:
        work.connection.execute(insert(Scan), rows)


def refuse(work: Work, attempt: Attempt, code: str) -> ScanResult:
    """Keep an attempt that needs no further judging. Internal."""
    return keep(work, attempt, Judgement(Verdict.REFUSED, code), None)


def settling(work: Work, row: ScanRow, act: str, reason: str | None = None) -> Attempt:
    """The row that settles another one; the unique index on what is settled makes it a single one. Internal.

    Its client id is nobody's to guess: one that follows from the scan could be taken before by who made it.
    """
    return Attempt(
        shard=row.key.shard,
        client_id=f"{act}-{work.new_id()}",
        direction=row.direction,
        method=row.method,
        scanned_at=row.scanned_at,
        happened_at=row.happened_at,
        shift=row.shift,
        volunteer=row.volunteer,
        operator=work.actor.label,
        settles=row.key.id,
        reason=reason,
    )


def insert_all_once(work: Work, table: type[Scan] | type[Visit], rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The same for many rows; the ids of those that are there now. Internal.

    On PostgreSQL they come as one array for each column, so that the statement keeps its text.
    """
    if dialect_name() == "postgresql":
        columns = [listed([row[name] for row in rows], getattr(table, name)) for name in rows[0]]
        new = postgresql.insert(table).from_select(list(rows[0]), select(*columns))
        return set(work.connection.execute(new.on_conflict_do_nothing().returning(table.id)).scalars())
    work.connection.execute(sqlite.insert(table).on_conflict_do_nothing(), list(rows))
    shards, ids = {row["shard_code"] for row in rows}, [row["id"] for row in rows]
    made = select(table.id).where(table.shard_code.in_(shards), among(table.id, ids))
    return set(work.connection.execute(made).scalars())


def scan_values(
    work: Work, scan: Key, attempt: Attempt, judgement: Judgement, visit: Key | None
) -> dict[str, Any]:
    """An attempt with its judgement as a row. Internal."""
    return {
        "shard_code": scan.shard,
        "id": scan.id,
        "client_id": attempt.client_id,
        "shift_id": attempt.shift.id if attempt.shift else None,
        "volunteer_shard": attempt.volunteer.shard if attempt.volunteer else None,
        "volunteer_id": attempt.volunteer.id if attempt.volunteer else None,
        "direction": attempt.direction,
        "method": attempt.method,
        "verdict": judgement.verdict,
        "code": judgement.code,
        "step": attempt.step,
        "device_hash": attempt.device_hash,
        "operator": attempt.operator,
        "scanned_at": attempt.scanned_at,
        "sent_at": attempt.sent_at,
        "received_at": work.now,
        "happened_at": attempt.happened_at,
        "told": attempt.told,
        "device_id": attempt.device,
        "distance_m": attempt.distance_m,
        "settles_id": attempt.settles,
        "reason": attempt.reason,
        "visit_shard": visit.shard if visit else None,
        "visit_id": visit.id if visit else None,
    }
