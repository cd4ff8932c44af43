"""The ledger held against the service records: every confirmed record is booked, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from timebank.hours.models import ServiceRecord
from timebank.hours.rules import RecordStatus, booking_key, record_of
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.ledger.proof import Booked, Fault, Progress, Verification, booked, booked_for, shards
from timebank.ledger.rules import AccountKind, Reason

BATCH = 2_000
"""Each record has up to two transfers to look up."""
RECORDS = ServiceRecord.__table__.c
FACTS = select(RECORDS.id, RECORDS.volunteer_id, RECORDS.minutes, RECORDS.earns_credit, RECORDS.status)
RecordRow = Row[*tuple[Any, ...]]


def reconcile(progress: Progress | None = None) -> Verification:
    """Hold every confirmed record against its transfers, and every transfer of a record against its record.

    Codes of faults: `not-booked` (a confirmed record without its transfer: the row was deleted),
    `booked-otherwise` (other minutes, account or person), `without-record` (a transfer whose record is
    missing, not confirmed, or books no such account). `checked` counts confirmed records.
    """
    found = Verification()
    for shard in record_shards():
        for batch in _confirmed(shard):
            found.faults += _unbooked(shard, batch)
            found.checked += len(batch)
            if progress is not None:
                progress(found.checked)
    for shard in shards():
        for transfers in booked_for(shard, Reason.SERVICE_RECORD):
            found.faults += _without_record(shard, transfers)
    return found


def record_shards() -> Iterator[int]:
    """The counties that have records, in order."""
    last = -1
    while True:
        following = session().scalar(select(func.min(RECORDS.shard_code)).where(RECORDS.shard_code > last))
        if following is None:
            return
        yield following
        last = following


def _confirmed(shard: int) -> Iterator[Sequence[RecordRow]]:
    last = None
    while True:
        query = FACTS.where(RECORDS.shard_code == shard, RECORDS.status == RecordStatus.CONFIRMED)
        if last is not None:
            query = query.where(RECORDS.id > last)
        batch = session().execute(query.order_by(RECORDS.id).limit(BATCH)).all()
        if not batch:
            return
        yield batch
        last = batch[-1].id


def _due(row: RecordRow) -> dict[str, AccountKind]:
    """The booking keys that a record must have, with their accounts."""
    if row.status != RecordStatus.CONFIRMED or not row.minutes:
        return {}
    kinds = [AccountKind.SERVICE_TIME, *([AccountKind.TIME_CREDIT] if row.earns_credit else [])]
    return {booking_key(row.id, kind): kind for kind in kinds}


def _unbooked(shard: int, batch: Sequence[RecordRow]) -> list[Fault]:
    there = booked(shard, [key for row in batch for key in _due(row)])
    faults = []
    for row in batch:
        for key, kind in _due(row).items():
            transfer = there.get(key)
            if transfer is None:
                faults.append(Fault("service_records", str(Key(shard, row.id)), "not-booked", key))
            elif not _fits(transfer, row, kind):
                faults.append(Fault("transfers", transfer.row, "booked-otherwise", key))
    return faults


def _fits(transfer: Booked, row: RecordRow, kind: AccountKind) -> bool:
    wanted = (row.minutes, kind, row.volunteer_id)
    return (transfer.amount, transfer.credit_kind, transfer.owner_id) == wanted


def _without_record(shard: int, transfers: Sequence[Booked]) -> list[Fault]:
    named = {transfer.key: record_of(transfer.key) for transfer in transfers}
    rows = session().execute(
        FACTS.where(RECORDS.shard_code == shard, RECORDS.id.in_([each for each in named.values() if each]))
    )
    due = {key for row in rows for key in _due(row)}
    return [
        Fault("transfers", transfer.row, "without-record", transfer.key)
        for transfer in transfers
        if transfer.key not in due
    ]
