"""What ends certificates by itself: records that are no longer confirmed, and registrations that end."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from timebank.hours.queries import confirmed_lines
from timebank.kernel.errors import NotFound
from timebank.kernel.events import Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.recognition.models import Certificate
from timebank.recognition.queries.certificates import line_of
from timebank.recognition.rules import Status
from timebank.volunteers.queries import folded_into, kept_of


def revoke_unsupported(work: Work, happening: Happening) -> None:
    """Hear that a record of somebody was returned, refused or put right: revoke what states it otherwise
    (domain.md §4.8).

    The event names the `volunteer` in its data, or is about one; certificates and records may stand under any
    of the person's registrations. What is stated is compared with the records as they are now, so order and
    repetition change nothing.
    """
    work.allow(Permission.JOB_RUN)
    kept = kept_of(_volunteer_of(happening))
    registrations = sorted({kept, *folded_into(kept)})
    for row in [
        row for key in registrations for row in _locked(work, key, (Status.REQUESTED, Status.ISSUED))
    ]:
        if row.status == Status.ISSUED and not _is_supported(row):
            row.status, row.ended_by, row.ended_at = Status.REVOKED.value, work.actor.label, work.now
            work.emit("certificate.revoked", row.key, volunteer=row.volunteer, organization=row.organization)


def end_certificates(work: Work, happening: Happening) -> None:
    """Hear `volunteer.closed` and `volunteer.merged`: take open requests back; a closed account names nobody.

    Certificates stay valid as paper; of a closed account, with the registrations folded into it, public
    verification names nobody any more. Repeating it changes nothing.
    """
    work.allow(Permission.JOB_RUN)
    is_closed = happening.name == "volunteer.closed"
    ended = [happening.subject, *(folded_into(happening.subject) if is_closed else [])]
    for row in [row for key in ended for row in _locked(work, key, tuple(Status))]:
        if row.status == Status.REQUESTED:
            row.status, row.ended_by, row.ended_at = Status.WITHDRAWN.value, work.actor.label, work.now
            work.emit("certificate.withdrawn", row.key, volunteer=row.volunteer)
        if is_closed:
            row.holder_sealed = None


def _volunteer_of(happening: Happening) -> Key:
    told: Any = happening.data.get("volunteer")
    try:
        return Key.parse(str(told))
    except NotFound:
        return happening.subject


def _locked(work: Work, volunteer: Key, statuses: Collection[Status]) -> list[Certificate]:
    """The person's certificates; open requests too, so that an issue under way is waited for."""
    rows = work.session.scalars(
        select(Certificate)
        .where(
            Certificate.shard_code == volunteer.shard,
            Certificate.volunteer_id == volunteer.id,
            Certificate.status.in_(statuses),
        )
        .order_by(Certificate.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _is_supported(row: Certificate) -> bool:
    """Whether each record stated is confirmed now, with the same content."""
    now = confirmed_lines(kept_of(row.volunteer), row.organization, row.period_start, row.period_end)
    there = {str(line.record): line_of(line) for line in now}
    return all(there.get(line["record"]) == line for line in row.lines or [])
