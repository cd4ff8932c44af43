"""One organisation: its public card, its detail, its history, its people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select

from timebank.identity import queries as identity
from timebank.identity.rules import mask_phone
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.organizations.models import Organization, OrganizationStep
from timebank.organizations.rules import DEEPEST, FOR_REVIEWERS, Action, Facts, Status, possible_actions


@dataclass(frozen=True, slots=True)
class OrganizationCard:
    """What anybody may know of an organisation."""

    key: Key
    name: str
    kind: str
    region_code: int
    status: str


@dataclass(frozen=True, slots=True)
class TeamCard:
    """An active organisation as it presents itself to everybody."""

    key: Key
    name: str
    kind: str
    region_code: int
    supervisor: str | None
    categories: list[str]
    founded_on: date | None
    introduction: str | None
    parent: OrganizationCard | None


@dataclass(frozen=True, slots=True)
class OrganizationDetail:
    """An organisation as its office, its own people and its parent see it; the head's phone is masked."""

    key: Key
    name: str
    kind: str
    region_code: int
    status: str
    status_reason: str | None
    credit_code: str | None
    filing_no: str | None
    filing_authority: str | None
    supervisor: str | None
    head_name: str | None
    head_phone: str | None
    categories: list[str]
    founded_on: date | None
    introduction: str | None
    parent: OrganizationCard | None
    asked_parent: OrganizationCard | None
    created_at: datetime
    submitted_at: datetime | None
    actions: tuple[Action, ...]
    """What this actor may do with it now."""
    may_appoint: bool
    may_administer: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """Something that was done with an organisation: the event's name, when, by whom, and why."""

    name: str
    at: datetime
    by: str | None
    """The name of the user who did it; None for the system."""
    status: str
    reason: str | None
    concerns: str | None
    """The name of the other organisation or of the person whom it is about."""


def organization(key: Key) -> OrganizationCard | None:
    """The public facts of one organisation. Internal."""
    row = session().get(Organization, (key.shard, key.id))
    return card_of(row) if row else None


def organization_cards(keys: Iterable[Key]) -> dict[Key, OrganizationCard]:
    """The public facts of many organisations, one statement for each county. Internal."""
    found: dict[Key, OrganizationCard] = {}
    for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard):
        ids = [key.id for key in group]
        rows = session().scalars(
            select(Organization).where(Organization.shard_code == shard, Organization.id.in_(ids))
        )
        found |= {row.key: card_of(row) for row in rows}
    return found


def team(key: Key) -> TeamCard:
    """An active organisation, for everybody. Raises NotFound."""
    row = session().get(Organization, (key.shard, key.id))
    if row is None or row.status != Status.ACTIVE:
        raise NotFound()
    return TeamCard(
        key=row.key,
        name=row.name,
        kind=row.kind,
        region_code=row.region_code,
        supervisor=row.supervisor,
        categories=row.categories,
        founded_on=row.founded_on,
        introduction=row.introduction,
        parent=organization(row.parent) if row.parent else None,
    )


def organization_detail(actor: Actor, key: Key) -> OrganizationDetail:
    """One organisation, for officers of its region, its own people, and those of organisations above it.

    Raises NotFound outside these.
    """
    row = readable(actor, key)
    return OrganizationDetail(
        key=row.key,
        name=row.name,
        kind=row.kind,
        region_code=row.region_code,
        status=row.status,
        status_reason=row.status_reason,
        credit_code=row.credit_code,
        filing_no=row.filing_no,
        filing_authority=row.filing_authority,
        supervisor=row.supervisor,
        head_name=row.head_name,
        head_phone=_masked_phone(row),
        categories=row.categories,
        founded_on=row.founded_on,
        introduction=row.introduction,
        parent=organization(row.parent) if row.parent else None,
        asked_parent=organization(row.asked_parent) if row.asked_parent else None,
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        actions=tuple(action for action in possible_actions(row.status) if _may(actor, action, row)),
        may_appoint=actor.can(Permission.ORGANIZATION_WRITE, region=row.region_code),
        may_administer=actor.can(Permission.MEMBERSHIP_WRITE, organization=key),
    )


def members(actor: Actor, key: Key) -> list[identity.Member]:
    """Administrators and recorders of an organisation, for its officers and for itself. Raises NotFound."""
    row = readable(actor, key)
    require(actor, Permission.ORGANIZATION_READ, region=row.region_code, organization=key)
    return identity.members(key)


def history(actor: Actor, key: Key) -> list[StepLine]:
    """What was done with an organisation, oldest first. Raises NotFound as `members` does."""
    row = readable(actor, key)
    require(actor, Permission.ORGANIZATION_READ, region=row.region_code, organization=key)
    steps = list(
        session().scalars(
            select(OrganizationStep)
            .where(OrganizationStep.shard_code == key.shard, OrganizationStep.organization_id == key.id)
            .order_by(OrganizationStep.position)
        )
    )
    people, others = _concerned(steps)
    return [
        StepLine(
            name=step.event,
            at=step.at,
            by=people.get(step.actor),
            status=step.status,
            reason=step.reason,
            concerns=others.get(step.concerns or "") or people.get(step.concerns or ""),
        )
        for step in steps
    ]


def readable(actor: Actor, key: Key) -> Organization:
    """The row, for whoever may read it. Raises NotFound. Internal."""
    require(actor, Permission.ORGANIZATION_READ)
    row = session().get(Organization, (key.shard, key.id))
    if row is None:
        raise NotFound()
    if _is_own(actor, key) or _reads_from_above(actor, row):
        return row
    if row.status == Status.DRAFT and not actor.is_system:
        raise NotFound()
    require(actor, Permission.ORGANIZATION_READ, region=row.region_code)
    return row


def facts_of(row: Organization) -> Facts:
    """What an organisation says of itself now, the head's phone in clear. Internal."""
    return Facts(
        name=row.name,
        kind=row.kind,
        region_code=row.region_code,
        credit_code=row.credit_code,
        filing_no=row.filing_no,
        filing_authority=row.filing_authority,
        supervisor=row.supervisor,
        head_name=row.head_name,
        head_phone=_phone(row),
        categories=row.categories,
        founded_on=row.founded_on,
        introduction=row.introduction,
    )


def card_of(row: Organization) -> OrganizationCard:
    """The public facts of a row. Internal."""
    return OrganizationCard(row.key, row.name, row.kind, row.region_code, row.status)


def _is_own(actor: Actor, key: Key) -> bool:
    return actor.can(Permission.ORGANIZATION_READ, organization=key)


def _reads_from_above(actor: Actor, row: Organization) -> bool:
    """Whether the actor administers an organisation above this one."""
    own = set(actor.organizations(Permission.ORGANIZATION_READ))
    above = row.parent if own else None
    for _level in range(DEEPEST):
        if above is None or above in own:
            break
        step = session().get(Organization, (above.shard, above.id))
        above = step.parent if step else None
    return above is not None and above in own


def _may(actor: Actor, action: Action, row: Organization) -> bool:
    is_own = any(grant.organization == row.key for grant in actor.grants)
    if action in FOR_REVIEWERS:
        made = actor.label in (row.created_by, row.submitted_by)
        is_maker = made and action in (Action.APPROVE, Action.RETURN, Action.REJECT)
        may = actor.can(Permission.ORGANIZATION_REVIEW, region=row.region_code)
        return may and not is_own and not is_maker
    rights = (Permission.MEMBERSHIP_WRITE, Permission.ORGANIZATION_WRITE)
    return any(actor.can(right, region=row.region_code, organization=row.key) for right in rights)


def _phone(row: Organization) -> str | None:
    sealed = row.head_phone_sealed
    return runtime().vault.decrypt(sealed, f"organizations.head_phone:{row.key}") if sealed else None


def _masked_phone(row: Organization) -> str | None:
    phone = _phone(row)
    return mask_phone(phone) if phone else None


def _concerned(steps: list[OrganizationStep]) -> tuple[dict[str, str], dict[str, str]]:
    """The names of users and of organisations that the steps name by their keys."""
    keys = {label: _key(label) for step in steps for label in (step.actor, step.concerns) if label}
    known = {label: key for label, key in keys.items() if key}
    people, others = identity.user_names(known.values()), organization_cards(known.values())
    return (
        {label: people[key] for label, key in known.items() if key in people},
        {label: others[key].name for label, key in known.items() if key in others},
    )


def _key(label: str) -> Key | None:
    try:
        return Key.parse(label)
    except NotFound:
        return None
