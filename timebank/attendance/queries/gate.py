"""Reading the gate: venue codes, who is inside, visits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import (
    Direction,
    Method,
    Presence,
    Verdict,
    code_fault,
    issue_code,
    printed_code,
    read_code,
    step_ends_at,
    step_of,
    valid_until,
)
from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.queries import ShiftGate, accepted, gate_of
from timebank.projects.rules import AttendanceTerms, PrintedCode
from timebank.volunteers.queries import Standing, standings


@dataclass(frozen=True, slots=True)
class VenueCode:
    """The code on the screen at this moment."""

    code: str
    path: str
    step: int
    shown_until: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class VisitCard:
    """A volunteer at a shift; `out_at` is None while they are inside."""

    visit: Key
    volunteer: Key
    shift: Key
    in_at: datetime
    in_method: Method
    out_at: datetime | None
    out_method: Method | None
    out_reason: str | None
    out_policy: str | None

    @property
    def presence(self) -> Presence:
        """Where the volunteer is, seen from this shift."""
        return Presence.INSIDE if self.out_at is None else Presence.GONE


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


VISITS = select(
    Visit.shard_code,
    Visit.id,
    Visit.volunteer_id,
    Visit.host_code,
    Visit.shift_id,
    Visit.in_at,
    Visit.in_method,
    Visit.out_at,
    Visit.out_method,
    Visit.out_reason,
    Visit.out_policy,
)

ORDER = (Presence.INSIDE, Presence.NEVER_IN, Presence.GONE)


def venue_code(actor: Actor, shift: Key) -> VenueCode:
    """The rotating code of a shift, for the people who run its gate. Raises as `operated_gate` does."""
    (code,) = codes_ahead(actor, shift, steps=1)
    return code


def codes_ahead(actor: Actor, shift: Key, *, steps: int) -> list[VenueCode]:
    """The code of this moment and those that follow, for a screen that may lose its connection."""
    gate = operated_gate(actor, shift)
    first = step_of(runtime().clock.now())
    return [_venue_code(gate, step) for step in range(first, first + steps)]


def paper_code(actor: Actor, shift: Key) -> str:
    """The path of a shift's printed code, for the people who run its gate.

    Raises NotFound also where the shift has none.
    """
    gate = operated_gate(actor, shift)
    if gate.printed_code is PrintedCode.OFF:
        raise NotFound()
    return f"/c/{printed_code(shift, gate.secret)}"


def operated_gate(actor: Actor, shift: Key) -> ShiftGate:
    """The gate of a shift of the actor's own organisation. Raises NotFound, Unauthenticated, Forbidden."""
    gate = gate_of(shift)
    if gate is None:
        raise NotFound()
    require(actor, Permission.GATE_OPERATE, organization=gate.organization)
    return gate


def counts(actor: Actor, shift: Key) -> Counts:
    """The gate in numbers, for the people who run it."""
    return gate_counts(operated_gate(actor, shift))


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


def visits(shift: Key) -> list[VisitCard]:
    """The visits of a shift in the order of arrival. Internal.

    The accepted scans of the host county name them, so that no other county is asked in vain.
    """
    return sorted(_visits(visit_keys(shift)), key=lambda visit: (visit.in_at, visit.visit))


def visit_keys(shift: Key) -> list[Key]:
    """The keys of the visits to a shift, also of those that were taken back. Internal."""
    scans = bulk_connection().execute(
        select(Scan.visit_shard, Scan.visit_id).where(
            Scan.shard_code == shift.shard,
            Scan.shift_id == shift.id,
            Scan.direction == Direction.IN,
            Scan.verdict == Verdict.ACCEPTED,
        )
    )
    return [Key(row.visit_shard, row.visit_id) for row in scans]


def visits_of(shift: Key, volunteers: Iterable[Key]) -> list[VisitCard]:
    """The visits of some people to a shift, one statement for each county. Internal."""
    found: list[VisitCard] = []
    for shard, group in groupby(sorted(volunteers), key=lambda key: key.shard):
        ids = [key.id for key in group]
        here = and_(Visit.shard_code == shard, Visit.host_code == shift.shard, Visit.shift_id == shift.id)
        rows = bulk_connection().execute(VISITS.where(here, Visit.volunteer_id.in_(ids)))
        found.extend(_visit_card(row) for row in rows)
    return found


def my_open_visit(actor: Actor) -> VisitCard | None:
    """Where the actor is inside at this moment."""
    if actor.volunteer is None:
        return None
    return _one_visit(actor.volunteer, Visit.out_at.is_(None))


def visit_card(visit: Key) -> VisitCard | None:
    """One visit. Internal."""
    return next(iter(_visits([visit])), None)


def recent_visits(volunteer: Key, since: datetime) -> list[VisitCard]:
    """A volunteer's visits that ended since an instant, the latest first. Internal."""
    rows = bulk_connection().execute(
        VISITS.where(
            Visit.shard_code == volunteer.shard,
            Visit.volunteer_id == volunteer.id,
            Visit.out_at >= since,
        ).order_by(Visit.out_at.desc(), Visit.id)
    )
    return [_visit_card(row) for row in rows]


def is_inside(volunteer: Key) -> bool:
    """Whether a volunteer is inside somewhere at this moment. Internal."""
    return _one_visit(volunteer, Visit.out_at.is_(None)) is not None


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
    own = _one_visit(actor.volunteer, here) if actor.volunteer else None
    asks = gate.printed_code if token.is_printed else PrintedCode.OFF
    return Venue(fault, _moment(gate, own), asks, gate.offers_place and not token.is_printed)


def moment(actor: Actor, shift: Key, visit: Key | None) -> Moment | None:
    """The shift of a scan and one's own visit there, for the answer on the phone."""
    gate = gate_of(shift)
    if gate is None:
        return None
    found = next(iter(_visits([visit])), None) if visit else None
    is_own = found is not None and actor.owns(found.volunteer)
    return _moment(gate, found if is_own else None)


def _venue_code(gate: ShiftGate, step: int) -> VenueCode:
    code = issue_code(gate.key, gate.secret, step)
    return VenueCode(code, f"/c/{code}", step, step_ends_at(step), valid_until(step))


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


def _visits(keys: Iterable[Key]) -> list[VisitCard]:
    """Visits by their keys, one statement for each county."""
    found: list[VisitCard] = []
    for shard, group in groupby(sorted(keys), key=lambda key: key.shard):
        ids = [key.id for key in group]
        rows = bulk_connection().execute(VISITS.where(Visit.shard_code == shard, Visit.id.in_(ids)))
        found.extend(_visit_card(row) for row in rows)
    return found


def _one_visit(volunteer: Key, condition: ColumnElement[bool]) -> VisitCard | None:
    row = (
        bulk_connection()
        .execute(
            VISITS.where(Visit.shard_code == volunteer.shard, Visit.volunteer_id == volunteer.id, condition)
        )
        .first()
    )
    return _visit_card(row) if row else None


def _visit_card(row: Any) -> VisitCard:
    return VisitCard(
        visit=Key(row.shard_code, row.id),
        volunteer=Key(row.shard_code, row.volunteer_id),
        shift=Key(row.host_code, row.shift_id),
        in_at=row.in_at,
        in_method=Method(row.in_method),
        out_at=row.out_at,
        out_method=Method(row.out_method) if row.out_method else None,
        out_reason=row.out_reason,
        out_policy=row.out_policy,
    )


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
