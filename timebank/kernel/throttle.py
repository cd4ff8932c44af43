"""Counting attempts in the database, so that many processes share one limit."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import Base, dialect_name, distributed
from timebank.kernel.errors import TooMany
from timebank.kernel.work import Work


class Throttle(Base):
    """Attempts counted under one bucket since `started_at`."""

    __tablename__ = "throttles"
    __table_args__ = distributed(by="bucket")

    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime]
    attempts: Mapped[int]


def count_attempt(work: Work, kind: str, who: str, limit: int, window: timedelta) -> None:
    """Count one attempt. Raises TooMany beyond `limit` in `window`.

    It must be committed even when what follows fails, so call it in a `perform` of its own.
    """
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    fresh = Throttle.started_at > work.now - window
    row = work.session.execute(
        insert(Throttle)
        .values(bucket=fingerprint(f"{kind}\0{who}"), started_at=work.now, attempts=1)
        .on_conflict_do_update(
            index_elements=["bucket"],
            set_={
                "attempts": case((fresh, Throttle.attempts + 1), else_=1),
                "started_at": case((fresh, Throttle.started_at), else_=work.now),
            },
        )
        .returning(Throttle.attempts, Throttle.started_at)
    ).one()
    if row.attempts > limit:
        wait = row.started_at + window - work.now
        raise TooMany(retry_after=max(1, int(wait.total_seconds())))
