"""Chart of accounts, and what makes a transfer sound. Integer minutes and integer points never mix."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID


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

SOURCE_OF: dict[AccountKind, AccountKind] = {
    AccountKind.SERVICE_TIME: AccountKind.SERVICE_TIME_SOURCE,
    AccountKind.TIME_CREDIT: AccountKind.TIME_CREDIT_SOURCE,
}
"""The county's account that gives out what reaches a person's account: hours never come from nowhere."""


class Reason(StrEnum):
    """Why a transfer was made."""

    SERVICE_RECORD = "service_record"
    REVERSAL = "reversal"
    MERGE = "merge"
    """A second registration of the same person was folded into this one."""


FIELDS = (
    "shard_code",
    "id",
    "key",
    "reason",
    "unit",
    "debit_account_id",
    "credit_account_id",
    "amount",
    "occurred_on",
    "posted_at",
    "actor",
    "policy_version",
    "reverses_id",
)
"""What a transfer's digest covers: every column but the digest, in this order."""

EPOCH = date(2000, 1, 1)
"""Days are written as their distance from here: a database counts days faster than it formats them."""

SEPARATOR = "\x1f"
"""Stands between the fields of the canonical text, and in none of them."""

SAME_CONTENT = (
    "reason",
    "unit",
    "debit_account_id",
    "credit_account_id",
    "amount",
    "occurred_on",
    "policy_version",
    "reverses_id",
)
"""What must agree for a second posting under a key to be the same one; who posts it, and when, may differ."""


def canonical(row: Mapping[str, object]) -> str:
    """The one text of a transfer that its digest is made of, the same on every engine.

    Raises ValueError when a field holds the separator: two rows could then have one text.
    """
    texts = [_text(row[name]) for name in FIELDS]
    if any(SEPARATOR in text for text in texts):
        raise ValueError("a field of a transfer holds the separator")
    return SEPARATOR.join(texts)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return str((value - EPOCH).days) if isinstance(value, date) else str(value)
