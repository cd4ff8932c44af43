"""Rules of indicators: what each counts, how counts add up the tree, and how far a target is away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from operator import add
from typing import NamedTuple, TypeVar

from timebank.kernel.region_code import NATION, ancestors, covers
from timebank.kernel.units import BASIS_POINTS

Own = TypeVar("Own")
LONGEST_DOCUMENT = 200


class Indicator(StrEnum):
    """Indicators of domain.md §1.2 that are computed so far."""

    REGISTERED_SHARE = "registered_share"
    PARTY_PARTICIPATION = "party_participation"
    RESIDENT_PARTICIPATION = "resident_participation"


DENOMINATOR: dict[Indicator, str] = {
    Indicator.REGISTERED_SHARE: "residents",
    Indicator.PARTY_PARTICIPATION: "party_members",
    Indicator.RESIDENT_PARTICIPATION: "residents",
}
"""Which region figure each indicator divides by."""


class Counts(NamedTuple):
    """People of a region, each counted once, by present home; every second number is what was left out."""

    registered: int = 0
    not_registered: int = 0
    party: int = 0
    party_unverified: int = 0
    participants: int = 0
    unconfirmed: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(*map(add, self, other))

    def of(self, indicator: Indicator) -> tuple[int, int]:
        """Numerator of the indicator, and how many looked like it and were left out."""
        at = 2 * list(Indicator).index(indicator)
        return self[at], self[at + 1]


def roll_up(
    leaves: Iterable[tuple[int, Counts, Own | None]],
) -> Iterator[tuple[int, Counts, Own | None]]:
    """Add counts up the tree. Yields every region that is, or contains, one of the leaves: children before
    parents, the nation (code 0) last, each with what the leaf of its own code brought along.

    Leaves come in the order of their codes, so only one path of the tree is open at a time.
    """
    path: list[tuple[int, Counts, Own | None]] = [(NATION, Counts(), None)]
    for code, counts, own in leaves:
        while not covers(path[-1][0], code):
            yield _close(path)
        path += [(step, Counts(), None) for step in (*ancestors(code), code) if step > path[-1][0]]
        _, so_far, _ = path.pop()
        path.append((code, so_far.plus(counts), own))
    while path:
        yield _close(path)


def _close(path: list[tuple[int, Counts, Own | None]]) -> tuple[int, Counts, Own | None]:
    done = path.pop()
    if path:
        code, counts, own = path.pop()
        path.append((code, counts.plus(done[1]), own))
    return done


def people_needed(target: int, denominator: int) -> int:
    """The least number of people that reaches a target share given in basis points."""
    return -(-target * denominator // BASIS_POINTS)


def days_to_compute(on: date) -> tuple[date, ...]:
    """The last days to describe: `on`, and in January the old year's last day once more.

    A record may be entered within ten working days (MCA Order 67 Art. 11), so December's come in January.
    """
    return (date(on.year - 1, 12, 31), on) if on.month == 1 else (on,)


class TargetFault(StrEnum):
    """Why a row of a target file cannot be taken."""

    BAD_DEADLINE = "bad-deadline"
    BAD_DOCUMENT = "bad-document"
    BAD_QUOTATION = "bad-quotation"
    BAD_SHARE = "bad-share"
    UNKNOWN_INDICATOR = "unknown-indicator"
    UNKNOWN_REGION = "unknown-region"


@dataclass(frozen=True, slots=True)
class TargetRow:
    """What a document asks of a region: `share` in basis points, reached by `deadline_on`."""

    document: str
    indicator: Indicator
    region_code: int
    share: int
    deadline_on: date
    quotation: str


def read_target(fields: Mapping[str, str]) -> TargetRow | TargetFault:
    """Read a row of a target file; its columns are document, indicator, region_code, share_percent,
    deadline_on and quotation.
    """
    code, share, day = fields["region_code"], read_share(fields["share_percent"]), _day(fields["deadline_on"])
    if not 0 < len(fields["document"]) <= LONGEST_DOCUMENT:
        return TargetFault.BAD_DOCUMENT
    if fields["indicator"] not in list(Indicator):
        return TargetFault.UNKNOWN_INDICATOR
    if len(code) != 12 or not (code.isascii() and code.isdigit()):
        return TargetFault.UNKNOWN_REGION
    if share is None:
        return TargetFault.BAD_SHARE
    if day is None:
        return TargetFault.BAD_DEADLINE
    if not fields["quotation"]:
        return TargetFault.BAD_QUOTATION
    indicator = Indicator(fields["indicator"])
    return TargetRow(fields["document"], indicator, int(code), share, day, fields["quotation"])


def read_share(text: str) -> int | None:
    """`13`, `13%` or `12.5` per cent in basis points; None unless above 0 and at most 100 %."""
    try:
        points = Decimal(text.rstrip("%％ ")) * (BASIS_POINTS // 100)
    except InvalidOperation:
        return None
    if not points.is_finite() or points != int(points) or not 0 < points <= BASIS_POINTS:
        return None
    return int(points)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
