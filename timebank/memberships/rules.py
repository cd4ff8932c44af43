"""Rules of memberships: states, invitations, join codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from timebank.identity.rules import check_phone, mask_phone, plain
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import CODE_ALPHABET
from timebank.volunteers.rules import NUMBER_LENGTH


class Status(StrEnum):
    """States of a membership."""

    REQUESTED = "requested"
    ACTIVE = "active"
    REFUSED = "refused"
    LEFT = "left"
    REMOVED = "removed"


class Action(StrEnum):
    """What can be done with a membership."""

    REQUEST = "request"
    JOIN = "join"
    ACCEPT = "accept"
    APPROVE = "approve"
    REFUSE = "refuse"
    LEAVE = "leave"
    REMOVE = "remove"


class Way(StrEnum):
    """How somebody came into a team."""

    FOUNDER = "founder"
    REQUEST = "request"
    INVITATION = "invitation"
    CODE = "code"


class Invitation(StrEnum):
    """States of an invitation as its team knows them: a refusal is none, and it runs out by itself."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Mapping[tuple[Status | None, Action], Status] = {
    (None, Action.REQUEST): Status.REQUESTED,
    (None, Action.JOIN): Status.ACTIVE,
    (None, Action.ACCEPT): Status.ACTIVE,
    (Status.REQUESTED, Action.JOIN): Status.ACTIVE,
    (Status.REQUESTED, Action.ACCEPT): Status.ACTIVE,
    (Status.REQUESTED, Action.APPROVE): Status.ACTIVE,
    (Status.REQUESTED, Action.REFUSE): Status.REFUSED,
    (Status.REQUESTED, Action.LEAVE): Status.LEFT,
    (Status.ACTIVE, Action.LEAVE): Status.LEFT,
    (Status.ACTIVE, Action.REMOVE): Status.REMOVED,
    (Status.REFUSED, Action.REQUEST): Status.REQUESTED,
    (Status.REFUSED, Action.ACCEPT): Status.ACTIVE,
    (Status.LEFT, Action.REQUEST): Status.REQUESTED,
    (Status.LEFT, Action.JOIN): Status.ACTIVE,
    (Status.LEFT, Action.ACCEPT): Status.ACTIVE,
    (Status.REMOVED, Action.REQUEST): Status.REQUESTED,
    (Status.REMOVED, Action.ACCEPT): Status.ACTIVE,
}
"""A code does not bring back who was refused or removed: for that an administrator has to say yes."""

INVITATION_LIFE = timedelta(days=14)
JOIN_CODE_LENGTH = 10
"""30^10 possibilities, and attempts are counted."""
LONGEST_CODE_DAYS = 90
MOST_USES = 5000
CODE_DAYS, CODE_USES = 7, 50
"""What the form of a join code offers first."""
REASON_LONGEST = 200

_NUMBER = re.compile(rf"\d{{6}}[{CODE_ALPHABET}]{{{NUMBER_LENGTH}}}", re.ASCII)


def next_status(status: str | None, action: Action) -> Status:
    """The state after an action; None is who never had anything to do with the team.

    Raises Conflict("already-member" | "already-requested" | "ask-to-come-back" | "wrong-status").
    """
    before = Status(status) if status else None
    try:
        return TRANSITIONS[(before, action)]
    except KeyError:
        raise Conflict(_why_not(before, action), status=status) from None


def _why_not(before: Status | None, action: Action) -> str:
    if before is Status.ACTIVE and action in (Action.REQUEST, Action.JOIN, Action.ACCEPT):
        return "already-member"
    if before is Status.REQUESTED and action is Action.REQUEST:
        return "already-requested"
    if before in (Status.REFUSED, Status.REMOVED) and action is Action.JOIN:
        return "ask-to-come-back"
    return "wrong-status"


def volunteer_number(text: str) -> str | None:
    """The text as a volunteer number, where it has the form of one."""
    compact = plain(text).upper()
    return compact if _NUMBER.fullmatch(compact) else None


def check_addressee(text: str, demo: bool) -> str:
    """Whom to invite: a volunteer number or a mobile number, tidied.

    Raises Invalid("not-an-addressee") with field `to`; says nothing about whether anybody has it.
    """
    number = volunteer_number(text)
    if number:
        return number
    try:
        return check_phone(text, demo)
    except Invalid:
        raise Invalid("not-an-addressee", field="to") from None


def mask_addressee(number: str) -> str:
    """120****1234, 511102****7KQX: what the list of sent invitations shows."""
    return mask_phone(number) if len(number) == 11 else f"{number[:6]}****{number[-4:]}"


def check_code_numbers(days: int, uses: int) -> None:
    """How long and how often a join code can be used. Raises Invalid naming every field out of bounds."""
    bounds = {"days": (days, LONGEST_CODE_DAYS), "uses": (uses, MOST_USES)}
    wrong = {
        name: [f"out-of-range 1 {most}"] for name, (value, most) in bounds.items() if not 1 <= value <= most
    }
    if wrong:
        raise Invalid(fields=wrong)


def seen_by_inviter(status: str, expires_at: datetime, now: datetime) -> str:
    """How an invitation stands for who sent it: `open`, `accepted`, `withdrawn` or `expired`.

    A refusal looks like no answer: it would tell that somebody has the number.
    """
    if status != Invitation.OPEN:
        return status
    return "open" if expires_at > now else "expired"
