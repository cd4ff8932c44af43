"""Codes of a shift, for the people who run its gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from timebank.attendance.rules import issue_code, printed_code, step_ends_at, step_of, valid_until
from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.queries import ShiftGate, gate_of
from timebank.projects.rules import PrintedCode


@dataclass(frozen=True, slots=True)
class VenueCode:
    """The code on the screen at this moment."""

    code: str
    path: str
    step: int
    shown_until: datetime
    valid_until: datetime


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
    """The gate of a shift that the actor runs. Raises NotFound outside the own organisation, Unauthenticated,
    Forbidden."""
    return _gate(actor, shift, Permission.GATE_OPERATE)


def scanned_gate(actor: Actor, shift: Key) -> ShiftGate:
    """The gate of a shift where the actor may scan, and perhaps no more. Raises as `operated_gate` does."""
    return _gate(actor, shift, Permission.GATE_SCAN)


def _gate(actor: Actor, shift: Key, permission: Permission) -> ShiftGate:
    gate = gate_of(shift)
    if gate is None:
        raise NotFound()
    require(actor, permission, organization=gate.organization)
    return gate


def _venue_code(gate: ShiftGate, step: int) -> VenueCode:
    code = issue_code(gate.key, gate.secret, step)
    return VenueCode(code, f"/c/{code}", step, step_ends_at(step), valid_until(step))
