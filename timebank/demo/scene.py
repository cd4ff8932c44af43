"""What the parts of the story share: the place, the timeline, the people, and what was made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from timebank.demo.accounts import NEWCOMER, NORTH_WORKER, SHOWN, SOUTH_WORKER, Officer
from timebank.demo.cast import Person, phone_of, signed_in
from timebank.demo.clockwork import Timeline
from timebank.demo.town import Town
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor

BEGINNING = 240
"""How many days ago the town began to use the service."""
EAGER = 6
"""The first people of the first community, who give most of their time."""
SHOWN_PHONES = {phone_of(serial) for serial, _role, _word in SHOWN}


@dataclass
class Scene:
    """Everything a step may need; `organizations`, `projects` and `branches` fill up as time passes."""

    town: Town
    timeline: Timeline
    chance: Random
    people: list[Person]
    registered: list[Person] = field(default_factory=list)
    organizations: dict[str, Key] = field(default_factory=dict)
    projects: dict[str, Key] = field(default_factory=dict)
    branches: dict[str, Key] = field(default_factory=dict)
    """Party organisations."""

    def at_hour(self, days_ago: int, hour: int) -> datetime:
        """An hour of a day in the past."""
        return self.timeline.moment(self.timeline.day(days_ago), hour)

    def office_hour(self, days_ago: int) -> datetime:
        """Some time of such a day at which an office is open."""
        hour, minute = self.chance.randint(9, 16), self.chance.randint(0, 59)
        return self.timeline.moment(self.timeline.day(days_ago), hour, minute)

    def person(self, serial: int) -> Person:
        """The volunteer with this serial, counted from 1001."""
        return next(person for person in self.people if person.phone == phone_of(serial))

    def is_northern(self, person: Person) -> bool:
        return person.community in {each.code for each in self.town.north.communities}

    def worker_of(self, person: Person) -> Actor:
        """The community worker who decides about this person."""
        worker: Officer = NORTH_WORKER if self.is_northern(person) else SOUTH_WORKER
        return signed_in(worker.phone)

    @property
    def eager(self) -> list[Person]:
        return self.people[:EAGER]

    @property
    def occasional(self) -> list[Person]:
        """Those registered by now who come now and then."""
        busy = [*self.eager, *(person for person in self.people if person.phone == phone_of(NEWCOMER))]
        return [person for person in self.registered if person not in busy]
