"""Consents: separate, versioned, given by the person, the guardian or before an officer, and withdrawn."""

from __future__ import annotations

from sqlalchemy import select

from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import Consent, Volunteer
from timebank.volunteers.queries.policies import consent_wordings
from timebank.volunteers.rules import CONSENT_PURPOSES, check_codes
from timebank.volunteers.usecases.rows import locked, refuse_ended


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


def give_consent(work: Work, *, volunteer: Key, purposes: list[str]) -> None:
    """Agree to the texts in force: for the first time, again, or to a newer version.

    For the person or the guardian. What is agreed to already stays as it is. Raises Invalid for `purposes`.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    _refuse_others(work, volunteer)
    refuse_ended(row)
    wordings = consent_wordings(work.today)
    chosen = _named(purposes, [purpose for purpose in wordings if purpose != "guardian"])
    present = {(each.purpose, each.version) for each in _present(work, volunteer)}
    fresh = [each for each in chosen if (each, wordings[each].version) not in present]
    keep_consents(work, volunteer, fresh, "web")
    if fresh:
        work.emit("volunteer.consent_given", volunteer, purposes=fresh)


def withdraw_consent(work: Work, *, volunteer: Key, purpose: str) -> None:
    """Take a consent back that registration does not depend on, at once (PIPL Art. 15).

    For the person or the guardian; twice changes nothing. Raises NotFound for what is no purpose and
    Conflict("consent-needed") for one without which nobody is registered: that means closing the account.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    _refuse_others(work, volunteer)
    refuse_ended(row)
    wordings = consent_wordings(work.today)
    if purpose not in CONSENT_PURPOSES or purpose not in wordings:
        raise NotFound()
    if wordings[purpose].needed or purpose == "guardian":
        raise Conflict("consent-needed")
    present = [each for each in _present(work, volunteer) if each.purpose == purpose]
    for consent in present:
        consent.withdrawn_at, consent.withdrawn_by = work.now, work.actor.label
    if present:
        work.emit("volunteer.consent_withdrawn", volunteer, purposes=[purpose])


def record_consents(work: Work, *, volunteer: Key, purposes: list[str]) -> None:
    """An officer holds the form that the person signed; what is consented to already stays as it is.

    Raises Invalid for `purposes`, Conflict("wrong-status") for a registration that has ended.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_ASSIST)
    refuse_ended(row)
    chosen = _named(purposes, [purpose for purpose in consent_wordings(work.today) if purpose != "guardian"])
    present = present_purposes(work, volunteer)
    fresh = [purpose for purpose in chosen if purpose not in present]
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
    return {each.purpose for each in _present(work, volunteer)}


def _refuse_others(work: Work, volunteer: Key) -> None:
    """A consent is the person's own word, or the guardian's. Raises Forbidden("consent-is-personal")."""
    if not (work.actor.owns(volunteer) or work.actor.is_system):
        raise Forbidden("consent-is-personal")


def _named(purposes: list[str], offered: list[str]) -> list[str]:
    try:
        chosen = check_codes(purposes, offered)
    except Invalid as error:
        raise Invalid(error.code, field="purposes") from None
    if not chosen:
        raise Invalid("required", field="purposes")
    return chosen


def _present(work: Work, volunteer: Key) -> list[Consent]:
    """The consents that are not withdrawn; the volunteer's row is the lock."""
    return list(
        work.session.scalars(
            select(Consent)
            .where(
                Consent.shard_code == volunteer.shard,
                Consent.volunteer_id == volunteer.id,
                Consent.withdrawn_at.is_(None),
            )
            .execution_options(populate_existing=True)
        )
    )
