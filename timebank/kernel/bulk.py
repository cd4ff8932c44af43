"""Many rows at once: COPY where the database has it, one prepared statement elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import JSON, Column, ColumnElement, Connection, Dialect, String, Table, any_, func, literal
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from timebank.kernel.db import dialect_name

T = TypeVar("T")
Values = tuple[int | str | None, ...]


def insert_many(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Values]) -> None:
    """Add rows of plain numbers and texts to a table, in the connection's transaction.

    Values go to the driver as they are, so the columns must be of plain types.
    """
    names = ", ".join(columns)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names are ours
        if found := list(rows):
            connection.exec_driver_sql(statement, found)
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows of values as the models have them, all naming the same columns, in the transaction.

    Columns that are not named get their fixed default, or nothing; None is always NULL, also for JSON.
    """
    if not rows:
        return
    fixed = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in rows[0] and isinstance(column.default, ScalarElementColumnDefault)
    }
    names = [*rows[0], *fixed]
    writers = [_writer(table.columns[name], connection.dialect) for name in rows[0]]
    tail = tuple(fixed.values())
    insert_many(
        connection,
        table,
        names,
        (
            (
                *(
                    value if value is None or write is None else write(value)
                    for write, value in zip(writers, row.values(), strict=True)
                ),
                *tail,
            )
            for row in rows
        ),
    )


def _writer(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What turns a value of the column into what the driver takes; None where it takes it as it is."""
    if isinstance(column.type, JSON):
        return json.dumps
    write: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return _remembering(write) if write else None


def _remembering(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same function; what it was given just before (one instant for all rows) is not worked out again."""
    known: list[Any] = [None, None]

    def again(value: Any) -> Any:
        if value is not known[0]:
            known[:] = value, write(value)
        return known[1]

    return again


def listed(values: Collection[T], column: InstrumentedAttribute[T]) -> ColumnElement[T]:
    """Values as the rows of a SELECT on PostgreSQL: one array, so that the statement keeps its text.

    Texts go without their column's length: a cast would cut them silently where the column refuses them.
    """
    kind = String() if isinstance(column.type, String) else column.type
    found: ColumnElement[T] = func.unnest(literal(list(values), postgresql.ARRAY(kind)))
    return found


def among(column: InstrumentedAttribute[T], values: Collection[T]) -> ColumnElement[bool]:
    """Whether a column holds one of many values."""
    on_postgresql = literal(list(values), postgresql.ARRAY(column.type))
    return column == any_(on_postgresql) if dialect_name() == "postgresql" else column.in_(values)
