"""Other places of the same person at the same time. Internal: it takes no actor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from timebank.kernel.db import bulk_connection
from timebank.kernel.ids import Key
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.queries.internal import OF_ITS_PROJECT
from timebank.projects.rules import HOLDING


@dataclass(frozen=True, slots=True)
class Overlap:
    """A place that somebody has at the same time."""

    shift: Key
    project_name: str
    title: str
    starts_at: datetime
    ends_at: datetime


def overlapping(
    volunteer: Key, starts_at: datetime, ends_at: datetime, *, besides: Key | None = None
) -> Overlap | None:
    """The first place of a volunteer that shares time with a period; one that only touches it does not count.

    `besides` is the shift in question.
    """
    of_shift = and_(SignUp.shard_code == Shift.shard_code, SignUp.shift_id == Shift.id)
    rows = bulk_connection().execute(
        select(Shift.shard_code, Shift.id, Project.name, Shift.title, Shift.starts_at, Shift.ends_at)
        .select_from(Shift)
        .join(SignUp, of_shift)
        .join(Project, OF_ITS_PROJECT)
        .where(
            SignUp.volunteer_shard == volunteer.shard,
            SignUp.volunteer_id == volunteer.id,
            SignUp.status.in_(HOLDING),
            Shift.called_off_at.is_(None),
            Shift.starts_at < ends_at,
            Shift.ends_at > starts_at,
        )
        .order_by(Shift.starts_at, Shift.shard_code, Shift.id)
    )
    for shard, unique, name, title, begins, ends in rows:
        if Key(shard, unique) != besides:
            return Overlap(Key(shard, unique), name, title, begins, ends)
    return None
