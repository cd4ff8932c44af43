"""What goes wrong in the evenings: a forgotten check-out with an objection, and hours that deserve a look."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from timebank.attendance.queries import venue_code
from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import check_in_self, close_gates, set_out_time
from timebank.demo.accounts import COMMITTEE_ORGANIZER, VETERAN
from timebank.demo.cast import Person, signed_in
from timebank.demo.scene import Scene
from timebank.hours.appeals import my_forgotten_visits
from timebank.hours.usecases import appeal, close_shift, submit_records
from timebank.kernel.errors import InvariantBroken
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import perform
from timebank.projects.rules import PrintedCode
from timebank.projects.usecases import add_shift, sign_up

PROJECT = "desk"
BEGINS, ENDS = (19, 0), (20, 30)
PUPILS = (1002, 1003, 1004, 1005, 1006)
"""Who comes to the evening six days ago; all but the last scan with the tablet of the hall."""
TABLET = "tablet-of-the-hall"
NOTE = "课后留下来教张阿姨用手机挂号，八点半关灯才走，何丽主任锁的门。"
KNOWN = "当晚最后锁门时本人还在，事后补填"


@dataclass
class Evening:
    """One evening and its shift, once it is announced."""

    scene: Scene
    days_ago: int
    title: str
    people: list[Person]
    shift: Key | None = field(default=None)

    def at(self, hour: int, minute: int = 0, days_ago: int | None = None) -> datetime:
        """A time of that day, or of another one."""
        timeline = self.scene.timeline
        return timeline.moment(timeline.day(self.days_ago if days_ago is None else days_ago), hour, minute)

    @property
    def known_shift(self) -> Key:
        """The shift. Raises InvariantBroken before it is announced."""
        if self.shift is None:
            raise InvariantBroken("a demonstration step came before its shift")
        return self.shift

    def announce(self) -> None:
        """Add the shift, and let people sign up."""
        organizer = signed_in(COMMITTEE_ORGANIZER.phone)
        self.shift = perform(
            organizer,
            add_shift,
            project=self.scene.projects[PROJECT],
            title=self.title,
            starts_at=self.at(*BEGINS),
            ends_at=self.at(*ENDS),
            capacity=12,
            closes_minutes=30,
            printed_code=PrintedCode.ORGANIZER,
        )
        for person in self.people:
            perform(person.actor, sign_up, shift=self.shift)

    def scan(self, person: Person, direction: Direction, device: str | None = None) -> None:
        """Come or leave."""
        code = venue_code(signed_in(COMMITTEE_ORGANIZER.phone), self.known_shift).code
        client_id = f"{self.known_shift.id}-{person.phone[-4:]}-{direction}"
        given = {"code": code, "direction": direction, "client_id": client_id, "device": device}
        result = perform(person.actor, check_in_self, **given)  # type: ignore[arg-type]
        if result.verdict is not Verdict.ACCEPTED:
            raise InvariantBroken(f"a scan of the demonstration was refused: {result.code}")

    def close(self) -> None:
        """The gate closes by itself."""
        perform(SYSTEM, close_gates, on=self.scene.timeline.day(self.days_ago))


def schedule(scene: Scene) -> None:
    """In the order in which it happened; nothing is left to chance."""
    _doubtful(Evening(scene, 6, "夜间手机课堂", [scene.person(serial) for serial in PUPILS]))
    _forgotten(Evening(scene, 4, "夜间手机课堂（二）", [scene.person(VETERAN), scene.person(PUPILS[0])]))


def _doubtful(evening: Evening) -> None:
    """Four people on one tablet, and a time that was entered days later; the hours wait for confirmation."""
    at, last = evening.scene.timeline.at, evening.people[-1]
    at(evening.at(9, days_ago=evening.days_ago + 3), evening.announce)
    for number, person in enumerate(evening.people):
        device = None if person is last else TABLET
        at(evening.at(18, 50 + number), partial(evening.scan, person, Direction.IN, device))
        if person is not last:
            at(evening.at(20, 31 + number), partial(evening.scan, person, Direction.OUT, device))
    at(evening.at(21, 5), evening.close)
    at(evening.at(9, days_ago=2), partial(_settle, evening, last))


def _settle(evening: Evening, forgetful: Person) -> None:
    organizer = signed_in(COMMITTEE_ORGANIZER.phone)
    given = {"volunteer": forgetful.volunteer, "out_at": evening.at(*ENDS), "reason": KNOWN}
    perform(organizer, set_out_time, shift=evening.known_shift, **given)  # type: ignore[arg-type]
    perform(organizer, close_shift, shift=evening.known_shift)
    perform(organizer, submit_records, shift=evening.known_shift)


def _forgotten(evening: Evening) -> None:
    """The volunteer with most hours forgets to check out, and objects; the organizer has not answered yet."""
    at = evening.scene.timeline.at
    forgetful, other = evening.people
    at(evening.at(10, days_ago=evening.days_ago + 3), evening.announce)
    at(evening.at(18, 52), partial(evening.scan, forgetful, Direction.IN))
    at(evening.at(18, 55), partial(evening.scan, other, Direction.IN))
    at(evening.at(20, 32), partial(evening.scan, other, Direction.OUT))
    at(evening.at(21, 5), evening.close)
    closed_at = evening.at(8, days_ago=evening.days_ago - 1)
    organizer = partial(signed_in, COMMITTEE_ORGANIZER.phone)
    at(closed_at, lambda: perform(organizer(), close_shift, shift=evening.known_shift))
    at(closed_at + timedelta(hours=2), partial(_object, evening, forgetful))


def _object(evening: Evening, person: Person) -> None:
    (visit,) = my_forgotten_visits(person.actor)
    given = {"visit": visit.visit, "stayed_until": evening.at(*ENDS), "note": NOTE}
    perform(person.actor, appeal, **given)  # type: ignore[arg-type]
