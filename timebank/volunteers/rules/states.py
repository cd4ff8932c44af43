"""Rules of a registration's states (domain.md §4.1): which there are, and what leads from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from timebank.kernel.errors import Conflict


class Status(StrEnum):
    """States of a registration; before the first one it is a draft, which belongs to nobody yet."""

    VERIFYING = "verifying"
    """Sent in; nobody has compared the document with the person yet (待实名核验)."""
    AWAITING_GUARDIAN = "awaiting_guardian"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    REGISTERED = "registered"
    SUSPENDED = "suspended"
    CLOSING = "closing"
    """The person asked to close the account; until the cooling-off ends it can be kept."""
    CLOSED = "closed"
    DECEASED = "deceased"
    MERGED = "merged"
    """The same person was registered twice; the other registration goes on."""


class Action(StrEnum):
    """What can be done with a registration."""

    VERIFY_IDENTITY = "verify-identity"
    GUARDIAN_CONSENT = "guardian-consent"
    COME_OF_AGE = "come-of-age"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    RESUBMIT = "resubmit"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    ASK_TO_CLOSE = "ask-to-close"
    KEEP = "keep"
    CLOSE = "close"
    RECORD_DEATH = "record-death"
    UNDO_DEATH = "undo-death"
    MERGE = "merge"


class IdentityMethod(StrEnum):
    """How somebody made sure that the document is real and the person's own."""

    IN_PERSON = "in_person"
    AUTHORITY = "authority"
    """Compared with the records of the authority that issued it."""
    DOCUMENT_COPY = "document_copy"


S, A = Status, Action

WAITING = (S.VERIFYING, S.AWAITING_GUARDIAN, S.SUBMITTED)
"""The office has to act, or the guardian; the reply deadline runs."""
LIVING = (*WAITING, S.RETURNED, S.REJECTED, S.REGISTERED, S.SUSPENDED)
ENDED = (S.CLOSED, S.DECEASED, S.MERGED)
COMPUTED = None
"""Where a registration then stands depends on what it still lacks: see `entry_status`."""

TRANSITIONS: Mapping[tuple[Status, Action], Status | None] = {
    (S.VERIFYING, A.VERIFY_IDENTITY): COMPUTED,
    (S.AWAITING_GUARDIAN, A.GUARDIAN_CONSENT): S.SUBMITTED,
    (S.AWAITING_GUARDIAN, A.COME_OF_AGE): S.SUBMITTED,
    (S.SUBMITTED, A.APPROVE): S.REGISTERED,
    **{(waiting, A.RETURN): S.RETURNED for waiting in WAITING},
    **{(waiting, A.REJECT): S.REJECTED for waiting in (*WAITING, S.RETURNED)},
    (S.RETURNED, A.RESUBMIT): COMPUTED,
    (S.REJECTED, A.RESUBMIT): COMPUTED,
    (S.REGISTERED, A.SUSPEND): S.SUSPENDED,
    (S.SUSPENDED, A.REINSTATE): S.REGISTERED,
    **{(living, A.ASK_TO_CLOSE): S.CLOSING for living in LIVING},
    (S.CLOSING, A.KEEP): COMPUTED,
    (S.CLOSING, A.CLOSE): S.CLOSED,
    **{(living, A.RECORD_DEATH): S.DECEASED for living in (*LIVING, S.CLOSING)},
    (S.DECEASED, A.UNDO_DEATH): COMPUTED,
    **{(living, A.MERGE): S.MERGED for living in LIVING},
}

OFFICE_ACTIONS = (A.VERIFY_IDENTITY, A.APPROVE, A.RETURN, A.REJECT, A.SUSPEND, A.REINSTATE, A.RECORD_DEATH)
OWN_ACTIONS = (A.RESUBMIT, A.SUSPEND, A.REINSTATE, A.ASK_TO_CLOSE, A.KEEP)


def next_status(status: Status, action: Action, computed: Status | None = None) -> Status:
    """The state after an action; `computed` is where it leads if that depends on the registration.

    Raises Conflict("wrong-status") where the action is not possible.
    """
    if (status, action) not in TRANSITIONS:
        raise Conflict("wrong-status", status=status.value)
    fixed = TRANSITIONS[(status, action)]
    if fixed is not None:
        return fixed
    if computed is None:
        raise Conflict("wrong-status", status=status.value)
    return computed


def possible_actions(status: Status) -> list[Action]:
    """What can be done in a state."""
    return [action for before, action in TRANSITIONS if before is status]


def entry_status(*, identity_verified: bool, guardian_missing: bool) -> Status:
    """Where it waits: first the document is compared, then a guardian consents, then somebody decides."""
    if not identity_verified:
        return Status.VERIFYING
    return Status.AWAITING_GUARDIAN if guardian_missing else Status.SUBMITTED
