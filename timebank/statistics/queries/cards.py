"""What the queries of statistics answer with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from timebank.kernel.ids import Key
from timebank.kernel.units import share
from timebank.regions.queries import RegionCard
from timebank.statistics.rules import Indicator, people_needed


@dataclass(frozen=True, slots=True)
class DefinitionCard:
    """What an indicator counts (统计口径), in both languages."""

    indicator: Indicator
    version: int
    valid_from: date
    numerator_zh: str
    numerator_en: str
    denominator_zh: str
    denominator_en: str
    period_zh: str
    period_en: str


@dataclass(frozen=True, slots=True)
class TargetCard:
    """What a document asks for; `share` in basis points, `region_code` where it was recorded."""

    key: Key
    document: str
    indicator: Indicator
    region_code: int
    share: int
    deadline_on: date
    quotation: str
    is_past: bool
    """Whether the deadline lies behind us."""


@dataclass(frozen=True, slots=True)
class IndicatorCard:
    """One indicator of one region in one year. Without a published figure there is no share, not a zero."""

    indicator: Indicator
    numerator: int
    excluded: int
    denominator: int | None
    denominator_year: int | None
    denominator_source: str | None
    definition: DefinitionCard
    target: TargetCard | None

    @property
    def definition_version(self) -> int:
        return self.definition.version

    @property
    def share(self) -> int | None:
        """In basis points."""
        return share(self.numerator, self.denominator)

    @property
    def needed(self) -> int | None:
        """People that the target asks for."""
        if self.target is None or not self.denominator:
            return None
        return people_needed(self.target.share, self.denominator)

    @property
    def missing(self) -> int | None:
        """People still missing; 0 when the target is reached, None when nobody can say."""
        return None if self.needed is None else max(0, self.needed - self.numerator)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one region stands: its indicators in their order."""

    region: RegionCard
    indicators: tuple[IndicatorCard, ...]

    def of(self, indicator: Indicator) -> IndicatorCard:
        return next(card for card in self.indicators if card.indicator == indicator)


@dataclass(frozen=True, slots=True)
class Step:
    """A region on the way down to the one shown; only a `readable` one leads to figures."""

    region: RegionCard
    readable: bool


@dataclass(frozen=True, slots=True)
class Run:
    """The last computation of a year."""

    as_of: date
    computed_at: datetime
    versions: Mapping[str, int]
    """Indicator to the version of its definition."""


@dataclass(frozen=True, slots=True)
class Board:
    """A region and those directly inside it. Without a `run` the year was never computed: no indicators."""

    own: Standing
    path: tuple[Step, ...]
    children: tuple[Standing, ...]
    year: int
    years: tuple[int, ...]
    run: Run | None


@dataclass(frozen=True, slots=True)
class Extract:
    """What an export holds: the way from the nation to the region, and it and others below it, streamed."""

    way: tuple[RegionCard, ...]
    year: int
    run: Run
    definitions: tuple[DefinitionCard, ...]
    standings: Iterator[Standing]


@dataclass(frozen=True, slots=True)
class Point:
    """One year of a series."""

    year: int
    as_of: date
    card: IndicatorCard
