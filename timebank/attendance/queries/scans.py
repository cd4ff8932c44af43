"""Reading scans: what came in at a gate, what became of it, and what waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from timebank.attendance.models import Scan
from timebank.attendance.rules import Direction, Method, Verdict
from timebank.kernel.bulk import among
from timebank.kernel.db import bulk_connection
from timebank.kernel.ids import Key


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One attempt as it was kept; `settled` is what a later row made of it."""

    key: Key
    client_id: str
    shift: Key | None
    volunteer: Key | None
    direction: Direction
    method: Method
    verdict: Verdict
    code: str | None
    told: Verdict | None
    operator: str | None
    device: UUID | None
    scanned_at: datetime
    sent_at: datetime | None
    received_at: datetime
    happened_at: datetime
    distance_m: int | None
    reason: str | None
    visit: Key | None
    settled: Verdict | None


LATER = aliased(Scan)
SETTLED = (LATER, (LATER.shard_code == Scan.shard_code) & (LATER.settles_id == Scan.id))
ROWS = select(*Scan.__table__.columns, LATER.verdict.label("settled")).outerjoin(*SETTLED)


def scan_row(key: Key) -> ScanRow | None:
    """One attempt. Internal."""
    row = bulk_connection().execute(ROWS.where(Scan.shard_code == key.shard, Scan.id == key.id)).first()
    return row_of(row) if row else None


def waiting_scans(shift: Key, volunteers: Collection[Key] | None = None) -> list[ScanRow]:
    """The provisional scans of a shift that nobody has decided, in the order in which they happened.

    Internal; `volunteers` keeps those of some people.
    """
    query = ROWS.where(
        Scan.shard_code == shift.shard,
        Scan.shift_id == shift.id,
        Scan.verdict == Verdict.PROVISIONAL,
        LATER.id.is_(None),
    )
    if volunteers is not None:
        query = query.where(among(Scan.volunteer_id, [each.id for each in volunteers]))
    return [row_of(row) for row in bulk_connection().execute(query.order_by(Scan.happened_at, Scan.id))]


def row_of(row: Any) -> ScanRow:
    """A row of `ROWS`. Internal."""
    return ScanRow(
        key=Key(row.shard_code, row.id),
        client_id=row.client_id,
        shift=Key(row.shard_code, row.shift_id) if row.shift_id else None,
        volunteer=Key(row.volunteer_shard, row.volunteer_id) if row.volunteer_id else None,
        direction=Direction(row.direction),
        method=Method(row.method),
        verdict=Verdict(row.verdict),
        code=row.code,
        told=Verdict(row.told) if row.told else None,
        operator=row.operator,
        device=row.device_id,
        scanned_at=row.scanned_at,
        sent_at=row.sent_at,
        received_at=row.received_at,
        happened_at=row.happened_at,
        distance_m=row.distance_m,
        reason=row.reason,
        visit=Key(row.visit_shard, row.visit_id) if row.visit_id else None,
        settled=Verdict(row.settled) if row.settled else None,
    )


@dataclass(frozen=True, slots=True)
class Passage:
    """An attempt that counted or may count, as far as it says who did what when, and with which device."""

    volunteer: Key
    direction: Direction
    method: Method
    device_hash: str | None
    happened_at: datetime
    received_at: datetime
    distance_m: int | None = None
    """How far from the venue the phone was, where it is known and the scan was not taken back."""


def entered_by(shift: Key, label: str) -> set[Key]:
    """The people of whose attendance at a shift somebody has entered a part by hand. Internal."""
    rows: Iterable[Any] = bulk_connection().execute(
        select(Scan.volunteer_shard, Scan.volunteer_id).where(
            Scan.shard_code == shift.shard,
            Scan.shift_id == shift.id,
            Scan.method == Method.ORGANIZER,
            Scan.operator == label,
            Scan.verdict.in_([Verdict.ACCEPTED, Verdict.REPEATED]),
            Scan.volunteer_id.is_not(None),
        )
    )
    return {Key(*row) for row in rows}


def passages(shift: Key) -> list[Passage]:
    """The attempts at a shift that were made by people, refused ones aside. Internal.

    Among them the times that were set after a policy had ended a visit.
    """
    rows = bulk_connection().execute(
        select(
            Scan.volunteer_shard,
            Scan.volunteer_id,
            Scan.direction,
            Scan.method,
            Scan.device_hash,
            Scan.happened_at,
            Scan.received_at,
            Scan.distance_m,
            LATER.verdict.label("settled"),
        )
        .outerjoin(*SETTLED)
        .where(
            Scan.shard_code == shift.shard,
            Scan.shift_id == shift.id,
            or_(
                Scan.verdict.in_([Verdict.ACCEPTED, Verdict.PROVISIONAL]),
                and_(Scan.verdict == Verdict.REPEATED, Scan.reason.is_not(None)),
            ),
            Scan.settles_id.is_(None),
            Scan.method != Method.POLICY,
            Scan.volunteer_id.is_not(None),
        )
    )
    return [
        Passage(
            Key(row.volunteer_shard, row.volunteer_id),
            Direction(row.direction),
            Method(row.method),
            row.device_hash,
            row.happened_at,
            row.received_at,
            None if row.settled == Verdict.UNDONE else row.distance_m,
        )
        for row in rows
    ]
