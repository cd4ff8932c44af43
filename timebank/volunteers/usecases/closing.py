"""Closing an account: asked for, kept after all, or carried out when the time to think it over has passed.

Then identity is unlinked (PIPL Art. 47, 网络数据安全管理条例 Art. 24); hours and records stay under the
volunteer number for as long as the standard asks (GB/T 40143: at least ten years).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from timebank.identity.usecases.leaving import prove, roles_of
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import Action, Status
from timebank.volunteers.usecases.requests import withdraw_all
from timebank.volunteers.usecases.rows import EVENTS, advance, held, locked, refuse_own
from timebank.volunteers.usecases.unlinking import unlink


def ask_to_close(
    work: Work,
    *,
    volunteer: Key,
    password: str | None = None,
    code: str | None = None,
    signed: bool = False,
) -> None:
    """Ask that an account is closed; for some days it can be kept (`keep`).

    The person or guardian proves once more who they are by password or one-time code (count the attempt
    first); an officer holds the signed application (`signed`). Raises Invalid for those fields,
    Conflict("roles-first" | "wards-first") for who still holds an office or is a guardian.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    _check_will(work, row, password, code, signed)
    refuse_roles(work, row)
    before = row.status
    advance(work, row, Action.ASK_TO_CLOSE, row.status_reason)
    row.status_before = before
    withdraw_all(work, row)


def keep(work: Work, *, volunteer: Key) -> None:
    """Keep an account that was to be closed: everything is as before. Raises Conflict("wrong-status")."""
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    before = Status(row.status_before) if row.status_before else None
    advance(work, row, Action.KEEP, row.status_reason, to=before)
    restore_suspension(work, row)


def close_accounts(work: Work, *, on: date) -> dict[str, int]:
    """Close the accounts whose time to think it over ended before `on`. A job."""
    work.allow(Permission.JOB_RUN)
    days = timedelta(days=registration_policy(on).cooling_off_days)
    midnight = datetime.combine(on - days, time(), work.runtime.config.time_zone)
    found = work.session.execute(
        select(Volunteer.shard_code, Volunteer.id)
        .where(
            Volunteer.status == Status.CLOSING, Volunteer.status_changed_at < min(midnight, work.now - days)
        )
        .order_by(Volunteer.shard_code, Volunteer.id)
    )
    keys = [Key(*row) for row in found]
    for key in keys:
        _close(work, held(work, key))
    return {"closed": len(keys)}


def refuse_roles(work: Work, row: Volunteer) -> None:
    """Offices and wards are handed over first. Internal. Raises Conflict("roles-first" | "wards-first")."""
    if row.user_id is None:
        return
    offices, wards = roles_of(work, user=Key(row.shard_code, row.user_id))
    if offices:
        raise Conflict("roles-first")
    if wards:
        raise Conflict("wards-first")


def restore_suspension(work: Work, row: Volunteer) -> None:
    """Who was suspended before is suspended by the same one again: it decides who may end it. Internal."""
    if row.status != Status.SUSPENDED:
        return
    by = work.session.scalar(
        select(Event.actor)
        .where(
            Event.shard_code == row.shard_code,
            Event.subject_id == row.id,
            Event.name == EVENTS[Action.SUSPEND],
        )
        .order_by(Event.id.desc())
        .limit(1)
    )
    row.status_changed_by = by or row.status_changed_by


def _check_will(work: Work, row: Volunteer, password: str | None, code: str | None, signed: bool) -> None:
    if work.actor.owns(row.key):
        prove(work, password=password, code=code)
        return
    refuse_own(work, row)
    if not signed:
        raise Invalid("signed-application-needed", field="signed")


def _close(work: Work, row: Volunteer) -> None:
    unlink(work, row)
    advance(work, row, Action.CLOSE)
