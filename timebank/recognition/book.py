"""The thresholds as rows, and the standing that is derived from them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.db import dialect_name, session
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.recognition.models import StarStanding, StarThreshold
from timebank.recognition.rules import Threshold, in_force

NOT_DERIVED = -1
"""The minutes of a standing that has just been begun."""


def thresholds_on(day: date) -> list[Threshold]:
    """The thresholds in force on a day."""
    rows = session().scalars(select(StarThreshold))
    return in_force(
        (
            Threshold(row.version, row.stars, row.minutes, row.valid_from, row.valid_to, row.source)
            for row in rows
        ),
        day,
    )


def locked_standing(work: Work, volunteer: Key) -> StarStanding:
    """The volunteer's standing, begun where there is none, locked before the ledger is read.

    Two that derive at once therefore follow one another, and the later one sees at least as much.
    """
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    work.session.execute(
        insert(StarStanding)
        .values(
            shard_code=volunteer.shard,
            volunteer_id=volunteer.id,
            stars=0,
            minutes=NOT_DERIVED,
            threshold_version="",
            derived_at=work.now,
        )
        .on_conflict_do_nothing()
    )
    return work.session.get_one(
        StarStanding, (volunteer.shard, volunteer.id), with_for_update=True, populate_existing=True
    )
