"""What happens at a rehearsal: every attempt with the answer that it must get; repeatable by its seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Literal

Answer = tuple[str, str | None]
"""A verdict and the code that says why."""
Which = Literal["fresh", "old", "early", "other-shift", "forged"]

ACCEPTED: Answer = ("accepted", None)
TOGETHER = 20
"""Cards that a phone off line uploads at once."""
WRONG_CLOCK_SECONDS = 7200
SLIGHTLY_WRONG_SECONDS = 90


@dataclass(frozen=True)
class Tap:
    """Somebody's own phone with a venue code."""

    person: int
    client_id: str
    expected: Answer
    direction: str = "in"
    code: Which = "fresh"


@dataclass(frozen=True)
class Card:
    """A card before an organizer's phone; a person of None is a card of nobody."""

    person: int | None
    client_id: str
    expected: Answer
    direction: str = "in"


@dataclass(frozen=True)
class Upload:
    """Cards that arrive in one request."""

    cards: tuple[Card, ...]
    is_off_line: bool = False
    skew_seconds: int = 0
    """How far the phone's clock is ahead."""


@dataclass(frozen=True)
class Step:
    """One request; `answer_is_lost` when the network breaks before its answer arrives."""

    ask: Tap | Upload
    answer_is_lost: bool = False


@dataclass(frozen=True)
class Task:
    """What one phone does in a row; nothing in it depends on what other phones do."""

    kind: str
    steps: tuple[Step, ...]
    people: int = 1


@dataclass
class Writer:
    """Writes the tasks of one rehearsal."""

    chance: Random
    numbers: Iterator[int] = field(default_factory=count)

    def client_id(self) -> str:
        """A fresh one."""
        return f"rehearsal-{next(self.numbers)}"

    def tap(self, person: int, expected: Answer = ACCEPTED, code: Which = "fresh") -> Step:
        """One tap of somebody on the way in."""
        return Step(Tap(person, self.client_id(), expected, code=code))

    def card(self, person: int | None, expected: Answer = ACCEPTED, direction: str = "in") -> Card:
        """One card."""
        return Card(person, self.client_id(), expected, direction)


def _tap(writer: Writer, person: int) -> tuple[Step, ...]:
    return (writer.tap(person),)


def _double_tap(writer: Writer, person: int) -> tuple[Step, ...]:
    step = writer.tap(person)
    return step, step, step


def _answer_lost(writer: Writer, person: int) -> tuple[Step, ...]:
    step = writer.tap(person)
    return Step(step.ask, answer_is_lost=True), step


def _second_tap(writer: Writer, person: int) -> tuple[Step, ...]:
    return writer.tap(person), writer.tap(person, ("repeated", "already-in"))


def _after(code: Which, refusal: str) -> Callable[[Writer, int], tuple[Step, ...]]:
    """A code that cannot be used, then the one on the screen."""
    return lambda writer, person: (
        writer.tap(person, ("refused", refusal), code),
        writer.tap(person),
    )


def _replayed(writer: Writer, person: int) -> tuple[Step, ...]:
    out = Tap(person, writer.client_id(), ("refused", "replayed-code"), direction="out")
    return writer.tap(person), Step(out)


def _card(writer: Writer, person: int) -> tuple[Step, ...]:
    return (Step(Upload((writer.card(person),))),)


def _in_and_out(writer: Writer, person: int) -> tuple[Step, ...]:
    return (*_card(writer, person), Step(Upload((writer.card(person, direction="out"),))))


def _two_phones(writer: Writer, person: int) -> tuple[Step, ...]:
    first, second = writer.card(person), writer.card(person, ("repeated", "already-in"))
    return (
        Step(Upload((first,), is_off_line=True, skew_seconds=SLIGHTLY_WRONG_SECONDS)),
        Step(Upload((second,), is_off_line=True, skew_seconds=-SLIGHTLY_WRONG_SECONDS)),
    )


def _wrong_clock(writer: Writer, person: int) -> tuple[Step, ...]:
    card = writer.card(person, ("provisional", "clock-skew"))
    return (Step(Upload((card,), is_off_line=True, skew_seconds=WRONG_CLOCK_SECONDS)),)


OF_ONE: dict[str, tuple[int, Callable[[Writer, int], tuple[Step, ...]]]] = {
    "tap": (8, _tap),
    "double tap": (2, _double_tap),
    "answer lost": (2, _answer_lost),
    "second tap": (1, _second_tap),
    "forwarded code": (2, _after("old", "expired-code")),
    "code of the future": (1, _after("early", "expired-code")),
    "code of another shift": (1, _after("other-shift", "wrong-session")),
    "forged code": (1, _after("forged", "unknown")),
    "code used again": (1, _replayed),
    "card": (3, _card),
    "in and out": (2, _in_and_out),
    "two phones": (2, _two_phones),
    "wrong clock": (1, _wrong_clock),
}
"""How often each happens, and how it goes."""
OFF_LINE_SHARE = 4
"""One of so many comes while a phone has no network."""

OF_STRANGERS: dict[str, Callable[[Writer, int], Step]] = {
    "stranger's card": lambda writer, person: Step(
        Upload((writer.card(person, ("refused", "not-registered")),))
    ),
    "stranger's tap": lambda writer, person: writer.tap(person, ("refused", "not-registered")),
    "stranger off line": lambda writer, person: Step(
        Upload((writer.card(person, ("provisional", "not-registered")),), is_off_line=True)
    ),
}


def written(people: Sequence[int], strangers: Sequence[int], seed: int) -> list[Task]:
    """The rehearsal of these people, who have a place, and these strangers, in the order of their arrival."""
    writer = Writer(Random(seed))  # noqa: S311 - repeatable, not secret
    apart = list(people)
    writer.chance.shuffle(apart)
    cut = len(apart) // OFF_LINE_SHARE
    tasks = [_off_line(writer, apart[begin : begin + TOGETHER]) for begin in range(0, cut, TOGETHER)]
    cut = min(len(apart), -(-cut // TOGETHER) * TOGETHER)
    ways, weights = list(OF_ONE), [weight for weight, _ in OF_ONE.values()]
    everything = [*ways, *writer.chance.choices(ways, weights, k=max(0, len(apart) - cut))]
    tasks += [
        Task(kind, OF_ONE[kind][1](writer, person))
        for kind, person in zip(everything, apart[cut:], strict=False)
    ]
    kinds = list(OF_STRANGERS)
    tasks += [
        Task(kind, (OF_STRANGERS[kind](writer, person),), people=0)
        for kind, person in zip(kinds * len(strangers), strangers, strict=False)
    ]
    nobody = Step(Upload((writer.card(None, ("refused", "unknown")),)))
    tasks.append(Task("card of nobody", (nobody,), people=0))
    writer.chance.shuffle(tasks)
    return tasks


def _off_line(writer: Writer, people: Sequence[int]) -> Task:
    """Cards kept on a phone; the answer to their upload is lost, and they come once more."""
    cards = tuple(writer.card(person) for person in people)
    skew = writer.chance.choice((0, SLIGHTLY_WRONG_SECONDS, -SLIGHTLY_WRONG_SECONDS))
    upload = Upload(cards, is_off_line=True, skew_seconds=skew)
    return Task("network lost", (Step(upload, answer_is_lost=True), Step(upload)), people=len(cards))
