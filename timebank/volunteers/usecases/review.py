"""The office decides: identity, approval, return, rejection, suspension."""

from __future__ import annotations

from timebank.kernel.errors import Conflict, Forbidden
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import Action, Status, check_reason
from timebank.volunteers.usecases.consents import refuse_open_consents
from timebank.volunteers.usecases.registration import note_identity, waiting_status
from timebank.volunteers.usecases.rows import advance, locked, refuse_maker, refuse_own, release_document


def verify_identity(work: Work, *, volunteer: Key, method: str) -> None:
    """Keep that the document was compared with the person, or with the issuing authority's records."""
    _verify(work, _deciding(work, volunteer), method)


def approve(work: Work, *, volunteer: Key, method: str | None = None) -> None:
    """Make somebody a registered volunteer; with `method` the identity is verified in the same step.

    Raises Conflict("identity-not-verified"), Conflict("guardian-missing") or Conflict("consent-missing") for
    what is still lacking, and Forbidden("maker-is-checker") for who entered the registration.
    """
    row = _deciding(work, volunteer)
    refuse_maker(work, row)
    if method is not None and row.status == Status.VERIFYING:
        _verify(work, row, method)
    lacking = {
        Status.VERIFYING: "identity-not-verified",
        Status.AWAITING_GUARDIAN: "guardian-missing",
    }.get(Status(row.status))
    if lacking:
        raise Conflict(lacking, field="method" if row.status == Status.VERIFYING else None)
    refuse_open_consents(work, row)
    row.registered_on, row.reply_due_on = work.today, None
    advance(work, row, Action.APPROVE)


def return_for_correction(work: Work, *, volunteer: Key, reason: str) -> None:
    """Send a registration back; the person reads the reason and may correct it (Order 67 Art. 6)."""
    row = _deciding(work, volunteer)
    advance(work, row, Action.RETURN, check_reason(reason))
    row.reply_due_on = None


def reject(work: Work, *, volunteer: Key, reason: str) -> None:
    """Refuse a registration. The document becomes free: whoever misused it blocks nobody."""
    row = _deciding(work, volunteer)
    advance(work, row, Action.REJECT, check_reason(reason))
    row.reply_due_on = None
    release_document(work, row)


def suspend(work: Work, *, volunteer: Key, reason: str) -> None:
    """Suspend a registered volunteer; the person may do so too, for a while of rest."""
    if work.actor.owns(volunteer):
        row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    else:
        row = _deciding(work, volunteer)
    advance(work, row, Action.SUSPEND, check_reason(reason))


def reinstate(work: Work, *, volunteer: Key) -> None:
    """End a suspension; the person ends only one of their own. Raises Forbidden("suspended-by-office")."""
    if not work.actor.owns(volunteer):
        advance(work, _deciding(work, volunteer), Action.REINSTATE)
        return
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    if row.status == Status.SUSPENDED and row.status_changed_by != work.actor.label:
        raise Forbidden("suspended-by-office")
    advance(work, row, Action.REINSTATE)


def _deciding(work: Work, volunteer: Key) -> Volunteer:
    row = locked(work, volunteer, Permission.VOLUNTEER_REVIEW)
    refuse_own(work, row)
    return row


def _verify(work: Work, row: Volunteer, method: str) -> None:
    note_identity(work, row, method)
    to = waiting_status(work, row, registration_policy(work.today))
    advance(work, row, Action.VERIFY_IDENTITY, to=to)
