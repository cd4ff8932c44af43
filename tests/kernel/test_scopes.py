"""A token limits what its owner may do, and never adds to it: every right against every limit."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from timebank.identity.rules import check_days, check_label, check_scopes, known_scopes
from timebank.kernel.errors import Forbidden, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import (
    OWN,
    PUBLIC,
    SCOPES,
    Actor,
    Grant,
    Permission,
    Role,
    offered_scopes,
    require,
)

HERE, ELSEWHERE = 511102000000, 511111000000
USER, VOLUNTEER, STRANGER = (Key(511102, UUID(int=number)) for number in (1, 2, 3))
ORGANIZATION, WARD = Key(511102, UUID(int=4)), Key(511102, UUID(int=5))
NEVER = {Permission.ROLE_GRANT, Permission.USER_SECURE, Permission.USER_SIGN_IN}


def _grant(role: Role) -> Grant:
    if role in (Role.ORGANIZER, Role.RECORDER):
        return Grant(role, organization=ORGANIZATION)
    return Grant(role, ward=WARD) if role is Role.GUARDIAN else Grant(role, region=HERE)


PERSONS = {"volunteer": Actor(USER, "陈", VOLUNTEER)} | {
    role.value: Actor(USER, "陈", VOLUNTEER, (_grant(role),)) for role in Role
}
PLACES: tuple[dict[str, object], ...] = (
    {},
    {"region": HERE},
    {"region": ELSEWHERE},
    {"organization": ORGANIZATION},
    {"owner": VOLUNTEER},
    {"owner": USER},
    {"owner": WARD},
    {"owner": STRANGER},
)


@pytest.mark.parametrize("person", PERSONS.values(), ids=PERSONS)
@pytest.mark.parametrize("scope", Permission)
def test_a_token_with_one_right_carries_that_one_as_far_as_its_owner_has_it(
    person: Actor, scope: Permission
) -> None:
    limited = replace(person, scopes=frozenset({scope}))
    for right in Permission:
        for place in PLACES:
            allowed = person.can(right, **place) and right in (scope, Permission.USER_SIGN_IN)  # type: ignore[arg-type]
            assert limited.can(right, **place) == allowed, (right, place)  # type: ignore[arg-type]
        reaches = right is scope or right is Permission.USER_SIGN_IN
        assert limited.holding(right) == (person.holding(right) if reaches else ())
        assert limited.regions(right) == (person.regions(right) if reaches else ())


@pytest.mark.parametrize("person", PERSONS.values(), ids=PERSONS)
def test_what_is_offered_is_what_the_person_has_without_security(person: Actor) -> None:
    offered = offered_scopes(person)
    has = {right for right in Permission if right in OWN | PUBLIC or person.can(right)}
    assert offered == has - NEVER
    assert offered <= SCOPES


@pytest.mark.parametrize("right", sorted(NEVER))
def test_security_is_never_a_scope(right: Permission) -> None:
    operator = PERSONS["operator"]
    with pytest.raises(Invalid, match="scope-not-held"):
        check_scopes(operator, [right])


def test_a_refusal_says_that_it_is_the_token() -> None:
    limited = replace(PERSONS["community_worker"], scopes=frozenset({Permission.VOLUNTEER_READ}))
    with pytest.raises(Forbidden, match="scope-missing"):
        require(limited, Permission.VOLUNTEER_REVIEW, region=HERE)
    with pytest.raises(Forbidden, match="scope-missing"):
        require(limited, Permission.USER_SECURE, owner=USER)
    with pytest.raises(NotFound):
        require(limited, Permission.VOLUNTEER_READ, region=ELSEWHERE)


@pytest.mark.parametrize(
    ("scopes", "wrong"),
    [([], "required"), (["role:grant"], "scope-not-held"), (["nonsense"], "scope-not-held")],
)
def test_what_cannot_be_a_scope(scopes: list[str], wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_scopes(PERSONS["auditor"], scopes)
    assert refused.value.fields == {"scopes": [wrong]}


def test_scopes_are_kept_in_order_and_forgotten_rights_are_left_out() -> None:
    wanted = ["volunteer:read", "hours:read", "hours:read"]
    assert check_scopes(PERSONS["auditor"], wanted) == ["hours:read", "volunteer:read"]
    assert known_scopes(["hours:read", "moon:visit"]) == {Permission.HOURS_READ}
    assert known_scopes([]) == frozenset()
    assert known_scopes(None) is None


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_token_lives_at_most_a_year(days: int) -> None:
    with pytest.raises(Invalid, match="out-of-range 1 365"):
        check_days(days)


@pytest.mark.parametrize("label", ["", "  ", "x" * 61])
def test_a_token_has_a_short_name(label: str) -> None:
    with pytest.raises(Invalid, match="wrong-length 1 60"):
        check_label(label)
