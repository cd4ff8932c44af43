"""Facts of law and policy are dated rows with their source; here is the one in force on a day."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from sqlalchemy import select

from timebank.kernel.clock import local_date
from timebank.kernel.db import Base, runtime, session
from timebank.kernel.errors import InvariantBroken

Row = TypeVar("Row", bound=Base)


def in_force(table: type[Row], on: date | None = None) -> Row:
    """The newest row of a table with `valid_from` that is in force on a local day, today unless said.

    Raises InvariantBroken where the installation has none.
    """
    services = runtime()
    day = on or local_date(services.clock.now(), services.config.time_zone)
    dated: Any = table
    row = session().scalar(
        select(table).where(dated.valid_from <= day).order_by(dated.valid_from.desc()).limit(1)
    )
    if row is None:
        raise InvariantBroken(f"no row of {table.__tablename__} is in force on {day}")
    return row
