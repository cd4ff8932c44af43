"""Who does not meet what a post would ask from now on, told before it is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from timebank.kernel.db import bulk_connection
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.models import SignUp
from timebank.projects.queries.prerequisites import newly_lacking
from timebank.projects.queries.shift_cards import shift_card
from timebank.projects.rules import (
    PENDING,
    Prerequisites,
    SignUpStatus,
    checked_prerequisites,
    is_about_proof,
    together,
)
from timebank.volunteers.queries import standings


@dataclass(frozen=True, slots=True)
class Short:
    """People of a post who lack something that is asked anew."""

    holders: dict[Key, list[str]]
    """Those with a place, and the codes of what they lack."""
    pending: int
    """Those who wait, applied or were offered a place: they get none as long as they lack it."""

    def __bool__(self) -> bool:
        return bool(self.holders or self.pending)


@dataclass(frozen=True, slots=True)
class ShortPerson:
    """Somebody with a place, as the organizer has them on the list of sign-ups."""

    name: str
    volunteer_no: str


@dataclass(frozen=True, slots=True)
class ShortCard:
    """The same for the page: who lacks a proof stands there by name, who lacks anything else is counted."""

    named: list[ShortPerson]
    unnamed: int
    pending: int


def short_of(shift: Key, post: Key, before: Prerequisites, now: Prerequisites, day: date) -> Short:
    """Who of a post lacks something because something else is asked than before. Internal."""
    rows = bulk_connection().execute(
        select(SignUp.volunteer_shard, SignUp.volunteer_id, SignUp.status)
        .where(
            SignUp.shard_code == shift.shard,
            SignUp.shift_id == shift.id,
            SignUp.post_id == post.id,
            SignUp.status.in_((SignUpStatus.ACCEPTED, *PENDING)),
        )
        .order_by(SignUp.id)
    )
    people = {Key(row.volunteer_shard, row.volunteer_id): row.status for row in rows}
    lacking = newly_lacking(people, before, now, day)
    holders = {key: codes for key, codes in lacking.items() if people[key] == SignUpStatus.ACCEPTED}
    return Short(holders, len(lacking) - len(holders))


def post_short_of(actor: Actor, shift: Key, post: Key, prerequisites: Prerequisites) -> ShortCard:
    """Who would not meet other prerequisites of a post; for its organizer. Raises NotFound, Invalid.

    Age and party membership are nobody's business by name: who lacks nothing but these is only counted.
    """
    card = shift_card(actor, shift)
    require(actor, Permission.PROJECT_WRITE, organization=card.organization)
    found = next((each for each in card.posts if each.key == post), None)
    if found is None:
        raise NotFound()
    before = together(card.prerequisites, found.prerequisites)
    now = together(card.prerequisites, checked_prerequisites(prerequisites))
    short = short_of(shift, post, before, now, card.occurs_on)
    named = [key for key, codes in short.holders.items() if any(map(is_about_proof, codes))]
    people = standings(named)
    return ShortCard(
        named=[ShortPerson(people[key].name, people[key].volunteer_no) for key in named],
        unnamed=len(short.holders) - len(named),
        pending=short.pending,
    )
