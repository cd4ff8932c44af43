"""What a rehearsal came to, for people and for programs."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from timebank.cli.rehearsal.phones import Outcome, Record

MOST_SHOWN = 20
SECONDS_FOR_A_CARD = 3.0
"""From one card to the next before an organizer's phone, by hand: 3 to 4 s are reported of large events."""


@dataclass(frozen=True)
class Report:
    """The figures."""

    people: int
    phones: int
    record: Record

    @property
    def wrong(self) -> list[Outcome]:
        """The answers that had to be others."""
        return [each for each in self.record.outcomes if each.is_wrong]

    @property
    def people_a_minute(self) -> float:
        """How many came in, by the clock of the rehearsal."""
        return self.people / self.record.seconds * 60

    @property
    def cards_a_minute(self) -> float:
        """How many cards so many phones can take by hand, whatever the service can."""
        return self.phones * 60 / (SECONDS_FOR_A_CARD + statistics.median(self.record.asked))

    def figures(self) -> dict[str, object]:
        """For programs."""
        return {
            "people": self.people,
            "phones": self.phones,
            "attempts": len(self.record.outcomes),
            "seconds": round(self.record.seconds, 2),
            "attempts_per_second": round(len(self.record.outcomes) / self.record.seconds, 1),
            "people_per_minute": round(self.people_a_minute, 1),
            "cards_per_minute_by_hand": round(self.cards_a_minute, 1),
            "request_ms": _percentiles(self.record.asked),
            "waited_ms": _percentiles(self.record.waited),
            "verdicts": self._mix(),
            "wrong": [
                {"kind": w.kind, "client_id": w.client_id, "expected": w.expected, "given": w.given}
                for w in self.wrong
            ],
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        found = self.figures()
        yield f"{self.people} people, {self.phones} phones, {found['seconds']} s"
        yield f"  attempts     {found['attempts']}, {found['attempts_per_second']} per second"
        yield f"  one request  {_said(self.record.asked)}"
        yield f"  one person   {_said(self.record.waited)}, from arriving to the last answer"
        yield f"  arriving     {found['people_per_minute']} people per minute"
        by_hand = found["cards_per_minute_by_hand"]
        yield f"  by hand      {by_hand} cards per minute before these phones; {self._queue()}"
        yield "  verdicts     " + ", ".join(f"{many} {told}" for told, many in self._mix().items())
        yield from self._faults()

    def _mix(self) -> dict[str, int]:
        mix = Counter(" ".join(filter(None, each.given)) for each in self.record.outcomes)
        return dict(sorted(mix.items()))

    def _queue(self) -> str:
        minutes = self.people / self.cards_a_minute
        return f"if everybody came at once with cards, the last would wait {minutes:.1f} min"

    def _faults(self) -> Iterator[str]:
        for each in self.wrong[:MOST_SHOWN]:
            expected, given = (" ".join(filter(None, told)) for told in (each.expected, each.given))
            yield f"  WRONG        {each.kind}: {given}, had to be {expected} ({each.client_id})"
        more = len(self.wrong) - MOST_SHOWN
        if more > 0:
            yield f"  WRONG        and {more} more"
        if not self.wrong:
            yield "  every verdict was the right one"


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else [*seconds] * 99
    return {f"p{share}": round(cuts[share - 1] * 1000, 1) for share in (50, 95, 99)}


def _said(seconds: Sequence[float]) -> str:
    return ", ".join(f"{name} {value} ms" for name, value in _percentiles(seconds).items())
