"""Asking for a certificate: the person, a guardian, or a clerk for somebody; free (Order 67 Art. 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite

from timebank.hours.queries import confirmed_lines, recording_units
from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.organizations.queries import organization_cards
from timebank.recognition.book import own_key
from timebank.recognition.models import Certificate
from timebank.recognition.rules import Status, check_period, check_reveals, check_status
from timebank.volunteers.queries import standing
from timebank.volunteers.rules import ASSISTED, ENDED, check_choice
from timebank.volunteers.rules import Status as Registration

OPEN = "status = 'requested'"


@dataclass(frozen=True, slots=True)
class Asked:
    """The open request for a unit and period, and whether it was there already."""

    certificate: Key
    is_new: bool


def request_certificate(
    work: Work,
    *,
    organization: Key,
    volunteer: Key | None = None,
    start: date | None = None,
    end: date | None = None,
    reveals: Sequence[str] = (),
    channel: str = "window",
) -> Asked:
    """Ask a recording unit to certify a person's confirmed hours of a period.

    For oneself, a ward, or (as a clerk) for a `volunteer` who asks by the `channel`. Without a period: from
    the first confirmed service there until today. Asking again gives the open request. Raises
    Invalid("no-confirmed-records" | "period-reversed" | "period-ahead" | "not-a-choice"),
    Conflict("wrong-status"), NotFound for a volunteer outside the clerk's regions.
    """
    person = volunteer or work.actor.volunteer
    if person is None:
        work.allow(Permission.VOLUNTEER_WRITE, owner=work.actor.user)
        raise NotFound()
    way = _allow_for(work, person, channel)
    shown = check_reveals(reveals)
    known = next((each for each in recording_units(person) if each.organization == organization), None)
    if known is None:
        raise Invalid("no-confirmed-records", field="organization")
    begin, until = start or known.first_on, end or work.today
    check_period(begin, until, work.today)
    if not confirmed_lines(person, organization, begin, until):
        raise Invalid("no-confirmed-records", field="organization")
    called = organization_cards([organization]).get(organization)
    values = {"period_start": begin, "period_end": until, "reveals": shown, "channel": way}
    values |= {"organization_name": called.name if called else known.name}
    asked = _open(work, person, organization, values)
    if asked.is_new:
        work.emit(
            "certificate.requested",
            asked.certificate,
            volunteer=person,
            organization=organization,
            channel=way,
        )
    return asked


def withdraw_certificate(work: Work, *, certificate: Key, channel: str = "window") -> None:
    """Take a request back, for whoever may ask; twice changes nothing.

    Raises Conflict("wrong-certificate-status") when it is decided, NotFound.
    """
    row = held(work, certificate)
    way = _allow_for(work, row.volunteer, channel, is_asking=False)
    if row.status == Status.WITHDRAWN:
        return
    check_status(row.status, (Status.REQUESTED,))
    row.status, row.ended_by, row.ended_at = Status.WITHDRAWN.value, work.actor.label, work.now
    work.emit("certificate.withdrawn", row.key, volunteer=row.volunteer, channel=way)


def choose_reveals(work: Work, *, certificate: Key, reveals: Sequence[str]) -> None:
    """Choose anew what public verification shows: the person or a guardian, at any time.

    Raises Invalid("not-a-choice"), Conflict("wrong-certificate-status"), NotFound.
    """
    row = held(work, certificate)
    work.allow(Permission.VOLUNTEER_WRITE, owner=own_key(work.actor, row.volunteer))
    check_status(row.status, (Status.REQUESTED, Status.ISSUED))
    shown = check_reveals(reveals)
    if shown != row.reveals:
        row.reveals = shown
        work.emit("certificate.reveals_chosen", row.key, volunteer=row.volunteer, fields=shown)


def note_certificate(work: Work, *, certificate: Key, channel: str = "window") -> None:
    """Keep that a clerk prints a certificate for somebody.

    Raises Conflict("wrong-certificate-status"), NotFound.
    """
    work.allow(Permission.VOLUNTEER_ASSIST)
    row = held(work, certificate)
    who = standing(row.volunteer)
    work.allow(Permission.VOLUNTEER_ASSIST, region=who.region_code if who else 0)
    check_status(row.status, (Status.ISSUED,))
    way = check_choice(channel, ASSISTED)
    work.emit("certificate.printed", row.key, volunteer=row.volunteer, channel=way)


def held(work: Work, key: Key) -> Certificate:
    """The row, locked; no right is decided. Internal. Raises NotFound."""
    row = work.session.get(Certificate, (key.shard, key.id), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    return row


def _allow_for(work: Work, volunteer: Key, channel: str, *, is_asking: bool = True) -> str:
    """Decide the right to act for somebody, and by which way; a registration that ended asks no more."""
    owner = own_key(work.actor, volunteer)
    who = standing(owner)
    if work.actor.owns(owner) or not work.actor.can(Permission.VOLUNTEER_ASSIST):
        work.allow(Permission.VOLUNTEER_WRITE, owner=owner)
        way = "web"
    else:
        work.allow(Permission.VOLUNTEER_ASSIST, region=who.region_code if who else 0)
        way = check_choice(channel, ASSISTED)
    if is_asking and (who is None or who.status in ENDED or who.status not in _SERVED):
        raise Conflict("wrong-status")
    return way


_SERVED = (Registration.REGISTERED, Registration.SUSPENDED, Registration.CLOSING)
"""Whoever is in one of these may have hours, and can be named."""


def _open(work: Work, volunteer: Key, organization: Key, values: dict[str, Any]) -> Asked:
    """The one open request for this unit and period, begun where there is none; also when two ask at once."""
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    key = Key(volunteer.shard, work.new_id())
    made = work.session.execute(
        insert(Certificate)
        .values(
            shard_code=key.shard,
            id=key.id,
            volunteer_id=volunteer.id,
            organization_shard=organization.shard,
            organization_id=organization.id,
            status=Status.REQUESTED.value,
            asked_by=work.actor.label,
            asked_at=work.now,
            **values,
        )
        .on_conflict_do_nothing(index_elements=_OPEN_BY, index_where=text(OPEN))
        .returning(Certificate.id)
    ).first()
    if made:
        return Asked(key, is_new=True)
    there = work.session.scalars(
        select(Certificate.id).where(
            Certificate.shard_code == volunteer.shard,
            Certificate.volunteer_id == volunteer.id,
            Certificate.organization_shard == organization.shard,
            Certificate.organization_id == organization.id,
            Certificate.period_start == values["period_start"],
            Certificate.period_end == values["period_end"],
            Certificate.status == Status.REQUESTED,
        )
    ).one_or_none()
    if there is None:  # decided between the two statements
        raise Conflict("wrong-certificate-status")
    return Asked(Key(volunteer.shard, there), is_new=False)


_OPEN_BY = "shard_code volunteer_id organization_shard organization_id period_start period_end".split()
