"""What a project says of itself (Order 685 Art. 12: true information, risks), and its number."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict, cast

from timebank.codes import CATEGORIES as CATEGORIES
from timebank.codes import MOST_CATEGORIES as MOST_CATEGORIES
from timebank.kernel.clock import aware
from timebank.kernel.errors import Invalid
from timebank.projects.rules.states import ProjectKind
from timebank.volunteers.rules import SKILLS

RECIPIENTS = (
    "subsistence extreme_hardship empty_nest living_alone left_behind_elder disabled_elder severe_disability "
    "left_behind_child child_in_difficulty disability special_family entitled_group migrant_family resident"
).split()
"""Recipients (服务对象), domain.md §3."""

SAFEGUARDS = "insurance transport meal water clothing training protection".split()
"""Safeguards for volunteers (志愿者保障), domain.md §3."""

FUND_SOURCES = "own purchased government foundation donation".split()
"""Who pays for it (domain.md §3: 购买服务/自筹): the organisation, a purchase of services, a grant, gifts."""

NUMBER_DIGITS = 8
MAKE_UP_WORD = "补录"

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


OPTIONAL_TEXTS: Mapping[str, int] = {"insurance": 300, "supervision": 1000, "contact_name": 60}
"""Texts that only some projects state."""

OPTIONAL_LISTS: Mapping[str, list[str]] = {"skills": SKILLS}

PHONE = re.compile(r"\+?[0-9][0-9 \-]{4,18}[0-9]")

EMPTY: Mapping[str, Any] = {
    "insurance": "",
    "supervision": "",
    "contact_name": "",
    "contact_phone": "",
    "contact_phone_public": False,
    "fund_source": "own",
    "is_dangerous": False,
    "with_minors": False,
    "skills": (),
    "recruits_from": None,
}
"""What a project says where nothing was said."""


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
    is_dangerous: NotRequired[bool]
    """Service with danger: volunteers are insured before it begins (Order 685 Art. 17)."""
    insurance: NotRequired[str]
    """Which insurance volunteers have; with danger it must be said."""
    with_minors: NotRequired[bool]
    """People under 18 serve or are served."""
    supervision: NotRequired[str]
    """How they are guarded and supervised; with minors it must be said."""
    skills: NotRequired[list[str]]
    """Skills wanted, by the code table of volunteers' skills."""
    fund_source: NotRequired[str]
    contact_name: NotRequired[str]
    contact_phone: NotRequired[str]
    contact_phone_public: NotRequired[bool]
    """Whether everybody reads the phone number, or only the organisation and who reviews."""
    recruits_from: NotRequired[datetime | None]
    """From when places can be taken; at once after the approval where nothing is said."""


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
    is_dangerous: bool
    insurance: str
    with_minors: bool
    supervision: str
    skills: list[str]
    fund_source: str
    contact_name: str
    contact_phone: str
    contact_phone_public: bool
    recruits_from: datetime | None


def checked_facts(facts: Facts, kind: ProjectKind = ProjectKind.ORDINARY) -> Facts:
    """The facts, tidied and complete.

    Raises Invalid naming every field that is missing, too long, not in its table, or that danger
    (`insurance-needed`, Order 685 Art. 17) and minors (`supervision-needed`) ask for.
    """
    tidy: dict[str, Any] = {**EMPTY, **facts}
    wrong: dict[str, list[str]] = {}
    for name, longest in TEXTS.items():
        tidy[name] = text = str(tidy[name]).strip()
        if not text or len(text) > longest:
            wrong[name] = [f"too-long {longest}" if text else "required"]
    for name, longest in OPTIONAL_TEXTS.items():
        tidy[name] = str(tidy[name] or "").strip()
        if len(tidy[name]) > longest:
            wrong[name] = [f"too-long {longest}"]
    for name, (known, most) in CODE_LISTS.items():
        if problem := _problem_of_codes(tidy[name], known, most):
            wrong[name] = [problem]
        tidy[name] = [code for code in known if code in tidy[name]]
    for name, problem in [*_other_problems(tidy, kind), *_problems_of_danger(tidy)]:
        wrong.setdefault(name, []).append(problem)
    if wrong:
        raise Invalid(fields=wrong)
    return cast(Facts, tidy)


def _other_problems(tidy: dict[str, Any], kind: ProjectKind) -> Iterable[tuple[str, str]]:
    for name, known in OPTIONAL_LISTS.items():
        given = tidy[name] or ()
        if not set(given) <= set(known):
            yield name, "not-a-choice"
        tidy[name] = [code for code in known if code in given]
    if tidy["fund_source"] not in FUND_SOURCES:
        yield "fund_source", "not-a-choice"
    tidy["contact_phone"] = phone = unicodedata.normalize("NFKC", str(tidy["contact_phone"] or "")).strip()
    if phone and not PHONE.fullmatch(phone):
        yield "contact_phone", "not-a-phone-number"
    if tidy["contact_phone_public"] and not phone:
        yield "contact_phone", "required"
    if tidy["recruits_from"] is not None:
        tidy["recruits_from"] = aware(tidy["recruits_from"])
    if kind is ProjectKind.ORDINARY and MAKE_UP_WORD in tidy["name"]:
        yield "name", "make-up-in-name"


def _problems_of_danger(tidy: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if tidy["is_dangerous"] and "insurance" not in tidy["safeguards"]:
        yield "safeguards", "insurance-needed"
    if tidy["is_dangerous"] and not tidy["insurance"]:
        yield "insurance", "insurance-statement-needed"
    if tidy["with_minors"] and not tidy["supervision"]:
        yield "supervision", "supervision-needed"


def _problem_of_codes(given: list[str], known: list[str], most: int) -> str | None:
    if not given:
        return "required"
    if not set(given) <= set(known):
        return "not-a-choice"
    return f"too-many-chosen {most}" if len(set(given)) > most else None


def new_project_no(shard: int, year: int) -> str:
    """County, year and eight random digits: says nothing about how many there are, and may collide."""
    return f"{shard:06d}{year:04d}{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}"
