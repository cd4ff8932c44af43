"""Role and permission is one literal table; its print is kept, so that a change is seen in review."""

from __future__ import annotations

from pathlib import Path

from timebank.kernel.policy import OWN, PUBLIC, ROLE_PERMISSIONS, Permission, Role

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "policy.txt"


def printed() -> str:
    rows = {"(anybody)": PUBLIC, "(one's own)": OWN} | {str(role): ROLE_PERMISSIONS[role] for role in Role}
    return "".join(f"{who}: {' '.join(sorted(rights))}\n" for who, rights in rows.items())


def test_the_policy_is_the_one_that_was_reviewed() -> None:
    assert printed() == SNAPSHOT.read_text(encoding="utf-8"), "update tests/snapshots/policy.txt on purpose"


def test_permissions_are_in_order_and_used() -> None:
    assert [p.name for p in Permission] == sorted(p.name for p in Permission)
    assert set(Permission) == PUBLIC | OWN | frozenset().union(*ROLE_PERMISSIONS.values())
