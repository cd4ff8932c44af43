"""Every attempt at a gate with names: the log, what waits for a decision, what phones disagreed about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select

from timebank.attendance.models import Scan
from timebank.attendance.queries.devices import device_names
from timebank.attendance.queries.gate import operated_gate
from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.queries.scans import ROWS, ScanRow, row_of, scan_row, waiting_scans
from timebank.attendance.rules import Method, Verdict
from timebank.identity.queries import user_names
from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.queries import ShiftGate, gate_of
from timebank.projects.rules import ShiftStatus
from timebank.volunteers.queries import standings

MOST_CONFLICTS = 50


@dataclass(frozen=True, slots=True)
class LogLine:
    """One attempt with the names of who and what took part in it."""

    scan: ScanRow
    name: str | None
    volunteer_no: str | None
    operator: str | None
    device: str | None
    can_undo: bool


def scan_log(
    actor: Actor,
    shift: Key,
    *,
    verdict: Verdict | None = None,
    volunteer: Key | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[LogLine]:
    """Every attempt at a shift, newest first; of one verdict or one person if wanted.

    For the shift's organisation and for officers of its region. Raises NotFound outside both.
    """
    gate = _read_gate(actor, shift)
    query = _of_shift(shift)
    if verdict is not None:
        query = query.where(Scan.verdict == verdict)
    if volunteer is not None:
        query = query.where(Scan.volunteer_shard == volunteer.shard, Scan.volunteer_id == volunteer.id)
    last = after_key(cursor)
    if last is not None:
        query = query.where(Scan.id < last.id)
    rows = _found(query.order_by(Scan.id.desc()).limit(limit + 1))
    lines = _lines(actor, gate, rows[:limit])
    more = rows[limit:] and key_cursor(rows[limit - 1].key)
    return Page(lines, more or None)


def waiting_lines(actor: Actor, shift: Key) -> list[LogLine]:
    """The scans that wait for a decision, in the order in which they happened. Raises as `operated_gate`."""
    return _lines(actor, operated_gate(actor, shift), waiting_scans(shift))


def conflicts(actor: Actor, shift: Key) -> list[LogLine]:
    """What phones had let in or out and the server did not count, newest first. Raises as `operated_gate`.

    Somebody another phone had scanned already, and what was refused without a question left to decide.
    """
    gate = operated_gate(actor, shift)
    against: ColumnElement[bool] = Scan.verdict.in_((Verdict.REPEATED, Verdict.REFUSED))
    query = _of_shift(shift).where(Scan.told.in_((Verdict.ACCEPTED, Verdict.PROVISIONAL)), against)
    return _lines(actor, gate, _found(query.order_by(Scan.id.desc()).limit(MOST_CONFLICTS)))


def scan_line(actor: Actor, shift: Key, scan: Key) -> LogLine:
    """One attempt, for who runs the gate. Raises as `operated_gate`, and NotFound for another shift's."""
    gate = operated_gate(actor, shift)
    row = scan_row(scan)
    if row is None or row.shift != shift:
        raise NotFound()
    return _lines(actor, gate, [row])[0]


def _read_gate(actor: Actor, shift: Key) -> ShiftGate:
    gate = gate_of(shift)
    if gate is None:
        raise NotFound()
    require(actor, Permission.SIGN_UP_READ, region=gate.region_code, organization=gate.organization)
    return gate


def _of_shift(shift: Key) -> Select[Any]:
    return ROWS.where(Scan.shard_code == shift.shard, Scan.shift_id == shift.id)


def _found(query: Select[Any]) -> list[ScanRow]:
    return [row_of(row) for row in bulk_connection().execute(query)]


def _lines(actor: Actor, gate: ShiftGate, rows: list[ScanRow]) -> list[LogLine]:
    people = standings(row.volunteer for row in rows if row.volunteer)
    operators = _operators(row.operator for row in rows)
    phones = {key.id: name for key, name in device_names(gate.organization).items()}
    may_undo = _may_undo(actor, gate)
    since = runtime().clock.now() - timedelta(minutes=gate_policy().undo_minutes)
    lines = []
    for row in rows:
        person = people.get(row.volunteer) if row.volunteer else None
        undoable = row.verdict is Verdict.ACCEPTED and row.settled is None and row.method is not Method.POLICY
        lines.append(
            LogLine(
                scan=row,
                name=person.name if person else None,
                volunteer_no=person.volunteer_no if person else None,
                operator=operators.get(row.operator or ""),
                device=phones.get(row.device) if row.device else None,
                can_undo=may_undo and undoable and row.received_at >= since,
            )
        )
    return lines


def _may_undo(actor: Actor, gate: ShiftGate) -> bool:
    is_open = gate.status is not ShiftStatus.CLOSED
    return is_open and actor.can(Permission.GATE_OPERATE, organization=gate.organization)


def _operators(labels: Iterable[str | None]) -> dict[str, str]:
    """The names of the accounts that events and scans call by their ids."""
    keys = {label: Key.parse(label) for label in set(labels) if label and label[0].isdigit()}
    names = user_names(keys.values())
    return {label: names[key] for label, key in keys.items() if key in names}
