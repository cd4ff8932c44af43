"""Rules of skills with proof, training and awards: what each has to say, its states, and files of proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from timebank.kernel.errors import Conflict, Invalid
from timebank.volunteers.rules import SKILLS, collected

SHORTEST, LONGEST = 2, 100
NUMBER_LONGEST = 60
CONTENT_LONGEST = 500
REASON_LONGEST = 200
LARGEST_FILE = 5 * 1024 * 1024
"""Bytes; a photograph of a certificate, or a scan of a few pages."""
LONGEST_TRAINING = 60 * 24 * 60
"""Minutes: sixty days and nights; more is a slip of the pen."""
LONGEST_LIST = 1_000
WARNED = timedelta(days=30)
"""So long before a certificate runs out its holder is told on the own page."""
EARLIEST = date(1949, 10, 1)


class Kind(StrEnum):
    """What there is to show."""

    SKILL = "skill"
    """A certificate that proves a skill (Order 67 Art. 5)."""
    TRAINING = "training"
    """Training received (Art. 8)."""
    AWARD = "award"
    """Commendations and awards (Art. 9)."""


class Status(StrEnum):
    """States of a qualification: entered, then decided by somebody else."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    """A proof whose last day is over."""
    WITHDRAWN = "withdrawn"
    """Taken back by the person; the file is deleted."""


class Outcome(StrEnum):
    """What became of one line of a list."""

    RECORDED = "recorded"
    ACCEPTED = "accepted"
    REPEATED = "repeated"
    NOT_REGISTERED = "wrong-status"
    OWN = "own-registration"
    MAKER = "maker-is-checker"
    DECIDED = "wrong-qualification-status"
    NOT_FOUND = "not-found"


LEVELS = ("national", "province", "city", "county", "organization")
"""Who granted an award (国家/省/市/县/组织)."""
RESULTS = ("attended", "passed", "failed")

NEEDED: Mapping[Kind, tuple[str, ...]] = {
    Kind.SKILL: ("title", "issuer", "skill"),
    Kind.TRAINING: ("title", "issuer", "held_on", "content", "minutes"),
    Kind.AWARD: ("title", "issuer", "held_on", "level"),
}
OPTIONAL: Mapping[Kind, tuple[str, ...]] = {
    Kind.SKILL: ("number", "held_on", "valid_until"),
    Kind.TRAINING: ("number", "result"),
    Kind.AWARD: ("number",),
}
BEGINNINGS: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about a certificate, a training or an award."""

    title: str
    """Name of the certificate, the training or the award."""
    issuer: str
    """Who issued it, held it or granted it."""
    held_on: date | None = None
    number: str | None = None
    skill: str | None = None
    valid_until: date | None = None
    content: str | None = None
    minutes: int | None = None
    result: str | None = None
    level: str | None = None


def checked(kind: Kind, said: Said, today: date) -> Said:
    """What belongs to the kind, tidied. Raises Invalid naming every field that is missing or wrong."""
    wanted = (*NEEDED[kind], *OPTIONAL[kind])
    found: dict[str, Any] = collected({name: _check(kind, said, name, today) for name in wanted})
    return replace(Said("", ""), **found)


def _check(kind: Kind, said: Said, name: str, today: date) -> Any:
    value = getattr(said, name)

    def check() -> Any:
        if value in (None, ""):
            if name in NEEDED[kind]:
                raise Invalid("required")
            return None
        return CHECKS[name](value, today)

    return check


def _line(value: str, _today: date) -> str:
    line = " ".join(value.split())
    if not SHORTEST <= len(line) <= LONGEST:
        raise Invalid(f"wrong-length {SHORTEST} {LONGEST}")
    return line


def _number(value: str, _today: date) -> str | None:
    line = " ".join(value.split())
    if len(line) > NUMBER_LONGEST:
        raise Invalid(f"too-long {NUMBER_LONGEST}")
    return line or None


def _content(value: str, _today: date) -> str:
    text = value.strip()
    if not SHORTEST <= len(text) <= CONTENT_LONGEST:
        raise Invalid(f"wrong-length {SHORTEST} {CONTENT_LONGEST}")
    return text


def _past(value: date, today: date) -> date:
    if not EARLIEST <= value <= today:
        raise Invalid("not-a-past-date")
    return value


def _future(value: date, today: date) -> date:
    if value < today:
        raise Invalid("expired-already")
    return value


def _minutes(value: int, _today: date) -> int:
    if not 1 <= value <= LONGEST_TRAINING:
        raise Invalid(f"out-of-range 1 {LONGEST_TRAINING}")
    return value


def _one_of(known: tuple[str, ...] | list[str]) -> Any:
    def check(value: str, _today: date) -> str:
        if value not in known:
            raise Invalid("not-a-choice")
        return value

    return check


CHECKS = {
    "title": _line,
    "issuer": _line,
    "held_on": _past,
    "number": _number,
    "skill": _one_of(SKILLS),
    "valid_until": _future,
    "content": _content,
    "minutes": _minutes,
    "result": _one_of(RESULTS),
    "level": _one_of(LEVELS),
}


def check_file(content: bytes) -> str:
    """The media type of a file of proof, by how it begins and never by its name.

    Raises Invalid("file-too-large 5" | "not-a-proof-file", field="file").
    """
    if len(content) > LARGEST_FILE:
        raise Invalid(f"file-too-large {LARGEST_FILE // 1024 // 1024}", field="file")
    for beginning, media_type in BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    raise Invalid("not-a-proof-file", field="file")


def check_reason(text: str) -> str:
    """2 to 200 characters that the person reads. Raises Invalid("reason-needed", field="reason")."""
    reason = text.strip()
    if not 2 <= len(reason) <= REASON_LONGEST:
        raise Invalid("reason-needed", field="reason")
    return reason


def check_waiting(status: str) -> None:
    """Raises Conflict("wrong-qualification-status") for what is decided already."""
    if status != Status.WAITING:
        raise Conflict("wrong-qualification-status", status=status)


def runs_out_soon(valid_until: date | None, today: date) -> bool:
    """Whether the holder is told that a certificate runs out."""
    return valid_until is not None and today <= valid_until <= today + WARNED
