"""Global uniqueness and routing: one row for each value that may exist only once in the whole system.

A claim is keyed by a blind index of the value (document number, phone, personal code), so duplicates are
found without decrypting anything, and it names the shard and row that the value leads to.

While two index keys are configured, a value is claimed under both: whoever knows only one of them meets the
claim there. `timebank.kernel.keys` carries older claims over to the current key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.bulk import among, insert_rows, listed
from timebank.kernel.crypto import Vault
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
    rows = {
        row["value_index"]: (value, row)
        for value in wanted
        for row in _rows(work, kind, value, wanted[value])
    }
    take_rows = _take_rows if dialect_name() == "postgresql" else _take_rows_of_sqlite
    taken = take_rows(work, [rows[index][1] for index in sorted(rows)])
    lost = {value for index, (value, _row) in rows.items() if index not in taken}
    _delete(work, [index for index in taken if rows[index][0] in lost])
    return set(wanted) - lost


def _take_rows(work: Work, rows: list[dict[str, Any]]) -> set[str]:
    """One statement whose text does not grow with the rows: they come as arrays."""
    columns = [listed([row[name] for row in rows], getattr(Claim, name)) for name in rows[0]]
    statement = postgresql.insert(Claim).from_select(list(rows[0]), select(*columns))
    taken = statement.on_conflict_do_nothing().returning(Claim.value_index)
    return set(work.connection.execute(taken).scalars())


def _take_rows_of_sqlite(work: Work, rows: list[dict[str, Any]]) -> set[str]:
    """Nobody else writes meanwhile, so that looking before taking is enough."""
    held = select(Claim.value_index).where(among(Claim.value_index, [row["value_index"] for row in rows]))
    known = set(work.connection.execute(held).scalars())
    fresh = [row for row in rows if row["value_index"] not in known]
    insert_rows(work.connection, Base.metadata.tables["claims"], fresh)
    return {row["value_index"] for row in fresh}


def _delete(work: Work, indexes: Collection[str]) -> None:
    if indexes:
        work.connection.execute(delete(Claim).where(among(Claim.value_index, indexes)))


def release_many(work: Work, kind: Kind, values: Collection[str]) -> None:
    """Give many values free again."""
    for indexes in _indexes(work.runtime.vault, kind, values):  # the older first, as in `release`
        _delete(work, indexes)


def holders(kind: Kind, values: Collection[str]) -> dict[str, Key]:
    """The rows that have claimed these values, by value; nobody has those that are left out."""
    found: dict[str, Key] = {}
    for indexes in _indexes(runtime().vault, kind, values):  # the older first, as in `holder`
        columns = select(Claim.value_index, Claim.shard_code, Claim.subject_id)
        rows = session().execute(columns.where(among(Claim.value_index, indexes)))
        found |= {indexes[index]: Key(shard, subject) for index, shard, subject in rows}
    return found


def _indexes(vault: Vault, kind: Kind, values: Collection[str]) -> list[dict[str, str]]:
    """The values by their indexes, for each index key, the oldest key first."""
    by_value = {value: vault.blind_indexes(kind, value) for value in values}
    keys = reversed(range(len(vault.index_marks))) if by_value else ()
    return [{indexes[key]: value for value, indexes in by_value.items()} for key in keys]


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
