"""Global uniqueness and routing: one row for each value that may exist only once in the whole system.

A claim is keyed by a blind index of the value (document number, phone, personal code), so duplicates are
found without decrypting anything, and it names the shard and row that the value leads to.

While two index keys are configured, a value is claimed under both: whoever knows only one of them meets the
claim there. `timebank.kernel.keys` carries older claims over to the current key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, dialect_name, distributed, one_of, runtime, session
from timebank.kernel.ids import Key
from timebank.kernel.work import Work

Kind = Literal["credit-code", "document", "external-identity", "join-code", "personal-code", "phone"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Claim(Base):
    """The value with this blind index belongs to that row."""

    __tablename__ = "claims"
    __table_args__ = distributed(one_of("kind", KINDS), by="value_index")

    value_index: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    shard_code: Mapped[int]
    subject_id: Mapped[UUID]
    claimed_at: Mapped[datetime]
    index_mark: Mapped[str | None] = mapped_column(String(8))
    """Which index key made `value_index` (`Vault.index_marks`); None for claims older than this column."""
    is_copy: Mapped[bool] = mapped_column(default=False)
    """Under an older key, beside the claim under the current one; nothing is lost when it goes."""


def take(work: Work, kind: Kind, value: str, subject: Key) -> bool:
    """Claim a value for a row; False when somebody else has it (also when both try at once)."""
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    rows = _rows(work, kind, value, subject)
    statement = insert(Claim).values(rows).on_conflict_do_nothing().returning(Claim.value_index)
    taken = list(work.session.scalars(statement))
    if len(taken) < len(rows) and taken:
        work.session.execute(delete(Claim).where(Claim.value_index.in_(taken)))
    return len(taken) == len(rows)


def _rows(work: Work, kind: Kind, value: str, subject: Key) -> list[dict[str, Any]]:
    """One row for each index key, in the order in which everybody takes them."""
    vault = work.runtime.vault
    found = [
        {
            "value_index": index,
            "kind": kind,
            "shard_code": subject.shard,
            "subject_id": subject.id,
            "claimed_at": work.now,
            "index_mark": mark,
            "is_copy": mark != vault.index_marks[0],
        }
        for index, mark in zip(vault.blind_indexes(kind, value), vault.index_marks, strict=True)
    ]
    return sorted(found, key=lambda row: str(row["value_index"]))


def release(work: Work, kind: Kind, value: str) -> None:
    """Give a value free again."""
    # the older first, each in a statement of its own: one that is being carried over just now is waited for
    for index in reversed(work.runtime.vault.blind_indexes(kind, value)):
        work.session.execute(delete(Claim).where(Claim.value_index == index))


def holder(kind: Kind, value: str) -> Key | None:
    """The row that has claimed the value, under the current index key or an older one."""
    # the older first: a claim that is carried over between two looks is then found under the current key
    for index in reversed(runtime().vault.blind_indexes(kind, value)):
        found = select(Claim.shard_code, Claim.subject_id).where(Claim.value_index == index)
        if row := session().execute(found).first():
            return Key(*row)
    return None
