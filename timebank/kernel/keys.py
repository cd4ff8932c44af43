"""The keys in use, and changing them while the service runs.

Sealed columns are found in the metadata by their names (`*_sealed`), claimed values by `info={"claim": kind}`
of the columns that hold them (with `claimed_as` where more than the value is claimed), so a new table is
taken in without a change here. A batch is one transaction, and it changes only what still is as it was read:
whoever writes at the same time is never overwritten, and what was passed over is found again in the next
round. So it may be stopped and started at any moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Row, Table, and_, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.claims import Claim
from timebank.kernel.db import Base, dialect_name, session
from timebank.kernel.errors import InvariantBroken
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Permission, require
from timebank.kernel.region_code import NATION, county_of
from timebank.kernel.work import Work, perform

SUFFIX = "_sealed"
CLAIMS = Claim.__table__.c
BATCH = 500

Progress = Callable[[str, int], None]
"""Is told a table's name and how many of its rows are done in this round."""


def sealed_columns() -> dict[Table, list[Column[Any]]]:
    """Every table that keeps encrypted fields, with their columns."""
    found = {
        table: [column for column in table.columns if column.name.endswith(SUFFIX)]
        for table in Base.metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


def place(column: Column[Any], key: Key | str) -> str:
    """The place for which a column `x_sealed` of a row of table `t` is encrypted: `t.x:<key>`."""
    return f"{column.table.name}.{column.name.removesuffix(SUFFIX)}:{key}"


def claimed_columns(kind: str) -> dict[Table, list[Column[Any]]]:
    """Where claimed values of one kind stand; several columns of a table are one value, joined by NUL."""
    found = {
        table: [column for column in table.columns if column.info.get("claim") == kind]
        for table in Base.metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


# --- what is in use ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldUse:
    """How many fields of a column are encrypted under a key."""

    table: str
    column: str
    key_id: str
    fields: int


@dataclass(frozen=True, slots=True)
class IndexUse:
    """How many claims of a kind stand under an index key; copies have another one under the current key."""

    mark: str | None
    kind: str
    is_copy: bool
    claims: int


def fields_in_use(actor: Actor) -> list[FieldUse]:
    """How many fields need which field key. Reads every row that has any."""
    require(actor, Permission.KEY_ROTATE, region=NATION)
    found = []
    for table, columns in sealed_columns().items():
        for column in columns:
            key_id = _key_id(column).label("key_id")
            rows = session().execute(
                select(key_id, func.count()).where(column.is_not(None)).group_by(key_id).order_by(key_id)
            )
            found += [FieldUse(table.name, column.name, name, count) for name, count in rows]
    return found


def claims_in_use(actor: Actor) -> list[IndexUse]:
    """How many claims need which index key. Reads every claim."""
    require(actor, Permission.KEY_ROTATE, region=NATION)
    which = (CLAIMS.index_mark, CLAIMS.kind, CLAIMS.is_copy)
    rows = session().execute(select(*which, func.count()).group_by(*which).order_by(*which))
    return [IndexUse(*row) for row in rows]


def _key_id(column: Column[Any]) -> Any:
    if dialect_name() == "postgresql":
        return func.split_part(column, ".", 1)
    return func.substr(column, 1, func.instr(column, ".") - 1)


# --- fields -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch did; `last` is where the next begins, None at the end of the table."""

    last: Any
    changed: int = 0
    passed_over: int = 0
    """Somebody else changed them meanwhile; they are looked at again."""
    faults: tuple[str, ...] = ()
    """What cannot be read or carried over, as table, column and row."""


def reseal(work: Work, *, table: str, after: Key | None = None, limit: int = BATCH) -> Step:
    """Encrypt the next rows of a table that use an older key anew, under the active one."""
    work.allow(Permission.KEY_ROTATE, region=NATION)
    found = Base.metadata.tables[table]
    columns = sealed_columns()[found]
    rows = _behind(work, found, columns, after, limit)
    fresh: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    faults: list[str] = []
    for row in rows:
        values = _resealed(work, columns, row, faults)
        names = tuple(column.name for column in columns if f"new_{column.name}" in values)
        if names:
            fresh[names].append(values)
    changed = sum(_rewrite(work, found, names, values) for names, values in fresh.items())
    last = Key(rows[-1].shard_code, rows[-1].id) if len(rows) == limit else None
    return Step(last, changed, sum(map(len, fresh.values())) - changed, tuple(faults))


def _behind(
    work: Work, table: Table, columns: Sequence[Column[Any]], after: Key | None, limit: int
) -> Sequence[Row[Any]]:
    """The next rows in the order of keys that hold something under another key than the active one."""
    active = f"{work.runtime.vault.active}."
    # not LIKE: on SQLite it takes K1 for k1
    older = [func.substr(column, 1, len(active)) != active for column in columns]
    position = (table.c.shard_code, table.c.id)
    statement = select(*position, *columns).where(or_(*older)).order_by(*position).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(*position) > (after.shard, after.id))
    return work.connection.execute(statement).all()


def _resealed(work: Work, columns: Iterable[Column[Any]], row: Row[Any], faults: list[str]) -> dict[str, Any]:
    """The parameters that rewrite a row: its key, and old and new text of each column that is behind."""
    vault, key = work.runtime.vault, str(Key(row.shard_code, row.id))
    values: dict[str, Any] = {"row_shard": row.shard_code, "row_id": row.id}
    for column in columns:
        old = getattr(row, column.name)
        if old is None or old.startswith(f"{vault.active}."):
            continue
        where = place(column, key)
        try:
            values[f"new_{column.name}"] = vault.encrypt(vault.decrypt(old, where), where)
            values[f"old_{column.name}"] = old
        except (InvariantBroken, InvalidTag):
            faults.append(where)
    return values


def _rewrite(work: Work, table: Table, names: Sequence[str], values: list[dict[str, Any]]) -> int:
    columns = [table.c[name] for name in names]
    statement = (
        update(table)
        .where(table.c.shard_code == bindparam("row_shard"), table.c.id == bindparam("row_id"))
        .where(*(column == bindparam(f"old_{column.name}") for column in columns))
        .values({column.name: bindparam(f"new_{column.name}") for column in columns})
    )
    return int(work.connection.execute(statement, values).rowcount)


# --- claims -----------------------------------------------------------------------------------------


def carry_claims(work: Work, *, after: str | None = None, limit: int = BATCH) -> Step:
    """Claim the next values that stand under an older index key under the current one; drop the copies.

    The value is read where it stands and must give the very index that is claimed, so a claim whose value is
    not found there stays as it is and is named.
    """
    work.allow(Permission.KEY_ROTATE, region=NATION)
    rows = _older_claims(work, after, limit)
    claims = [row for row in rows if not row.is_copy]
    current = _current_indexes(work, claims)
    carried = _claim_anew(work, [row for row in claims if row.value_index in current], current)
    stuck = [row for row in claims if (current.get(row.value_index), _subject(row)) not in carried]
    kept = {row.value_index for row in stuck} | set(current.values())
    gone = [row.value_index for row in rows if row.value_index not in kept]
    work.connection.execute(delete(Claim).where(CLAIMS.value_index.in_(gone)))
    faults = tuple(f"claims.{row.kind}:{_subject(row)}" for row in stuck)
    return Step(rows[-1].value_index if len(rows) == limit else None, len(rows) - len(stuck), 0, faults)


def _subject(row: Row[Any]) -> Key:
    return Key(row.shard_code, row.subject_id)


def _older_claims(work: Work, after: str | None, limit: int) -> Sequence[Row[Any]]:
    mark = work.runtime.vault.index_marks[0]
    return work.connection.execute(
        select(*CLAIMS)
        .where(
            or_(CLAIMS.index_mark.is_(None), CLAIMS.index_mark != mark), CLAIMS.value_index > (after or "")
        )
        .order_by(CLAIMS.value_index)
        .limit(limit)
        .with_for_update()
    ).all()


def _current_indexes(work: Work, claims: Sequence[Row[Any]]) -> dict[str, str]:
    """For each claimed index whose value is found: the index of that value under the current key."""
    kinds: dict[str, set[tuple[int, UUID]]] = defaultdict(set)
    for row in claims:
        kinds[row.kind].add((row.shard_code, row.subject_id))
    found: dict[str, str] = {}
    for kind, subjects in kinds.items():
        for table, columns in claimed_columns(kind).items():
            for value in _values(work, kind, table, columns, subjects):
                indexes = work.runtime.vault.blind_indexes(kind, value)
                found |= dict.fromkeys(indexes, indexes[0])
    return {row.value_index: found[row.value_index] for row in claims if row.value_index in found}


def _values(
    work: Work, kind: str, table: Table, columns: list[Column[Any]], subjects: set[tuple[int, UUID]]
) -> Iterator[str]:
    """The values of one kind that stand in the rows of these subjects."""
    owner = next((each for each in table.columns if each.info.get("claim_owner") == kind), table.c.id)
    which = tuple_(table.c.shard_code, owner).in_(sorted(subjects))
    for row in work.connection.execute(select(table).where(which)):
        parts = [_claimed(work, column, row) for column in columns]
        if None not in parts:
            yield "\0".join(str(part) for part in parts)


def _claimed(work: Work, column: Column[Any], row: Row[Any]) -> str | None:
    """What is claimed of a column's value: itself, or what `claimed_as` makes of it and of other columns."""
    plain = _plain(work, column, row)
    if plain is None or "claimed_as" not in column.info:
        return plain
    make, names = column.info["claimed_as"]
    return str(make(plain, *(getattr(row, name) for name in names)))


def _plain(work: Work, column: Column[Any], row: Row[Any]) -> str | None:
    text: str | None = getattr(row, column.name)
    if text is None or not column.name.endswith(SUFFIX):
        return text
    try:
        return work.runtime.vault.decrypt(text, place(column, Key(row.shard_code, row.id)))
    except (InvariantBroken, InvalidTag):
        return None


def _claim_anew(work: Work, claims: list[Row[Any]], current: dict[str, str]) -> set[tuple[str, Key]]:
    """Claim under the current key for whoever has the older claim; answers what these people have now."""
    if not claims:
        return set()
    mine = {"index_mark": work.runtime.vault.index_marks[0], "is_copy": False}
    rows = {current[row.value_index]: row._asdict() | mine for row in claims}
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    statement = insert(Claim)
    theirs = statement.excluded
    upsert = statement.on_conflict_do_update(
        index_elements=["value_index"],
        set_={name: theirs[name] for name in mine},
        where=and_(CLAIMS.shard_code == theirs.shard_code, CLAIMS.subject_id == theirs.subject_id),
    ).returning(CLAIMS.value_index, CLAIMS.shard_code, CLAIMS.subject_id)
    done = work.connection.execute(upsert, [rows[index] | {"value_index": index} for index in sorted(rows)])
    return {(row.value_index, _subject(row)) for row in done}


# --- everything -------------------------------------------------------------------------------------


@dataclass
class Rotation:
    """What a rotation did, and what it could not do: then an older key is still needed."""

    fields: int = 0
    claims: int = 0
    faults: list[str] = field(default_factory=list)


def rotate(batch: int = BATCH, progress: Progress | None = None) -> Rotation:
    """Bring every field under the active field key and every claim under the current index key.

    Goes on in rounds until one finds nothing to do, since the service writes meanwhile; run again after a
    stop it does what is left. Tells the audit trail how much was changed.
    """
    done = Rotation()
    for table in sealed_columns():
        rows, faults = _rounds(
            partial(perform, SYSTEM, reseal, table=table.name, limit=batch), table.name, progress
        )
        done.fields += rows
        done.faults += faults
    done.claims, faults = _rounds(
        partial(perform, SYSTEM, carry_claims, limit=batch), Claim.__tablename__, progress
    )
    done.faults += faults
    if done.fields or done.claims:
        perform(SYSTEM, note_rotation, fields=done.fields, claims=done.claims)
    return done


def _rounds(step: Callable[..., Step], name: str, progress: Progress | None) -> tuple[int, list[str]]:
    """Walk a table until a round changes nothing: how many rows were changed, and what the last could not."""
    total = 0
    while True:
        changed, waiting, faults, last = 0, 0, list[str](), None
        while True:
            did = step(after=last)
            changed, waiting, last = changed + did.changed, waiting + did.passed_over, did.last
            faults += did.faults
            if progress is not None:
                progress(name, total + changed)
            if last is None:
                break
        total += changed
        if not changed and not waiting:
            return total, faults


def note_rotation(work: Work, *, fields: int, claims: int) -> None:
    """Record in the audit trail that keys were rotated, and over how many fields and claims."""
    work.allow(Permission.KEY_ROTATE, region=NATION)
    work.emit("key.rotated", Key(county_of(NATION), work.new_id()), fields=fields, claims=claims)
