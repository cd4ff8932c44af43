"""Global uniqueness and routing: one row for each value that may exist only once in the whole system.

A claim is keyed by a blind index of the value (document number, phone, personal code), so duplicates are
found without decrypting anything, and it names the shard and row that the value leads to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal, get_args
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


def take(work: Work, kind: Kind, value: str, subject: Key) -> bool:
    """Claim a value for a row; False when somebody else has it (also when both try at once)."""
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    taken = work.session.execute(
        insert(Claim)
        .values(
            value_index=work.runtime.vault.blind_index(kind, value),
            kind=kind,
            shard_code=subject.shard,
            subject_id=subject.id,
            claimed_at=work.now,
        )
        .on_conflict_do_nothing()
        .returning(Claim.value_index)
    ).first()
    return taken is not None


def take_many(work: Work, kind: Kind, wanted: Mapping[str, Key]) -> set[str]:
    """Claim many values, each for its row. Returns those taken; somebody else has the others.

    Everybody takes them in the order of their indexes, so that two who want the same wait, but never for
    each other.
    """
    if not wanted:
        return set()
    values = {work.runtime.vault.blind_index(kind, value): value for value in wanted}
    rows = [
        {
            "value_index": index,
            "kind": kind,
            "shard_code": wanted[value].shard,
            "subject_id": wanted[value].id,
            "claimed_at": work.now,
        }
        for index, value in sorted(values.items())
    ]
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    statement = insert(Claim).on_conflict_do_nothing().returning(Claim.value_index)
    return {values[index] for index in work.connection.execute(statement, rows).scalars()}


def release_many(work: Work, kind: Kind, values: Collection[str]) -> None:
    """Give many values free again."""
    if values:
        indexes = [work.runtime.vault.blind_index(kind, value) for value in values]
        work.connection.execute(delete(Claim).where(Claim.value_index.in_(indexes)))


def holders(kind: Kind, values: Collection[str]) -> dict[str, Key]:
    """The rows that have claimed these values, by value; nobody has those that are left out."""
    named = {runtime().vault.blind_index(kind, value): value for value in values}
    found = select(Claim.value_index, Claim.shard_code, Claim.subject_id).where(Claim.value_index.in_(named))
    return {named[index]: Key(shard, subject) for index, shard, subject in session().execute(found)}


def release(work: Work, kind: Kind, value: str) -> None:
    """Give a value free again."""
    index = work.runtime.vault.blind_index(kind, value)
    work.session.execute(delete(Claim).where(Claim.value_index == index))


def holder(kind: Kind, value: str) -> Key | None:
    """The row that has claimed the value."""
    index = runtime().vault.blind_index(kind, value)
    row = (
        session()
        .execute(select(Claim.shard_code, Claim.subject_id).where(Claim.value_index == index))
        .first()
    )
    return Key(*row) if row else None
