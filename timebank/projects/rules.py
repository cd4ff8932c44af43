"""Rules of projects, shifts and sign-ups: states, code tables, what a project and a shift must say."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict, cast
from zoneinfo import ZoneInfo

from timebank.codes import CATEGORIES as CATEGORIES
from timebank.codes import MOST_CATEGORIES as MOST_CATEGORIES
from timebank.kernel.clock import local_date
from timebank.kernel.errors import Conflict, Invalid


class ProjectStatus(StrEnum):
    """States of a project (domain.md §4.2) that exist so far."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RECRUITING = "recruiting"
    CANCELLED = "cancelled"
    CLOSED = "closed"


OPEN_FOR_SERVICE = frozenset({ProjectStatus.RECRUITING, ProjectStatus.CLOSED})
"""States in which a project's gates take people in."""


class Action(StrEnum):
    """What can be done with a project."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    CANCEL = "cancel"
    ADD_SHIFT = "add_shift"


TRANSITIONS: Mapping[tuple[ProjectStatus, Action], ProjectStatus] = {
    (ProjectStatus.DRAFT, Action.EDIT): ProjectStatus.DRAFT,
    (ProjectStatus.DRAFT, Action.ADD_SHIFT): ProjectStatus.DRAFT,
    (ProjectStatus.DRAFT, Action.SUBMIT): ProjectStatus.SUBMITTED,
    (ProjectStatus.DRAFT, Action.CANCEL): ProjectStatus.CANCELLED,
    (ProjectStatus.SUBMITTED, Action.APPROVE): ProjectStatus.RECRUITING,
    (ProjectStatus.SUBMITTED, Action.RETURN): ProjectStatus.RETURNED,
    (ProjectStatus.SUBMITTED, Action.CANCEL): ProjectStatus.CANCELLED,
    (ProjectStatus.RETURNED, Action.EDIT): ProjectStatus.RETURNED,
    (ProjectStatus.RETURNED, Action.ADD_SHIFT): ProjectStatus.RETURNED,
    (ProjectStatus.RETURNED, Action.SUBMIT): ProjectStatus.SUBMITTED,
    (ProjectStatus.RETURNED, Action.CANCEL): ProjectStatus.CANCELLED,
    (ProjectStatus.RECRUITING, Action.ADD_SHIFT): ProjectStatus.RECRUITING,
    (ProjectStatus.RECRUITING, Action.CANCEL): ProjectStatus.CANCELLED,
}
"""What is under review stays as it is; what is approved keeps the facts that were approved."""


class ShiftStatus(StrEnum):
    """States of a shift."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class AttendanceMode(StrEnum):
    """What a shift asks of people to prove that they served; chosen for each shift."""

    IN_AND_OUT = "in_and_out"
    """Check-in and check-out; the time between them counts."""
    IN_ONLY = "in_only"
    """Check-in alone; whoever came stays until the shift's end."""
    PRESENCE = "presence"
    """Having been there, whenever the scan was made; the whole shift counts."""


class ClosingPolicy(StrEnum):
    """What becomes of a check-out that was forgotten when the gate closes."""

    ZERO = "zero"
    """Nothing counts until the person has appealed and the organizer has set a time."""
    SHIFT_END = "shift_end"
    """The person left at the end of the shift."""
    DEFAULT_MINUTES = "default_minutes"
    """The person stayed for the minutes that the shift names."""


class PrintedCode(StrEnum):
    """Whether a shift also takes a code printed on paper, which stays the same, and what it asks for then."""

    OFF = "off"
    PLACE = "place"
    """The phone says where it is, and that is near the venue."""
    ORGANIZER = "organizer"
    """The organizer confirms each scan."""


@dataclass(frozen=True, slots=True)
class ProjectPolicy:
    """Times, bounds and quotas of projects from a day on; a row with its source."""

    version: str
    valid_from: date
    accept_minutes: int
    """How long somebody who moved up from the wait-list may take to accept."""
    leave_notice_minutes: int
    """How long before the start a place is given back without a notice of absence (Order 685 Art. 22)."""
    appeal_days: int
    """How long after a shift a no-show or a closed visit may be appealed."""
    make_up_per_month: int
    """Make-up projects (补录) of an organisation in a calendar month."""
    make_up_days_back: int
    """How far back a make-up project may lie."""
    most_occurrences: int
    """Shifts that one recurrence may make."""
    default_minutes: int
    """The most that a forgotten check-out may count under `ClosingPolicy.DEFAULT_MINUTES`."""
    place_radius_m: int
    """How far from the venue a phone may be where the shift does not say, in metres."""
    source: str


class SignUpStatus(StrEnum):
    """States of a sign-up (domain.md §4.3) that exist so far."""

    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


SIGN_UP_CHANNELS = ("web", "window", "telephone")
"""By which way a place was taken or given back; the last two are for clerks who act for somebody."""

RECIPIENTS = (
    "subsistence extreme_hardship empty_nest living_alone left_behind_elder disabled_elder severe_disability "
    "left_behind_child child_in_difficulty disability special_family entitled_group migrant_family resident"
).split()
"""Recipients (服务对象), domain.md §3."""

SAFEGUARDS = "insurance transport meal water clothing training protection".split()
"""Safeguards for volunteers (志愿者保障), domain.md §3."""

LONGEST_TITLE = 100
LARGEST_SHIFT = 5000
LONGEST_OPENS_MINUTES = 240
LONGEST_CLOSES_MINUTES = 720
LONGEST_REASON = 200
NUMBER_DIGITS = 8

TEXTS: Mapping[str, int] = {
    "name": 100,
    "place": 200,
    "content": 4000,
    "risk": 2000,
    "leader_name": 60,
}
"""Texts that a project must state, and how long they may be (Order 685 Art. 12: true information, risks)."""

CODE_LISTS: Mapping[str, tuple[list[str], int]] = {
    "categories": (CATEGORIES, MOST_CATEGORIES),
    "recipients": (RECIPIENTS, len(RECIPIENTS)),
    "safeguards": (SAFEGUARDS, len(SAFEGUARDS)),
}
"""Code lists of which a project must name one at least, and how many at most."""


class Facts(TypedDict):
    """What a project says of itself."""

    name: str
    region_code: int
    place: str
    content: str
    categories: list[str]
    recipients: list[str]
    risk: str
    safeguards: list[str]
    leader_name: str
    earns_credit: bool


class FactChanges(TypedDict, total=False):
    """Some of the facts."""

    name: str
    region_code: int
    place: str
    content: str
    categories: list[str]
    recipients: list[str]
    risk: str
    safeguards: list[str]
    leader_name: str
    earns_credit: bool


def next_status(status: str, action: Action) -> ProjectStatus:
    """The state after an action. Raises Conflict("wrong-project-status") where it is not possible."""
    try:
        return TRANSITIONS[(ProjectStatus(status), action)]
    except KeyError:
        raise Conflict("wrong-project-status") from None


def possible_actions(status: str) -> tuple[Action, ...]:
    """What can be done in a state."""
    return tuple(action for before, action in TRANSITIONS if before == status)


def checked_facts(facts: Facts) -> Facts:
    """The facts, tidied. Raises Invalid naming every field that is missing, too long or not in its table."""
    wrong: dict[str, list[str]] = {}
    tidy: dict[str, Any] = dict(facts)
    for name, longest in TEXTS.items():
        tidy[name] = text = str(tidy[name]).strip()
        if not text or len(text) > longest:
            wrong[name] = [f"too-long {longest}" if text else "required"]
    for name, (known, most) in CODE_LISTS.items():
        if problem := _problem_of_codes(tidy[name], known, most):
            wrong[name] = [problem]
        tidy[name] = [code for code in known if code in tidy[name]]
    if wrong:
        raise Invalid(fields=wrong)
    return cast(Facts, tidy)


def _problem_of_codes(given: list[str], known: list[str], most: int) -> str | None:
    if not given:
        return "required"
    if not set(given) <= set(known):
        return "not-a-choice"
    return f"too-many-chosen {most}" if len(set(given)) > most else None


def check_reason(text: str) -> str:
    """What the author is told when a project is returned or cancelled. Raises Invalid("reason-needed")."""
    reason = text.strip()
    if not 2 <= len(reason) <= LONGEST_REASON:
        raise Invalid("reason-needed", field="reason")
    return reason


def checked_title(text: str) -> str:
    """The name of a shift, 1 to 100 characters. Raises Invalid with field `title`."""
    title = text.strip()
    if not title or len(title) > LONGEST_TITLE:
        raise Invalid(fields={"title": [f"too-long {LONGEST_TITLE}" if title else "required"]})
    return title


def check_shift_times(starts_at: datetime, ends_at: datetime, now: datetime, zone: ZoneInfo) -> None:
    """A shift lies ahead, ends after it starts, and on the same local date (domain.md §3: same day).

    Raises Invalid with the field at fault.
    """
    if starts_at <= now:
        raise Invalid("in-the-past", field="starts_at")
    if ends_at <= starts_at:
        raise Invalid("ends-before-start", field="ends_at")
    if local_date(starts_at, zone) != local_date(ends_at, zone):
        raise Invalid("crosses-midnight", field="ends_at")


def check_shift_numbers(capacity: int, opens_minutes: int, closes_minutes: int) -> None:
    """Places and gate window within bounds. Raises Invalid naming every field that is not."""
    bounds = {
        "capacity": (capacity, 1, LARGEST_SHIFT),
        "opens_minutes": (opens_minutes, 0, LONGEST_OPENS_MINUTES),
        "closes_minutes": (closes_minutes, 0, LONGEST_CLOSES_MINUTES),
    }
    wrong = {
        name: [f"out-of-range {low} {high}"]
        for name, (value, low, high) in bounds.items()
        if not low <= value <= high
    }
    if wrong:
        raise Invalid(fields=wrong)


def opens_at(starts_at: datetime, opens_minutes: int) -> datetime:
    """When the gate begins to take check-ins."""
    return starts_at - timedelta(minutes=opens_minutes)


def closes_at(ends_at: datetime, closes_minutes: int) -> datetime:
    """Until when the gate takes check-outs."""
    return ends_at + timedelta(minutes=closes_minutes)


def new_project_no(shard: int, year: int) -> str:
    """County, year and eight random digits: says nothing about how many there are, and may collide."""
    return f"{shard:06d}{year:04d}{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}"
