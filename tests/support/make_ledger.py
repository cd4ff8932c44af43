"""Builders for the ledger: it knows a volunteer by key alone, so nobody need be registered."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.ledger.book import Posting
from timebank.ledger.rules import AccountKind, Reason

NORTH = 511102
"""市中区"""
SOUTH = 511111
"""沙湾区"""
SERVED_ON = date(2026, 11, 20)


def owner(shard: int = NORTH) -> Key:
    """Somebody who may have accounts."""
    return Key(shard, uuid4())


def posting(
    owner: Key,
    minutes: int = 90,
    record: UUID | None = None,
    kind: AccountKind = AccountKind.SERVICE_TIME,
) -> Posting:
    """Minutes of one service record, as hours books them."""
    return Posting(
        key=f"record:{record or uuid4()}:{kind}",
        reason=Reason.SERVICE_RECORD,
        owner=owner,
        kind=kind,
        amount=minutes,
        occurred_on=SERVED_ON,
        policy_version="order-67-2020",
    )


def decided(work: Work) -> Work:
    """The ledger's own functions leave the decision to the use-case that calls them; a test is one."""
    work.decided = True
    return work
