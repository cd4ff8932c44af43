"""Many rows at once: COPY where the database has it, one prepared statement elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table

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
