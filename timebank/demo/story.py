"""The whole story, told once."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from timebank.demo import (
    cast,
    certificates,
    closing,
    families,
    files,
    offices,
    party,
    places,
    programme,
    projects,
    requests,
    residents,
    skills,
    teams,
)
from timebank.demo import town as towns
from timebank.demo.clockwork import Timeline, borrowed_clock
from timebank.demo.scene import Scene
from timebank.demo.town import Town
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.ids import new_id
from timebank.kernel.jobs import run_job
from timebank.kernel.relay import deliver
from timebank.wiring import SCHEDULE, SUBSCRIPTIONS

BATCH = 200


def tell(town: Town, progress: Callable[[float], None]) -> None:
    """Let the months pass, pass on what happened, compute the indicators.

    `progress` is told how much is done, from 0 to 1. The same town on the same day gets the same people.
    """
    services = runtime()
    now, zone = services.clock.now(), services.config.time_zone
    timeline = Timeline(now, zone)
    seed = town.city.code
    scene = Scene(town, timeline, Random(seed), cast.people(towns.homes(town), timeline.day(0), seed))
    for part in (
        offices,
        party,
        residents,
        families,
        programme,
        teams,
        skills,
        requests,
        files,
        projects,
        places,
        closing,
        certificates,
    ):
        part.schedule(scene)
    with borrowed_clock() as clock:
        timeline.run(clock, progress)
    while deliver(SUBSCRIPTIONS, BATCH).done:
        pass
    today = local_date(now, zone)
    run_job(
        "move_projects", SCHEDULE["move_projects"], on=today, slot=f"hand:{new_id(now)}", runner="demo load"
    )
    run_job("indicators", SCHEDULE["indicators"], on=today, slot=f"hand:{new_id(now)}", runner="demo load")
    offices.enrol_auditor(scene)
