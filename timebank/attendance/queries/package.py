"""What a phone takes along to work without a network: one shift, its rules, and who is expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from timebank.attendance.queries.gate import Counts, VisitCard, gate_counts, scanned_gate, visits, visits_of
from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.queries.scans import waiting_scans
from timebank.attendance.rules import Person, Presence, Session, code_mark, person_of, session_of
from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission
from timebank.projects.queries import ShiftGate, accepted
from timebank.volunteers.queries import Standing, personal_codes, standings
from timebank.volunteers.rules import initials_of, mask_name

LAST_SIGNS = 4
"""How much of a volunteer number tells two people of one name apart."""


@dataclass(frozen=True, slots=True)
class PackedPerson:
    """One person, with what the gate needs to find and to judge them, and nothing more.

    For a kiosk, where nobody is looked for, the name is masked and there is nothing to find them by.
    """

    volunteer: Key
    name: str
    last_signs: str
    initials: str
    mark: str | None
    """See `rules.code_mark`; None for who has no card."""
    person: Person
    has_place: bool
    presence: Presence
    in_at: datetime | None
    out_at: datetime | None


@dataclass(frozen=True, slots=True)
class GatePackage:
    """A shift's gate to take along."""

    gate: ShiftGate
    made_at: datetime
    salt: str
    session: Session
    undo_minutes: int
    counts: Counts
    waiting: int
    people: list[PackedPerson]


def gate_package(actor: Actor, shift: Key) -> GatePackage:
    """Everything a device needs at this gate. Raises as `scanned_gate` does."""
    gate = scanned_gate(actor, shift)
    present = {visit.volunteer: visit for visit in visits(shift)}
    expected = set(accepted(shift))
    people = standings([*present, *expected])
    salt, codes = _salt(gate), personal_codes(people)
    packed = [
        _packed(person, key in expected, present.get(key), salt, codes.get(key))
        for key, person in people.items()
    ]
    if not _knows_names(actor, gate):
        packed = [replace(each, name=mask_name(each.name), last_signs="", initials="") for each in packed]
    return GatePackage(
        gate=gate,
        made_at=runtime().clock.now(),
        salt=salt,
        session=session_of(gate.project_status, gate.status),
        undo_minutes=gate_policy().undo_minutes,
        counts=gate_counts(gate),
        waiting=len(waiting_scans(shift)),
        people=sorted(packed, key=lambda each: (each.name, each.last_signs)),
    )


@dataclass(frozen=True, slots=True)
class Face:
    """Who was scanned, and their visit here; at a kiosk the name is masked."""

    name: str
    in_at: datetime | None
    out_at: datetime | None


def faces(actor: Actor, shift: Key, people: Iterable[Key]) -> dict[Key, Face]:
    """The faces of people who were scanned at a gate. Raises as `scanned_gate` does."""
    gate = scanned_gate(actor, shift)
    called = str if _knows_names(actor, gate) else mask_name
    wanted = set(people)
    present = {visit.volunteer: visit for visit in visits_of(shift, wanted)}
    return {
        key: Face(called(person.name), present[key].in_at, present[key].out_at)
        if key in present
        else Face(called(person.name), None, None)
        for key, person in standings(wanted).items()
    }


def _knows_names(actor: Actor, gate: ShiftGate) -> bool:
    return actor.can(Permission.GATE_OPERATE, organization=gate.organization)


def _salt(gate: ShiftGate) -> str:
    """The same for all shifts of a team: two packages on one phone then tell no more than one."""
    return runtime().vault.blind_index("gate-package", str(gate.organization))[:32]


def _packed(
    person: Standing, has_place: bool, visit: VisitCard | None, salt: str, code: str | None
) -> PackedPerson:
    return PackedPerson(
        volunteer=person.key,
        name=person.name,
        last_signs=person.volunteer_no[-LAST_SIGNS:],
        initials=initials_of(person.name).strip(),
        mark=code_mark(salt, code) if code else None,
        person=person_of(person.status),
        has_place=has_place,
        presence=visit.presence if visit else Presence.NEVER_IN,
        in_at=visit.in_at if visit else None,
        out_at=visit.out_at if visit else None,
    )
