"""Statements of constant text for hot paths: written in SQLAlchemy, compiled once, sent through the driver.

For a short statement SQLAlchemy's execution takes three times what the driver takes. Values still go through
the types of their columns, listeners of `before_cursor_execute` hear the statement, errors are SQLAlchemy's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Insert, Select
from sqlalchemy.exc import DBAPIError

from timebank.kernel.errors import InvariantBroken

Statement = Select[*tuple[Any, ...]] | Insert
Convert = Callable[[Any], Any]


@dataclass(slots=True)
class _Compiled:
    """A statement for one dialect."""

    text: str
    fixed: Mapping[str, Any]
    """Values that stand in the statement itself."""
    written: Sequence[tuple[str, Convert]]
    """Names of given values of which the driver wants something else."""
    order: Sequence[str] | None
    """All names by place, where the driver takes none."""
    columns: Sequence[ColumnElement[Any]]
    row: Callable[[Sequence[Any]], Any]
    read: Sequence[tuple[int, Convert]] | None = None
    """Places in the answer's rows of which the driver gives something else; known with the first answer."""


class Prepared:
    """One statement with `bindparam` for what changes; `build` makes it for a dialect where they differ.

    An insert without values of its own takes the columns that are given the first time, always the same.
    """

    def __init__(self, build: Statement | Callable[[str], Statement]) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def first(self, connection: Connection, given: Mapping[str, Any]) -> Any:
        """The first row as a named tuple, or None. Raises DBAPIError."""
        rows = self.all(connection, given)
        return rows[0] if rows else None

    def all(self, connection: Connection, given: Mapping[str, Any]) -> list[Any]:
        """All rows as named tuples. Raises DBAPIError."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            statement = self._build(dialect.name) if callable(self._build) else self._build
            compiled = self._compiled[dialect.name] = _compile(statement, dialect, list(given))
        cursor, rows = _send(connection, compiled, given)
        if compiled.read is None:
            compiled.read = _readers(compiled.columns, dialect, cursor.description)
        return [_read(row, compiled.read, compiled.row) for row in rows]


def _compile(statement: Statement, dialect: Dialect, names: list[str]) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    if compiled.insert_prefetch or compiled.post_compile_params or compiled.escaped_bind_names:
        raise InvariantBroken(f"not of constant text with given values: {compiled.string}")
    writers: dict[str, Convert] = {}
    for name, bind in compiled.binds.items():
        if write := bind.type.dialect_impl(dialect).bind_processor(dialect):
            writers[name] = write
    fixed = {name: value for name, value in compiled.params.items() if name not in names}
    columns = list(statement.exported_columns)
    names_of_row = [str(column.key) for column in columns]
    row: Any = namedtuple("Row", names_of_row, rename=True)  # type: ignore[misc] # known only here, so not literal
    return _Compiled(
        text=compiled.string,
        fixed={name: writers[name](value) if name in writers else value for name, value in fixed.items()},
        written=[(name, write) for name, write in writers.items() if name in names],
        order=compiled.positiontup,
        columns=columns,
        row=row._make,
    )


def _values(compiled: _Compiled, given: Mapping[str, Any]) -> Any:
    values = {**compiled.fixed, **given}
    for name, write in compiled.written:
        values[name] = write(values[name])
    return values if compiled.order is None else tuple(values[name] for name in compiled.order)


def _readers(
    columns: Sequence[ColumnElement[Any]], dialect: Dialect, described: Sequence[Any]
) -> list[tuple[int, Convert]]:
    found = [
        column.type.dialect_impl(dialect).result_processor(dialect, kind[1])
        for column, kind in zip(columns, described, strict=True)
    ]
    return [(place, read) for place, read in enumerate(found) if read]


def _read(
    row: Sequence[Any], readers: Sequence[tuple[int, Convert]], made: Callable[[Sequence[Any]], Any]
) -> Any:
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return made(values)


@dataclass(frozen=True, slots=True)
class _Context:
    """What listeners ask of an execution's context: the values by their names."""

    compiled_parameters: list[Mapping[str, Any]]


def _send(connection: Connection, compiled: _Compiled, given: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    dialect, text, values = connection.dialect, compiled.text, _values(compiled, given)
    errors: Any = dialect.loaded_dbapi.Error
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    if hear := connection.engine.dispatch.before_cursor_execute:
        hear(connection, cursor, text, values, _Context([given]), False)
    try:
        cursor.execute(text, values)
        rows: list[Any] = cursor.fetchall()
    except errors as error:
        is_lost = dialect.is_disconnect(error, driver, cursor)
        if is_lost:
            connection.invalidate(error)
        raise DBAPIError.instance(text, None, error, errors, True, is_lost, dialect) from error
    return cursor, rows
