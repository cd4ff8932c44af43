"""Who states party membership, and what became of it; for the flat `party`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_

from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries.internal import clear_name
from timebank.volunteers.rules import Status


class ClaimState(StrEnum):
    """Where the claim of party membership stands."""

    OPEN = "open"
    VERIFIED = "verified"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A registered volunteer who states party membership, as the party administrator reads it."""

    key: Key
    volunteer_no: str
    name: str
    region_code: int
    political_status: str
    employer: str | None
    registered_on: date | None
    verified_at: datetime | None
    declined_at: datetime | None

    @property
    def state(self) -> ClaimState:
        if self.verified_at is not None:
            return ClaimState.VERIFIED
        return ClaimState.OPEN if self.declined_at is None else ClaimState.DECLINED


def claims_in(
    actor: Actor,
    *,
    counted: Sequence[str],
    state: ClaimState = ClaimState.OPEN,
    region: int | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ClaimRow]:
    """Registered volunteers of the actor's regions whose claim stands so; names are in clear."""
    require(actor, Permission.PARTY_VERIFY)
    conditions = [*_conditions(actor, counted, region), _standing(state)]
    if after := after_key(cursor):
        conditions.append(tuple_(Volunteer.shard_code, Volunteer.id) > (after.shard, after.id))
    statement = select(Volunteer).where(*conditions).order_by(Volunteer.shard_code, Volunteer.id)
    rows = list(session().scalars(statement.limit(limit + 1)))
    last = key_cursor(rows[:limit][-1].key) if rows else ""
    page = page_of(rows, limit, last)
    return Page([claim_row(row) for row in page.items], page.next)


def count_claims(
    actor: Actor, *, counted: Sequence[str], state: ClaimState, region: int | None = None
) -> int:
    """How many claims of the actor's regions stand so."""
    require(actor, Permission.PARTY_VERIFY)
    conditions = [*_conditions(actor, counted, region), _standing(state)]
    return session().execute(select(func.count()).select_from(Volunteer).where(*conditions)).scalar_one()


def claim_of(key: Key) -> ClaimRow | None:
    """What a volunteer states and what became of it. Internal."""
    row = session().get(Volunteer, (key.shard, key.id))
    return claim_row(row) if row else None


def claim_row(row: Volunteer) -> ClaimRow:
    """A volunteer's row as a claim. Internal."""
    return ClaimRow(
        row.key,
        row.volunteer_no,
        clear_name(row),
        row.region_code,
        row.political_status,
        row.employer,
        row.registered_on,
        row.party_verified_at,
        row.party_declined_at,
    )


def _conditions(actor: Actor, counted: Sequence[str], region: int | None) -> list[ColumnElement[bool]]:
    found = [
        _within(actor),
        Volunteer.status == Status.REGISTERED,
        Volunteer.political_status.in_(list(counted)),
    ]
    if region is not None:
        found.append(Volunteer.region_code.between(region, last_in(region)))
    return found


def _within(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    regions = actor.regions(Permission.PARTY_VERIFY)
    return or_(false(), *(Volunteer.region_code.between(code, last_in(code)) for code in regions))


def _standing(state: ClaimState) -> ColumnElement[bool]:
    verified, declined = Volunteer.party_verified_at, Volunteer.party_declined_at
    return {
        ClaimState.OPEN: and_(verified.is_(None), declined.is_(None)),
        ClaimState.VERIFIED: verified.is_not(None),
        ClaimState.DECLINED: and_(verified.is_(None), declined.is_not(None)),
    }[state]
