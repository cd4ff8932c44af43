"""The access log: who saw which fields of whom in clear, and what for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, or_, select

from timebank.kernel.audit import position_of, user_of, within_days
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, page_of, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.volunteers.models import Unmasking, Volunteer


@dataclass(frozen=True, slots=True)
class AccessAsked:
    """Which part of the log, None for all; `since` and `until` are local days, both included."""

    since: date | None = None
    until: date | None = None
    by: str | None = None
    """A user's key."""
    volunteer_no: str | None = None
    region: int | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody saw fields of a volunteer in clear. The volunteer is a number here, not a name."""

    key: Key
    at: datetime
    by: str
    volunteer: Key
    volunteer_no: str
    region_code: int
    fields: list[str]
    purpose: str

    @property
    def user(self) -> Key | None:
        """The user who looked; None for the system."""
        return user_of(self.by)


def access_log(
    actor: Actor, asked: AccessAsked, *, limit: int = 50, cursor: str | None = None
) -> Page[Access]:
    """Unmaskings of people who live in the actor's regions, the newest first."""
    require(actor, Permission.AUDIT_READ)
    conditions = [_scope(actor), *_asked(asked)]
    if (before := position_of(cursor)) is not None:
        conditions.append(Unmasking.id < before)
    rows = session().execute(
        select(Unmasking, Volunteer.volunteer_no, Volunteer.region_code)
        .join(
            Volunteer,
            and_(Volunteer.shard_code == Unmasking.shard_code, Volunteer.id == Unmasking.volunteer_id),
        )
        .where(*conditions)
        .order_by(Unmasking.id.desc())
        .limit(limit + 1)
    )
    found = [_access(seen, number, region) for seen, number, region in rows]
    return page_of(found, limit, write_cursor(str(found[:limit][-1].key.id)) if found else "")


def _asked(asked: AccessAsked) -> list[ColumnElement[bool]]:
    conditions = within_days(Unmasking.id, asked.since, asked.until)
    if asked.by is not None:
        conditions.append(Unmasking.actor == asked.by)
    if asked.region is not None:
        conditions.append(Volunteer.region_code.between(asked.region, last_in(asked.region)))
    if asked.volunteer_no is not None:
        shard = asked.volunteer_no[:6]
        conditions += [
            Volunteer.shard_code == (int(shard) if shard.isascii() and shard.isdigit() else -1),
            Volunteer.volunteer_no == asked.volunteer_no,
        ]
    return conditions


def _scope(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    regions = actor.regions(Permission.AUDIT_READ)
    return or_(false(), *(Volunteer.region_code.between(code, last_in(code)) for code in regions))


def _access(seen: Unmasking, number: str, region: int) -> Access:
    return Access(
        key=seen.key,
        at=seen.at,
        by=seen.actor,
        volunteer=Key(seen.shard_code, seen.volunteer_id),
        volunteer_no=number,
        region_code=region,
        fields=seen.fields,
        purpose=seen.purpose,
    )
