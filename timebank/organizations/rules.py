"""Rules of organisations and teams: what they say of themselves, states, credit codes, filing numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypedDict

from timebank.codes import CATEGORIES, MOST_CATEGORIES
from timebank.identity.rules import check_phone, plain
from timebank.kernel.checks import collected
from timebank.kernel.errors import Conflict, Invalid


class Status(StrEnum):
    """States of an organisation."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Action(StrEnum):
    """What can be done with an organisation."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    CLOSE = "close"


TRANSITIONS: Mapping[tuple[Status, Action], Status] = {
    (Status.DRAFT, Action.EDIT): Status.DRAFT,
    (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
    (Status.DRAFT, Action.WITHDRAW): Status.CLOSED,
    (Status.SUBMITTED, Action.APPROVE): Status.ACTIVE,
    (Status.SUBMITTED, Action.RETURN): Status.RETURNED,
    (Status.SUBMITTED, Action.REJECT): Status.REJECTED,
    (Status.SUBMITTED, Action.WITHDRAW): Status.CLOSED,
    (Status.RETURNED, Action.EDIT): Status.RETURNED,
    (Status.RETURNED, Action.SUBMIT): Status.SUBMITTED,
    (Status.RETURNED, Action.REJECT): Status.REJECTED,
    (Status.RETURNED, Action.WITHDRAW): Status.CLOSED,
    (Status.ACTIVE, Action.EDIT): Status.ACTIVE,
    (Status.ACTIVE, Action.SUSPEND): Status.SUSPENDED,
    (Status.ACTIVE, Action.CLOSE): Status.CLOSED,
    (Status.SUSPENDED, Action.EDIT): Status.SUSPENDED,
    (Status.SUSPENDED, Action.REINSTATE): Status.ACTIVE,
    (Status.SUSPENDED, Action.CLOSE): Status.CLOSED,
}
"""What is under review stays as it is; what was rejected is applied for anew; what is closed stays closed."""

FOR_REVIEWERS = frozenset(
    {Action.APPROVE, Action.RETURN, Action.REJECT, Action.SUSPEND, Action.REINSTATE, Action.CLOSE}
)
ENDED = frozenset({Status.REJECTED, Status.CLOSED})
"""States that nothing leads out of; the credit code is free again."""

KINDS = ("organization", "team", "committee", "event_host", "public_body")
"""Registered organisation; filed team; self-governing committee; event host; public-service body."""

NAME_SHORTEST, NAME_LONGEST = 2, 100
HEAD_LONGEST = 60
FILING_LONGEST = 40
INTRODUCTION_LONGEST = 500
REASON_LONGEST = 200
DEEPEST = 8
"""Levels of parents; a longer chain is a mistake, and each is locked while a parent is set."""

TEXTS: Mapping[str, int] = {
    "filing_authority": 100,
    "supervisor": 100,
    "head_name": HEAD_LONGEST,
    "introduction": INTRODUCTION_LONGEST,
}
"""Texts that may be missing, and how long they may be."""

APPLICATION = ("supervisor", "head_name", "head_phone", "categories")
"""What an application must state (domain.md §3); an officer's entry from a register may lack it at first."""

OPEN_FACTS = frozenset({"head_name", "head_phone", "categories", "founded_on", "introduction"})
"""What administrators change by themselves; everything else was looked at by an officer."""

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: digits and capitals without I, O, Z, S, V; the value of a sign is its place."""
_FORM = re.compile(rf"[1-9A-HJ-NP-RTUWXY][{_SIGNS}]\d{{6}}[{_SIGNS}]{{10}}", re.ASCII)


class Facts(TypedDict, total=False):
    """What an organisation says of itself; name, kind and region are always needed."""

    name: str
    kind: str
    region_code: int
    credit_code: str | None
    filing_no: str | None
    filing_authority: str | None
    supervisor: str | None
    head_name: str | None
    head_phone: str | None
    categories: list[str]
    founded_on: date | None
    introduction: str | None


def checked_facts(facts: Mapping[str, Any], today: date, *, demo: bool, complete: bool) -> dict[str, Any]:
    """All facts, tidied; `complete` also asks for what an application must state.

    Raises one Invalid naming every field that is missing or wrong. The region is the caller's to check.
    """
    kind = str(facts["kind"])
    phone = facts.get("head_phone")
    found = collected(
        {
            "kind": lambda: check_kind(kind),
            "name": lambda: check_organization_name(str(facts["name"])),
            "credit_code": lambda: check_credit_code(facts.get("credit_code"), kind),
            "filing_no": lambda: check_filing_number(facts.get("filing_no"), kind),
            "categories": lambda: check_categories(facts.get("categories") or []),
            "founded_on": lambda: _not_in_future(facts.get("founded_on"), today),
            "head_phone": lambda: check_phone(phone, demo) if phone else None,
            **{name: _text_check(facts.get(name), longest) for name, longest in TEXTS.items()},
        }
    )
    needed = [*APPLICATION, *(["filing_authority"] if found["filing_no"] else [])] if complete else []
    if missing := {name: ["required"] for name in needed if not found[name]}:
        raise Invalid(fields=missing)
    return found


def _text_check(text: str | None, longest: int) -> Any:
    def check() -> str | None:
        tidy = (text or "").strip()
        if len(tidy) > longest:
            raise Invalid(f"too-long {longest}")
        return tidy or None

    return check


def _not_in_future(day: date | None, today: date) -> date | None:
    if day is not None and day > today:
        raise Invalid("date-in-future")
    return day


def check_categories(given: list[str]) -> list[str]:
    """At most four service categories, each once, in the table's order. Raises Invalid."""
    if not set(given) <= set(CATEGORIES):
        raise Invalid("not-a-choice", field="categories")
    chosen = [code for code in CATEGORIES if code in given]
    if len(chosen) > MOST_CATEGORIES:
        raise Invalid(f"too-many-chosen {MOST_CATEGORIES}", field="categories")
    return chosen


def check_organization_name(text: str) -> str:
    """2 to 100 characters. Raises Invalid with field `name`."""
    name = " ".join(text.split())
    if not NAME_SHORTEST <= len(name) <= NAME_LONGEST:
        raise Invalid(f"wrong-length {NAME_SHORTEST} {NAME_LONGEST}", field="name")
    return name


def check_kind(kind: str) -> str:
    """One of KINDS. Raises Invalid with field `kind`."""
    if kind not in KINDS:
        raise Invalid("not-a-choice", field="kind")
    return kind


def check_credit_code(text: str | None, kind: str) -> str | None:
    """A unified social credit code (GB 32100-2015), needed for a registered organisation.

    Raises Invalid("credit-code-needed" | "not-a-credit-code") with field `credit_code`.
    """
    code = plain(text or "").upper()
    if not code and kind == "organization":
        raise Invalid("credit-code-needed", field="credit_code")
    if code and not (_FORM.fullmatch(code) and code[17] == credit_check_sign(code[:17])):
        raise Invalid("not-a-credit-code", field="credit_code")
    return code or None


def credit_check_sign(first_17: str) -> str:
    """The 18th sign: weights are the powers of 3 modulo 31."""
    total = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(first_17))
    return _SIGNS[-total % 31]


def check_filing_number(text: str | None, kind: str) -> str | None:
    """The number under which a township or community filed a team. Raises Invalid with field `filing_no`."""
    number = " ".join((text or "").split())
    if not number and kind == "team":
        raise Invalid("filing-number-needed", field="filing_no")
    if len(number) > FILING_LONGEST:
        raise Invalid(f"too-long {FILING_LONGEST}", field="filing_no")
    return number or None


def check_reason(text: str) -> str:
    """What the people concerned are told: 2 to 200 characters. Raises Invalid("reason-needed")."""
    reason = text.strip()
    if not 2 <= len(reason) <= REASON_LONGEST:
        raise Invalid("reason-needed", field="reason")
    return reason


def next_status(status: str, action: Action) -> Status:
    """The state after an action. Raises Conflict("wrong-status") where it is not possible."""
    try:
        return TRANSITIONS[(Status(status), action)]
    except KeyError:
        raise Conflict("wrong-status", status=str(status)) from None


def possible_actions(status: str) -> tuple[Action, ...]:
    """What can be done in a state."""
    return tuple(action for before, action in TRANSITIONS if before == status)
