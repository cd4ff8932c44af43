"""Sign-ups: states, and by which way they came."""

from __future__ import annotations

from enum import StrEnum


class SignUpStatus(StrEnum):
    """States of a sign-up (domain.md §4.3) that exist so far."""

    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


SIGN_UP_CHANNELS = ("web", "window", "telephone")
"""By which way a place was taken or given back; the last two are for clerks who act for somebody."""
