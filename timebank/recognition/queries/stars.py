"""Reading recognition: the star a volunteer is good for, and what is missing to the next."""

from __future__ import annotations

from dataclasses import dataclass

from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.ledger.queries import balances
from timebank.recognition.book import thresholds_on
from timebank.recognition.rules.stars import next_after, stars_for
from timebank.volunteers.queries import standing


@dataclass(frozen=True, slots=True)
class StarProgress:
    """Stars by lifelong service time in minutes, the next star with what is missing, and under which rule.

    `from_minutes` is where the present star begins; `next_stars`, `next_minutes` and `missing_minutes` are
    None above the last threshold.
    """

    stars: int
    minutes: int
    from_minutes: int
    next_stars: int | None
    next_minutes: int | None
    missing_minutes: int | None
    version: str
    source: str


def star_progress(actor: Actor, volunteer: Key) -> StarProgress:
    """Where a volunteer stands, straight from the ledger: for the person and officers of their region.

    Only lifelong service time counts, so that spending credit never takes a star away.
    """
    person = standing(volunteer)
    if person is None:
        require(actor, Permission.HOURS_READ, owner=volunteer)
        raise NotFound()
    require(actor, Permission.HOURS_READ, owner=volunteer, region=person.region_code)
    thresholds = thresholds_on(local_date(runtime().clock.now(), runtime().config.time_zone))
    minutes = balances(volunteer).service_minutes
    following = next_after(minutes, thresholds)
    return StarProgress(
        stars=stars_for(minutes, thresholds),
        minutes=minutes,
        from_minutes=max((each.minutes for each in thresholds if each.minutes <= minutes), default=0),
        next_stars=following.stars if following else None,
        next_minutes=following.minutes if following else None,
        missing_minutes=following.minutes - minutes if following else None,
        version=thresholds[0].version if thresholds else "",
        source=thresholds[0].source if thresholds else "",
    )
