"""Reading the ledger: balances are sums of transfers, statements read like a bank's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Subquery, func, literal, not_, select, tuple_

from timebank.kernel.clock import aware
from timebank.kernel.db import Instant, runtime, session
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.ledger.models import Account, Transfer, moves
from timebank.ledger.rules import UNIT_OF, AccountKind

COUNTY = 1_000_000
"""A county's 12-digit code is its six digits and six zeros."""

TRANSFERS = Transfer.__table__.c
LINE = (
    TRANSFERS.key,
    TRANSFERS.reason,
    TRANSFERS.occurred_on,
    TRANSFERS.posted_at,
    TRANSFERS.policy_version,
)


@dataclass(frozen=True, slots=True)
class Balances:
    """What a volunteer has: lifelong service time and spendable credit in minutes, love points."""

    service_minutes: int
    credit_minutes: int
    love_points: int


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account of a volunteer (`owner`) or of a region (`region_code`), with its balance in its unit."""

    key: Key
    kind: str
    unit: str
    owner: Key | None
    region_code: int | None
    balance: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as the account sees it: `amount` with its sign, `balance` after it."""

    transfer: Key
    booking_key: str
    reason: str
    occurred_on: date
    posted_at: datetime
    amount: int
    balance: int
    policy_version: str


@dataclass(frozen=True, slots=True)
class Statement:
    """An account over a period of booking days, `start` and `end` included.

    `opening` is the balance before the first line shown, `closing` the balance at the end of the period;
    where there are more lines, `next` is the cursor of the rest. `account` is None for somebody who has no
    such account yet.
    """

    account: Key | None
    kind: str
    unit: str
    start: date
    end: date
    opening: int
    lines: list[StatementLine]
    closing: int
    next: str | None = None


def balances(owner: Key) -> Balances:
    """A volunteer's balances; internal: whoever calls has decided that they may be read."""
    by_kind = {account.kind: _balance(account) for account in _accounts_of(owner)}
    return Balances(
        by_kind.get(AccountKind.SERVICE_TIME, 0),
        by_kind.get(AccountKind.TIME_CREDIT, 0),
        by_kind.get(AccountKind.LOVE_POINTS, 0),
    )


def account(actor: Actor, key: Key) -> AccountCard:
    """One account. Own ones may be read, others by who may read the whole county's ledger."""
    found = _readable(actor, key)
    return AccountCard(key, found.kind, found.unit, _owner(found), found.region_code, _balance(found))


def account_statement(
    actor: Actor, key: Key, *, start: date, end: date, limit: int = 200, cursor: str | None = None
) -> Statement:
    """The statement of one account; readable by the same people as the account."""
    found = _readable(actor, key)
    return _statement(found, start, end, limit, cursor)


def statement(
    actor: Actor,
    *,
    owner: Key,
    start: date,
    end: date,
    kind: AccountKind = AccountKind.SERVICE_TIME,
    region: int | None = None,
    limit: int = 200,
    cursor: str | None = None,
) -> Statement:
    """A volunteer's statement by booking day: opening balance, lines with running balance, closing balance.

    `region` is where the owner lives, which the ledger does not know: whoever calls takes it from the
    registry; without it the owner's county counts.
    """
    require(actor, Permission.LEDGER_READ, owner=owner, region=region or owner.shard * COUNTY)
    for found in _accounts_of(owner):
        if found.kind == kind:
            return _statement(found, start, end, limit, cursor)
    return Statement(None, kind, UNIT_OF[kind], start, end, 0, [], 0)


def earned(owner: Key, kind: AccountKind, start: date, end: date) -> int:
    """What the account gained by service done from `start` to `end`, in its unit; internal."""
    mine = [each.id for each in _accounts_of(owner) if each.kind == kind]
    each = moves(owner.shard, mine, TRANSFERS.occurred_on).subquery()
    total = session().scalar(select(func.sum(each.c.amount)).where(each.c.occurred_on.between(start, end)))
    return int(total or 0)


def _readable(actor: Actor, key: Key) -> Account:
    found = session().get(Account, (key.shard, key.id))
    if found is None:
        require(actor, Permission.LEDGER_READ, owner=key)
        raise NotFound()
    require(
        actor,
        Permission.LEDGER_READ,
        owner=_owner(found),
        region=found.region_code or key.shard * COUNTY,
    )
    return found


def _owner(found: Account) -> Key | None:
    return None if found.owner_id is None else Key(found.shard_code, found.owner_id)


def _accounts_of(owner: Key) -> list[Account]:
    found = session().scalars(
        select(Account).where(Account.shard_code == owner.shard, Account.owner_id == owner.id)
    )
    return list(found)


def _balance(found: Account) -> int:
    each = moves(found.shard_code, [found.id]).subquery()
    return int(session().scalar(select(func.sum(each.c.amount))) or 0)


def _statement(found: Account, start: date, end: date, limit: int, cursor: str | None) -> Statement:
    begins, ends = _day_begins(start), _day_begins(end + timedelta(days=1))
    each = moves(found.shard_code, [found.id], *LINE).subquery()
    place = tuple_(each.c.posted_at, each.c.id)
    passed = each.c.posted_at < begins if cursor is None else place <= _position(cursor)
    shown = session().execute(
        select(each)
        .where(not_(passed), each.c.posted_at < ends)
        .order_by(each.c.posted_at, each.c.id)
        .limit(limit + 1)
    )
    opening = _sum(each, passed)
    lines = _lines(found.shard_code, opening, list(shown))
    page = page_of(lines, limit, _cursor(lines[limit - 1]) if len(lines) > limit else "")
    closing = _sum(each, each.c.posted_at < ends)
    return Statement(found.key, found.kind, found.unit, start, end, opening, page.items, closing, page.next)


def _lines(shard: int, opening: int, rows: list[Row[Any]]) -> list[StatementLine]:
    balance, lines = opening, []
    for row in rows:
        balance += row.amount
        lines.append(
            StatementLine(
                transfer=Key(shard, row.id),
                booking_key=row.key,
                reason=row.reason,
                occurred_on=row.occurred_on,
                posted_at=row.posted_at,
                amount=row.amount,
                balance=balance,
                policy_version=row.policy_version,
            )
        )
    return lines


def _sum(each: Subquery, condition: ColumnElement[bool]) -> int:
    return int(session().scalar(select(func.sum(each.c.amount)).where(condition)) or 0)


def _cursor(line: StatementLine) -> str:
    return write_cursor(line.posted_at.isoformat(), str(line.transfer.id))


def _position(cursor: str) -> ColumnElement[Any]:
    try:
        at, unique = read_cursor(cursor)
        return tuple_(literal(aware(datetime.fromisoformat(str(at))), Instant()), literal(UUID(str(unique))))
    except ValueError:
        raise Invalid("invalid-cursor", field="cursor") from None


def _day_begins(day: date) -> datetime:
    return datetime.combine(day, time(), runtime().config.time_zone)
