"""The book: the only writer of the ledger. Transfers are only added; a mistake is one more transfer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row as Found
from sqlalchemy import func, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict, KeyReused, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.ledger.models import Account, Transfer, moves
from timebank.ledger.rules import (
    MAY_GO_NEGATIVE,
    SAME_CONTENT,
    SOURCE_OF,
    UNIT_OF,
    AccountKind,
    Reason,
    canonical,
)

Row = dict[str, Any]
Holder = UUID | int
"""Whose account: a volunteer's id, or a region's 12-digit code."""
Place = tuple[Holder, str]
Chart = dict[Place, UUID]

ACCOUNTS = Account.__table__.c
TRANSFERS = Transfer.__table__.c
PERSONAL = (AccountKind.SERVICE_TIME, AccountKind.TIME_CREDIT)
"""What every volunteer with an hour has; love points are opened when there are any."""
PEOPLES = (*PERSONAL, AccountKind.LOVE_POINTS)
"""Every account that a person can have."""
REGION_UNITS = 1_000_000
"""A county's 12-digit code is its six digits and six zeros."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount that the county's source gives to a volunteer's account.

    `key` says what is booked and may exist once per county; `amount` is in the unit of `kind` (minutes).
    """

    key: str
    reason: Reason
    owner: Key
    kind: AccountKind
    amount: int
    occurred_on: date
    policy_version: str


def ensure_person(work: Work, owner: Key) -> None:
    """Open a volunteer's accounts for service time and time credit where they are missing."""
    _open(work, owner.shard, {(owner.id, kind.value) for kind in PERSONAL})


def post(work: Work, postings: Sequence[Posting]) -> list[Key]:
    """Book the postings and return their transfers in the same order.

    A posting whose key is booked already with the same content gives the first transfer. Raises KeyReused
    for other content. Two that post at once wait for each other in the order of accounts and keys.
    """
    booked: dict[tuple[int, str], Key] = {}
    for shard in sorted({posting.owner.shard for posting in postings}):
        here = sorted((p for p in postings if p.owner.shard == shard), key=lambda p: p.key)
        chart = _locked_chart(work, shard, here)
        rows = [_row(work, shard, _content(posting, shard, chart)) for posting in here]
        booked |= {
            (shard, key): Key(shard, unique) for key, unique in _insert_once(work, shard, rows).items()
        }
    return [booked[posting.owner.shard, posting.key] for posting in postings]


def reverse(work: Work, transfer: Key) -> Key:
    """Take a transfer back by an opposite one of the same service date, once; a repeat gives the first.

    Raises NotFound, Conflict `not-reversible` for a reversal, and Conflict `insufficient-balance` when what
    was given has been spent.
    """
    given = work.session.get(Transfer, (transfer.shard, transfer.id))
    if given is None:
        raise NotFound()
    if given.reverses_id is not None:
        raise Conflict("not-reversible")
    locked = _lock(work, transfer.shard, [given.debit_account_id, given.credit_account_id])
    row = _row(work, transfer.shard, _opposite(given))
    found = _insert_once(work, transfer.shard, [row])[row["key"]]
    _refuse_overdraft(work, transfer.shard, locked)
    return Key(transfer.shard, found)


def hand_over(work: Work, *, giver: Key, taker: Key, reason: Reason, reference: str) -> None:
    """Move all that one person's accounts hold to another's, by day of service and policy.

    Between counties each amount goes through the clearing accounts: two balanced rows in one transaction. A
    repeat books nothing, because nothing is left. Raises Conflict("love-points-stay") for points that would
    leave their county: clearing is in minutes.
    """
    kinds = [kind for kind in PEOPLES if kind in _accounts_of(work, giver)]
    if giver.shard != taker.shard and AccountKind.LOVE_POINTS in kinds:
        raise Conflict("love-points-stay")
    _open(work, taker.shard, {(taker.id, kind.value) for kind in kinds})
    giving, taking = _accounts_of(work, giver), _accounts_of(work, taker)
    for shard, accounts in _by_shard((giver, giving), (taker, taking)):
        _lock(work, shard, accounts)
    for kind in kinds:
        lines = _left_by_day(work, giver.shard, giving[kind])
        for shard, debit, credit in _steps(work, (giver.shard, giving[kind]), (taker.shard, taking[kind])):
            rows = [
                _row(work, shard, _handed(line, kind, reason, reference, debit, credit)) for line in lines
            ]
            if rows:
                _insert_once(work, shard, rows)


def _accounts_of(work: Work, owner: Key) -> dict[str, UUID]:
    found = work.connection.execute(
        select(ACCOUNTS.kind, ACCOUNTS.id).where(
            ACCOUNTS.shard_code == owner.shard, ACCOUNTS.owner_id == owner.id
        )
    )
    return {kind: account for kind, account in found}


def _by_shard(*held: tuple[Key, dict[str, UUID]]) -> list[tuple[int, list[UUID]]]:
    """The accounts of several people, county by county, in the order in which everybody locks."""
    found: dict[int, list[UUID]] = {}
    for owner, accounts in held:
        found.setdefault(owner.shard, []).extend(accounts.values())
    return sorted(found.items())


def _left_by_day(work: Work, shard: int, account: UUID) -> Sequence[Found[*tuple[Any, ...]]]:
    """What is left in an account of each day and policy, in its unit."""
    each = moves(shard, [account], TRANSFERS.occurred_on, TRANSFERS.policy_version).subquery()
    total = func.sum(each.c.amount)
    return work.connection.execute(
        select(each.c.occurred_on, each.c.policy_version, total.label("amount"))
        .group_by(each.c.occurred_on, each.c.policy_version)
        .having(total != 0)
        .order_by(each.c.occurred_on, each.c.policy_version)
    ).all()


def _steps(work: Work, giving: tuple[int, UUID], taking: tuple[int, UUID]) -> list[tuple[int, UUID, UUID]]:
    """County, debit and credit account of each row that takes an amount from one account to the other."""
    (giver, debit), (taker, credit) = giving, taking
    if giver == taker:
        return [(giver, debit, credit)]
    out, back = _clearing(work, giver, taker), _clearing(work, taker, giver)
    return sorted([(giver, debit, out), (taker, back, credit)])


def _clearing(work: Work, shard: int, other: int) -> UUID:
    """The account in which a county clears with another one."""
    place = (other * REGION_UNITS, AccountKind.CLEARING.value)
    _open(work, shard, {place})
    return _find(work, shard, {place})[place]


def _handed(
    line: Found[*tuple[Any, ...]],
    kind: AccountKind,
    reason: Reason,
    reference: str,
    debit: UUID,
    credit: UUID,
) -> Row:
    """One amount on its way; a day that was in debt goes the other way."""
    if line.amount < 0:
        debit, credit = credit, debit
    return {
        "key": f"{reason}:{reference}:{kind}:{line.occurred_on}:{line.policy_version}",
        "reason": reason.value,
        "unit": UNIT_OF[kind].value,
        "debit_account_id": debit,
        "credit_account_id": credit,
        "amount": abs(int(line.amount)),
        "occurred_on": line.occurred_on,
        "policy_version": line.policy_version,
        "reverses_id": None,
    }


def _opposite(given: Transfer) -> Row:
    return {
        "key": f"reversal:{given.id}",
        "reason": Reason.REVERSAL.value,
        "unit": given.unit,
        "debit_account_id": given.credit_account_id,
        "credit_account_id": given.debit_account_id,
        "amount": given.amount,
        "occurred_on": given.occurred_on,
        "policy_version": given.policy_version,
        "reverses_id": given.id,
    }


def _content(posting: Posting, shard: int, chart: Chart) -> Row:
    return {
        "key": posting.key,
        "reason": posting.reason.value,
        "unit": UNIT_OF[posting.kind].value,
        "debit_account_id": chart[shard * REGION_UNITS, SOURCE_OF[posting.kind].value],
        "credit_account_id": chart[posting.owner.id, posting.kind.value],
        "amount": posting.amount,
        "occurred_on": posting.occurred_on,
        "policy_version": posting.policy_version,
        "reverses_id": None,
    }


def _row(work: Work, shard: int, content: Row) -> Row:
    row = content | {
        "shard_code": shard,
        "id": work.new_id(),
        "posted_at": work.now,
        "actor": work.actor.label,
    }
    row["digest"] = work.runtime.vault.ledger_digest(canonical(row).encode())
    return row


def _insert_once(work: Work, shard: int, rows: list[Row]) -> dict[str, UUID]:
    """Insert what is new; give the id of every key, checking the content of what was there before.

    The rows go to the driver one by one, because a statement with all of them would be parsed anew each
    time; usually all are new, and their number says so without another question.
    """
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    added = work.connection.execute(
        insert(Transfer).on_conflict_do_nothing(index_elements=["shard_code", "key"]),
        rows,
        execution_options={"preserve_rowcount": True},
    )
    if added.rowcount == len(rows):
        return {row["key"]: row["id"] for row in rows}
    return _already(work, shard, rows)


def _already(work: Work, shard: int, rows: list[Row]) -> dict[str, UUID]:
    """The transfers of these keys. Raises KeyReused where one has other content."""
    there = work.connection.execute(
        select(TRANSFERS.key, TRANSFERS.id, *(TRANSFERS[name] for name in SAME_CONTENT)).where(
            TRANSFERS.shard_code == shard, TRANSFERS.key.in_([row["key"] for row in rows])
        )
    ).mappings()
    first = {str(row["key"]): row for row in there}
    for row in rows:
        for name in SAME_CONTENT:
            if first[row["key"]][name] != row[name]:
                raise KeyReused(key=row["key"], differs=name)
    return {key: row["id"] for key, row in first.items()}


def _locked_chart(work: Work, shard: int, postings: Iterable[Posting]) -> Chart:
    """The accounts that the postings touch, opened where missing, those of persons locked."""
    wanted: set[Place] = set()
    for posting in postings:
        wanted.add((posting.owner.id, posting.kind.value))
        wanted.add((shard * REGION_UNITS, SOURCE_OF[posting.kind].value))
    chart = _find(work, shard, wanted)
    if len(chart) < len(wanted):
        _open(work, shard, wanted - set(chart))
        chart = _find(work, shard, wanted)
    _lock(work, shard, list(chart.values()))
    return chart


def _find(work: Work, shard: int, wanted: set[Place]) -> Chart:
    owners = {holder for holder, _ in wanted if isinstance(holder, UUID)}
    regions = {holder for holder, _ in wanted if isinstance(holder, int)}
    columns = (ACCOUNTS.owner_id, ACCOUNTS.region_code, ACCOUNTS.kind, ACCOUNTS.id)
    here = select(*columns).where(ACCOUNTS.shard_code == shard)
    found = work.connection.execute(
        union_all(here.where(ACCOUNTS.owner_id.in_(owners)), here.where(ACCOUNTS.region_code.in_(regions)))
    )
    chart: Chart = {(owner or region, kind): account for owner, region, kind, account in found}
    return {place: account for place, account in chart.items() if place in wanted}


def _open(work: Work, shard: int, missing: set[Place]) -> None:
    """Open accounts; one that somebody else opens at the same moment is waited for and left alone."""
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    rows = [
        {
            "shard_code": shard,
            "id": work.new_id(),
            "kind": kind,
            "unit": UNIT_OF[AccountKind(kind)].value,
            "owner_id": holder if isinstance(holder, UUID) else None,
            "region_code": holder if isinstance(holder, int) else None,
            "opened_at": work.now,
        }
        for holder, kind in sorted(missing, key=str)
    ]
    if rows:
        work.connection.execute(insert(Account).on_conflict_do_nothing(), rows)


def _lock(work: Work, shard: int, accounts: list[UUID]) -> list[UUID]:
    """Lock the persons' accounts among these in one ordered statement and return them.

    A source is never locked: its balance is a sum, so that a county's events settle side by side.
    """
    locked = work.connection.execute(
        select(ACCOUNTS.id)
        .where(
            ACCOUNTS.shard_code == shard,
            ACCOUNTS.id.in_(accounts),
            ACCOUNTS.kind.not_in([kind.value for kind in sorted(MAY_GO_NEGATIVE)]),
        )
        .order_by(ACCOUNTS.id)
        .with_for_update(key_share=True)
    )
    return list(locked.scalars())


def _refuse_overdraft(work: Work, shard: int, locked: list[UUID]) -> None:
    """Raise Conflict when one of the locked accounts has gone below nothing; rolling back undoes it."""
    each = moves(shard, locked).subquery()
    overdrawn = work.connection.execute(
        select(each.c.account_id).group_by(each.c.account_id).having(func.sum(each.c.amount) < 0)
    )
    if overdrawn.first() is not None:
        raise Conflict("insufficient-balance")
