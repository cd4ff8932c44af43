"""Proof that the ledger is what was booked: every row digested again, every account and total checked.

Read county by county and in the order of keys, a batch at a time, so that memory stays bounded. A row that
is missing shows when the book is held against the service records (`timebank.hours.proof`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from timebank.kernel.db import Instant, db, dialect_name, runtime, session
from timebank.kernel.ids import Key
from timebank.ledger.models import Account, Transfer, moves
from timebank.ledger.rules import EPOCH, FIELDS, MAY_GO_NEGATIVE, SEPARATOR

BATCH = 20_000
LOOKED_UP = 4_000
"""How many are looked up at once elsewhere: engines limit the values of one statement."""
TRANSFERS = Transfer.__table__.c
Batch = Sequence[Any]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row: its table, its key, a code, and what else helps to find the cause."""

    table: str
    row: str
    code: str
    detail: str = ""


@dataclass
class Verification:
    """How many rows were checked, and what was wrong."""

    checked: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class Booked:
    """A transfer as a reconciliation needs it."""

    row: str
    key: str
    amount: int
    credit_kind: str | None
    owner_id: UUID | None


def verify(progress: Progress | None = None) -> Verification:
    """Check the whole ledger; `progress` is told how many transfers are done.

    Codes of faults: `altered` (the digest does not fit), `wrong-account` (an account is missing or of another
    unit), `wrong-reversal`, `overdrawn` (a person's account below nothing), `unbalanced` (a unit does not sum
    to zero in a county).
    """
    found = Verification()
    for shard in shards():
        for batch in _batches(shard):
            found.faults += _altered(shard, batch)
            found.checked += len(batch)
            if progress is not None:
                progress(found.checked)
        found.faults += _wrong_accounts(shard) + _wrong_reversals(shard) + _wrong_balances(shard)
    return found


def shards() -> Iterator[int]:
    """The counties that have accounts or transfers, in order, each found by a step through the indexes."""
    last = -1
    while True:
        steps = (
            session().scalar(select(func.min(table.shard_code)).where(table.shard_code > last))
            for table in (Account, Transfer)
        )
        following = [shard for shard in steps if shard is not None]
        if not following:
            return
        last = min(following)
        yield last


def booked(shard: int, keys: list[str]) -> dict[str, Booked]:
    """The transfers of these keys."""
    return {each.key: each for each in _read_booked(shard, TRANSFERS.key.in_(keys))}


def booked_for(shard: int, reason: str) -> Iterator[list[Booked]]:
    """All transfers made for one reason in a county, in batches in the order of keys."""
    last = ""
    while batch := _read_booked(shard, and_(TRANSFERS.reason == reason, TRANSFERS.key > last)):
        yield batch
        last = batch[-1].key


def _read_booked(shard: int, which: ColumnElement[bool]) -> list[Booked]:
    rows = session().execute(
        select(TRANSFERS.id, TRANSFERS.key, TRANSFERS.amount, Account.kind, Account.owner_id)
        .outerjoin(Account, _is(Account, TRANSFERS.credit_account_id))
        .where(TRANSFERS.shard_code == shard, which)
        .order_by(TRANSFERS.key)
        .limit(LOOKED_UP)
    )
    return [Booked(str(Key(shard, row.id)), row.key, row.amount, row.kind, row.owner_id) for row in rows]


def _batches(shard: int) -> Iterator[Batch]:
    """The transfers of a county in the order of keys.

    PostgreSQL makes a batch ready while the one before is digested; SQLite works in this very process, where
    two threads would only wait for each other.
    """
    statement = (
        select(TRANSFERS.key, _canonical(), TRANSFERS.digest)
        .where(TRANSFERS.shard_code == shard, TRANSFERS.key > bindparam("last"))
        .order_by(TRANSFERS.key)
        .limit(BATCH)
    )
    with db.engine.connect() as connection:

        def read(last: str) -> Batch:
            return connection.execute(statement, {"last": last}).all()

        yield from _ahead(read) if dialect_name() == "postgresql" else _in_turn(read)


def _in_turn(read: Callable[[str], Batch]) -> Iterator[Batch]:
    last = ""
    while batch := read(last):
        yield batch
        last = batch[-1][0]


def _ahead(read: Callable[[str], Batch]) -> Iterator[Batch]:
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(read, "")
        while batch := coming.result():
            coming = reader.submit(read, batch[-1][0])
            yield batch


def _canonical() -> ColumnElement[str]:
    """The canonical text of a transfer (`rules.canonical`), put together by the database."""
    texts = [_text(TRANSFERS[name]) for name in FIELDS]
    return reduce(lambda text, following: text.concat(SEPARATOR).concat(following), texts)


def _text(column: ColumnElement[Any]) -> ColumnElement[str]:
    """A column as `rules.canonical` writes it, by what costs each engine least."""
    if isinstance(column.type, Date):
        return cast(_days(column), String)
    if dialect_name() == "postgresql":
        if isinstance(column.type, Uuid):
            return func.coalesce(func.encode(func.uuid_send(column), "hex"), "")
        if isinstance(column.type, Instant):
            return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")
    elif not isinstance(column.type, Integer):
        return func.coalesce(type_coerce(column, String), "")
    return cast(column, String)


def _days(column: ColumnElement[Any]) -> ColumnElement[int]:
    if dialect_name() == "postgresql":
        return column - EPOCH
    return cast(func.julianday(type_coerce(column, String)) - func.julianday(EPOCH.isoformat()), Integer)


def _altered(shard: int, batch: Batch) -> list[Fault]:
    digest, whole = runtime().vault.ledger_digest, len(FIELDS) - 1
    return [
        _fault(shard, text.split(SEPARATOR)[1], "altered")
        for _, text, kept in batch
        if digest(text.encode()) != kept or text.count(SEPARATOR) != whole
    ]


def _wrong_accounts(shard: int) -> list[Fault]:
    debit, credit = aliased(Account), aliased(Account)
    rows = session().scalars(
        select(TRANSFERS.id)
        .outerjoin(debit, _is(debit, TRANSFERS.debit_account_id))
        .outerjoin(credit, _is(credit, TRANSFERS.credit_account_id))
        .where(
            TRANSFERS.shard_code == shard,
            or_(
                func.coalesce(debit.unit, "") != TRANSFERS.unit,
                func.coalesce(credit.unit, "") != TRANSFERS.unit,
            ),
        )
    )
    return [_fault(shard, row, "wrong-account") for row in rows]


def _wrong_reversals(shard: int) -> list[Fault]:
    """Reversals that are not the exact opposite of what they reverse."""
    first = aliased(Transfer)
    rows = session().scalars(
        select(TRANSFERS.id)
        .outerjoin(first, and_(first.shard_code == TRANSFERS.shard_code, first.id == TRANSFERS.reverses_id))
        .where(
            TRANSFERS.shard_code == shard,
            TRANSFERS.reverses_id.is_not(None),
            or_(
                func.coalesce(first.amount, 0) != TRANSFERS.amount,
                first.debit_account_id != TRANSFERS.credit_account_id,
                first.credit_account_id != TRANSFERS.debit_account_id,
            ),
        )
    )
    return [_fault(shard, row, "wrong-reversal") for row in rows]


def _wrong_balances(shard: int) -> list[Fault]:
    """Persons' accounts below nothing, and units whose balances do not sum to zero."""
    faults: list[Fault] = []
    totals: Counter[str] = Counter()
    each = moves(shard).subquery()
    total = func.sum(each.c.amount).label("balance")
    sums = select(each.c.account_id, total).group_by(each.c.account_id).subquery()
    balances = session().execute(
        select(Account.id, Account.kind, Account.unit, sums.c.balance)
        .join(sums, _is(Account, sums.c.account_id, shard))
        .execution_options(yield_per=BATCH)
    )
    for account, kind, unit, balance in balances:
        totals[unit] += balance
        if balance < 0 and kind not in MAY_GO_NEGATIVE:
            faults.append(Fault("accounts", str(Key(shard, account)), "overdrawn"))
    unequal = sorted(unit for unit, sum_ in totals.items() if sum_)
    return faults + [Fault("accounts", f"{shard:06d}:{unit}", "unbalanced") for unit in unequal]


def _is(
    account: type[Account],
    column: ColumnElement[UUID],
    shard: ColumnElement[int] | int = TRANSFERS.shard_code,
) -> ColumnElement[bool]:
    return and_(account.shard_code == shard, account.id == column)


def _fault(shard: int, row: UUID | str, code: str) -> Fault:
    return Fault("transfers", str(Key(shard, row if isinstance(row, UUID) else UUID(row))), code)
