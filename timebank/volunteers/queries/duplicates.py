"""Who may be registered twice, and two registrations side by side, masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from timebank.kernel.db import runtime, session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries.cards import PersonCard, get, person, sees_clear
from timebank.volunteers.queries.internal import clear_name
from timebank.volunteers.rules import LIVING, mask_name

MOST = 50


@dataclass(frozen=True, slots=True)
class Twin:
    """One of several registrations with the same name and birth date."""

    key: Key
    name: str
    volunteer_no: str
    born_on: date
    region_code: int
    status: str
    has_account: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two registrations side by side; which hidden values agree is said without showing them."""

    fold: PersonCard
    keep: PersonCard
    same: dict[str, bool]
    """By field: name, born_on, sex, document_number, phone, address, emergency."""


def duplicates(actor: Actor, *, region: int | None = None) -> list[list[Twin]]:
    """Groups of registrations with the same name and birth date in the actor's regions; at most 50."""
    require(actor, Permission.VOLUNTEER_MERGE)
    reach = [
        Volunteer.region_code.between(code, last_in(code))
        for code in actor.regions(Permission.VOLUNTEER_MERGE)
    ]
    here = true() if actor.is_system else or_(false(), *reach)
    if region is not None:
        here = and_(here, Volunteer.region_code.between(region, last_in(region)))
    living = and_(here, Volunteer.status.in_(LIVING))
    pairs = session().execute(
        select(Volunteer.name, Volunteer.born_on)
        .where(living)
        .group_by(Volunteer.name, Volunteer.born_on)
        .having(func.count() > 1)
        .order_by(Volunteer.born_on, Volunteer.name)
        .limit(MOST)
    )
    return [twins for name, born_on in pairs for twins in _twins(actor, living, name, born_on)]


def _twins(actor: Actor, living: ColumnElement[bool], name: str, born_on: date) -> list[list[Twin]]:
    """The registrations of one name and birth date; a minor's name is compared in clear."""
    rows = session().scalars(
        select(Volunteer)
        .where(living, Volunteer.name == name, Volunteer.born_on == born_on)
        .order_by(Volunteer.shard_code, Volunteer.id)
    )
    named = sorted(rows, key=clear_name)
    groups = [[_twin(actor, row) for row in group] for _, group in groupby(named, key=clear_name)]
    return [group for group in groups if len(group) > 1]


def _twin(actor: Actor, row: Volunteer) -> Twin:
    return Twin(
        key=row.key,
        name=clear_name(row) if sees_clear(actor, row) else mask_name(clear_name(row)),
        volunteer_no=row.volunteer_no,
        born_on=row.born_on,
        region_code=row.region_code,
        status=row.status,
        has_account=row.user_id is not None,
    )


def comparison(actor: Actor, *, fold: Key, keep: Key) -> Comparison:
    """Two registrations side by side, for officers who may merge in both regions. Raises NotFound."""
    rows = []
    for key in (fold, keep):
        require(actor, Permission.VOLUNTEER_MERGE)
        row = get(key)
        require(actor, Permission.VOLUNTEER_MERGE, region=row.region_code)
        rows.append(row)
    one, two = (_told(row) for row in rows)
    same = {field: one[field] is not None and one[field] == two[field] for field in one}
    return Comparison(person(actor, fold), person(actor, keep), same)


def _told(row: Volunteer) -> dict[str, object]:
    sealed = {
        "document_number": ("document", row.document_sealed),
        "phone": ("phone", row.phone_sealed),
        "address": ("address", row.address_sealed),
        "emergency": ("emergency", row.emergency_sealed),
    }
    decrypt = runtime().vault.decrypt
    clear = {
        name: decrypt(text, f"volunteers.{field}:{row.key}") if text else None
        for name, (field, text) in sealed.items()
    }
    return {"name": clear_name(row) or None, "born_on": row.born_on, "sex": row.sex, **clear}
