"""Files of regions and figures: staged in temporary tables, judged and merged by set-based SQL.

Memory does not grow with the file: rows go in batches into tables that exist only in this transaction, and so
does what is refused. The same few statements then run on every engine.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.bulk import Values, insert_many
from timebank.kernel.db import Base, dialect_name
from timebank.regions.rules import Fault, read_code

BATCH = 5_000

_temporary = MetaData()
region_rows = Table(
    "staged_regions",
    _temporary,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("code", BigInteger, nullable=False),
    Column("name", String, nullable=False),
    Column("level", String, nullable=False),
    Column("parent_code", BigInteger),
    Column("setting", String),
    Index("ix_staged_regions", "code", "line"),
    prefixes=["TEMPORARY"],
)
figure_rows = Table(
    "staged_figures",
    _temporary,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, primary_key=True),
    Column("code", BigInteger, nullable=False),
    Column("value", Integer, nullable=False),
    Index("ix_staged_figures", "code", "kind", "line"),
    prefixes=["TEMPORARY"],
)
refused_rows = Table(
    "refused_rows",
    _temporary,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("fault", String, primary_key=True),
    Column("code", String, nullable=False),
    Column("number", BigInteger),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken: its line in the file, the code it gave, and why."""

    line: int
    code: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did to the table that is kept."""

    added: int
    changed: int

    def __add__(self, other: Merged) -> Merged:
        return Merged(self.added + other.added, self.changed + other.changed)


Item = list[Values] | Refused
"""What one line of a file gave: rows for the staging table in the order of its columns, or a refusal."""


class Staging:
    """The rows of one file in this transaction; `rows` are those not refused so far."""

    def __init__(self, connection: Connection, rows: Table) -> None:
        self.connection = connection
        self.rows = rows

    def __enter__(self) -> Staging:
        for table in (self.rows, refused_rows):
            table.create(self.connection, checkfirst=False)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:  # otherwise the transaction is rolled back, and the tables with it
            for table in (self.rows, refused_rows):
                table.drop(self.connection, checkfirst=False)

    def fill(self, items: Iterable[Item]) -> int:
        """Store what the lines of a file gave, batch by batch. Returns the number of lines."""
        lines, read = iter(items), 0
        while batch := list(islice(lines, BATCH)):
            read += len(batch)
            self._store(self.rows, (row for item in batch if isinstance(item, list) for row in item))
            self._store(
                refused_rows, (row for item in batch if isinstance(item, Refused) for row in _rows(item))
            )
        return read

    def _store(self, table: Table, rows: Iterator[Values]) -> None:
        insert_many(self.connection, table, table.columns.keys(), rows)

    def refuse(self, fault: Fault, condition: ColumnElement[bool]) -> None:
        """Move the rows for which the condition holds to the refused ones."""
        code = self.rows.c.code
        moved = select(self.rows.c.line, literal(fault.value), cast(code, String), code).where(condition)
        self.connection.execute(
            insert(refused_rows).from_select(["line", "fault", "code", "number"], moved.distinct())
        )
        self.connection.execute(delete(self.rows).where(condition))

    def refuse_repeated(self, condition: ColumnElement[bool], *same: str) -> None:
        """Of rows that agree in the named columns the first one of the file stays."""
        earlier = self.rows.alias()
        agree = [earlier.c[name] == self.rows.c[name] for name in same]
        first = exists().where(*agree, earlier.c.line < self.rows.c.line).correlate(self.rows)
        self.refuse(Fault.DUPLICATE_CODE, condition & first)

    def mark_repeated(self) -> None:
        """Say of rows refused for something else, too, that their code stands in a row that stays."""
        faulty = (
            select(
                refused_rows.c.line,
                literal(Fault.DUPLICATE_CODE.value),
                refused_rows.c.code,
                refused_rows.c.number,
            )
            .where(
                exists().where(self.rows.c.code == refused_rows.c.number),
                refused_rows.c.fault != Fault.DUPLICATE_CODE,
            )
            .distinct()
        )
        columns = ["line", "fault", "code", "number"]
        self.connection.execute(insert(refused_rows).from_select(columns, faulty))

    def merge(self, found: Select[Any], into: Table, compared: Sequence[str]) -> Merged:
        """Add rows to a table, and update those of the same key that differ in a compared column.

        `found` selects them from the staged rows under the names of the table's columns.
        """
        source = found.subquery()
        names = [column.name for column in source.c]
        same = [source.c[key.name] == key for key in into.primary_key]
        added = self._count(select(source).where(~exists().where(*same)))
        statement = _upsert(into).from_select(names, found.order_by(self.rows.c.code))
        proposed = statement.excluded
        differs = or_(*(into.c[name].is_distinct_from(proposed[name]) for name in compared))
        keys = [key.name for key in into.primary_key]
        update = {name: proposed[name] for name in names if name not in keys}
        done = self.connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=update, where=differs),
            execution_options={"preserve_rowcount": True},
        )
        return Merged(added, done.rowcount - added)

    def _count(self, statement: Select[Any]) -> int:
        return self.connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()

    def count_refused(self) -> int:
        """The number of refused lines."""
        return self._count(select(refused_rows.c.line).group_by(refused_rows.c.line))

    def faults(self) -> dict[str, int]:
        """How many lines have each fault."""
        rows = self.connection.execute(
            select(refused_rows.c.fault, func.count())
            .group_by(refused_rows.c.fault)
            .order_by(refused_rows.c.fault)
        )
        return {fault: count for fault, count in rows}

    def refused(self) -> Generator[Refused]:
        """The refused lines in the order of the file, streamed; close it when not read to the end."""
        columns = refused_rows.c
        statement = select(columns.line, columns.code, columns.fault).order_by(columns.line, columns.fault)
        with self.connection.execute(statement, execution_options={"yield_per": BATCH}) as found:
            for (line, code), faults in groupby(found, key=lambda row: (row.line, row.code)):
                yield Refused(line, code, tuple(row.fault for row in faults))


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements without objects."""
    return model.metadata.tables[model.__tablename__]


def _upsert(table: Table) -> Any:
    return postgresql.insert(table) if dialect_name() == "postgresql" else sqlite.insert(table)


def _rows(refused: Refused) -> list[Values]:
    return [(refused.line, fault, refused.code[:60], read_code(refused.code)) for fault in refused.faults]
