"""Code tables of a registration; an installation may extend them, never renumber."""

from __future__ import annotations

from collections.abc import Sequence

from timebank.codes import CATEGORIES as CATEGORIES
from timebank.kernel.errors import Invalid

POLITICAL_STATUSES = (*(f"{number:02}" for number in range(1, 14)),)
"""GB/T 4762: 01 member of the Communist Party of China ... 13 the masses."""

PARTY_MEMBER = "01"

SKILLS = (
    "nursing medicine counselling law teaching child_care elder_care rehabilitation sign_language "
    "foreign_language computing repair electrical hairdressing cooking driving first_aid photography "
    "writing arts sports farming organising media"
).split()
"""Skills a volunteer offers (专业技能, Order 67 Art. 5); our own list."""

CONSENT_PURPOSES = ("privacy", "sensitive", "publication", "guardian")
"""Separate consents of PIPL Art. 14, 25, 29 and 31; who needs which stands with the texts."""

EDUCATIONS = ("10", "20", "30", "40", "60", "70", "80", "90")
"""GB/T 4658: postgraduate, bachelor, college, vocational, senior high, junior high, primary, other."""

OCCUPATIONS = ("1", "2", "3", "4", "5", "6", "7", "8")
"""GB/T 6565 major groups, 7 the armed forces, 8 students, retired and others."""

CHANNELS = ("web", "window", "telephone", "import")
"""By which way a registration or a consent came in (办理渠道)."""

ASSISTED = ("window", "telephone")
"""The ways by which a clerk acts for somebody (代办)."""

RELATIONS = ("father", "mother", "grandparent", "sibling", "other_guardian")
"""What a guardian is to the ward (Civil Code Art. 27)."""

SLOTS = tuple(
    f"{day}-{part}"
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for part in ("morning", "afternoon", "evening")
)
"""When somebody can usually help, by weekday and part of the day (服务时间意愿)."""


def check_codes(given: list[str], known: Sequence[str], most: int | None = None) -> list[str]:
    """Some of the known codes, each once, in the table's order.

    Raises Invalid("not-a-choice") or Invalid("too-many-chosen <most>").
    """
    if not set(given) <= set(known):
        raise Invalid("not-a-choice")
    chosen = [code for code in known if code in given]
    if most is not None and len(chosen) > most:
        raise Invalid(f"too-many-chosen {most}")
    return chosen


def check_choice(given: str, known: Sequence[str]) -> str:
    """One of the known codes. Raises Invalid("not-a-choice")."""
    if given not in known:
        raise Invalid("not-a-choice")
    return given


def check_optional(given: str | None, known: Sequence[str]) -> str | None:
    """One of the known codes or nothing. Raises Invalid("not-a-choice")."""
    return check_choice(given, known) if given else None
