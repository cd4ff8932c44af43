"""Rules of sign-in and role grants: phone numbers, passwords, one-time codes, which scope a role needs."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Role

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=5)
CODE_ATTEMPTS = 5
"""Five guesses at one in a million within five minutes."""

PASSWORD_SHORTEST = 8
PASSWORD_LONGEST = 128

ORGANIZATION_ROLES = frozenset({Role.ORGANIZER, Role.RECORDER})
"""Roles that reach one organisation; every other role reaches a region with all that is inside it."""

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_NOBODY = re.compile(r"12\d{9}", re.ASCII)


def plain(text: str) -> str:
    """Full-width signs as ordinary ones, without any blanks and hyphens between them."""
    return re.sub(r"[\s\-‐-―]+", "", unicodedata.normalize("NFKC", text))


def check_phone(text: str, demo: bool) -> str:
    """The 11 digits of a mainland mobile number; `+86` and blanks are accepted.

    Numbers beginning 12 were never issued and stand for nobody: accepted in demo mode only.
    Raises Invalid("not-a-mobile-number", field="phone").
    """
    digits = plain(text).removeprefix("+86")
    if _MOBILE.fullmatch(digits) or (demo and _NOBODY.fullmatch(digits)):
        return digits
    raise Invalid("not-a-mobile-number", field="phone")


def mask_phone(phone: str) -> str:
    """120****1234."""
    return f"{phone[:3]}****{phone[-4:]}"


def check_password(password: str, phone: str) -> str:
    """Any 8 to 128 characters but one's own phone number. Raises Invalid with field `password`."""
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
        raise Invalid(f"wrong-length {PASSWORD_SHORTEST} {PASSWORD_LONGEST}", field="password")
    if plain(password) == phone:
        raise Invalid("password-is-phone", field="password")
    return password


def check_scope(role: Role, region: int | None, organization: Key | None, ward: Key | None = None) -> None:
    """A role is limited to one region, one organisation or one ward, as its kind demands.

    Raises Invalid("role-needs-organization" | "role-needs-region" | "role-needs-ward").
    """
    given = {"region": region is not None, "organization": organization is not None, "ward": ward is not None}
    needed = "organization" if role in ORGANIZATION_ROLES else "ward" if role == Role.GUARDIAN else "region"
    if given != {scope: scope == needed for scope in given}:
        field = "region_code" if needed == "region" else needed
        raise Invalid(f"role-needs-{needed}", field=field)
