"""What a clerk sees who acts for a volunteer: the places they have, and the shifts that still have some."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_

from timebank.identity.queries import user_names
from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.queries.lists import after, inside, instant_cursor, missed_shifts
from timebank.projects.queries.shift_cards import SHIFT_ROWS, ShiftCard, shift_cards
from timebank.projects.rules import STANDING, ProjectStatus, ShiftStatus
from timebank.volunteers.queries import standing


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """A volunteer's place in a shift that is not over, and how it came about."""

    shift: ShiftCard
    sign_up: Key
    channel: str
    """`web`, or by which way a clerk was asked to do it."""
    by: str | None
    """The clerk's name; None where the persons did it themselves."""
    taken_at: datetime


def places_of(actor: Actor, volunteer: Key, *, limit: int = 50) -> list[PlaceTaken]:
    """The places of a volunteer in shifts that are not over, the next one first.

    For the person, the guardian, and a clerk of the region where the person lives. Raises NotFound.
    """
    _require(actor, volunteer)
    of_shift = and_(SignUp.shard_code == Shift.shard_code, SignUp.shift_id == Shift.id)
    query = SHIFT_ROWS.join(SignUp, of_shift).where(
        SignUp.volunteer_shard == volunteer.shard,
        SignUp.volunteer_id == volunteer.id,
        SignUp.status.in_(STANDING),
        Shift.ends_at > runtime().clock.now(),
    )
    order = (Shift.starts_at, Shift.shard_code, Shift.id)
    return _places(shift_cards(actor, query.order_by(*order).limit(limit), volunteer))


def no_shows_of(actor: Actor, volunteer: Key) -> list[ShiftCard]:
    """The shifts to which a volunteer did not come of late, with what was said to it. As `places_of`."""
    _require(actor, volunteer)
    return missed_shifts(actor, volunteer)


def shifts_for(
    actor: Actor,
    volunteer: Key,
    *,
    region: int | None = None,
    text: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Page[ShiftCard]:
    """Recruiting shifts ahead, the next one first, with the volunteer's own places marked.

    `text` is a part of the project's name. Readable as `places_of`.
    """
    _require(actor, volunteer)
    position = (Shift.starts_at, Shift.shard_code, Shift.id)
    query = SHIFT_ROWS.where(
        Project.status == ProjectStatus.RECRUITING,
        Shift.status == ShiftStatus.OPEN,
        Shift.starts_at > runtime().clock.now(),
        *inside(region),
        after(position, cursor),
    )
    if text and text.strip():
        query = query.where(Project.name.contains(text.strip(), autoescape=True))
    found = shift_cards(actor, query.order_by(*position).limit(limit + 1), volunteer)
    return page_of(found, limit, instant_cursor(found, limit, "starts_at"))


def _require(actor: Actor, volunteer: Key) -> None:
    if actor.owns(volunteer):
        require(actor, Permission.SIGN_UP_READ, owner=volunteer)
        return
    require(actor, Permission.VOLUNTEER_ASSIST)
    person = standing(volunteer)
    if person is None:
        raise NotFound()
    require(actor, Permission.VOLUNTEER_ASSIST, region=person.region_code)


def _places(shifts: list[ShiftCard]) -> list[PlaceTaken]:
    taken = [(shift, shift.own) for shift in shifts if shift.own]
    clerks = user_names(own.clerk for _shift, own in taken if own.clerk)
    return [
        PlaceTaken(shift, own.key, own.channel, clerks.get(own.clerk) if own.clerk else None, own.changed_at)
        for shift, own in taken
    ]
