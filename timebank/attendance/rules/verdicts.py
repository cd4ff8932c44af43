"""How a scan is judged: one table, `verdicts.json`, for every way of scanning, on server and phone.

A row of the table applies when each of its facts has one of the values the row names; the first row that
applies decides. The order says what counts most:

1. Somebody who is inside may leave until the gate's last minute, whatever has become of their sign-up, of
   their registration or of the shift: called off, stopped, its gate closed early by hand.
2. The session (cancelled, not approved), the person (suspended, not approved), their place in the shift.
3. The hours of the gate.
4. Where the person is, here and elsewhere, and whether the code has let them pass before.

A second table settles what a device judged while it was off line: what it accepted and the server would
refuse is neither lost nor counted but left to a person (`provisional`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files

from timebank.kernel.errors import Invalid, InvariantBroken
from timebank.projects.rules import CALLED_OFF, OPEN_FOR_SERVICE, PrintedCode, ShiftStatus
from timebank.volunteers.rules import Status


class Direction(StrEnum):
    """Into the shift, or out of it; always said, never toggled."""

    IN = "in"
    OUT = "out"


class Method(StrEnum):
    """How a scan was made; the evidence grade of an hour follows from it."""

    VENUE_CODE = "venue_code"
    PERSONAL_CODE = "personal_code"
    KIOSK = "kiosk"
    """A personal code at a device that nobody watches."""
    PRINTED_CODE = "printed_code"
    ORGANIZER = "organizer"
    POLICY = "policy"
    """Not scanned: the shift's closing policy ended the visit."""


class Verdict(StrEnum):
    """What becomes of a scan. A repeated one changes nothing and is nobody's fault.

    A provisional one was made off line, or with a printed code that an organizer confirms, and waits for a
    person's decision; `undone` is the answer of the row that takes an accepted one back.
    """

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    REFUSED = "refused"
    PROVISIONAL = "provisional"
    UNDONE = "undone"


TOLD = (Verdict.ACCEPTED, Verdict.REPEATED, Verdict.REFUSED, Verdict.PROVISIONAL)
"""What a device that is off line can say to whoever scanned."""


class Presence(StrEnum):
    """Where a person is, seen from one shift."""

    NEVER_IN = "never_in"
    INSIDE = "inside"
    GONE = "gone"


class Session(StrEnum):
    """How the shift stands."""

    OK = "ok"
    CANCELLED = "cancelled"
    NOT_APPROVED = "not-approved"
    CLOSED = "closed"


class Person(StrEnum):
    """How the registration stands."""

    OK = "ok"
    SUSPENDED = "suspended"
    NOT_APPROVED = "not-approved"


class Time(StrEnum):
    """When the scan was made, by the hours of the gate."""

    EARLY = "early"
    OPEN = "open"
    ENDED = "ended"
    """The shift is over; whoever is inside may still check out."""
    LATE = "late"


class Elsewhere(StrEnum):
    """Whether the person is inside at another shift."""

    NO = "no"
    BEFORE = "before"
    """At one that ends no later than this one begins, or was called off: there they leave, here they come."""
    YES = "yes"


class CodeUse(StrEnum):
    """Whether the venue code has let this person pass here before."""

    NONE = "none"
    """No venue code was scanned."""
    FRESH = "fresh"
    USED = "used"
    SAME = "same"
    """It is the one with which they left."""


class Paper(StrEnum):
    """Whether the code was on paper, and what the shift asks for then."""

    NO = "no"
    NEAR = "near"
    """The phone was near the venue."""
    AWAY = "away"
    """It was too far away, or did not say where it is."""
    CONFIRM = "confirm"
    """An organizer confirms each scan."""


class Doubt(StrEnum):
    """Why the time of a scan made off line cannot simply be believed."""

    NONE = "none"
    CLOCK = "clock"
    LATE = "late"


LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that decides about a scan whose code is genuine."""

    direction: Direction
    session: Session = Session.OK
    person: Person = Person.OK
    has_place: bool = True
    time: Time = Time.OPEN
    presence: Presence = Presence.NEVER_IN
    elsewhere: Elsewhere = Elsewhere.NO
    code: CodeUse = CodeUse.NONE
    paper: Paper = Paper.NO

    @property
    def facts(self) -> dict[str, str]:
        """As the table names them."""
        return {
            "direction": self.direction,
            "session": self.session,
            "person": self.person,
            "place": "yes" if self.has_place else "no",
            "time": self.time,
            "presence": self.presence,
            "elsewhere": self.elsewhere,
            "code": self.code,
            "paper": self.paper,
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the code that says why; None where it is simply accepted."""

    verdict: Verdict
    code: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    when: Mapping[str, frozenset[str]]
    judgement: Judgement


def _rows(table: list[dict[str, object]]) -> tuple[_Row, ...]:
    return tuple(_row(**row) for row in table)  # type: ignore[arg-type]


def _row(when: dict[str, list[str]], verdict: str, code: str | None) -> _Row:
    return _Row({fact: frozenset(values) for fact, values in when.items()}, Judgement(Verdict(verdict), code))


TABLE = json.loads(files(__package__).joinpath("verdicts.json").read_text("utf-8"))
"""The table as it also goes to the phones."""
ONLINE, OFFLINE = _rows(TABLE["online"]), _rows(TABLE["offline"])
SAME = "same"
"""The code of the server's judgement stays."""

REFUSALS = tuple(
    sorted(
        {"unknown", "expired-code"}
        | {row.judgement.code for row in ONLINE + OFFLINE if row.judgement.code} - {SAME}
    )
)
"""Every code there is for a scan that was not simply accepted."""


@cache
def judge(case: Situation) -> Judgement:
    """Judge a scan whose code is genuine and fresh."""
    return _first(ONLINE, case.facts)


def judge_offline(told: Verdict, judged: Judgement, doubt: Doubt) -> Judgement:
    """What becomes of a scan that a device judged off line (`told`) and the server now judges as `judged`."""
    facts = {"told": str(told), "judged": str(judged.verdict), "code": judged.code or "", "doubt": str(doubt)}
    found = _first(OFFLINE, facts)
    return Judgement(found.verdict, judged.code) if found.code == SAME else found


def _first(rows: tuple[_Row, ...], facts: Mapping[str, str]) -> Judgement:
    for row in rows:
        if all(facts[fact] in values for fact, values in row.when.items()):
            return row.judgement
    raise InvariantBroken("no row of the table of verdicts applies")


def session_of(project_status: str, shift_status: str) -> Session:
    """How a shift stands, from its state and its project's."""
    if project_status in CALLED_OFF or shift_status == ShiftStatus.CANCELLED:
        return Session.CANCELLED
    if project_status not in OPEN_FOR_SERVICE:
        return Session.NOT_APPROVED
    return Session.CLOSED if shift_status == ShiftStatus.CLOSED else Session.OK


def person_of(status: Status | None) -> Person:
    """How somebody's registration stands."""
    if status is Status.SUSPENDED:
        return Person.SUSPENDED
    return Person.OK if status is Status.REGISTERED else Person.NOT_APPROVED


def time_of(at: datetime, *, opens_at: datetime, ends_at: datetime, closes_at: datetime) -> Time:
    """When an instant lies, by the hours of a gate; its bounds belong to the time that they end."""
    if at < opens_at:
        return Time.EARLY
    if at <= ends_at:
        return Time.OPEN
    return Time.ENDED if at <= closes_at else Time.LATE


def paper_of(policy: PrintedCode, distance_m: int | None, reach_m: int) -> Paper:
    """What the scan of a printed code shows, by the shift's policy; no distance: the place is not known."""
    if policy is PrintedCode.ORGANIZER:
        return Paper.CONFIRM
    return Paper.NEAR if distance_m is not None and distance_m <= reach_m else Paper.AWAY


def code_use(step: int | None, *, last_step: int | None, has_left: bool) -> CodeUse:
    """Whether the code of a step has let somebody pass whose newest passage was made with `last_step`."""
    if step is None:
        return CodeUse.NONE
    if last_step is None or step > last_step:
        return CodeUse.FRESH
    return CodeUse.SAME if has_left and step == last_step else CodeUse.USED


def check_reason(text: str) -> str:
    """Why an organizer, not a scan, ended a visit: 2 to 200 characters. Raises Invalid("reason-needed")."""
    reason = text.strip()
    if not 2 <= len(reason) <= LONGEST_REASON:
        raise Invalid("reason-needed", field="reason")
    return reason
