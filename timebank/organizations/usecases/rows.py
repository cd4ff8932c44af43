"""Finding the row that a use-case is about, locked, and noting what was done with it."""

from __future__ import annotations

from sqlalchemy import func, select

from timebank.kernel import claims
from timebank.kernel.errors import Conflict, Forbidden, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission as P
from timebank.kernel.work import Work
from timebank.organizations.models import Organization, OrganizationStep
from timebank.organizations.rules import Status

KNOWN = (Status.ACTIVE, Status.SUSPENDED, Status.CLOSED)
ADMINISTERING = (P.MEMBERSHIP_WRITE, P.ORGANIZATION_WRITE)
"""An administrator of the organisation itself, or an officer who records organisations of its region."""


def locked(work: Work, key: Key) -> Organization:
    """The organisation, locked. Internal. Raises NotFound."""
    row = work.session.get(Organization, (key.shard, key.id), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    return row


def administered(work: Work, key: Key) -> Organization:
    """The organisation, locked, for its administrators and for officers who record it. Internal.

    Raises Unauthenticated, Forbidden for who administers nothing at all, NotFound outside one's scope.
    """
    if not work.actor.can(P.ORGANIZATION_WRITE):
        work.allow(P.MEMBERSHIP_WRITE)  # whoever has no such right anywhere learns nothing about rows
    row = locked(work, key)
    for right in ADMINISTERING:
        if _reaches(work, right, row):
            work.allow(right, region=row.region_code, organization=key)
            return row
    raise NotFound()


def _reaches(work: Work, right: P, row: Organization) -> bool:
    is_hidden = right is P.ORGANIZATION_WRITE and row.status == Status.DRAFT and not work.actor.is_system
    return not is_hidden and work.actor.can(right, region=row.region_code, organization=row.key)


def reviewed(work: Work, key: Key) -> Organization:
    """The organisation, locked, for reviewers of its region who do not work in it. Internal.

    Raises as `administered`, and Forbidden("own-organization").
    """
    work.allow(P.ORGANIZATION_REVIEW)
    row = locked(work, key)
    work.allow(P.ORGANIZATION_REVIEW, region=row.region_code)
    if any(grant.organization == key for grant in work.actor.grants):
        raise Forbidden("own-organization")
    return row


def check_active(row: Organization) -> None:
    """Raises Conflict("organization-closed" | "organization-not-active"), NotFound for what never was."""
    if row.status not in KNOWN:
        raise NotFound()
    if row.status == Status.CLOSED:
        raise Conflict("organization-closed")
    if row.status != Status.ACTIVE:
        raise Conflict("organization-not-active")


def note(
    work: Work, row: Organization, event: str, *, reason: str | None = None, concerns: Key | None = None
) -> None:
    """Add a line to the history of a locked row, and emit it as an event, which holds no words. Internal."""
    last = select(func.max(OrganizationStep.position)).where(
        OrganizationStep.shard_code == row.shard_code, OrganizationStep.organization_id == row.id
    )
    work.session.add(
        OrganizationStep(
            shard_code=row.shard_code,
            id=work.new_id(),
            organization_id=row.id,
            position=(work.session.scalar(last) or 0) + 1,
            event=event,
            status=row.status,
            reason=reason,
            concerns=str(concerns) if concerns else None,
            actor=work.actor.label,
            at=work.now,
        )
    )
    work.emit(event, row.key, **({"concerns": concerns} if concerns else {}))


def hold_credit_code(work: Work, row: Organization) -> None:
    """Claim the code for this organisation. Internal. Raises Conflict("organization-registered")."""
    code = row.credit_code
    if code is None or claims.holder("credit-code", code) == row.key:
        return
    if not claims.take(work, "credit-code", code, row.key):
        raise Conflict("organization-registered", field="credit_code")


def free_credit_code(work: Work, row: Organization) -> None:
    """Give the code free, if this organisation holds it: it may be registered again. Internal."""
    if row.credit_code and claims.holder("credit-code", row.credit_code) == row.key:
        claims.release(work, "credit-code", row.credit_code)
