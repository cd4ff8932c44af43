"""What counts as party membership: dated rows."""

from __future__ import annotations

from datetime import date

from timebank.kernel.dated import in_force
from timebank.party.models import PartyPolicyRow
from timebank.party.rules import PartyPolicy


def party_policy(on: date | None = None) -> PartyPolicy:
    """The policy in force on a local day, today unless said otherwise."""
    row = in_force(PartyPolicyRow, on)
    return PartyPolicy(row.version, row.valid_from, row.counts_probationary, row.source)
