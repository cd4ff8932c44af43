"""One scan: judged, the visit opened or closed, and the attempt kept, accepted or not.

The hot path: SQLAlchemy Core, few statements, constant text. Two scans of one person at one shift go one
after the other (the sign-up's row is locked); two scans of one person at two shifts are kept apart by the
unique index on open visits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Uuid, and_, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import (
    Direction,
    Judgement,
    Method,
    Presence,
    Situation,
    Verdict,
    judge,
    step_of,
)
from timebank.kernel.db import dialect_name
from timebank.kernel.errors import InvariantBroken, KeyReused
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftGate
from timebank.projects.rules import SignUpStatus
from timebank.projects.usecases import hold_sign_up
from timebank.volunteers.queries import Standing

RACES = 3
"""How often a scan is judged again because another one of the same person was faster."""


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
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One scan as it came in. `shard` is where its row lives: the host county where that is known."""

    shard: int
    client_id: str
    direction: Direction
    method: Method
    scanned_at: datetime
    shift: Key | None = None
    volunteer: Key | None = None
    step: int | None = None
    device_hash: str | None = None
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class Presences:
    """Where a person is: their visit to this shift, and the one that is open anywhere."""

    here: Any
    elsewhere: Any


FIRST_ANSWER = select(
    Scan.shift_id,
    Scan.volunteer_shard,
    Scan.volunteer_id,
    Scan.direction,
    Scan.verdict,
    Scan.code,
    Scan.received_at,
    Scan.visit_shard,
    Scan.visit_id,
).where(Scan.shard_code == bindparam("shard"), Scan.client_id == bindparam("client_id"))

VISITS = select(
    Visit.id,
    Visit.host_code,
    Visit.shift_id,
    Visit.in_at,
    Visit.in_step,
    Visit.out_at,
    Visit.out_step,
).where(
    Visit.shard_code == bindparam("shard"),
    Visit.volunteer_id == bindparam("volunteer", type_=Uuid()),
    or_(
        Visit.out_at.is_(None),
        and_(Visit.host_code == bindparam("host"), Visit.shift_id == bindparam("shift", type_=Uuid())),
    ),
)

LEAVE = (
    update(Visit)
    .where(
        Visit.shard_code == bindparam("shard"),
        Visit.id == bindparam("visit", type_=Uuid()),
        Visit.out_at.is_(None),
    )
    .values(out_at=bindparam("at"), out_method=bindparam("how"), out_step=bindparam("code_step"))
)


def first_answer(work: Work, attempt: Attempt) -> ScanResult | None:
    """What was answered to this attempt when it came the first time. Internal.

    Raises KeyReused when somebody else's attempt, or one at another shift, has its client id.
    """
    given = {"shard": attempt.shard, "client_id": attempt.client_id}
    row = work.connection.execute(FIRST_ANSWER, given).first()
    if row is None:
        return None
    shift = Key(attempt.shard, row.shift_id) if row.shift_id else None
    volunteer = Key(row.volunteer_shard, row.volunteer_id) if row.volunteer_id else None
    if shift != attempt.shift or (attempt.operator is None and volunteer != attempt.volunteer):
        raise KeyReused()
    return ScanResult(
        client_id=attempt.client_id,
        verdict=Verdict(row.verdict),
        code=row.code,
        direction=Direction(row.direction),
        shift=shift,
        volunteer=volunteer,
        visit=Key(row.visit_shard, row.visit_id) if row.visit_id else None,
        at=row.received_at,
    )


def refuse(work: Work, attempt: Attempt, code: str) -> ScanResult:
    """Keep an attempt that needs no further judging. Internal."""
    return _keep(work, attempt, Judgement(Verdict.REFUSED, code), None)


def pass_gate(work: Work, attempt: Attempt, gate: ShiftGate, person: Standing, at: datetime) -> ScanResult:
    """Judge an attempt with a genuine code at the instant `at`, act on it, keep it. Internal.

    A visit begins and ends at the server's present instant, `work.now`.
    """
    sign_up = hold_sign_up(work, shift=gate.key, volunteer=person.key)
    answered = first_answer(work, attempt)
    if answered:
        return answered
    for _race in range(RACES):
        presences = _presences(work, gate.key, person.key)
        judgement = judge(_situation(attempt, gate, person, at, sign_up, presences))
        visit = _visit_of(person.key, judgement, presences)
        if judgement.verdict is Verdict.ACCEPTED:
            visit = _act(work, attempt, gate.key, person.key, visit)
            if visit is None:
                continue
        return _keep(work, attempt, judgement, visit)
    raise InvariantBroken("a visit is open and cannot be seen")


def _presences(work: Work, shift: Key, volunteer: Key) -> Presences:
    given = {"shard": volunteer.shard, "volunteer": volunteer.id, "host": shift.shard, "shift": shift.id}
    here = elsewhere = None
    for row in work.connection.execute(VISITS, given):
        if (row.host_code, row.shift_id) == (shift.shard, shift.id):
            here = row
        else:
            elsewhere = row
    return Presences(here, elsewhere)


def _situation(
    attempt: Attempt,
    gate: ShiftGate,
    person: Standing,
    at: datetime,
    sign_up: SignUpStatus | None,
    presences: Presences,
) -> Situation:
    presence, last_step, last_direction = _past(presences.here)
    return Situation(
        direction=attempt.direction,
        at=at,
        project_status=gate.project_status,
        shift_status=gate.status,
        opens_at=gate.opens_at,
        ends_at=gate.ends_at,
        closes_at=gate.closes_at,
        volunteer_status=person.status,
        sign_up=sign_up,
        presence=presence,
        is_inside_elsewhere=presences.elsewhere is not None,
        step=attempt.step,
        last_step=last_step,
        last_direction=last_direction,
    )


def _past(visit: Any) -> tuple[Presence, int | None, Direction | None]:
    """Where somebody is, and the newest step that let them pass; without a code, the step before it."""
    if visit is None:
        return Presence.NEVER_IN, None, None
    came = visit.in_step if visit.in_step is not None else step_of(visit.in_at) - 1
    if visit.out_at is None:
        return Presence.INSIDE, came, Direction.IN
    left = visit.out_step if visit.out_step is not None else step_of(visit.out_at) - 1
    return Presence.GONE, max(came, left), Direction.OUT


def _visit_of(volunteer: Key, judgement: Judgement, presences: Presences) -> Key | None:
    """The visit that the answer speaks of."""
    row = presences.elsewhere if judgement.code == "overlaps-other" else presences.here
    return Key(volunteer.shard, row.id) if row else None


def _act(work: Work, attempt: Attempt, shift: Key, volunteer: Key, visit: Key | None) -> Key | None:
    """Open or close the visit; None when another scan of this person was faster."""
    if attempt.direction is Direction.IN:
        return _enter(work, attempt, shift, volunteer)
    if visit is None:
        raise InvariantBroken("accepted to leave without a visit")
    given = {"shard": visit.shard, "visit": visit.id, "at": work.now}
    how = {"how": attempt.method, "code_step": attempt.step}
    return visit if work.connection.execute(LEAVE, given | how).rowcount == 1 else None


def _enter(work: Work, attempt: Attempt, shift: Key, volunteer: Key) -> Key | None:
    visit = Key(volunteer.shard, work.new_id())
    row = {
        "shard_code": visit.shard,
        "id": visit.id,
        "volunteer_id": volunteer.id,
        "host_code": shift.shard,
        "shift_id": shift.id,
        "in_at": work.now,
        "in_method": attempt.method,
        "in_step": attempt.step,
    }
    entered = work.connection.execute(_insert_once(Visit, dialect_name()), row).first()
    return visit if entered else None


def _keep(work: Work, attempt: Attempt, judgement: Judgement, visit: Key | None) -> ScanResult:
    """Keep the attempt; when it came twice at once, answer what was answered first."""
    row = {
        "shard_code": attempt.shard,
        "id": work.new_id(),
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
        "received_at": work.now,
        "visit_shard": visit.shard if visit else None,
        "visit_id": visit.id if visit else None,
    }
    if work.connection.execute(_insert_once(Scan, dialect_name()), row).first() is None:
        answered = first_answer(work, attempt)
        if answered is None:
            raise InvariantBroken("a scan was kept and cannot be seen")
        return answered
    return ScanResult(
        client_id=attempt.client_id,
        verdict=judgement.verdict,
        code=judgement.code,
        direction=attempt.direction,
        shift=attempt.shift,
        volunteer=attempt.volunteer,
        visit=visit,
        at=work.now,
    )


@cache
def _insert_once(table: type[Scan] | type[Visit], dialect: str) -> Insert:
    """INSERT that yields its row's id, and nothing where a unique index forbids it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing().returning(table.id)
