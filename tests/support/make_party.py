"""Builders of party organisations, members and reports; all through the use-cases. Context pushed."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.support import make_people as people
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.party import usecases
from timebank.party.rules import Belongs, Kind

_serials = count(1)


def administrator(region: int = people.NORTH, **given: Any) -> Actor:
    """Somebody who keeps the party organisations of a region."""
    return people.officer(Role.PARTY_ADMINISTRATOR, region, name="周书记", **given)


def organization(
    region: int = people.NORTH_COMMUNITY,
    *,
    belongs: Belongs = Belongs.COMMUNITY,
    kind: Kind = Kind.BRANCH,
    parent: Key | None = None,
    name: str | None = None,
) -> Key:
    """A party organisation."""
    return perform(
        SYSTEM,
        usecases.record_organization,
        name=name or f"第{next(_serials)}党支部",
        kind=kind,
        belongs=belongs,
        region_code=region,
        parent=parent,
    )


def claimant(**changes: Any) -> Key:
    """A registered volunteer who states party membership, not verified."""
    return people.volunteer(**{"political_status": "01", **changes})


def member(of: Key | None = None, **changes: Any) -> Key:
    """A verified member of a party organisation."""
    key = claimant(**changes)
    perform(SYSTEM, usecases.verify_member, volunteer=key, organization=of)
    return key


def in_service(of: Key | None = None, **changes: Any) -> Key:
    """A verified member of a unit's party organisation."""
    return member(of or organization(people.NORTH, belongs=Belongs.UNIT), **changes)


def reported(volunteer: Key, community: int = people.NORTH_COMMUNITY, *, confirmed: bool = True) -> Key:
    """That member's report to a community."""
    who = people.actor_of_volunteer(volunteer)
    key = perform(who, usecases.record_report, volunteer=volunteer, community_code=community, unit="区图书馆")
    if confirmed:
        perform(SYSTEM, usecases.confirm_report, report=key)
    return key
