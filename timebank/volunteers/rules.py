"""Rules of registration: documents, states, code tables."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """States of a registration (domain.md §4.1) that exist so far."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    REGISTERED = "registered"
    SUSPENDED = "suspended"
    CLOSED = "closed"


DOCUMENT_TYPES = ("resident_id",)
"""Kinds of identity document that can be registered; GB 11643-1999 resident identity number so far."""

SEXES = ("0", "1", "2", "9")
"""GB/T 2261.1: unknown, male, female, not stated."""

POLITICAL_STATUSES = (*(f"{number:02}" for number in range(1, 14)),)
"""GB/T 4762: 01 member of the Communist Party of China ... 13 the masses."""

PARTY_MEMBER = "01"

CONSENT_PURPOSES = ("privacy", "sensitive", "publication")
"""Separate consents of PIPL Art. 14, 25 and 29; the first two are needed to register."""
