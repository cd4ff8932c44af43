"""The gate in a few lines: whom it lets in and out, for tests that compare the service with it.

The gates are open all the time; a scan is a card or a name at the organizer's phone, on line or off line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

LARGEST_SKEW = timedelta(seconds=600)
Answer = tuple[str, str | None]
"""A verdict and its code."""
REUSED: Answer = ("refused", "key-reused")


@dataclass(frozen=True)
class Card:
    """One scan as a phone has it; `told` is None for one made on line."""

    client_id: str
    shift: int
    person: int
    direction: str
    at: datetime
    told: str | None = None


@dataclass
class Stay:
    """A visit."""

    came: datetime
    left: datetime | None = None


@dataclass
class GateModel:
    """All visits, what was answered to whom, and what waits."""

    places: set[tuple[int, int]]
    """Shift and person."""
    stays: dict[tuple[int, int], Stay] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    first: dict[str, Card] = field(default_factory=dict)
    """By client id: the scan to which it belongs."""
    waiting: dict[str, Card] = field(default_factory=dict)
    """By client id: nobody has decided."""
    doubtful: set[str] = field(default_factory=set)
    """Client ids of scans whose phone's clock is not believed."""

    def inside(self, person: int) -> list[int]:
        """The shifts at which somebody is inside."""
        return [shift for (shift, who), stay in self.stays.items() if who == person and stay.left is None]

    def numbers(self, shift: int) -> tuple[int, int]:
        """How many are inside, and how many have left."""
        here = [stay for (where, _), stay in self.stays.items() if where == shift]
        left = sum(stay.left is not None for stay in here)
        return len(here) - left, left

    def take(self, card: Card, skew: timedelta) -> Answer:
        """Answer one scan; the same scan again gets its first answer, and its id is good for no other."""
        first = self.first.setdefault(card.client_id, card)
        if (first.shift, first.person, first.direction) != (card.shift, card.person, card.direction):
            return REUSED
        if card.client_id not in self.answers:
            self.answers[card.client_id] = self._take(card, skew)
        return self.answers[card.client_id]

    def _take(self, card: Card, skew: timedelta) -> Answer:
        if abs(skew) > LARGEST_SKEW:
            self.doubtful.add(card.client_id)
        answer = self._judge(card)
        if card.told is not None:
            answer = self._settle(card, answer)
        if answer[0] == "accepted":
            self._act(card)
        elif answer == ("repeated", "already-in") and card.told:
            stay = self.stays[card.shift, card.person]
            stay.came = min(stay.came, card.at)
        elif answer[0] == "provisional":
            self.waiting[card.client_id] = card
        return answer

    def _judge(self, card: Card) -> Answer:
        here, elsewhere = self.stays.get((card.shift, card.person)), self.inside(card.person)
        if here and here.left is None:
            return ("accepted", None) if card.direction == "out" else ("repeated", "already-in")
        if (card.shift, card.person) not in self.places:
            return "refused", "not-registered"
        if here:
            return "refused", "already-out"
        if card.direction == "in":
            return ("refused", "overlaps-other") if elsewhere else ("accepted", None)
        return "refused", "wrong-session" if elsewhere else "not-in"

    def _settle(self, card: Card, judged: Answer) -> Answer:
        verdict, code = judged
        here, is_doubtful = self.stays.get((card.shift, card.person)), card.client_id in self.doubtful
        is_before = here is not None and card.at < here.came
        if verdict == "accepted":
            if card.told == "refused":
                return "provisional", "phone-refused"
            is_doubtful = is_doubtful or (card.direction == "out" and is_before)
            return ("provisional", "clock-skew") if is_doubtful else judged
        if code == "already-in" and is_before and is_doubtful:
            return "provisional", "clock-skew"
        if verdict == "refused" and card.told not in ("refused", "repeated"):
            return "provisional", code
        return judged

    def _act(self, card: Card) -> None:
        if card.direction == "in":
            self.stays[card.shift, card.person] = Stay(card.at)
        else:
            stay = self.stays[card.shift, card.person]
            stay.left = max(card.at, stay.came)

    def reconsider(self, shift: int, people: set[int]) -> None:
        """After an upload: who waited to leave because the check-in lay on another phone leaves now."""
        cards = [each for each in self.waiting.values() if each.shift == shift and each.person in people]
        for card in sorted(cards, key=lambda each: each.at):
            stay = self.stays.get((shift, card.person))
            is_waiting = self.answers[card.client_id][1] == "not-in" and card.client_id not in self.doubtful
            if is_waiting and stay and stay.left is None and card.at >= stay.came:
                stay.left = card.at
                del self.waiting[card.client_id]

    def decide(self, card: Card, counts: bool) -> str | None:
        """Decide a scan that waits; returns the conflict that stands against it."""
        key = card.shift, card.person
        here = self.stays.get(key)
        if counts and card.direction == "in":
            if here is None and self.inside(card.person):
                return "overlaps-other"
            if here and here.left and card.at > here.left:
                return "already-out"
            self.stays[key] = Stay(min(card.at, here.came), here.left) if here else Stay(card.at)
        elif counts:
            if here is None:
                return "not-in"
            here.left = max(card.at, here.left or here.came)
        del self.waiting[card.client_id]
        return None

    def undo(self, card: Card) -> str | None:
        """Take an accepted scan back; returns the conflict that stands against it."""
        key = card.shift, card.person
        if card.direction == "in":
            if self.stays[key].left is not None:
                return "already-out"
            del self.stays[key]
            return None
        if self.inside(card.person):
            return "overlaps-other"
        self.stays[key].left = None
        return None
