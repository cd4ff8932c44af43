"""Consents: separate, versioned, given by the person, the guardian or before an officer, and withdrawn."""

from __future__ import annotations

from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.volunteers.models import Consent
from timebank.volunteers.queries.policies import consent_wordings
from timebank.volunteers.rules import check_codes


def check_consents(work: Work, given: list[str]) -> list[str]:
    """The purposes agreed to; each needed one must be there (PIPL Art. 14, 16 and 29). Internal.

    Raises Invalid("consent-missing", field="consents").
    """
    wordings = consent_wordings(work.today)
    offered = [purpose for purpose in wordings if purpose != "guardian"]
    chosen = check_codes(given, offered)
    if not {each.purpose for each in wordings.values() if each.needed} <= set(chosen):
        raise Invalid("consent-missing", field="consents")
    return chosen


def keep_consents(work: Work, volunteer: Key, purposes: list[str], channel: str) -> None:
    """Keep consents to the texts in force. Internal."""
    wordings = consent_wordings(work.today)
    work.session.add_all(
        Consent(
            shard_code=volunteer.shard,
            id=work.new_id(),
            volunteer_id=volunteer.id,
            purpose=purpose,
            version=wordings[purpose].version,
            channel=channel,
            given_by=work.actor.label,
            given_at=work.now,
        )
        for purpose in purposes
    )
