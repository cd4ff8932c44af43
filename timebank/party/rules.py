"""Rules of party organisations, of membership, of reporting to a community, and of figures on few people."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from timebank.kernel.errors import Conflict, Invalid

NAME_SHORTEST, NAME_LONGEST = 2, 100
UNIT_LONGEST = 100
REASON_LONGEST = 200
DEEPEST = 8
"""Levels of party organisations above one another; more is a mistake."""
FEWEST = 5
"""A number of people below this is not shown to those who may not see names (domain.md §3)."""
LONGEST_LIST = 1_000
"""Numbers in one list or file that is verified at once."""

MEMBER, PROBATIONARY = "01", "02"
"""GB/T 4762: member, and probationary member, of the Communist Party of China."""


class Kind(StrEnum):
    """What a party organisation is (Constitution of the Party, Art. 30), the highest first."""

    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"


class Belongs(StrEnum):
    """Whose party organisation it is: of a community or village, or of a unit (机关、企事业单位)."""

    COMMUNITY = "community"
    UNIT = "unit"


class MembershipStatus(StrEnum):
    """States of a membership: said by the person, then decided by the party organisation."""

    CLAIMED = "claimed"
    VERIFIED = "verified"
    REFUSED = "refused"
    ENDED = "ended"


class ReportStatus(StrEnum):
    """States of a report to a community (报到)."""

    REPORTED = "reported"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDED = "ended"


PRESENT_MEMBERSHIP = (MembershipStatus.CLAIMED, MembershipStatus.VERIFIED)
PRESENT_REPORT = (ReportStatus.REPORTED, ReportStatus.CONFIRMED)

REPORT_STEPS: Mapping[ReportStatus, tuple[ReportStatus, ...]] = {
    ReportStatus.CONFIRMED: (ReportStatus.REPORTED,),
    ReportStatus.REFUSED: (ReportStatus.REPORTED,),
    ReportStatus.ENDED: PRESENT_REPORT,
}
"""From which states each state is reached."""


class Outcome(StrEnum):
    """What became of one line of a list of people to verify."""

    VERIFIED = "verified"
    RECORDED = "recorded"
    """Verified before; now the party organisation is on record too."""
    REPEATED = "repeated"
    DECLINED = "declined"
    ELSEWHERE = "member-elsewhere"
    NOT_A_MEMBER = "not-a-party-member"
    WRONG_STATUS = "wrong-status"
    ALREADY_VERIFIED = "party-verified"
    OWN = "own-registration"
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True)
class PartyPolicy:
    """Whether probationary members count, from a day on; a row with its source."""

    version: str
    valid_from: date
    counts_probationary: bool
    source: str

    @property
    def counted(self) -> tuple[str, ...]:
        """The political statuses that count as party membership."""
        return (MEMBER, PROBATIONARY) if self.counts_probationary else (MEMBER,)


def check_name(text: str) -> str:
    """The name of a party organisation: 2 to 100 characters. Raises Invalid with field `name`."""
    name = " ".join(text.split())
    if not NAME_SHORTEST <= len(name) <= NAME_LONGEST:
        raise Invalid(f"wrong-length {NAME_SHORTEST} {NAME_LONGEST}", field="name")
    return name


def check_unit(text: str | None) -> str | None:
    """The unit where somebody works, one line. Raises Invalid with field `unit`."""
    unit = " ".join((text or "").split())
    if len(unit) > UNIT_LONGEST:
        raise Invalid(f"too-long {UNIT_LONGEST}", field="unit")
    return unit or None


def check_reason(text: str) -> str:
    """2 to 200 characters that the person reads. Raises Invalid("reason-needed", field="reason")."""
    reason = text.strip()
    if not 2 <= len(reason) <= REASON_LONGEST:
        raise Invalid("reason-needed", field="reason")
    return reason


def check_parent(kind: Kind, parent: Kind) -> None:
    """A committee stands under a committee, a general branch too, a branch under either.

    Raises Invalid("parent-too-low", field="parent").
    """
    order = list(Kind)
    is_higher = order.index(parent) < order.index(kind)
    if not is_higher and (kind, parent) != (Kind.COMMITTEE, Kind.COMMITTEE):
        raise Invalid("parent-too-low", field="parent")


def check_step(status: ReportStatus, to: ReportStatus) -> None:
    """Raises Conflict("wrong-report-status") where a report cannot become that."""
    if status not in REPORT_STEPS[to]:
        raise Conflict("wrong-report-status", status=status.value)


def period_of(year: int, quarter: int | None) -> tuple[date, date]:
    """First and last day of a calendar year, or of one of its quarters (1 to 4)."""
    if quarter is None:
        return date(year, 1, 1), date(year, 12, 31)
    last_month = quarter * 3
    last_day = 31 if last_month in (3, 12) else 30
    return date(year, last_month - 2, 1), date(year, last_month, last_day)


def veiled(groups: Sequence[Sequence[int]]) -> set[int]:
    """Which groups of people are not shown: those with a number from 1 to 4, by their position.

    If only one is left out, its numbers follow from the total; then the smallest other one is left out too.
    """
    hidden = {at for at, counts in enumerate(groups) if any(0 < count < FEWEST for count in counts)}
    others = [(max(counts), at) for at, counts in enumerate(groups) if at not in hidden and any(counts)]
    if len(hidden) == 1 and others:
        hidden.add(min(others)[1])
    return hidden


def read_numbers(content: bytes | str) -> list[str]:
    """The numbers of a pasted list or of the first column of a CSV file in UTF-8 or GB18030, in their order.

    Empty lines and a heading without any digit are left out. Raises Invalid("not-a-table" | "too-many-lines"
    | "required", field="numbers").
    """
    rows = csv.reader(io.StringIO(_text(content)))
    try:
        cells = [row[0].strip().lstrip("'") for row in rows if row and row[0].strip()]
    except csv.Error:
        raise Invalid("not-a-table", field="numbers") from None
    if cells and not any(sign.isdigit() for sign in cells[0]):
        cells = cells[1:]
    if not cells:
        raise Invalid("required", field="numbers")
    if len(cells) > LONGEST_LIST:
        raise Invalid(f"too-many-lines {LONGEST_LIST}", field="numbers")
    return cells


def _text(content: bytes | str) -> str:
    if isinstance(content, str):
        return content
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("not-a-table", field="numbers")
