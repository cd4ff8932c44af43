"""Rules of registration: documents, states, code tables, what is masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from timebank.codes import CATEGORIES as CATEGORIES
from timebank.codes import MOST_CATEGORIES as MOST_CATEGORIES
from timebank.identity.rules import plain
from timebank.kernel.checks import collected as collected
from timebank.kernel.errors import Conflict, Invalid


class Status(StrEnum):
    """States of a registration (domain.md §4.1) that exist so far."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    REGISTERED = "registered"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Action(StrEnum):
    """What can be done with a registration."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    RESUBMIT = "resubmit"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"


TRANSITIONS: Mapping[tuple[Status, Action], Status] = {
    (Status.SUBMITTED, Action.APPROVE): Status.REGISTERED,
    (Status.SUBMITTED, Action.RETURN): Status.RETURNED,
    (Status.SUBMITTED, Action.REJECT): Status.REJECTED,
    (Status.RETURNED, Action.REJECT): Status.REJECTED,
    (Status.RETURNED, Action.RESUBMIT): Status.SUBMITTED,
    (Status.REJECTED, Action.RESUBMIT): Status.SUBMITTED,
    (Status.REGISTERED, Action.SUSPEND): Status.SUSPENDED,
    (Status.SUSPENDED, Action.REINSTATE): Status.REGISTERED,
}

DOCUMENT_TYPES = ("resident_id",)
"""Kinds of identity document that can be registered; GB 11643-1999 resident identity number so far."""

SEXES = ("0", "1", "2", "9")
"""GB/T 2261.1: unknown, male, female, not stated."""

POLITICAL_STATUSES = (*(f"{number:02}" for number in range(1, 14)),)
"""GB/T 4762: 01 member of the Communist Party of China ... 13 the masses."""

PARTY_MEMBER = "01"

SKILLS = (
    "nursing medicine counselling law teaching child_care elder_care rehabilitation sign_language "
    "foreign_language computing repair electrical hairdressing cooking driving first_aid photography "
    "writing arts sports farming organising media"
).split()
"""Skills a volunteer offers (专业技能, Order 67 Art. 5); our own list."""

CONSENT_PURPOSES = ("privacy", "sensitive", "publication")
"""Separate consents of PIPL Art. 14, 25 and 29; the first two are needed to register."""

NEEDED_CONSENTS = frozenset({"privacy", "sensitive"})

CONSENT_VERSION = "2026-11"
"""Names the wording of the consent texts on the registration page; change it when the wording changes."""

UNMASKABLE = ("document_number", "phone")

ADULT_YEARS = 18
NAME_SHORTEST, NAME_LONGEST = 2, 60
REASON_LONGEST = 200
PERSONAL_CODE_LENGTH = 10
NUMBER_LENGTH = 10

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"
_DOCUMENT = re.compile(r"\d{17}[\dX]", re.ASCII)
_NOBODY = "99"
"""An area code never issued: such numbers stand for nobody."""


@dataclass(frozen=True, slots=True)
class Document:
    """A resident identity number and what it says; its area code says nothing about residence."""

    number: str
    born_on: date
    sex: str


def check_document(text: str, today: date, demo: bool) -> Document:
    """Read a resident identity number (GB 11643-1999: 6 area, 8 birth, 3 serial, 1 check sign).

    Raises Invalid with `document-form`, `document-date`, `document-check` or `document-of-nobody`
    (area 99 outside demo mode).
    """
    number = plain(text).upper()
    if not _DOCUMENT.fullmatch(number):
        raise Invalid("document-form", field="document_number")
    born_on = _birth_date(number)
    if born_on is None or born_on > today:
        raise Invalid("document-date", field="document_number")
    if number[17] != check_sign(number[:17]):
        raise Invalid("document-check", field="document_number")
    if number.startswith(_NOBODY) and not demo:
        raise Invalid("document-of-nobody", field="document_number")
    return Document(number, born_on, "1" if int(number[16]) % 2 else "2")


def check_sign(first_17: str) -> str:
    """The 18th sign of a resident identity number, by GB 11643-1999 (ISO 7064, MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK_SIGNS[total % 11]


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def age_on(born_on: date, day: date) -> int:
    """Completed years; somebody born on 29 February completes one on 1 March of a common year."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def check_adult_document(text: str, today: date, demo: bool) -> Document:
    """As `check_document`; below 18 a guardian's consent is needed, which only the service window can take.

    Raises Invalid("guardian-required") (minors: domain.md §2.13 and PIPL Art. 31).
    """
    document = check_document(text, today, demo)
    if age_on(document.born_on, today) < ADULT_YEARS:
        raise Invalid("guardian-required", field="document_number")
    return document


def check_name(text: str) -> str:
    """A name of 2 to 60 letters of any script; dots, hyphens, apostrophes and single blanks between them."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    fits = NAME_SHORTEST <= len(name) <= NAME_LONGEST and name[0].isalpha()
    if not fits or not all(sign.isalpha() or sign in "·•.-' ’" for sign in name):
        raise Invalid("not-a-name", field="name")
    return name


def check_codes(given: list[str], known: list[str], most: int) -> list[str]:
    """Some of the known codes, each once, in the table's order.

    Raises Invalid("not-a-choice") or Invalid("too-many-chosen <most>").
    """
    if not set(given) <= set(known):
        raise Invalid("not-a-choice")
    chosen = [code for code in known if code in given]
    if len(chosen) > most:
        raise Invalid(f"too-many-chosen {most}")
    return chosen


def check_choice(given: str, known: tuple[str, ...]) -> str:
    """One of the known codes. Raises Invalid("not-a-choice")."""
    if given not in known:
        raise Invalid("not-a-choice")
    return given


def check_consents(given: list[str]) -> list[str]:
    """Privacy and, separately, sensitive data are needed; publication is free (PIPL Art. 25, 29)."""
    chosen = check_codes(given, list(CONSENT_PURPOSES), len(CONSENT_PURPOSES))
    if not set(chosen) >= NEEDED_CONSENTS:
        raise Invalid("consent-missing", field="consents")
    return chosen


def check_reason(text: str) -> str:
    """What the person is told when a clerk refuses or suspends: 2 to 200 characters."""
    reason = text.strip()
    if not 2 <= len(reason) <= REASON_LONGEST:
        raise Invalid("reason-needed", field="reason")
    return reason


def checks_of_person(
    name: str,
    document_type: str,
    political_status: str,
    skills: list[str],
    categories: list[str],
) -> dict[str, Callable[[], object]]:
    """The checks of what a person says of themselves, except number, phone and residence."""
    return {
        "name": lambda: check_name(name),
        "document_type": lambda: check_choice(document_type, DOCUMENT_TYPES),
        "political_status": lambda: check_choice(political_status, POLITICAL_STATUSES),
        "skills": lambda: check_codes(skills, SKILLS, len(SKILLS)),
        "categories": lambda: check_codes(categories, CATEGORIES, MOST_CATEGORIES),
    }


def next_status(status: Status, action: Action) -> Status:
    """The state after an action. Raises Conflict("wrong-status") where it is not possible."""
    try:
        return TRANSITIONS[(status, action)]
    except KeyError:
        raise Conflict("wrong-status", status=status.value) from None


def possible_actions(status: Status) -> list[Action]:
    """What can be done in a state."""
    return [action for before, action in TRANSITIONS if before is status]


def mask_name(name: str) -> str:
    """张*, 欧*娜, 阿*······尔: first and last letter stay, two-letter names keep the first."""
    if len(name) <= 2:
        return name[:1] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_document(number: str) -> str:
    """9901**********1234."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"


def number_of(shard: int, random_part: str) -> str:
    """A volunteer number: county of registration and a random part; never made of the identity number."""
    return f"{shard:06d}{random_part}"
