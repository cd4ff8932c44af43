"""What a person has: balances, the year, the statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from timebank.hours.models import ServiceRecord
from timebank.hours.queries.records import OPEN, RecordCard, may_read, record_cards, records_of
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission
from timebank.ledger import queries as ledger
from timebank.ledger.queries import Balances, Statement
from timebank.ledger.rules import AccountKind


@dataclass(frozen=True, slots=True)
class Summary:
    """What a volunteer's own page says: balances, the year's service time in minutes, what is pending."""

    balances: Balances
    year: int
    year_minutes: int
    pending: list[RecordCard]


def summary(actor: Actor, volunteer: Key, *, year: int) -> Summary:
    """Balances, the year's service time and what is pending: for the person and officers of their region."""
    may_read(actor, Permission.HOURS_READ, volunteer)
    pending = session().scalars(
        records_of(volunteer).where(ServiceRecord.status.in_(OPEN)).order_by(ServiceRecord.occurred_on)
    )
    whole_year = (date(year, 1, 1), date(year, 12, 31))
    return Summary(
        balances=ledger.balances(volunteer),
        year=year,
        year_minutes=ledger.earned(volunteer, AccountKind.SERVICE_TIME, *whole_year),
        pending=record_cards(actor, list(pending)),
    )


def statement(
    actor: Actor,
    volunteer: Key,
    *,
    start: date,
    end: date,
    kind: AccountKind = AccountKind.SERVICE_TIME,
    limit: int = 200,
    cursor: str | None = None,
) -> Statement:
    """A volunteer's statement: for the person and for officers of the region where they live."""
    region = may_read(actor, Permission.LEDGER_READ, volunteer)
    return ledger.statement(
        actor, owner=volunteer, start=start, end=end, kind=kind, region=region, limit=limit, cursor=cursor
    )
