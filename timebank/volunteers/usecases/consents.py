"""Consents: separate, versioned, given by the person, the guardian or before an officer, and withdrawn."""

from __future__ import annotations

from sqlalchemy import select

from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import Consent, Volunteer
from timebank.volunteers.queries.policies import consent_wordings
from timebank.volunteers.rules import ENDED, Status, check_codes
from timebank.volunteers.usecases.rows import locked


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


def record_consents(work: Work, *, volunteer: Key, purposes: list[str]) -> None:
    """An officer holds the form that the person signed; what is consented to already stays as it is.

    Raises Invalid for `purposes`, Conflict("wrong-status") for a registration that has ended.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_ASSIST)
    if Status(row.status) in ENDED:
        raise Conflict("wrong-status", status=row.status)
    offered = [purpose for purpose in consent_wordings(work.today) if purpose != "guardian"]
    chosen = _chosen(purposes, offered)
    fresh = [purpose for purpose in chosen if purpose not in present_purposes(work, volunteer)]
    keep_consents(work, row.key, fresh, "window")
    if fresh:
        work.emit("volunteer.consents_recorded", row.key, purposes=fresh)


def refuse_open_consents(work: Work, row: Volunteer) -> None:
    """Nobody becomes a volunteer without the needed ones. Internal. Raises Conflict("consent-missing")."""
    needed = {each.purpose for each in consent_wordings(work.today).values() if each.needed}
    if not needed <= present_purposes(work, row.key):
        raise Conflict("consent-missing")


def present_purposes(work: Work, volunteer: Key) -> set[str]:
    """What somebody has consented to and not taken back. Internal."""
    return set(
        work.session.scalars(
            select(Consent.purpose).where(
                Consent.shard_code == volunteer.shard,
                Consent.volunteer_id == volunteer.id,
                Consent.withdrawn_at.is_(None),
            )
        )
    )


def _chosen(given: list[str], offered: list[str]) -> list[str]:
    try:
        chosen = check_codes(given, offered)
    except Invalid as error:
        raise Invalid(error.code, field="purposes") from None
    if not chosen:
        raise Invalid("required", field="purposes")
    return chosen
