"""Global uniqueness and routing: one row for each value that may exist only once in the whole system.

A claim is keyed by a blind index of the value (document number, phone, personal code), so duplicates are
found without decrypting anything, and it names the shard and row that the value leads to.

While two index keys are configured, a value is claimed under both: whoever knows only one of them meets the
claim there. `timebank.kernel.keys` carries older claims over to the current key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import Select, String, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.bulk import among, insert_rows, listed
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


def take_many(work: Work, kind: Kind, wanted: Mapping[str, Key]) -> set[str]:
    """Claim many values, each for its row. Returns those taken; somebody else has the others.

    Everybody takes them in the order of their indexes, so that two who want the same wait, but never for
    each other.
    """
    if not wanted:
        return set()
    named = {work.runtime.vault.blind_index(kind, value): value for value in wanted}
    rows = [(index, wanted[named[index]]) for index in sorted(named)]
    take_rows = _take_rows if dialect_name() == "postgresql" else _take_rows_of_sqlite
    return {named[index] for index in take_rows(work, kind, rows)}


def _take_rows(work: Work, kind: Kind, rows: list[tuple[str, Key]]) -> Iterable[str]:
    """One statement whose text does not grow with the rows: they come as arrays."""
    columns = (
        listed([index for index, _ in rows], Claim.value_index),
        literal(kind),
        listed([key.shard for _, key in rows], Claim.shard_code),
        listed([key.id for _, key in rows], Claim.subject_id),
        literal(work.now, Claim.claimed_at.type),
    )
    statement = postgresql.insert(Claim).from_select(
        ["value_index", "kind", "shard_code", "subject_id", "claimed_at"], select(*columns)
    )
    return work.connection.execute(statement.on_conflict_do_nothing().returning(Claim.value_index)).scalars()


def _take_rows_of_sqlite(work: Work, kind: Kind, rows: list[tuple[str, Key]]) -> Iterable[str]:
    """Nobody else writes meanwhile, so that looking before taking is enough."""
    held = set(work.connection.execute(_held([index for index, _ in rows])).scalars())
    fresh = [(index, key) for index, key in rows if index not in held]
    insert_rows(
        work.connection,
        Base.metadata.tables["claims"],
        [
            {
                "value_index": index,
                "kind": kind,
                "shard_code": key.shard,
                "subject_id": key.id,
                "claimed_at": work.now,
            }
            for index, key in fresh
        ],
    )
    return [index for index, _ in fresh]


def _held(indexes: Collection[str]) -> Select[str]:
    return select(Claim.value_index).where(among(Claim.value_index, indexes))


def release_many(work: Work, kind: Kind, values: Collection[str]) -> None:
    """Give many values free again."""
    if values:
        indexes = [work.runtime.vault.blind_index(kind, value) for value in values]
        work.connection.execute(delete(Claim).where(among(Claim.value_index, indexes)))


def holders(kind: Kind, values: Collection[str]) -> dict[str, Key]:
    """The rows that have claimed these values, by value; nobody has those that are left out."""
    named = {runtime().vault.blind_index(kind, value): value for value in values}
    found = select(Claim.value_index, Claim.shard_code, Claim.subject_id)
    rows = session().execute(found.where(among(Claim.value_index, named)))
    return {named[index]: Key(shard, subject) for index, shard, subject in rows}


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
