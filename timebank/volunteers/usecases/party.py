"""What the registry keeps of party membership: a claim until the party organisation agrees (domain.md §2.9).

The flat `party` decides with these; it knows the party organisations and the policy in force.
"""

from __future__ import annotations

from collections.abc import Sequence

from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import Volunteer
from timebank.volunteers.rules import PARTY_MEMBER, Status
from timebank.volunteers.usecases.rows import locked, refuse_own


def verify_party_member(work: Work, *, volunteer: Key, counted: Sequence[str] = (PARTY_MEMBER,)) -> None:
    """Confirm that a registered volunteer is a member of the Communist Party of China; twice changes nothing.

    `counted` are the political statuses (GB/T 4762) that count as membership. Raises
    Conflict("not-a-party-member") unless the person states one of them, Conflict("wrong-status").
    """
    row = _claiming(work, volunteer, counted)
    if row.party_verified_at is None:
        row.party_verified_at, row.party_verified_by = work.now, work.actor.label
        row.party_declined_at = None
        work.emit("volunteer.party_verified", row.key)


def decline_party_claim(work: Work, *, volunteer: Key, counted: Sequence[str] = (PARTY_MEMBER,)) -> None:
    """Take a claim off the list: the party organisation does not know this member. Twice changes nothing.

    Raises as `verify_party_member`, and Conflict("party-verified") for who is verified: that is withdrawn.
    """
    row = _claiming(work, volunteer, counted)
    if row.party_verified_at is not None:
        raise Conflict("party-verified")
    if row.party_declined_at is None:
        row.party_declined_at = work.now
        work.emit("volunteer.party_declined", row.key)


def revoke_party_verification(work: Work, *, volunteer: Key) -> None:
    """Withdraw a verification: the member left or moved, or it was a mistake.

    Raises Conflict("party-not-verified").
    """
    row = locked(work, volunteer, Permission.PARTY_VERIFY)
    refuse_own(work, row)
    if row.party_verified_at is None:
        raise Conflict("party-not-verified")
    row.party_verified_at = row.party_verified_by = None
    row.party_declined_at = work.now
    work.emit("volunteer.party_revoked", row.key)


def reopen_party_claim(work: Work, *, volunteer: Key, counted: Sequence[str] = (PARTY_MEMBER,)) -> None:
    """The person asks (again) to be verified. Raises as `verify_party_member`, and "party-verified"."""
    row = locked(work, volunteer, Permission.PARTY_REPORT)
    _refuse_unfit(row, counted)
    if row.party_verified_at is not None:
        raise Conflict("party-verified")
    row.party_declined_at = None


def _claiming(work: Work, volunteer: Key, counted: Sequence[str]) -> Volunteer:
    row = locked(work, volunteer, Permission.PARTY_VERIFY)
    refuse_own(work, row)
    _refuse_unfit(row, counted)
    return row


def _refuse_unfit(row: Volunteer, counted: Sequence[str]) -> None:
    if row.political_status not in counted:
        raise Conflict("not-a-party-member")
    if row.status != Status.REGISTERED:
        raise Conflict("wrong-status", status=row.status)
