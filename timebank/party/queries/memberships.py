"""Reading memberships: the list of claims, and one person's with its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select

from timebank.kernel.db import session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.kernel.policy import Actor, Permission, require
from timebank.party.models import PartyMembership
from timebank.party.queries.organizations import OrganizationRow, organization_rows
from timebank.party.queries.policies import party_policy
from timebank.party.rules import PRESENT_MEMBERSHIP, MembershipStatus
from timebank.volunteers.queries import ClaimRow, ClaimState, claim_of, claims_in, count_claims, standing
from timebank.volunteers.rules import Status, mask_name


@dataclass(frozen=True, slots=True)
class ClaimCard:
    """A claim in the list: who, and where the membership is (said to be) kept."""

    key: Key
    volunteer_no: str
    name: str
    region_code: int
    political_status: str
    employer: str | None
    registered_on: date | None
    state: ClaimState
    organization: Key | None
    organization_name: str | None


@dataclass(frozen=True, slots=True)
class MembershipLine:
    """One membership, present or past."""

    status: str
    organization: OrganizationRow | None
    claimed_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PartyCard:
    """What is known of one person's party membership, and what the actor may do about it.

    Name and political status are masked for those who only supervise.
    """

    volunteer: Key
    volunteer_no: str
    name: str
    region_code: int
    political_status: str | None
    is_counted: bool
    """Whether what the person states counts as membership under the policy in force."""
    is_registered: bool
    verified_at: datetime | None
    declined_at: datetime | None
    present: MembershipLine | None
    history: list[MembershipLine]
    may_verify: bool
    may_refuse: bool
    may_withdraw: bool
    may_claim: bool


def claims(
    actor: Actor,
    *,
    state: ClaimState = ClaimState.OPEN,
    region: int | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ClaimCard]:
    """Claims of party membership in the actor's regions, oldest registration of each county first."""
    counted = party_policy().counted
    page = claims_in(actor, counted=counted, state=state, region=region, limit=limit, cursor=cursor)
    kept = _kept_at([row.key for row in page.items])
    return Page([_claim(row, kept.get(row.key)) for row in page.items], page.next)


def claim_numbers(actor: Actor, *, region: int | None = None) -> dict[ClaimState, int]:
    """How many claims of the actor's regions stand how."""
    counted = party_policy().counted
    return {state: count_claims(actor, counted=counted, state=state, region=region) for state in ClaimState}


def party_card(actor: Actor, volunteer: Key) -> PartyCard:
    """One person's membership. Raises NotFound also outside the actor's regions."""
    if not actor.owns(volunteer):
        require(actor, Permission.PARTY_READ)
    row, known = claim_of(volunteer), standing(volunteer)
    if row is None or known is None:
        raise NotFound()
    if not actor.owns(volunteer):
        require(actor, Permission.PARTY_READ, region=row.region_code)
    lines = _lines(volunteer)
    present = next((line for line in lines if line.status in PRESENT_MEMBERSHIP), None)
    is_counted, is_registered = (
        row.political_status in party_policy().counted,
        known.status is Status.REGISTERED,
    )
    is_own = actor.owns(volunteer)
    decides = not is_own and actor.can(Permission.PARTY_VERIFY, region=row.region_code)
    is_clear = is_own or decides or actor.can(Permission.VOLUNTEER_REVIEW, region=row.region_code)
    fits = is_counted and is_registered
    placed = present is not None and present.organization is not None
    return PartyCard(
        volunteer=volunteer,
        volunteer_no=row.volunteer_no,
        name=row.name if is_clear else mask_name(row.name),
        region_code=row.region_code,
        political_status=row.political_status if is_clear else None,
        is_counted=is_counted,
        is_registered=is_registered,
        verified_at=row.verified_at,
        declined_at=row.declined_at,
        present=present,
        history=lines,
        may_verify=decides and fits and not (row.verified_at and placed),
        may_refuse=decides and fits and row.verified_at is None and row.declined_at is None,
        may_withdraw=decides and row.verified_at is not None,
        may_claim=is_own and fits and row.verified_at is None,
    )


def membership_places(volunteers: Iterable[Key]) -> dict[Key, OrganizationRow]:
    """In which party organisation the verified membership of each is kept, where that is known. Internal."""
    return {key: line.organization for key, line in _kept_at(volunteers).items() if line.organization}


def _lines(volunteer: Key) -> list[MembershipLine]:
    rows = list(
        session().scalars(
            select(PartyMembership)
            .where(
                PartyMembership.shard_code == volunteer.shard, PartyMembership.volunteer_id == volunteer.id
            )
            .order_by(PartyMembership.id.desc())
        )
    )
    places = organization_rows(key for row in rows if (key := _organization(row)))
    return [_line(row, places) for row in rows]


def _kept_at(volunteers: Iterable[Key]) -> dict[Key, MembershipLine]:
    rows: list[PartyMembership] = []
    for shard, group in groupby(sorted(set(volunteers)), key=lambda key: key.shard):
        rows += session().scalars(
            select(PartyMembership).where(
                PartyMembership.shard_code == shard,
                PartyMembership.volunteer_id.in_([key.id for key in group]),
                PartyMembership.status.in_(PRESENT_MEMBERSHIP),
            )
        )
    places = organization_rows(key for row in rows if (key := _organization(row)))
    return {Key(row.shard_code, row.volunteer_id): _line(row, places) for row in rows}


def _organization(row: PartyMembership) -> Key | None:
    if row.organization_shard is None or row.organization_id is None:
        return None
    return Key(row.organization_shard, row.organization_id)


def _line(row: PartyMembership, places: dict[Key, OrganizationRow]) -> MembershipLine:
    key = _organization(row)
    return MembershipLine(
        MembershipStatus(row.status).value,
        places.get(key) if key else None,
        row.claimed_at,
        row.decided_at,
        row.ended_at,
        row.reason,
    )


def _claim(row: ClaimRow, line: MembershipLine | None) -> ClaimCard:
    place = line.organization if line else None
    return ClaimCard(
        row.key,
        row.volunteer_no,
        row.name,
        row.region_code,
        row.political_status,
        row.employer,
        row.registered_on,
        row.state,
        place.key if place else None,
        place.name if place else None,
    )
