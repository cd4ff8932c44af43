"""After a shift: who with a place has a visit, who has none, and who was noted as not having come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from timebank.attendance.queries.gate import VisitCard, visits, visits_of
from timebank.attendance.queries.scans import waiting_scans
from timebank.identity.queries import user_names
from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import SYSTEM, Actor, Permission, require
from timebank.projects.queries import KeptPlace, ShiftGate, gate_of, kept_place, kept_places
from timebank.projects.rules import OPEN_FOR_SERVICE, ShiftStatus, SignUpStatus
from timebank.volunteers.queries import Standing, standings


class Coming(StrEnum):
    """What is known of somebody who had a place."""

    MISSING = "missing"
    """No check-in, and not noted yet."""
    NOTED = "noted"
    TAKEN_BACK = "taken_back"
    CAME = "came"


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """Somebody who had a place in a shift, as its organizer looks at it afterwards."""

    sign_up: Key
    shift: Key
    name: str
    volunteer_no: str
    post: str | None
    coming: Coming
    in_at: datetime | None
    out_at: datetime | None
    scan_waits: bool
    """A scan of the person waits for a decision."""
    noted_at: datetime | None
    """When it was noted, or taken back."""
    noted_by: str | None
    """By whom; None for the service itself."""
    reason: str | None
    appeal: str | None
    may_note: bool
    may_take_back: bool
    """Not where somebody has objected, and not one's own."""


@dataclass(frozen=True, slots=True)
class Absences:
    """The people of a shift in one state, and how many there are in each."""

    numbers: dict[Coming, int]
    rows: Page[AbsenceRow]


def absences(
    actor: Actor, shift: Key, *, coming: Coming = Coming.MISSING, limit: int = 50, cursor: str | None = None
) -> Absences:
    """Who had a place in a shift, those in one state; for its organizer. Raises NotFound, Forbidden."""
    gate = _organized(actor, shift)
    places, came = kept_places(shift), {visit.volunteer: visit for visit in visits(shift)}
    states = {place.sign_up: _coming(place, place.volunteer in came) for place in places}
    last = after_key(cursor)
    asked = [each for each in places if states[each.sign_up] is coming]
    shown = [each for each in asked if last is None or each.sign_up.id > last.id][: limit + 1]
    rows = _rows(actor, gate, shown, came)
    page = page_of(rows, limit, key_cursor(rows[:limit][-1].sign_up) if rows else "")
    return Absences(dict(Counter(states.values())), page)


def absence(actor: Actor, shift: Key, sign_up: Key) -> AbsenceRow:
    """One of them. Raises NotFound, Forbidden."""
    gate, place = _organized(actor, shift), kept_place(sign_up)
    if place is None or place.shift != shift:
        raise NotFound()
    came = {visit.volunteer: visit for visit in visits_of(shift, [place.volunteer])}
    return _rows(actor, gate, [place], came)[0]


def _organized(actor: Actor, shift: Key) -> ShiftGate:
    gate = gate_of(shift)
    if gate is None:
        raise NotFound()
    require(actor, Permission.PROJECT_WRITE, organization=gate.organization)
    return gate


def _coming(place: KeptPlace, came: bool) -> Coming:
    if place.status is SignUpStatus.NO_SHOW:
        return Coming.NOTED
    if came:
        return Coming.CAME
    return Coming.TAKEN_BACK if place.status is SignUpStatus.EXCUSED else Coming.MISSING


def _rows(
    actor: Actor, gate: ShiftGate, places: Collection[KeptPlace], came: dict[Key, VisitCard]
) -> list[AbsenceRow]:
    people = standings(place.volunteer for place in places)
    waiting = {scan.volunteer for scan in waiting_scans(gate.key, [each.volunteer for each in places])}
    users = {place.sign_up: _user(place) for place in places}
    names = user_names(user for user in users.values() if user)
    took_place = gate.project_status in OPEN_FOR_SERVICE and gate.status is not ShiftStatus.CANCELLED
    is_over = took_place and gate.ends_at <= runtime().clock.now()
    return [
        _row(
            actor,
            place,
            people[place.volunteer],
            came.get(place.volunteer),
            noted_by=names.get(user) if (user := users[place.sign_up]) else None,
            scan_waits=place.volunteer in waiting,
            is_over=is_over,
        )
        for place in places
    ]


def _row(
    actor: Actor,
    place: KeptPlace,
    person: Standing,
    visit: VisitCard | None,
    *,
    noted_by: str | None,
    scan_waits: bool,
    is_over: bool,
) -> AbsenceRow:
    coming = _coming(place, visit is not None)
    was_noted = place.status is not SignUpStatus.ACCEPTED
    return AbsenceRow(
        sign_up=place.sign_up,
        shift=place.shift,
        name=person.name,
        volunteer_no=person.volunteer_no,
        post=place.post,
        coming=coming,
        in_at=visit.in_at if visit else None,
        out_at=visit.out_at if visit else None,
        scan_waits=scan_waits,
        noted_at=place.changed_at if was_noted else None,
        noted_by=noted_by,
        reason=place.reason,
        appeal=place.appeal,
        may_note=is_over and coming is Coming.MISSING and not scan_waits,
        may_take_back=(
            is_over and coming is Coming.NOTED and place.appeal is None and not actor.owns(place.volunteer)
        ),
    )


def _user(place: KeptPlace) -> Key | None:
    """Who noted it or took it back; nobody where the service did it by itself."""
    if place.status is SignUpStatus.ACCEPTED or place.changed_by in (None, SYSTEM.label):
        return None
    return Key.parse(place.changed_by)
