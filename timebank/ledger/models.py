"""Tables of the ledger. One row is one balanced entry; an unbalanced book cannot be written down."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    CompoundSelect,
    ForeignKeyConstraint,
    Index,
    Select,
    String,
    UniqueConstraint,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of, where
from timebank.ledger.rules import AccountKind, Unit


class Account(Sharded, Base):
    """A volunteer's account, or a region's source or clearing account. Balances are sums, never stored."""

    __tablename__ = "accounts"
    __table_args__ = distributed(
        UniqueConstraint("shard_code", "id", "unit"),
        one_of("kind", AccountKind),
        one_of("unit", Unit),
        CheckConstraint("(owner_id IS NULL) <> (region_code IS NULL)", name="owner"),
        Index(
            "uq_accounts_owner",
            "shard_code",
            "owner_id",
            "kind",
            unique=True,
            **where("owner_id IS NOT NULL"),
        ),
        Index(
            "uq_accounts_region",
            "shard_code",
            "region_code",
            "kind",
            unique=True,
            **where("region_code IS NOT NULL"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(30))
    unit: Mapped[str] = mapped_column(String(10))
    owner_id: Mapped[UUID | None]
    """The volunteer in the same shard; the ledger knows no more of a person than this."""
    region_code: Mapped[int | None] = mapped_column(RegionCode)
    opened_at: Mapped[datetime]


class Transfer(Sharded, Base):
    """An amount leaves `debit_account` and reaches `credit_account`. Triggers refuse UPDATE and DELETE."""

    __tablename__ = "transfers"
    __table_args__ = distributed(
        ForeignKeyConstraint(
            ["shard_code", "debit_account_id", "unit"],
            ["accounts.shard_code", "accounts.id", "accounts.unit"],
        ),
        ForeignKeyConstraint(
            ["shard_code", "credit_account_id", "unit"],
            ["accounts.shard_code", "accounts.id", "accounts.unit"],
        ),
        ForeignKeyConstraint(["shard_code", "reverses_id"], ["transfers.shard_code", "transfers.id"]),
        UniqueConstraint("shard_code", "key"),
        Index(
            "uq_transfers_reverses",
            "shard_code",
            "reverses_id",
            unique=True,
            **where("reverses_id IS NOT NULL"),
        ),
        Index(None, "shard_code", "debit_account_id"),
        Index(None, "shard_code", "credit_account_id", "occurred_on"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        one_of("unit", Unit),
    )

    booking_key: Mapped[str] = mapped_column("key", String(120))
    """Idempotency key: what is booked, e.g. `record:<id>:service_time`."""
    reason: Mapped[str] = mapped_column(String(30))
    unit: Mapped[str] = mapped_column(String(10))
    debit_account_id: Mapped[UUID]
    credit_account_id: Mapped[UUID]
    amount: Mapped[int]
    occurred_on: Mapped[date]
    posted_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    policy_version: Mapped[str] = mapped_column(String(40))
    reverses_id: Mapped[UUID | None]
    digest: Mapped[str] = mapped_column(String(64))
    """Keyed digest of all the above, so that a row altered behind the application's back shows."""


Moves = CompoundSelect[tuple[UUID, int, UUID]]


def moves(shard: int, accounts: list[UUID] | None = None, *more: ColumnElement[Any]) -> Moves:
    """Every transfer of a shard as two movements: `account_id`, signed `amount`, `id`, and more columns.

    A balance is the sum of an account's movements; with `accounts` only theirs.
    """
    columns = Transfer.__table__.c
    return union_all(
        _side(shard, columns.credit_account_id, columns.amount, accounts, more),
        _side(shard, columns.debit_account_id, -columns.amount, accounts, more),
    )


def _side(
    shard: int,
    account: ColumnElement[UUID],
    amount: ColumnElement[int],
    only: list[UUID] | None,
    more: tuple[ColumnElement[Any], ...],
) -> Select[tuple[UUID, int, UUID]]:
    found = select(account.label("account_id"), amount.label("amount"), Transfer.id, *more)
    here = found.where(Transfer.shard_code == shard)
    return here if only is None else here.where(account.in_(only))
