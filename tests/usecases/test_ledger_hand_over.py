"""Handing everything of one person's accounts over to another's, in one county and between two."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.support import make_ledger as make
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import Work, perform
from timebank.ledger.book import ensure_person, hand_over, post, reverse
from timebank.ledger.models import Transfer
from timebank.ledger.proof import verify
from timebank.ledger.queries import balances, earned
from timebank.ledger.rules import AccountKind, Reason

pytestmark = pytest.mark.usefixtures("app_context")
SHARDS = pytest.mark.parametrize("shard", [make.NORTH, make.SOUTH], ids=["county", "counties"])
YEARS = (date(2025, 5, 5), date(2026, 6, 6))


def given(work: Work, owner: Key) -> None:
    """Two hours of service and credit in each of two years, and one more that was taken back."""
    make.decided(work)
    for day in YEARS:
        for kind in (AccountKind.SERVICE_TIME, AccountKind.TIME_CREDIT):
            post(work, [_posting(owner, kind, day)])
    (taken,) = post(work, [_posting(owner, AccountKind.SERVICE_TIME, date(2026, 7, 7))])
    reverse(work, taken)


def _posting(owner: Key, kind: AccountKind, day: date) -> make.Posting:
    return make.Posting(
        key=f"record:{uuid4()}:{kind}",
        reason=Reason.SERVICE_RECORD,
        owner=owner,
        kind=kind,
        amount=120,
        occurred_on=day,
        policy_version="order-67-2020",
    )


def go(work: Work, giver: Key, taker: Key, reference: str = "one") -> None:
    hand_over(make.decided(work), giver=giver, taker=taker, reason=Reason.MERGE, reference=reference)


def count() -> int:
    session().rollback()
    return session().execute(select(func.count()).select_from(Transfer)).scalar_one()


@SHARDS
def test_all_goes_over_day_by_day_and_once(shard: int) -> None:
    giver, taker = make.owner(), make.owner(shard)
    perform(SYSTEM, given, giver)
    before = count()
    perform(SYSTEM, go, giver, taker)
    moved = count()
    assert moved - before == 4 * (1 if shard == make.NORTH else 2)
    for reference in ("one", "two"):
        perform(SYSTEM, go, giver, taker, reference)
    assert count() == moved
    assert (balances(giver).service_minutes, balances(giver).credit_minutes) == (0, 0)
    assert (balances(taker).service_minutes, balances(taker).credit_minutes) == (240, 240)
    for day in YEARS:
        year = (date(day.year, 1, 1), date(day.year, 12, 31))
        assert earned(taker, AccountKind.SERVICE_TIME, *year) == 120
        assert earned(giver, AccountKind.SERVICE_TIME, *year) == 0
    assert verify().sound


@SHARDS
def test_what_comes_back_goes_the_same_way(shard: int) -> None:
    one, two = make.owner(), make.owner(shard)
    perform(SYSTEM, given, one)
    perform(SYSTEM, go, one, two)
    perform(SYSTEM, go, two, one, "back")
    assert (balances(one).service_minutes, balances(two).service_minutes) == (240, 0)
    assert verify().sound


@SHARDS
def test_a_day_that_was_spent_goes_over_too(shard: int) -> None:
    """Spending has a day of its own, on which the account only loses."""
    one, two, shop = make.owner(), make.owner(shard), make.owner()
    perform(SYSTEM, given, one)
    perform(SYSTEM, spend, one, shop)
    perform(SYSTEM, go, one, two)
    assert (balances(one).credit_minutes, balances(two).credit_minutes) == (0, 180)
    assert verify().sound


def spend(work: Work, giver: Key, taker: Key) -> None:
    """An hour of credit from one to the other, as a redemption would book it."""
    from timebank.ledger import book

    make.decided(work)
    ensure_person(work, taker)
    kind = AccountKind.TIME_CREDIT
    line = next(
        each
        for each in book._left_by_day(work, giver.shard, book._accounts_of(work, giver)[kind])
        if each.amount
    )
    moved = book._handed(
        line,
        kind,
        Reason.MERGE,
        "spent",
        book._accounts_of(work, giver)[kind],
        book._accounts_of(work, taker)[kind],
    )
    book._insert_once(
        work,
        giver.shard,
        [book._row(work, giver.shard, moved | {"amount": 60, "occurred_on": date(2026, 8, 8)})],
    )


def test_nothing_is_handed_over_by_somebody_who_has_nothing() -> None:
    perform(SYSTEM, go, make.owner(), make.owner(make.SOUTH))
    assert count() == 0


@SHARDS
def test_love_points_do_not_leave_their_county(shard: int) -> None:
    giver, taker = make.owner(), make.owner(shard)
    perform(SYSTEM, make.open_points, giver)
    if shard == make.NORTH:
        perform(SYSTEM, go, giver, taker)
        return
    with pytest.raises(Conflict, match="love-points-stay"):
        perform(SYSTEM, go, giver, taker)
