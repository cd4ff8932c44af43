"""Party membership is a claim until the party organisation verifies it (domain.md §2.9)."""

from __future__ import annotations

from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.rules import PARTY_MEMBER, Status
from timebank.volunteers.usecases.rows import locked, refuse_own


def verify_party_member(work: Work, *, volunteer: Key) -> None:
    """Confirm that a registered volunteer is a member of the Communist Party of China; twice changes nothing.

    Raises Conflict("not-a-party-member") unless the person says so, Conflict("wrong-status").
    """
    row = locked(work, volunteer, Permission.PARTY_VERIFY)
    refuse_own(work, row)
    if row.political_status != PARTY_MEMBER:
        raise Conflict("not-a-party-member")
    if row.status != Status.REGISTERED:
        raise Conflict("wrong-status", status=row.status)
    if row.party_verified_at is None:
        row.party_verified_at, row.party_verified_by = work.now, work.actor.label
        work.emit("volunteer.party_verified", row.key)
