"""Visits: opened, ended and put right. Every change is conditional, so that of two at once one wins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Uuid, and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from timebank.attendance.models import Visit
from timebank.attendance.rules import Method
from timebank.attendance.usecases.scans import Attempt, insert_once
from timebank.kernel.bulk import among
from timebank.kernel.db import bulk_connection, dialect_name
from timebank.kernel.ids import Key
from timebank.kernel.prepared import Prepared
from timebank.kernel.work import Work
from timebank.volunteers.queries import REGISTERED


@dataclass(frozen=True, slots=True)
class Presences:
    """Where a person is: their visit to this shift, and the one that is open anywhere else."""

    here: Any
    elsewhere: Any


NOWHERE = Presences(None, None)


@dataclass(slots=True)
class Stay:
    """A visit while a batch is judged: as it is in the database, and as it will be."""

    id: UUID
    host_code: int
    shift_id: UUID
    in_at: datetime
    in_step: int | None
    out_at: datetime | None
    out_step: int | None
    in_method: str = ""
    out_method: str | None = None
    is_new: bool = False
    moved: bool = False
    """An earlier check-in came later."""
    left: bool = False

    @classmethod
    def opened(cls, work: Work, attempt: Attempt, shift: Key) -> Stay:
        """The visit that an accepted check-in opens."""
        at, step, how = attempt.happened_at, attempt.step, attempt.method
        return cls(work.new_id(), shift.shard, shift.id, at, step, None, None, how, is_new=True)

    def values(self, volunteer: Key) -> dict[str, Any]:
        """The row of a new visit."""
        return {
            "shard_code": volunteer.shard,
            "id": self.id,
            "volunteer_id": volunteer.id,
            "host_code": self.host_code,
            "shift_id": self.shift_id,
            "in_at": self.in_at,
            "in_method": self.in_method,
            "in_step": self.in_step,
            "out_at": self.out_at,
            "out_method": self.out_method,
            "out_step": self.out_step,
        }


SEEN = (
    Visit.id,
    Visit.host_code,
    Visit.shift_id,
    Visit.in_at,
    Visit.in_step,
    Visit.out_at,
    Visit.out_step,
)
VISITS = select(*SEEN).where(
    Visit.shard_code == bindparam("shard"),
    Visit.volunteer_id == bindparam("volunteer", type_=Uuid()),
    or_(
        Visit.out_at.is_(None),
        and_(Visit.host_code == bindparam("host"), Visit.shift_id == bindparam("shift", type_=Uuid())),
    ),
)

THIS = and_(Visit.shard_code == bindparam("shard"), Visit.id == bindparam("visit", type_=Uuid()))

LEAVE = (
    update(Visit)
    .where(THIS, Visit.out_at.is_(None))
    .values(
        out_at=bindparam("at"),
        out_method=bindparam("how"),
        out_step=bindparam("code_step"),
        out_policy=bindparam("policy"),
    )
)


def presences(work: Work, shift: Key, volunteer: Key) -> Presences:
    """Where a person is, seen from a shift. Internal."""
    given = {"shard": volunteer.shard, "volunteer": volunteer.id, "host": shift.shard, "shift": shift.id}
    here = elsewhere = None
    for row in work.connection.execute(VISITS, given):
        if (row.host_code, row.shift_id) == (shift.shard, shift.id):
            here = row
        else:
            elsewhere = row
    return Presences(here, elsewhere)


def presences_of_many(work: Work, shift: Key, volunteers: Iterable[Key]) -> dict[Key, Presences]:
    """Where many people are, seen from a shift, their visits locked; one statement a county. Internal."""
    found = dict.fromkeys(sorted(volunteers), NOWHERE)
    for shard, group in groupby(list(found), key=lambda key: key.shard):
        asked = select(Visit.volunteer_id, *SEEN).where(
            Visit.shard_code == shard,
            among(Visit.volunteer_id, [key.id for key in group]),
            or_(Visit.out_at.is_(None), and_(Visit.host_code == shift.shard, Visit.shift_id == shift.id)),
        )
        for row in work.connection.execute(asked.order_by(Visit.id).with_for_update()):
            stay, key = Stay(*row[1:]), Key(shard, row.volunteer_id)
            is_here = (stay.host_code, stay.shift_id) == (shift.shard, shift.id)
            found[key] = replace(found[key], **{"here" if is_here else "elsewhere": stay})
    return found


def enter(
    work: Work, attempt: Attempt, shift: Key, volunteer: Key, *, left: datetime | None = None
) -> Key | None:
    """Open a visit, or (with `left`) add one that is over; None when another scan was faster. Internal."""
    visit = Key(volunteer.shard, work.new_id())
    row = {
        "shard_code": visit.shard,
        "id": visit.id,
        "volunteer_id": volunteer.id,
        "host_code": shift.shard,
        "shift_id": shift.id,
        "in_at": attempt.happened_at,
        "in_method": attempt.method,
        "in_step": attempt.step,
    }
    if left is not None:
        row |= {"out_at": left, "out_method": attempt.method}
    return visit if work.connection.execute(insert_once(Visit, dialect_name()), row).first() else None


def come_in(work: Work, attempt: Attempt, shift: Key, volunteer: Key) -> Key | None:
    """Open a visit of somebody who is registered; None for others, and as `enter` says. Internal."""
    visit = Key(volunteer.shard, work.new_id())
    given = {
        "shard": visit.shard,
        "volunteer": volunteer.id,
        "visit": visit.id,
        "host": shift.shard,
        "shift": shift.id,
        "at": attempt.happened_at,
        "how": attempt.method,
        "code_step": attempt.step,
    }
    return visit if COME_IN.first(work.connection, given) else None


def _come_in(dialect: str) -> Insert:
    """The insert whose rows say themselves whether the person may come: no statement asks before."""
    inserting = postgresql.insert if dialect == "postgresql" else sqlite.insert
    named = {
        Visit.id: "visit",
        Visit.host_code: "host",
        Visit.shift_id: "shift",
        Visit.in_at: "at",
        Visit.in_method: "how",
        Visit.in_step: "code_step",
    }
    values = [bindparam(name, type_=column.type) for column, name in named.items()]
    columns = [Visit.shard_code, Visit.volunteer_id, *named]
    new = inserting(Visit).from_select(columns, REGISTERED.add_columns(*values))
    return new.on_conflict_do_nothing().returning(Visit.id)


COME_IN = Prepared(_come_in)


def is_elsewhere(work: Work, volunteer: Key, begins: datetime, ends: datetime) -> bool:
    """Whether a person was at any shift within that time. Internal."""
    found = work.connection.execute(
        select(Visit.id)
        .where(
            Visit.shard_code == volunteer.shard,
            Visit.volunteer_id == volunteer.id,
            Visit.in_at < ends,
            or_(Visit.out_at.is_(None), Visit.out_at > begins),
        )
        .limit(1)
    )
    return found.first() is not None


def leave(
    work: Work,
    visit: Key,
    at: datetime,
    method: Method,
    *,
    step: int | None = None,
    policy: str | None = None,
) -> bool:
    """End an open visit; False when another scan of this person was faster. Internal."""
    given = {"shard": visit.shard, "visit": visit.id, "at": at, "how": method}
    return work.connection.execute(LEAVE, given | {"code_step": step, "policy": policy}).rowcount == 1


def move_in_time(work: Work, visit: Key, at: datetime) -> None:
    """Let a visit begin earlier, when an earlier scan arrives later. Internal."""
    given = {"shard": visit.shard, "visit": visit.id}
    work.connection.execute(update(Visit).where(THIS, Visit.in_at > at).values(in_at=at), given)


def move_out_time(work: Work, visit: Key, at: datetime, method: Method) -> None:
    """Let a visit end later, when somebody decides that a later scan counts. Internal.

    A scan also takes the place of the end that a policy gave.
    """
    given = {"shard": visit.shard, "visit": visit.id}
    later = or_(Visit.out_at < at, Visit.out_method == Method.POLICY)
    statement = update(Visit).where(THIS, Visit.in_at <= at, later)
    statement = statement.values(out_at=at, out_method=method, out_policy=None)
    work.connection.execute(statement, given)


def reopen(work: Work, visit: Key) -> bool:
    """Take a check-out back; False when there is none. The index on open visits may refuse. Internal."""
    given = {"shard": visit.shard, "visit": visit.id}
    nothing = {"out_at": None, "out_method": None, "out_step": None, "out_reason": None, "out_policy": None}
    statement = update(Visit).where(THIS, Visit.out_at.is_not(None)).values(nothing)
    return work.connection.execute(statement, given).rowcount == 1


def forget(work: Work, visit: Key) -> bool:
    """Take a check-in back, as long as the person has not left; its scans stay. Internal."""
    given = {"shard": visit.shard, "visit": visit.id}
    return work.connection.execute(delete(Visit).where(THIS, Visit.out_at.is_(None)), given).rowcount == 1


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """Somebody who is inside."""

    key: Key
    volunteer: Key
    in_at: datetime


def open_visits(shift: Key, named: Collection[Key]) -> list[OpenVisit]:
    """Those of the named visits to a shift that have no end yet, county by county. Internal."""
    found: list[OpenVisit] = []
    for shard, group in groupby(sorted(named), key=lambda key: key.shard):
        rows = bulk_connection().execute(
            select(Visit.id, Visit.volunteer_id, Visit.in_at)
            .where(
                Visit.shard_code == shard,
                Visit.id.in_([key.id for key in group]),
                Visit.host_code == shift.shard,
                Visit.shift_id == shift.id,
                Visit.out_at.is_(None),
            )
            .order_by(Visit.id)
        )
        found += [OpenVisit(Key(shard, row.id), Key(shard, row.volunteer_id), row.in_at) for row in rows]
    return found


def shifts_with_open_visits() -> set[Key]:
    """Wherever somebody is inside. Internal; for a job: it asks all counties."""
    rows = bulk_connection().execute(
        select(Visit.host_code, Visit.shift_id).where(Visit.out_at.is_(None)).distinct()
    )
    return {Key(*row) for row in rows}


def end_by_policy(
    work: Work, found: Sequence[OpenVisit], left_at: Mapping[Key, datetime], policy: str
) -> list[OpenVisit]:
    """End open visits, as many as one statement takes; those that somebody else has ended stay. Internal."""
    ended: list[OpenVisit] = []
    for (shard, at), group in groupby(
        sorted(found, key=lambda each: (each.key.shard, _end(each, left_at) or each.in_at, each.key)),
        key=lambda each: (each.key.shard, _end(each, left_at)),
    ):
        each = {visit.key.id: visit for visit in group}
        statement = (
            update(Visit)
            .where(Visit.shard_code == shard, Visit.id.in_(list(each)), Visit.out_at.is_(None))
            .values(out_at=Visit.in_at if at is None else at, out_method=Method.POLICY, out_policy=policy)
            .returning(Visit.id)
        )
        ended += [each[row.id] for row in work.connection.execute(statement)]
    return ended


def _end(visit: OpenVisit, left_at: Mapping[Key, datetime]) -> datetime | None:
    """When a visit ends; None where it counts nothing and ends as it began."""
    at = left_at[visit.key]
    return None if at <= visit.in_at else at
