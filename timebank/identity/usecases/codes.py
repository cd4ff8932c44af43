"""One-time codes: sent to a phone, good for five minutes, five attempts and one use."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from timebank.identity.models import OneTimeCode
from timebank.identity.rules import CODE_ATTEMPTS, CODE_DIGITS, CODE_LIFE, check_phone
from timebank.kernel import claims
from timebank.kernel.db import dialect_name
from timebank.kernel.policy import Permission
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work

CODE_WINDOW = timedelta(hours=1)
CODES_PER_PHONE = 5
"""Each code is a text message somebody pays for and somebody receives."""
CODES_PER_ADDRESS = 60


def count_code_request(work: Work, *, phone: str, address: str) -> None:
    """Count a request for a code, in a `perform` of its own. Raises Invalid for the phone, TooMany."""
    work.allow(Permission.USER_SIGN_IN)
    number = check_phone(phone, work.runtime.config.demo)
    count_attempt(work, "code-address", address, CODES_PER_ADDRESS, CODE_WINDOW)
    count_attempt(work, "code-phone", phone_index(work, number), CODES_PER_PHONE, CODE_WINDOW)


def request_code(work: Work, *, phone: str) -> str | None:
    """Make a code of 6 digits for five minutes and five attempts, in place of any earlier one.

    The plain code is for the sender alone. None when no account has the phone; a door must answer the same
    either way. Raises Invalid for what is no phone number.
    """
    work.allow(Permission.USER_SIGN_IN)
    number = check_phone(phone, work.runtime.config.demo)
    if claims.holder("phone", number) is None:
        return None
    return make_code(work, number)


def make_code(work: Work, number: str) -> str:
    """Make and keep a code for a phone, in place of any earlier one. Internal."""
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    fresh = {
        "code_hash": _code_hash(work, number, code),
        "expires_at": work.now + CODE_LIFE,
        "attempts_left": CODE_ATTEMPTS,
    }
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    work.session.execute(
        insert(OneTimeCode)
        .values(phone_index=phone_index(work, number), **fresh)
        .on_conflict_do_update(index_elements=["phone_index"], set_=fresh)
    )
    return code


def _code_hash(work: Work, number: str, code: str) -> str:
    # six digits can be guessed from a plain digest, so it is a keyed one
    return work.runtime.vault.blind_index("one-time-code", f"{number}\0{code}")


def phone_index(work: Work, number: str) -> str:
    """By what codes and attempts of a phone are kept. Internal."""
    return work.runtime.vault.blind_index("phone", number)


def spend_attempt(work: Work, number: str) -> None:
    """Take one of the attempts of the phone's code. Internal; commit it even when the attempt fails."""
    work.session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.phone_index == phone_index(work, number), OneTimeCode.attempts_left >= 0)
        .values(attempts_left=OneTimeCode.attempts_left - 1)
    )


def use_code(work: Work, number: str, code: str) -> bool:
    """Use up the code of a phone; False when it is another one, ran out or was used. Internal."""
    used = work.session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.phone_index == phone_index(work, number),
            OneTimeCode.code_hash == _code_hash(work, number, code.strip()),
            OneTimeCode.expires_at > work.now,
            OneTimeCode.attempts_left >= 0,
        )
        .values(expires_at=work.now)
        .returning(OneTimeCode.phone_index)
    ).first()
    return used is not None
