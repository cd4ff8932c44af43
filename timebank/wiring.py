"""Two tables on one page: who hears which event, and what runs when."""

from __future__ import annotations

from timebank.identity.usecases import sweep_sign_ins
from timebank.kernel.events import Handler
from timebank.kernel.housekeeping import sweep
from timebank.kernel.jobs import Job
from timebank.qualifications.usecases import expire_proofs
from timebank.recognition.usecases import derive_stars
from timebank.statistics.usecases import compute_indicators

SUBSCRIPTIONS: dict[str, dict[str, Handler]] = {
    "hours.confirmed": {"recognition.derive_stars": derive_stars},
}
"""Event name -> subscriber name -> handler `(work, happening)`; handlers recompute, they never nudge."""

SCHEDULE: dict[str, Job] = {
    "expire_proofs": Job(expire_proofs, {"hour": 0, "minute": 20}),
    "indicators": Job(compute_indicators, {"hour": 2, "minute": 10}, days_back=1),
    "sweep": Job(sweep, {"hour": 3, "minute": 20}),
    "sweep_sign_ins": Job(sweep_sign_ins, {"hour": 3, "minute": 25}),
}
"""Job name -> what it does and when, by the clock of the service's zone (TIMEBANK_TIME_ZONE)."""
