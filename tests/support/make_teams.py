"""Builders of teams and their members, through the use-cases; call them with a context pushed."""

from __future__ import annotations

from itertools import count
from typing import Any, cast

from tests.support import make_people as people
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.memberships import queries
from timebank.memberships import usecases as memberships
from timebank.organizations import usecases as organizations
from timebank.organizations.rules import Facts

_numbers = count(1)


def facts(**changes: Any) -> Facts:
    """What a volunteer fills in to found a team; valid, and different from all others."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "name": f"泊水邻里志愿队{number}",
        "kind": "team",
        "region_code": people.NORTH_COMMUNITY,
        "filing_no": f"泊水备2026-{number:03}",
        "filing_authority": "泊水街道办事处",
        "supervisor": "泊水街道办事处",
        "head_name": "周小川",
        "head_phone": people.phone(),
        "categories": ["neighbour_help", "elder_help"],
        "introduction": "每周三陪伴社区独居老人。",
        **changes,
    }
    return cast(Facts, given)


def person(**changes: Any) -> Actor:
    """A registered volunteer, signed in."""
    return people.actor_of_volunteer(people.volunteer(**changes))


def again(actor: Actor) -> Actor:
    """The same person with the roles they have by now."""
    assert actor.user is not None
    return people.actor_of_user(actor.user)


def reviewer(region: int = people.NORTH) -> Actor:
    """Somebody who decides on organisations of a region."""
    return people.officer(Role.COMMUNITY_WORKER, region, name="李审核")


def draft(founder: Actor, **changes: Any) -> tuple[Key, Actor]:
    """A draft of a team, and its founder with the role that comes with it."""
    key = perform(founder, memberships.found_team, **facts(**changes))
    return key, again(founder)


def founded(founder: Actor | None = None, **changes: Any) -> tuple[Key, Actor]:
    """An approved team and its first administrator."""
    key, administrator = draft(founder or person(name="周小川"), **changes)
    perform(administrator, organizations.submit_organization, organization=key)
    perform(SYSTEM, organizations.approve_organization, organization=key)
    return key, administrator


def requested(team: Key, actor: Actor | None = None) -> tuple[Key, Actor]:
    """A request of a volunteer."""
    somebody = actor or person()
    return perform(somebody, memberships.request_membership, organization=team), somebody


def member(team: Key, administrator: Actor, actor: Actor | None = None) -> tuple[Key, Actor]:
    """A member who was let in."""
    key, somebody = requested(team, actor)
    perform(administrator, memberships.approve_membership, membership=key)
    return key, somebody


def join_code(team: Key, administrator: Actor, days: int = 7, uses: int = 50) -> str:
    """A fresh code of the team."""
    perform(administrator, memberships.make_join_code, organization=team, days=days, uses=uses)
    found = queries.join_code(administrator, team)
    assert found is not None
    return found.code
