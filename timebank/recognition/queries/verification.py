"""Public verification: whether a certificate is valid, and what its holder lets everybody see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import NotFound
from timebank.recognition.book import Named, is_intact, named_by
from timebank.recognition.models import Certificate
from timebank.recognition.rules import PublicState, Reveal, Status, read_number, shard_of
from timebank.volunteers.rules import mask_name

STATES = {
    Status.ISSUED: PublicState.VALID,
    Status.REVOKED: PublicState.REVOKED,
    Status.REPLACED: PublicState.REPLACED,
}


@dataclass(frozen=True, slots=True)
class PublicLine:
    """One service; without minutes where the holder does not show hours."""

    occurred_on: date
    activity_name: str
    minutes: int | None


@dataclass(frozen=True, slots=True)
class PublicCertificate:
    """What everybody may know of a certificate.

    Unit, period and days are always told. `holder_name` is masked unless the holder shows it and empty where
    identity was unlinked; `volunteer_no`, `total_minutes` and `lines` are None unless the holder shows them.
    Of what is not valid nothing more than the masked name is told.
    """

    certificate_no: str
    state: PublicState
    organization_name: str
    period_start: date
    period_end: date
    issued_on: date
    ended_on: date | None
    holder_name: str
    volunteer_no: str | None
    total_minutes: int | None
    lines: list[PublicLine] | None


def verification(number: str) -> PublicCertificate:
    """What public verification says of a number, for everybody. Raises NotFound for what was never issued.

    The door counts attempts first (`usecases.count_verification`).
    """
    known = read_number(number)
    row = _issued(known) if known else None
    if row is None or row.issued_on is None or row.certificate_no is None:
        raise NotFound("unknown-certificate")
    state = STATES[Status(row.status)]
    if state is PublicState.VALID and not is_intact(row):
        state = PublicState.ALTERED
    shown = set(row.reveals) if state is PublicState.VALID else set()
    named = named_by(row)
    zone = runtime().config.time_zone
    return PublicCertificate(
        certificate_no=row.certificate_no,
        state=state,
        organization_name=row.organization_name,
        period_start=row.period_start,
        period_end=row.period_end,
        issued_on=row.issued_on,
        ended_on=local_date(row.ended_at, zone) if row.ended_at else None,
        holder_name=_name(named, Reveal.NAME in shown),
        volunteer_no=named.volunteer_no if named and Reveal.VOLUNTEER_NO in shown else None,
        total_minutes=row.total_minutes if Reveal.HOURS in shown else None,
        lines=_lines(row, Reveal.HOURS in shown) if Reveal.ACTIVITIES in shown else None,
    )


def _issued(number: str) -> Certificate | None:
    return session().scalar(
        select(Certificate)
        .where(Certificate.shard_code == shard_of(number), Certificate.certificate_no == number)
        .execution_options(populate_existing=True)
    )


def _name(named: Named | None, is_shown: bool) -> str:
    if named is None:
        return ""
    return named.name if is_shown else mask_name(named.name)


def _lines(row: Certificate, with_minutes: bool) -> list[PublicLine]:
    return [
        PublicLine(
            date.fromisoformat(line["date"]), line["activity"], line["minutes"] if with_minutes else None
        )
        for line in row.lines or []
    ]
