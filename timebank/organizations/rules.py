"""Rules of organisations and teams: kinds, unified social credit codes, filing numbers."""

from __future__ import annotations

import re

from timebank.identity.rules import plain
from timebank.kernel.errors import Invalid

KINDS = ("organization", "team", "committee", "event_host", "public_body")
"""Registered organisation; filed team; self-governing committee; event host; public-service body."""

NAME_SHORTEST, NAME_LONGEST = 2, 100
FILING_LONGEST = 40

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: digits and capitals without I, O, Z, S, V; the value of a sign is its place."""
_FORM = re.compile(rf"[1-9A-HJ-NP-RTUWXY][{_SIGNS}]\d{{6}}[{_SIGNS}]{{10}}", re.ASCII)


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
