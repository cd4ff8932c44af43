"""What a project says of itself (Order 685 Art. 12: true information, risks), and its number."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, TypedDict, cast

from timebank.codes import CATEGORIES as CATEGORIES
from timebank.codes import MOST_CATEGORIES as MOST_CATEGORIES
from timebank.kernel.errors import Invalid

RECIPIENTS = (
    "subsistence extreme_hardship empty_nest living_alone left_behind_elder disabled_elder severe_disability "
    "left_behind_child child_in_difficulty disability special_family entitled_group migrant_family resident"
).split()
"""Recipients (服务对象), domain.md §3."""

SAFEGUARDS = "insurance transport meal water clothing training protection".split()
"""Safeguards for volunteers (志愿者保障), domain.md §3."""

NUMBER_DIGITS = 8

TEXTS: Mapping[str, int] = {
    "name": 100,
    "place": 200,
    "content": 4000,
    "risk": 2000,
    "leader_name": 60,
}
"""Texts that a project must state, and how long they may be (Order 685 Art. 12: true information, risks)."""

CODE_LISTS: Mapping[str, tuple[list[str], int]] = {
    "categories": (CATEGORIES, MOST_CATEGORIES),
    "recipients": (RECIPIENTS, len(RECIPIENTS)),
    "safeguards": (SAFEGUARDS, len(SAFEGUARDS)),
}
"""Code lists of which a project must name one at least, and how many at most."""


class Facts(TypedDict):
    """What a project says of itself."""

    name: str
    region_code: int
    place: str
    content: str
    categories: list[str]
    recipients: list[str]
    risk: str
    safeguards: list[str]
    leader_name: str
    earns_credit: bool


class FactChanges(TypedDict, total=False):
    """Some of the facts."""

    name: str
    region_code: int
    place: str
    content: str
    categories: list[str]
    recipients: list[str]
    risk: str
    safeguards: list[str]
    leader_name: str
    earns_credit: bool


def checked_facts(facts: Facts) -> Facts:
    """The facts, tidied. Raises Invalid naming every field that is missing, too long or not in its table."""
    wrong: dict[str, list[str]] = {}
    tidy: dict[str, Any] = dict(facts)
    for name, longest in TEXTS.items():
        tidy[name] = text = str(tidy[name]).strip()
        if not text or len(text) > longest:
            wrong[name] = [f"too-long {longest}" if text else "required"]
    for name, (known, most) in CODE_LISTS.items():
        if problem := _problem_of_codes(tidy[name], known, most):
            wrong[name] = [problem]
        tidy[name] = [code for code in known if code in tidy[name]]
    if wrong:
        raise Invalid(fields=wrong)
    return cast(Facts, tidy)


def _problem_of_codes(given: list[str], known: list[str], most: int) -> str | None:
    if not given:
        return "required"
    if not set(given) <= set(known):
        return "not-a-choice"
    return f"too-many-chosen {most}" if len(set(given)) > most else None


def new_project_no(shard: int, year: int) -> str:
    """County, year and eight random digits: says nothing about how many there are, and may collide."""
    return f"{shard:06d}{year:04d}{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}"
