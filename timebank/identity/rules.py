"""Rules of sign-in and role grants: phones, passwords, codes, second factors, limits of tokens and roles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import pyotp
from pyotp.exceptions import OTPVerificationError

from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key, new_code
from timebank.kernel.policy import Actor, Permission, Role, offered_scopes

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=5)
CODE_ATTEMPTS = 5
"""Five guesses at one in a million within five minutes."""

PASSWORD_SHORTEST = 8
PASSWORD_LONGEST = 128

ORGANIZATION_ROLES = frozenset({Role.ORGANIZER, Role.RECORDER})
"""Roles that reach one organisation; every other role reaches a region with all that is inside it."""

PENDING_LIFE = timedelta(minutes=10)
"""Time to find the authenticator app, or to set it up, between the two steps of a sign-in."""
WINDOW_STEPS = 1
"""A code is good half a minute before and after its own: clocks of phones differ (RFC 6238 section 5.2)."""
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
"""Ten signs of thirty: 49 bits."""

LABEL_LONGEST = 60
API_TOKEN_DAYS = 365
"""An API token is looked at again at least once a year."""

MULTI_FACTOR = frozenset({"mfa", "otp"})
"""Authentication methods (`amr`, RFC 8176) by which a provider says that it asked for a second factor."""

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_NOBODY = re.compile(r"12\d{9}", re.ASCII)


class Step(StrEnum):
    """What is still missing of a sign-in: nothing, the second factor, or setting one up."""

    DONE = "done"
    SECOND = "second"
    ENROL = "enrol"


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


def check_password(password: str, phone: str, field: str = "password") -> str:
    """Any 8 to 128 characters but one's own phone number. Raises Invalid with the field's name."""
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
        raise Invalid(f"wrong-length {PASSWORD_SHORTEST} {PASSWORD_LONGEST}", field=field)
    if plain(password) == phone:
        raise Invalid("password-is-phone", field=field)
    return password


def next_step(is_enrolled: bool, is_officer: bool, is_required: bool) -> Step:
    """Who has a second factor shows it; an officer without one sets it up where the service requires it."""
    if is_enrolled:
        return Step.SECOND
    return Step.ENROL if is_officer and is_required else Step.DONE


def new_secret() -> str:
    """A random secret of 160 bits for an authenticator app, in base32 (RFC 4226 section 4)."""
    return pyotp.random_base32()


def secret_address(secret: str, account: str, service: str) -> str:
    """The `otpauth:` address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=service)


def step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """The half minute to which a code of six digits belongs; None when it is none of about now."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(
            plain(code), for_time=now, valid_window=WINDOW_STEPS
        )
    except OTPVerificationError:
        return None


def is_recovery_code(code: str) -> bool:
    """Whether somebody typed a recovery code rather than six digits."""
    return len(plain(code)) == RECOVERY_LENGTH


def new_recovery_codes() -> list[str]:
    """Ten fresh codes, written in two groups of five."""
    codes = (new_code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def external_value(issuer: str, subject: str) -> str:
    """What names one account among those of all providers (OpenID Connect Core section 5.7)."""
    return f"{issuer}\0{subject}"


def is_multi_factor(methods: object) -> bool:
    """Whether the `amr` of an id token says that the provider asked for a second factor."""
    return isinstance(methods, list) and not MULTI_FACTOR.isdisjoint(map(str, methods))


def check_label(label: str) -> str:
    """What somebody calls a token: 1 to 60 characters. Raises Invalid with field `label`."""
    text = " ".join(label.split())
    if not 1 <= len(text) <= LABEL_LONGEST:
        raise Invalid(f"wrong-length 1 {LABEL_LONGEST}", field="label")
    return text


def check_days(days: int) -> timedelta:
    """How long an API token lives: 1 to 365 days. Raises Invalid with field `days`."""
    if not 1 <= days <= API_TOKEN_DAYS:
        raise Invalid(f"out-of-range 1 {API_TOKEN_DAYS}", field="days")
    return timedelta(days=days)


def check_scopes(actor: Actor, scopes: Iterable[str]) -> list[str]:
    """What a token may do, in order: something, and nothing that its maker may not do.

    Raises Invalid("required" | "scope-not-held") with field `scopes`.
    """
    wanted = sorted(set(scopes))
    if not wanted:
        raise Invalid("required", field="scopes")
    offered: frozenset[str] = frozenset(offered_scopes(actor))
    if not offered.issuperset(wanted):
        raise Invalid("scope-not-held", field="scopes")
    return wanted


def known_scopes(codes: Iterable[str] | None) -> frozenset[Permission] | None:
    """The limits kept with a token; a right that no longer exists is left out. None is no limit."""
    if codes is None:
        return None
    known = {permission.value for permission in Permission}
    return frozenset(Permission(code) for code in codes if code in known)


def check_scope(role: Role, region: int | None, organization: Key | None, ward: Key | None = None) -> None:
    """A role is limited to one region, one organisation or one ward, as its kind demands.

    Raises Invalid("role-needs-organization" | "role-needs-region" | "role-needs-ward").
    """
    given = {"region": region is not None, "organization": organization is not None, "ward": ward is not None}
    needed = "organization" if role in ORGANIZATION_ROLES else "ward" if role == Role.GUARDIAN else "region"
    if given != {scope: scope == needed for scope in given}:
        field = "region_code" if needed == "region" else needed
        raise Invalid(f"role-needs-{needed}", field=field)
