"""Who is expected at a shift and where they are, by name and in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from timebank.attendance.models import Scan
from timebank.attendance.queries.gate.codes import scanned_gate
from timebank.attendance.queries.gate.visits import VisitCard, visits
from timebank.attendance.rules import Direction, Presence, Verdict
from timebank.kernel.db import bulk_connection
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.queries import ShiftGate, accepted, gate_of
from timebank.volunteers.queries import Standing, standings


@dataclass(frozen=True, slots=True)
class Counts:
    """A gate in numbers: places taken, people inside, people gone, attempts refused."""

    expected: int
    inside: int
    gone: int
    refused: int


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person of a shift."""

    volunteer: Key
    name: str
    volunteer_no: str
    presence: Presence
    in_at: datetime | None
    out_at: datetime | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is expected at a shift and where they are: inside first, then expected, then gone."""

    counts: Counts
    rows: list[RosterRow]


ORDER = (Presence.INSIDE, Presence.NEVER_IN, Presence.GONE)


def counts(actor: Actor, shift: Key) -> Counts:
    """The gate in numbers, for whoever scans there. Raises as `scanned_gate` does."""
    return gate_counts(scanned_gate(actor, shift))


def roster(actor: Actor, shift: Key, *, text: str = "") -> Roster:
    """Who is expected and where they are; `text` keeps those whose name or number contains it.

    For the shift's organisation and for officers of its region. Raises NotFound outside both.
    """
    gate = gate_of(shift)
    if gate is None:
        raise NotFound()
    require(actor, Permission.SIGN_UP_READ, region=gate.region_code, organization=gate.organization)
    present = {visit.volunteer: visit for visit in visits(shift)}
    people = standings([*present, *accepted(shift)])
    rows = [_roster_row(person, present.get(key)) for key, person in people.items()]
    wanted = [row for row in rows if text.casefold() in row.name.casefold() or text in row.volunteer_no]
    wanted.sort(key=lambda row: (ORDER.index(row.presence), row.name, row.volunteer_no))
    return Roster(gate_counts(gate), wanted)


def gate_counts(gate: ShiftGate) -> Counts:
    """A gate in numbers. Internal."""
    rows = bulk_connection().execute(
        select(Scan.direction, Scan.verdict, func.count())
        .where(Scan.shard_code == gate.key.shard, Scan.shift_id == gate.key.id)
        .group_by(Scan.direction, Scan.verdict)
    )
    found = {(direction, verdict): number for direction, verdict, number in rows}
    came, gone = (
        found.get((direction, Verdict.ACCEPTED), 0) - found.get((direction, Verdict.UNDONE), 0)
        for direction in (Direction.IN, Direction.OUT)
    )
    refused = sum(found.get((direction, Verdict.REFUSED), 0) for direction in Direction)
    return Counts(expected=gate.taken, inside=came - gone, gone=gone, refused=refused)


def _roster_row(volunteer: Standing, visit: VisitCard | None) -> RosterRow:
    presence = Presence.NEVER_IN if visit is None else visit.presence
    return RosterRow(
        volunteer=volunteer.key,
        name=volunteer.name,
        volunteer_no=volunteer.volunteer_no,
        presence=presence,
        in_at=visit.in_at if visit else None,
        out_at=visit.out_at if visit else None,
    )
