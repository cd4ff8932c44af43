"""Reading qualifications: one person's, one of them, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, tuple_

from timebank.kernel.bulk import among
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.qualifications.models import Qualification
from timebank.qualifications.rules import Kind, Status, runs_out_soon
from timebank.volunteers.queries import Standing, agrees, standing, standings
from timebank.volunteers.rules import mask_document, mask_name

RIGHTS = {
    Kind.SKILL: Permission.SKILL_VERIFY,
    Kind.TRAINING: Permission.TRAINING_RECORD,
    Kind.AWARD: Permission.AWARD_RECORD,
}
CLEAR = (*RIGHTS.values(), Permission.VOLUNTEER_REVIEW)


@dataclass(frozen=True, slots=True)
class QualificationCard:
    """A proof, a training or an award as the actor may see it.

    Name and certificate number are masked for those who neither own it nor decide about such things.
    """

    key: Key
    volunteer: Key
    volunteer_no: str
    name: str
    kind: str
    title: str
    issuer: str
    held_on: date | None
    number: str | None
    skill: str | None
    valid_until: date | None
    content: str | None
    minutes: int | None
    result: str | None
    level: str | None
    has_file: bool
    status: str
    entered_at: datetime
    decided_at: datetime | None
    reason: str | None
    runs_out_soon: bool
    may_decide: bool
    may_withdraw: bool
    may_open: bool
    may_publish: bool
    """Whether an accepted award may be shown in public: only with the person's consent."""


def qualifications(actor: Actor, volunteer: Key) -> list[QualificationCard]:
    """All of one person, newest first. Raises NotFound also outside the actor's regions."""
    who = _readable(actor, volunteer)
    rows = session().scalars(
        select(Qualification)
        .where(Qualification.shard_code == volunteer.shard, Qualification.volunteer_id == volunteer.id)
        .order_by(Qualification.id.desc())
    )
    return [_card(actor, row, who) for row in rows]


def qualification(actor: Actor, key: Key) -> QualificationCard:
    """One of them: for the person, for officers of the region, and for the organisation that entered it."""
    row = session().get(Qualification, (key.shard, key.id))
    if row is None:
        require(actor, Permission.VOLUNTEER_READ)
        raise NotFound()
    owner = Key(row.shard_code, row.volunteer_id)
    own = _organization(row)
    if own is not None and own in actor.organizations(Permission.TRAINING_RECORD):
        who = standing(owner)
        if who is None:
            raise NotFound()
        return _card(actor, row, who)
    return _card(actor, row, _readable(actor, owner))


@dataclass(frozen=True, slots=True)
class HeldProofs:
    """What of somebody's proofs and trainings counts on a day."""

    skills: frozenset[str]
    trainings: frozenset[str]
    """Their names."""


NOTHING_HELD = HeldProofs(frozenset(), frozenset())


def held_by(volunteers: Iterable[Key], day: date) -> dict[Key, HeldProofs]:
    """Verified skills that are valid on a day, and trainings by then that were not failed. Internal.

    One statement for each county; who has nothing is left out.
    """
    held: dict[Key, list[Any]] = {}
    for shard, group in groupby(sorted(set(volunteers)), key=lambda key: key.shard):
        rows = session().execute(
            select(
                Qualification.volunteer_id, Qualification.kind, Qualification.skill, Qualification.title
            ).where(
                Qualification.shard_code == shard,
                among(Qualification.volunteer_id, [key.id for key in group]),
                Qualification.status == Status.ACCEPTED,
                Qualification.kind.in_((Kind.SKILL, Kind.TRAINING)),
                or_(Qualification.valid_until.is_(None), Qualification.valid_until >= day),
                or_(Qualification.held_on.is_(None), Qualification.held_on <= day),
                or_(Qualification.result.is_(None), Qualification.result != "failed"),
            )
        )
        for row in rows:
            held.setdefault(Key(shard, row.volunteer_id), []).append(row)
    return {
        volunteer: HeldProofs(
            frozenset(row.skill for row in rows if row.kind == Kind.SKILL and row.skill),
            frozenset(row.title for row in rows if row.kind == Kind.TRAINING),
        )
        for volunteer, rows in held.items()
    }


def waiting(
    actor: Actor, *, kind: Kind | None = None, limit: int = 50, cursor: str | None = None
) -> Page[QualificationCard]:
    """What waits for the actor's decision, oldest of each county first."""
    kinds = [each for each, right in RIGHTS.items() if actor.can(right) and kind in (None, each)]
    if not kinds:
        require(actor, RIGHTS[kind or Kind.SKILL])
    conditions = [Qualification.status == Status.WAITING, or_(*(_within(actor, each) for each in kinds))]
    if after := after_key(cursor):
        conditions.append(tuple_(Qualification.shard_code, Qualification.id) > (after.shard, after.id))
    order = (Qualification.shard_code, Qualification.id)
    found = list(
        session().scalars(select(Qualification).where(*conditions).order_by(*order).limit(limit + 1))
    )
    page = page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")
    people = standings(Key(row.shard_code, row.volunteer_id) for row in page.items)
    return Page(_cards(actor, page.items, people), page.next)


def _cards(
    actor: Actor, rows: Sequence[Qualification], people: dict[Key, Standing]
) -> list[QualificationCard]:
    keys = [Key(row.shard_code, row.volunteer_id) for row in rows]
    return [_card(actor, row, people[key]) for row, key in zip(rows, keys, strict=True) if key in people]


def _within(actor: Actor, kind: Kind) -> ColumnElement[bool]:
    """What of a kind lies in the actor's regions, or comes from the actor's organisations."""
    right = RIGHTS[kind]
    if actor.is_system:
        return Qualification.kind == kind
    places = [Qualification.region_code.between(code, last_in(code)) for code in actor.regions(right)]
    own = [
        and_(Qualification.organization_shard == key.shard, Qualification.organization_id == key.id)
        for key in actor.organizations(right)
    ]
    return and_(Qualification.kind == kind, or_(false(), *places, *own))


def _readable(actor: Actor, volunteer: Key) -> Standing:
    if not actor.owns(volunteer):
        require(actor, Permission.VOLUNTEER_READ)
    who = standing(volunteer)
    if who is None:
        raise NotFound()
    require(actor, Permission.VOLUNTEER_READ, region=who.region_code, owner=volunteer)
    return who


def _organization(row: Qualification) -> Key | None:
    if row.organization_shard is None or row.organization_id is None:
        return None
    return Key(row.organization_shard, row.organization_id)


def _card(actor: Actor, row: Qualification, who: Standing) -> QualificationCard:
    is_own = actor.owns(who.key)
    right = RIGHTS[Kind(row.kind)]
    here = actor.can(right, region=who.region_code)
    decides = not is_own and (here or actor.can(right, organization=_organization(row) or who.key))
    is_maker = actor.user is not None and row.entered_by == actor.label
    is_clear = is_own or decides or any(actor.can(each, region=who.region_code) for each in CLEAR)
    award = row.kind == Kind.AWARD and row.status == Status.ACCEPTED
    return QualificationCard(
        key=row.key,
        volunteer=who.key,
        volunteer_no=who.volunteer_no,
        name=who.name if is_clear else mask_name(who.name),
        number=_number(row, is_own or here),
        has_file=row.file_id is not None,
        runs_out_soon=row.status == Status.ACCEPTED and runs_out_soon(row.valid_until, _today()),
        may_decide=decides and not is_maker and row.status == Status.WAITING,
        may_withdraw=is_own and row.kind != Kind.TRAINING and row.status != Status.WITHDRAWN,
        may_open=row.file_id is not None and (is_own or here),
        may_publish=award and agrees(who.key, "publication"),
        **{name: getattr(row, name) for name in _AS_THEY_ARE},
    )


_AS_THEY_ARE = (
    "kind title issuer held_on skill valid_until content minutes result level "
    "status entered_at decided_at reason"
).split()


def _number(row: Qualification, is_clear: bool) -> str | None:
    if row.number_sealed is None:
        return None
    number = runtime().vault.decrypt(row.number_sealed, f"qualifications.number:{row.key}")
    return number if is_clear else mask_document(number)


def _today() -> date:
    services = runtime()
    return local_date(services.clock.now(), services.config.time_zone)
