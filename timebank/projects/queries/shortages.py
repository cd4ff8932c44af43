"""Who does not meet what a shift or a post would ask from now on, told before it is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from timebank.kernel.db import bulk_connection
from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.models import Shift, SignUp
from timebank.projects.queries.prerequisites import Asked, newly_lacking
from timebank.projects.queries.shift_cards import SHIFT_ROWS, ShiftCard, shift_card, shift_cards
from timebank.projects.rules import (
    Prerequisites,
    ShiftStatus,
    SignUpStatus,
    checked_prerequisites,
    is_about_proof,
    together,
)
from timebank.volunteers.queries import standings

Posts = Mapping[UUID, Prerequisites]
CONCERNED = (SignUpStatus.ACCEPTED, SignUpStatus.APPLIED, SignUpStatus.WAITING, SignUpStatus.OFFERED)
"""Who said yes; whoever was only invited is nobody's business yet."""


@dataclass(frozen=True, slots=True)
class Tightened:
    """A shift in which something else is asked of the people of some posts; None are those without a post."""

    shift: Key
    day: date
    asked: Mapping[UUID | None, Asked]

    @classmethod
    def of_shift(
        cls, shift: Key, day: date, before: Prerequisites, now: Prerequisites, posts: Posts
    ) -> Tightened:
        """The shift asks something else of everybody, and its posts what they do on top."""
        asked: dict[UUID | None, Asked] = {None: Asked(before, now)}
        asked |= {post: Asked(together(before, of), together(now, of)) for post, of in posts.items()}
        return cls(shift, day, asked)

    @classmethod
    def of_post(
        cls, shift: Key, day: date, asks: Prerequisites, post: UUID, before: Prerequisites, now: Prerequisites
    ) -> Tightened:
        """One post asks something else on top of what the shift `asks`."""
        return cls(shift, day, {post: Asked(together(asks, before), together(asks, now))})


@dataclass(frozen=True, slots=True)
class Short:
    """People who lack something that is asked anew."""

    holders: dict[Key, dict[date, list[str]]]
    """Those with a place, and by the day of each place the codes of what they lack."""
    pending: frozenset[Key]
    """Those who wait, applied or were offered a place: they get none as long as they lack it."""

    def refuse(self) -> None:
        """Raises Conflict("people-lack-it") where there is anybody."""
        if self.holders or self.pending:
            raise Conflict("people-lack-it", number=len(self.holders), pending=len(self.pending))


@dataclass(frozen=True, slots=True)
class ShortPerson:
    """Somebody with a place, as the organizer has them on the list of sign-ups."""

    name: str
    volunteer_no: str
    days: list[date]
    """On which a proof is missing."""


@dataclass(frozen=True, slots=True)
class ShortCard:
    """The same for the page: who lacks a proof stands there by name, who lacks anything else is counted."""

    named: list[ShortPerson]
    unnamed: int
    pending: int


def short_of(changes: Iterable[Tightened]) -> Short:
    """Who lacks something because something else is asked than before. Internal."""
    holders: dict[Key, dict[date, list[str]]] = {}
    pending: set[Key] = set()
    for change in changes:
        if not any(asked.is_anew for asked in change.asked.values()):
            continue
        rows = bulk_connection().execute(
            select(SignUp.volunteer_shard, SignUp.volunteer_id, SignUp.post_id, SignUp.status)
            .where(
                SignUp.shard_code == change.shift.shard,
                SignUp.shift_id == change.shift.id,
                SignUp.status.in_(CONCERNED),
            )
            .order_by(SignUp.id)
        )
        people = {Key(row.volunteer_shard, row.volunteer_id): row for row in rows}
        asked = {key: change.asked[row.post_id] for key, row in people.items() if row.post_id in change.asked}
        for key, codes in newly_lacking(asked, change.day).items():
            if people[key].status == SignUpStatus.ACCEPTED:
                holders.setdefault(key, {}).setdefault(change.day, []).extend(codes)
            else:
                pending.add(key)
    return Short(holders, frozenset(pending - holders.keys()))


def post_short_of(
    actor: Actor, shift: Key, post: Key, prerequisites: Prerequisites, *, following: bool = False
) -> ShortCard:
    """Who would not meet other prerequisites of a post; for its organizer. Raises NotFound, Invalid.

    With `following` also in the posts of its name in the later shifts of the series. Age and party membership
    are nobody's business by name: who lacks nothing but these is only counted.
    """
    card = _own_shift(actor, shift)
    found = next((each for each in card.posts if each.key == post), None)
    if found is None:
        raise NotFound()
    asked = checked_prerequisites(prerequisites)
    return _shown(
        Tightened.of_post(each.key, each.occurs_on, each.prerequisites, own.key.id, own.prerequisites, asked)
        for each in (_following(actor, card) if following else [card])
        for own in each.posts
        if own.name == found.name
    )


def shift_short_of(
    actor: Actor,
    shift: Key,
    prerequisites: Prerequisites,
    *,
    following: bool = False,
    day: date | None = None,
) -> ShortCard:
    """The same for a shift, which is perhaps moved to another `day`, or for it and those that follow."""
    card = _own_shift(actor, shift)
    asked = checked_prerequisites(prerequisites)
    return _shown(
        Tightened.of_shift(
            each.key,
            day or each.occurs_on,
            each.prerequisites,
            asked,
            {own.key.id: own.prerequisites for own in each.posts},
        )
        for each in (_following(actor, card) if following else [card])
    )


def _own_shift(actor: Actor, shift: Key) -> ShiftCard:
    card = shift_card(actor, shift)
    require(actor, Permission.PROJECT_WRITE, organization=card.organization)
    return card


def _following(actor: Actor, card: ShiftCard) -> Sequence[ShiftCard]:
    """The shifts that `usecases.series.following_shifts` changes."""
    if card.series is None:
        return [card]
    rows = SHIFT_ROWS.where(
        Shift.shard_code == card.key.shard,
        Shift.series_id == card.series.id,
        Shift.status == ShiftStatus.OPEN,
        Shift.starts_at >= card.starts_at,
    )
    return shift_cards(actor, rows.order_by(Shift.starts_at))


def _shown(changes: Iterable[Tightened]) -> ShortCard:
    short = short_of(changes)
    days = {
        key: [day for day, codes in lacking.items() if any(map(is_about_proof, codes))]
        for key, lacking in short.holders.items()
    }
    named = [key for key, of in days.items() if of]
    people = standings(named)
    return ShortCard(
        named=[ShortPerson(people[key].name, people[key].volunteer_no, days[key]) for key in named],
        unnamed=len(short.holders) - len(named),
        pending=len(short.pending),
    )
