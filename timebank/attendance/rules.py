"""Rules of the gate: venue codes, verdicts and their codes."""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Method(StrEnum):
    """How a scan was made; the evidence grade of an hour follows from it."""

    VENUE_CODE = "venue_code"
    PERSONAL_CODE = "personal_code"
    ORGANIZER = "organizer"


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REPEATED = "repeated"
    REFUSED = "refused"


REFUSALS = (
    "unknown wrong-session not-registered not-approved cancelled too-early too-late already-in not-in "
    "already-out overlaps-other expired-code replayed-code suspended"
).split()
"""Refusal codes of `docs/contract` that can occur so far."""
