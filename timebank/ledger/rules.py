"""Chart of accounts, and what makes a transfer sound. Integer minutes and integer points never mix."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    MINUTES = "minutes"
    POINTS = "points"


class AccountKind(StrEnum):
    """A person has the first three; a region has the sources; a county pair has clearing."""

    SERVICE_TIME = "service_time"
    TIME_CREDIT = "time_credit"
    LOVE_POINTS = "love_points"
    SERVICE_TIME_SOURCE = "service_time_source"
    TIME_CREDIT_SOURCE = "time_credit_source"
    CLEARING = "clearing"


UNIT_OF: dict[AccountKind, Unit] = {
    AccountKind.SERVICE_TIME: Unit.MINUTES,
    AccountKind.TIME_CREDIT: Unit.MINUTES,
    AccountKind.LOVE_POINTS: Unit.POINTS,
    AccountKind.SERVICE_TIME_SOURCE: Unit.MINUTES,
    AccountKind.TIME_CREDIT_SOURCE: Unit.MINUTES,
    AccountKind.CLEARING: Unit.MINUTES,
}

MAY_GO_NEGATIVE: frozenset[AccountKind] = frozenset(
    {AccountKind.SERVICE_TIME_SOURCE, AccountKind.TIME_CREDIT_SOURCE, AccountKind.CLEARING}
)
"""Sources give hours out, so they owe; a person never does."""
