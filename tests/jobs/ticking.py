"""A worker as its own process, with a schedule of the tests: `python -m tests.jobs.ticking [pace ...]`.

The environment is the service's; TICKING names the jobs that are scheduled, NAP how long `nap` sleeps.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from timebank.app import create_app
from timebank.kernel.ids import Key
from timebank.kernel.jobs import Job
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.worker import Pace, Worker, serve

SOMEBODY = Key(511102, UUID(int=7))
QUICK = Pace(lease=3, renew=0.5, ask=0.2, relay=0.2, catch_up=1)


def tick(work: Work, *, on: date) -> Mapping[str, int]:
    """Leave one event behind, so that a second effect of one slot would show."""
    work.allow(Permission.JOB_RUN)
    work.emit("clock.ticked", SOMEBODY, pid=os.getpid())
    return {"pid": os.getpid()}


def nap(work: Work, *, on: date) -> Mapping[str, int]:
    """Take so long that somebody can kill this process meanwhile."""
    counts = tick(work, on=on)
    time.sleep(float(os.environ["NAP"]))
    return counts


SCHEDULE = {
    "tick": Job(tick, {"second": "*"}),
    "nap": Job(nap, {"minute": "*/30"}),
    "hourly": Job(tick, {"minute": 0}),
}

if __name__ == "__main__":
    chosen = {name: SCHEDULE[name] for name in os.environ["TICKING"].split()}
    sys.exit(serve(Worker(create_app(), chosen, {}, QUICK)))
