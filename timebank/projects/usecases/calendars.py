"""The secret address of a person's own calendar: made, made anew, ended."""

from __future__ import annotations

from sqlalchemy import update

from timebank.kernel.crypto import fingerprint
from timebank.kernel.errors import Conflict
from timebank.kernel.ids import new_token
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.models import CalendarFeed
from timebank.projects.usecases.places import own_volunteer


def make_calendar(work: Work) -> str:
    """Make the secret of one's own calendar; the one before ends. Only its digest is kept."""
    person = own_volunteer(work, Permission.SIGN_UP_WRITE)
    _end(work)
    secret = new_token()
    row = CalendarFeed(
        shard_code=person.shard,
        id=work.new_id(),
        volunteer_id=person.id,
        secret_digest=fingerprint(secret),
        made_at=work.now,
    )
    work.session.add(row)
    work.emit("volunteer.calendar_made", person)
    return secret


def end_calendar(work: Work) -> None:
    """Switch one's own calendar off: its address leads nowhere. Raises Conflict("no-calendar")."""
    person = own_volunteer(work, Permission.SIGN_UP_WRITE)
    if not _end(work):
        raise Conflict("no-calendar")
    work.emit("volunteer.calendar_ended", person)


def _end(work: Work) -> bool:
    person = own_volunteer(work, Permission.SIGN_UP_WRITE)
    ended = work.connection.execute(
        update(CalendarFeed)
        .where(
            CalendarFeed.shard_code == person.shard,
            CalendarFeed.volunteer_id == person.id,
            CalendarFeed.ended_at.is_(None),
        )
        .values(ended_at=work.now)
    )
    return ended.rowcount > 0
