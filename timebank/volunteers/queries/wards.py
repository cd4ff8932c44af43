"""Guardians and their wards: who named me, and for whom I act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, select

from timebank.kernel.db import session
from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.volunteers.models import Guardian, Volunteer
from timebank.volunteers.queries.internal import unsealed_name
from timebank.volunteers.rules import LIVING, Status


@dataclass(frozen=True, slots=True)
class WardRequest:
    """Somebody under age who named the actor as guardian and waits for the answer; the name is masked."""

    key: Key
    name: str
    relation: str
    region_code: int
    asked_at: datetime
    reply_due_on: date | None


@dataclass(frozen=True, slots=True)
class WardRow:
    """Somebody for whom the actor acts."""

    key: Key
    name: str
    volunteer_no: str
    relation: str
    status: Status
    consented_at: datetime


ASKING = tuple(status for status in LIVING if status is not Status.REJECTED)
"""Where the guardian's answer still changes something."""


def ward_requests(actor: Actor) -> list[WardRequest]:
    """Who named the actor as guardian and has no answer yet, the longest waiting first.

    Raises Unauthenticated.
    """
    rows = session().execute(
        _named(actor)
        .where(Guardian.consented_at.is_(None), Volunteer.status.in_(ASKING))
        .order_by(Guardian.entered_at)
    )
    return [
        WardRequest(
            key=Key(row.shard_code, row.id),
            name=row.name,
            relation=row.relation,
            region_code=row.region_code,
            asked_at=row.entered_at,
            reply_due_on=row.reply_due_on,
        )
        for row in rows
    ]


def ward_request(actor: Actor, volunteer: Key) -> WardRequest:
    """One of them. Raises NotFound for what is none of the actor's, or is answered."""
    for each in ward_requests(actor):
        if each.key == volunteer:
            return each
    raise NotFound()


def wards(actor: Actor) -> list[WardRow]:
    """For whom the actor acts as guardian. Raises Unauthenticated."""
    rows = session().execute(
        _named(actor).where(Guardian.consented_at.is_not(None)).order_by(Guardian.consented_at)
    )
    return [_row(row) for row in rows]


def _row(row: Any) -> WardRow:
    key = Key(row.shard_code, row.id)
    return WardRow(
        key=key,
        name=unsealed_name(key, row.name, row.name_sealed),
        volunteer_no=row.volunteer_no,
        relation=row.relation,
        status=Status(row.status),
        consented_at=row.consented_at,
    )


def _named(actor: Actor) -> Select[*tuple[Any, ...]]:
    if actor.user is None:
        raise Unauthenticated()
    return (
        select(
            Volunteer.shard_code,
            Volunteer.id,
            Volunteer.name,
            Volunteer.name_sealed,
            Volunteer.volunteer_no,
            Volunteer.status,
            Volunteer.region_code,
            Volunteer.reply_due_on,
            Guardian.relation,
            Guardian.entered_at,
            Guardian.consented_at,
        )
        .join_from(
            Guardian,
            Volunteer,
            and_(Volunteer.shard_code == Guardian.shard_code, Volunteer.id == Guardian.volunteer_id),
        )
        .where(
            Guardian.user_shard == actor.user.shard,
            Guardian.user_id == actor.user.id,
            Guardian.ended_at.is_(None),
        )
    )
