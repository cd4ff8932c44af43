"""Rules of indicators."""

from __future__ import annotations

from enum import StrEnum


class Indicator(StrEnum):
    """Indicators of domain.md §1.2 that are computed so far."""

    REGISTERED_SHARE = "registered_share"
    PARTY_PARTICIPATION = "party_participation"
    RESIDENT_PARTICIPATION = "resident_participation"


DENOMINATOR: dict[Indicator, str] = {
    Indicator.REGISTERED_SHARE: "residents",
    Indicator.PARTY_PARTICIPATION: "party_members",
    Indicator.RESIDENT_PARTICIPATION: "residents",
}
"""Which region figure each indicator divides by."""
