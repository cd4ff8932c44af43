"""Builders for the ledger: it knows a volunteer by key alone, so nobody need be registered."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.ledger import book
from timebank.ledger.book import Posting
from timebank.ledger.models import Account
from timebank.ledger.rules import AccountKind, Reason, Unit

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


def open_points(work: Work, owner: Key) -> UUID:
    """An account for love points; nothing opens one yet."""
    decided(work)
    account = work.new_id()
    work.session.add(
        Account(
            shard_code=owner.shard,
            id=account,
            kind=AccountKind.LOVE_POINTS,
            unit=Unit.POINTS,
            owner_id=owner.id,
            opened_at=work.now,
        )
    )
    work.session.flush()
    return account


def give_points(work: Work, giver: Key, taker: Key, points: int) -> None:
    """Love points from one to the other in a county, as a redemption would book them."""
    content = {
        "key": f"points:{uuid4()}",
        "reason": Reason.MERGE.value,
        "unit": Unit.POINTS.value,
        "debit_account_id": open_points(work, giver),
        "credit_account_id": open_points(work, taker),
        "amount": points,
        "occurred_on": SERVED_ON,
        "policy_version": "order-67-2020",
        "reverses_id": None,
    }
    book._insert_once(work, giver.shard, [book._row(work, giver.shard, content)])
