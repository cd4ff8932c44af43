"""The party administrator of a region keeps its party organisations; they form trees."""

from __future__ import annotations

from sqlalchemy import select

from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import county_of
from timebank.kernel.work import Work
from timebank.party.models import PartyMembership, PartyOrganization
from timebank.party.rules import (
    DEEPEST,
    Belongs,
    Kind,
    MembershipStatus,
    check_name,
    check_parent,
)
from timebank.regions.queries import region


def record_organization(
    work: Work,
    *,
    name: str,
    kind: Kind,
    belongs: Belongs,
    region_code: int,
    parent: Key | None = None,
) -> Key:
    """Record a party organisation at its place.

    Raises Invalid with its field, Conflict("party-organization-recorded") for a name that the place has.
    """
    work.allow(Permission.PARTY_VERIFY, region=region_code)
    if region(region_code) is None:
        raise Invalid("unknown-region", field="region_code")
    key = Key(county_of(region_code), work.new_id())
    checked = check_name(name)
    _refuse_known(work, key, region_code, checked)
    above = _parent(work, kind, parent, key) if parent else None
    work.session.add(
        PartyOrganization(
            shard_code=key.shard,
            id=key.id,
            name=checked,
            kind=kind.value,
            belongs=belongs.value,
            region_code=region_code,
            parent_shard=above.shard if above else None,
            parent_id=above.id if above else None,
            status="active",
            created_by=work.actor.label,
            created_at=work.now,
        )
    )
    work.session.flush()
    work.emit("party.organization_recorded", key, region=region_code)
    return key


def change_organization(work: Work, *, organization: Key, name: str, parent: Key | None = None) -> None:
    """Give a party organisation another name or another organisation above it.

    Raises as `record_organization`, and Invalid("parent-ring", field="parent").
    """
    row = active(work, organization)
    checked = check_name(name)
    if checked != row.name:
        _refuse_known(work, row.key, row.region_code, checked)
    above = _parent(work, Kind(row.kind), parent, row.key) if parent else None
    row.name = checked
    row.parent_shard, row.parent_id = (above.shard, above.id) if above else (None, None)
    work.session.flush()
    work.emit("party.organization_changed", row.key)


def dissolve_organization(work: Work, *, organization: Key) -> None:
    """A party organisation ends; it stays on record. Twice changes nothing.

    Raises Conflict("party-organization-has-members") while somebody belongs to it or another is under it.
    """
    row = _locked(work, organization)
    if row.status == "dissolved":
        return
    if _has_members(work, row) or _has_children(work, row):
        raise Conflict("party-organization-has-members")
    row.status, row.dissolved_by, row.dissolved_at = "dissolved", work.actor.label, work.now
    work.emit("party.organization_dissolved", row.key)


def active(work: Work, organization: Key) -> PartyOrganization:
    """The row, locked, where the actor keeps the party organisations. Internal.

    Raises NotFound outside the actor's regions, Conflict("party-organization-dissolved").
    """
    row = _locked(work, organization)
    if row.status != "active":
        raise Conflict("party-organization-dissolved", field="organization")
    return row


def _locked(work: Work, organization: Key) -> PartyOrganization:
    work.allow(Permission.PARTY_VERIFY)
    row = _held(work, organization)
    if row is None:
        raise NotFound()
    work.allow(Permission.PARTY_VERIFY, region=row.region_code)
    return row


def _held(work: Work, key: Key) -> PartyOrganization | None:
    return work.session.get(
        PartyOrganization, (key.shard, key.id), with_for_update=True, populate_existing=True
    )


def _refuse_known(work: Work, key: Key, region_code: int, name: str) -> None:
    known = work.session.scalar(
        select(PartyOrganization.id).where(
            PartyOrganization.shard_code == key.shard,
            PartyOrganization.region_code == region_code,
            PartyOrganization.name == name,
            PartyOrganization.status == "active",
        )
    )
    if known is not None:
        raise Conflict("party-organization-recorded", field="name")


def _parent(work: Work, kind: Kind, parent: Key, child: Key) -> Key:
    """The organisation above, found fit; all above it are locked, so that two changes cannot close a ring."""
    row = _held(work, parent)
    if row is None or row.status != "active":
        raise Invalid("unknown-party-organization", field="parent")
    check_parent(kind, Kind(row.kind))
    above: PartyOrganization | None = row
    for _level in range(DEEPEST):
        if above is None:
            return row.key
        if above.key == child:
            raise Invalid("parent-ring", field="parent")
        further = Key(above.parent_shard, above.parent_id) if above.parent_shard and above.parent_id else None
        above = _held(work, further) if further else None
    raise Invalid("parent-too-deep", field="parent")


def _has_members(work: Work, row: PartyOrganization) -> bool:
    found = work.session.execute(
        select(PartyMembership.shard_code)
        .where(
            PartyMembership.organization_shard == row.shard_code,
            PartyMembership.organization_id == row.id,
            PartyMembership.status == MembershipStatus.VERIFIED,
        )
        .limit(1)
    )
    return found.first() is not None


def _has_children(work: Work, row: PartyOrganization) -> bool:
    found = work.session.execute(
        select(PartyOrganization.shard_code)
        .where(
            PartyOrganization.parent_shard == row.shard_code,
            PartyOrganization.parent_id == row.id,
            PartyOrganization.status == "active",
        )
        .limit(1)
    )
    return found.first() is not None
