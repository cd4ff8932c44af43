"""The recording unit decides: it issues, refuses, revokes. Never the platform, never the holder."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import select

from timebank.hours.queries import confirmed_lines
from timebank.kernel.errors import Conflict, Forbidden
from timebank.kernel.ids import Key, new_code
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.organizations.queries import contact
from timebank.recognition.book import Named, own_key, sealed, stated_by
from timebank.recognition.models import Certificate
from timebank.recognition.queries.certificates import line_of
from timebank.recognition.rules import (
    Status,
    check_contact,
    check_names,
    check_reason,
    check_status,
    digest,
    number_of,
)
from timebank.recognition.rules.certificates import SECRET_SIGNS
from timebank.recognition.usecases.asking import held
from timebank.volunteers.queries import holder, status_of
from timebank.volunteers.rules import Status as Registration

UNNAMED = (Registration.CLOSED, Registration.MERGED)
"""Under these a person cannot be named any more."""


def issue_certificate(work: Work, *, certificate: Key, head: str, handler: str, phone: str) -> str:
    """Certify the records confirmed by now; returns the number. An older one for the same period is replaced.

    `head` and `handler` are the people of the unit, `phone` its telephone number (民发〔2015〕149号). Raises
    Invalid for these, Forbidden("own-certificate" | "maker-is-checker"),
    Conflict("wrong-certificate-status" | "records-gone" | "wrong-status"), NotFound.
    """
    row = _deciding(work, certificate)
    if row.asked_by == work.actor.label:
        raise Forbidden("maker-is-checker")
    check_status(row.status, (Status.REQUESTED,))
    if status_of(row.volunteer) in UNNAMED:
        raise Conflict("wrong-status")
    row.head_name, row.handler_name = check_names(head, handler)
    row.phone_sealed = sealed(row, "phone", check_contact(phone))
    lines = confirmed_lines(row.volunteer, row.organization, row.period_start, row.period_end)
    if not lines:
        raise Conflict("records-gone")
    named = Named(**asdict(holder(row.volunteer)))
    unit = contact(row.organization)
    row.organization_name = unit.name if unit else row.organization_name
    row.certificate_no = _fresh_number(work, row.shard_code)
    row.issued_on, row.lines = work.today, [line_of(line) for line in lines]
    row.total_minutes = sum(line.minutes for line in lines)
    row.holder_sealed = sealed(row, "holder", json.dumps(asdict(named), ensure_ascii=False))
    row.content_hash = digest(stated_by(row, named))
    _decide(work, row, Status.ISSUED)
    _replace_older(work, row)
    facts = {"volunteer": row.volunteer, "organization": row.organization, "minutes": row.total_minutes}
    work.emit("certificate.issued", row.key, **facts)
    return row.certificate_no


def refuse_certificate(work: Work, *, certificate: Key, reason: str) -> None:
    """Do not certify; the holder reads the reason. Raises as `issue_certificate` does."""
    row = _deciding(work, certificate)
    told = check_reason(reason)
    check_status(row.status, (Status.REQUESTED,))
    row.reason = told
    _decide(work, row, Status.REFUSED)
    work.emit("certificate.refused", row.key, volunteer=row.volunteer, organization=row.organization)


def revoke_certificate(work: Work, *, certificate: Key, reason: str) -> None:
    """Take an issued certificate back; public verification says so at once. Twice changes nothing.

    Raises Invalid("reason-needed"), Forbidden("own-certificate"), Conflict("wrong-certificate-status"),
    NotFound.
    """
    row = _deciding(work, certificate)
    told = check_reason(reason)
    if row.status == Status.REVOKED:
        return
    check_status(row.status, (Status.ISSUED,))
    row.reason, row.status = told, Status.REVOKED.value
    row.ended_by, row.ended_at = work.actor.label, work.now
    work.emit("certificate.revoked", row.key, volunteer=row.volunteer, organization=row.organization)


def _deciding(work: Work, key: Key) -> Certificate:
    """The locked row, for somebody of the recording unit who is not the holder."""
    work.allow(Permission.CERTIFICATE_ISSUE)
    row = held(work, key)
    work.allow(Permission.CERTIFICATE_ISSUE, organization=row.organization)
    if work.actor.owns(own_key(work.actor, row.volunteer)):
        raise Forbidden("own-certificate")
    return row


def _decide(work: Work, row: Certificate, to: Status) -> None:
    row.status, row.decided_by, row.decided_at = to.value, work.actor.label, work.now
    work.session.flush()


def _fresh_number(work: Work, shard: int) -> str:
    while True:
        number = number_of(shard, work.today.year, new_code(SECRET_SIGNS))
        taken = select(Certificate.id).where(
            Certificate.shard_code == shard, Certificate.certificate_no == number
        )
        if work.session.scalar(taken) is None:
            return number


def _replace_older(work: Work, row: Certificate) -> None:
    """What was issued before for the same unit and period counts no more."""
    older = work.session.scalars(
        select(Certificate)
        .where(
            Certificate.shard_code == row.shard_code,
            Certificate.volunteer_id == row.volunteer_id,
            Certificate.organization_shard == row.organization_shard,
            Certificate.organization_id == row.organization_id,
            Certificate.period_start == row.period_start,
            Certificate.period_end == row.period_end,
            Certificate.status == Status.ISSUED,
            Certificate.id != row.id,
        )
        .order_by(Certificate.id)
        .with_for_update()
    ).all()
    for each in older:
        each.status, each.replaced_by_id = Status.REPLACED.value, row.id
        each.ended_by, each.ended_at = work.actor.label, work.now
        work.emit("certificate.replaced", each.key, volunteer=each.volunteer, to=row.key)
