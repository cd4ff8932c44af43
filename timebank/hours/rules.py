"""Rules of service records: states and what deserves a second look."""

from __future__ import annotations

from enum import StrEnum


class RecordStatus(StrEnum):
    """States of a service record (domain.md §4.5) that exist so far."""

    TO_SUBMIT = "to_submit"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    NOT_RECOGNISED = "not_recognised"
    CONFIRMED = "confirmed"


class Attention(StrEnum):
    """Why an organizer or reviewer should look at a record before it counts."""

    NO_CHECK_OUT = "no_check_out"
    LONG_DAY = "long_day"
    SHORT_VISIT = "short_visit"
    ENTERED_BY_ORGANIZER = "entered_by_organizer"
