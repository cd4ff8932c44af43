"""Rules of record certificates (志愿服务记录证明, MCA Order 67 Art. 14–17, 民发〔2015〕149号).

Who organised the service recorded it, and who recorded it certifies it: 谁组织谁记录，谁记录谁证明. One
certificate therefore speaks of one recording unit, and only of records that are confirmed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from timebank.identity.rules import plain
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import CODE_ALPHABET

SECRET_SIGNS = 12
"""Of a number, 30 possibilities each: nobody finds one by trying."""
REASON_SHORTEST, REASON_LONGEST = 2, 200
NAME_LONGEST = 60
WAYS = ("web", "window", "telephone")
"""By which way somebody asked."""

_NUMBER = re.compile(rf"(\d{{6}})(\d{{4}})([{CODE_ALPHABET}]{{{SECRET_SIGNS}}})", re.ASCII)
_CONTACT = re.compile(r"\+?[0-9][0-9 \-]{4,22}[0-9]", re.ASCII)


class Status(StrEnum):
    """States of a certificate (domain.md §4.8)."""

    REQUESTED = "requested"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    ISSUED = "issued"
    REVOKED = "revoked"
    REPLACED = "replaced"
    """Issued anew for the same period: the newer one counts."""


class PublicState(StrEnum):
    """What public verification says of a number that was issued."""

    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"
    ALTERED = "altered"
    """What is kept is not what was issued."""


class Reveal(StrEnum):
    """What the holder may let public verification show (Order 67 Art. 16: not without consent)."""

    NAME = "name"
    VOLUNTEER_NO = "volunteer_no"
    HOURS = "hours"
    ACTIVITIES = "activities"


REVEALS = tuple(Reveal)


def number_of(shard: int, year: int, code: str) -> str:
    """The number of a certificate: county at registration, year of issue, twelve random signs."""
    return f"{shard:06d}{year:04d}{code}"


def read_number(text: str) -> str | None:
    """A number as it is kept: blanks, hyphens and small letters do not matter; None for what is none."""
    compact = plain(text).upper()
    return compact if _NUMBER.fullmatch(compact) else None


def shard_of(number: str) -> int:
    """The county in which a number is looked up."""
    return int(number[:6])


def spaced(number: str) -> str:
    """A number in groups that can be read aloud: 511102 2026 ABCD EFGH JKMN."""
    code = number[10:]
    groups = (code[begin : begin + 4] for begin in range(0, len(code), 4))
    return " ".join((number[:6], number[6:10], *groups))


def check_period(start: date, end: date, today: date) -> None:
    """Raises Invalid("period-reversed" | "period-ahead")."""
    if end < start:
        raise Invalid("period-reversed", field="to")
    if end > today:
        raise Invalid("period-ahead", field="to")


def check_reveals(chosen: Iterable[str]) -> list[str]:
    """What the holder ticked, in the usual order. Raises Invalid("not-a-choice")."""
    found = set(chosen)
    if not found <= set(REVEALS):
        raise Invalid("not-a-choice", field="reveals")
    return [each.value for each in REVEALS if each in found]


def check_status(status: str, wanted: Collection[Status]) -> None:
    """Raises Conflict("wrong-certificate-status") for a certificate in another state."""
    if status not in wanted:
        raise Conflict("wrong-certificate-status", status=status)


def check_reason(reason: str) -> str:
    """2 to 200 characters that the holder reads. Raises Invalid("reason-needed")."""
    told = reason.strip()
    if not REASON_SHORTEST <= len(told) <= REASON_LONGEST:
        raise Invalid("reason-needed", field="reason")
    return told


def check_names(head: str, handler: str) -> tuple[str, str]:
    """Head and handler of the unit, 1 to 60 characters each. Raises Invalid("required" | "too-long")."""
    told = {"head": head.strip(), "handler": handler.strip()}
    wrong = {name: ["required"] for name, text in told.items() if not text}
    wrong |= {name: [f"too-long {NAME_LONGEST}"] for name, text in told.items() if len(text) > NAME_LONGEST}
    if wrong:
        raise Invalid(fields=wrong)
    return told["head"], told["handler"]


def check_contact(phone: str) -> str:
    """A telephone number of the unit, also a fixed line. Raises Invalid("not-a-contact-number")."""
    told = phone.strip()
    if not _CONTACT.fullmatch(told):
        raise Invalid("not-a-contact-number", field="phone")
    return told


def canonical(stated: Mapping[str, Any]) -> bytes:
    """What a certificate states as bytes that are the same wherever they are made.

    JSON (RFC 8259) in UTF-8: members sorted by name, no blanks between signs, no escapes for letters,
    days as YYYY-MM-DD, durations in whole minutes. `docs/certificates.md` names the members.
    """
    text = json.dumps(stated, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def digest(stated: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(stated)).hexdigest()
