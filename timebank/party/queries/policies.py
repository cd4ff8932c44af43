"""What counts as party membership: dated rows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import InvariantBroken
from timebank.party.models import PartyPolicyRow
from timebank.party.rules import PartyPolicy


def party_policy(on: date | None = None) -> PartyPolicy:
    """The policy in force on a local day, today unless said otherwise."""
    services = runtime()
    day = on or local_date(services.clock.now(), services.config.time_zone)
    row = session().scalar(
        select(PartyPolicyRow)
        .where(PartyPolicyRow.valid_from <= day)
        .order_by(PartyPolicyRow.valid_from.desc())
        .limit(1)
    )
    if row is None:
        raise InvariantBroken(f"no party policy is in force on {day}")
    return PartyPolicy(row.version, row.valid_from, row.counts_probationary, row.source)
