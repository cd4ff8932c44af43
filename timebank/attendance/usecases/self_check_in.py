"""A person scans the venue's code, on the screen or on paper, with their own phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.rules import (
    Direction,
    Method,
    Position,
    VenueToken,
    code_fault,
    distance_m,
    is_sealed,
    paper_of,
    read_code,
)
from timebank.attendance.usecases.passage import pass_gate
from timebank.attendance.usecases.points import keep_point
from timebank.attendance.usecases.scans import Attempt, ScanResult, refuse
from timebank.kernel.crypto import fingerprint
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftGate, Venue
from timebank.projects.rules import PrintedCode
from timebank.projects.usecases import hold_gate, own_volunteer


def check_in_self(
    work: Work,
    *,
    code: str,
    direction: Direction,
    client_id: str,
    scanned_at: datetime | None = None,
    device: str | None = None,
    shift: Key | None = None,
    position: Position | None = None,
) -> ScanResult:
    """Check the actor's own volunteer in or out by a venue code or the printed one of a shift that has one.

    `scanned_at` is an instant that this service sealed when the code was opened; it is believed for five
    minutes, for people who had to sign in first. `shift` is the one the person means, where they said so.
    `position` is where the phone is: used only with a printed code that asks for it, or where the shift
    offers to say it with the changing code; there it decides nothing. Its distance is kept with the scan,
    the point itself encrypted until objections are over.
    A refusal is an answer, not an exception. Raises Unauthenticated, Forbidden("not-a-volunteer"), KeyReused.
    """
    volunteer = own_volunteer(work, Permission.VISIT_CHECK_IN)
    believed = scanned_at if scanned_at and is_sealed(scanned_at, work.now) else None
    attempt = Attempt(
        shard=volunteer.shard,
        client_id=client_id,
        direction=direction,
        method=Method.VENUE_CODE,
        scanned_at=scanned_at or work.now,
        happened_at=believed or work.now,
        volunteer=volunteer,
        device_hash=fingerprint(device) if device else None,
    )
    return _judge(work, attempt, read_code(code), shift, position)


def _judge(
    work: Work, attempt: Attempt, token: VenueToken | None, meant: Key | None, position: Position | None
) -> ScanResult:
    """Judge the code, then the passage. What is not genuine says nothing about any shift."""
    volunteer = attempt.volunteer
    if token is None or volunteer is None:
        return refuse(work, attempt, "unknown")
    gate, sign_up = hold_gate(work, shift=token.shift, volunteer=volunteer)
    if gate is None:
        return refuse(work, attempt, "unknown")
    fault = code_fault(token, gate.secret, attempt.happened_at)
    if fault == "unknown" or (token.is_printed and gate.printed_code is PrintedCode.OFF):
        return refuse(work, attempt, "unknown")
    attempt = replace(attempt, shard=gate.key.shard, shift=gate.key, step=token.step)
    if fault and not token.is_printed:
        return refuse(work, attempt, fault)
    if meant is not None and meant != gate.key:
        return refuse(work, attempt, "wrong-session")
    attempt, place = (_on_paper if token.is_printed else _by_choice)(attempt, gate, position)
    result = pass_gate(work, attempt, gate, volunteer, sign_up)
    # an answer from before may be one without a place
    if place and result.scan and result.distance_m is not None:
        keep_point(work, result.scan, volunteer, place)
    return result


def _on_paper(
    attempt: Attempt, gate: ShiftGate, position: Position | None
) -> tuple[Attempt, Position | None]:
    """The attempt with what a printed code shows, and the point to keep for objections."""
    venue = gate.venue if gate.printed_code is PrintedCode.PLACE else None
    place = position if venue else None
    away = reach = None
    if venue and place:
        away = _distance(venue, place)
        reach = venue.radius_m + min(max(0, place.accuracy_m), venue.radius_m)
    paper = paper_of(gate.printed_code, away, reach or 0)
    return replace(attempt, method=Method.PRINTED_CODE, distance_m=away, paper=paper), place


def _by_choice(
    attempt: Attempt, gate: ShiftGate, position: Position | None
) -> tuple[Attempt, Position | None]:
    """The attempt with the distance that somebody chose to tell, and the point to keep for objections."""
    venue = gate.venue if gate.offers_place else None
    if venue is None or position is None or position.accuracy_m > gate_policy().coarsest_place_m:
        return attempt, None
    return replace(attempt, distance_m=_distance(venue, position)), position


def _distance(venue: Venue, place: Position) -> int:
    return distance_m(venue.latitude, venue.longitude, place.latitude, place.longitude)
