"""What a person at the gate is told, and what a scanned code opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_

from timebank.attendance.models import Visit
from timebank.attendance.queries.gate.visits import VisitCard, one_visit, visits_by_key
from timebank.attendance.rules import Presence, code_fault, read_code
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.projects.queries import ShiftGate, gate_of
from timebank.projects.rules import AttendanceTerms, PrintedCode


@dataclass(frozen=True, slots=True)
class Moment:
    """What a person at the gate is told: where they are, and since when they are inside or gone."""

    project_name: str
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    called_off_at: datetime | None
    terms: AttendanceTerms
    in_at: datetime | None
    out_at: datetime | None

    @property
    def presence(self) -> Presence:
        """Where the person is, seen from this shift."""
        if self.in_at is None:
            return Presence.NEVER_IN
        return Presence.INSIDE if self.out_at is None else Presence.GONE


@dataclass(frozen=True, slots=True)
class Venue:
    """What a scanned code opens: the shift it belongs to, or what is wrong with it."""

    fault: str | None
    moment: Moment | None = None
    asks: PrintedCode = PrintedCode.OFF
    """What a printed code asks for; OFF for the code on the screen."""
    offers_place: bool = False
    """Whether the person may say where the phone is; with a code on the screen only."""


def venue(actor: Actor, code: str, at: datetime) -> Venue:
    """What a scanned code opens, judged at the instant it was scanned; changes nothing."""
    token = read_code(code)
    gate = gate_of(token.shift) if token else None
    if token is None or gate is None:
        return Venue("unknown")
    fault = code_fault(token, gate.secret, at)
    if fault == "unknown" or (token.is_printed and gate.printed_code is PrintedCode.OFF):
        return Venue("unknown")
    here = and_(Visit.host_code == gate.key.shard, Visit.shift_id == gate.key.id)
    own = one_visit(actor.volunteer, here) if actor.volunteer else None
    asks = gate.printed_code if token.is_printed else PrintedCode.OFF
    return Venue(fault, _moment(gate, own), asks, gate.offers_place and not token.is_printed)


def moment(actor: Actor, shift: Key, visit: Key | None) -> Moment | None:
    """The shift of a scan and one's own visit there, for the answer on the phone."""
    gate = gate_of(shift)
    if gate is None:
        return None
    found = next(iter(visits_by_key([visit])), None) if visit else None
    is_own = found is not None and actor.owns(found.volunteer)
    return _moment(gate, found if is_own else None)


def _moment(gate: ShiftGate, visit: VisitCard | None) -> Moment:
    return moment_of(gate, visit.in_at, visit.out_at) if visit else moment_of(gate, None, None)


def moment_of(gate: ShiftGate, in_at: datetime | None, out_at: datetime | None) -> Moment:
    """What a person is told who is at a gate since and until then. Internal."""
    return Moment(
        project_name=gate.project_name,
        title=gate.title,
        place=gate.place,
        starts_at=gate.starts_at,
        ends_at=gate.ends_at,
        opens_at=gate.opens_at,
        closes_at=gate.closes_at,
        called_off_at=gate.called_off_at,
        terms=gate.terms,
        in_at=in_at,
        out_at=out_at,
    )
