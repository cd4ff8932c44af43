"""Two tables on one page: who hears which event, and what runs when."""

from __future__ import annotations

from datetime import timedelta

from timebank.attendance.usecases import close_gates, note_no_shows, sweep_points
from timebank.hours.usecases import follow_visits, forget_appeals
from timebank.identity.usecases import sweep_sign_ins
from timebank.kernel.events import Handler
from timebank.kernel.housekeeping import sweep
from timebank.kernel.jobs import Job
from timebank.memberships.usecases import leave_teams
from timebank.projects.usecases import expire_offers, forget_reasons, give_places_back, move_projects
from timebank.qualifications.usecases import expire_proofs, forget_proofs
from timebank.recognition.usecases import derive_stars, end_certificates, revoke_unsupported
from timebank.statistics.usecases import compute_indicators
from timebank.volunteers.usecases import (
    close_accounts,
    come_of_age,
    sweep_drafts,
    sweep_imports,
    work_on_import,
)

SOON = timedelta(hours=1)
"""Jobs that put everything right up to now, however long they did not run."""
WORK_ON_IMPORT: dict[str, Handler] = {"volunteers.work_on_import": work_on_import}

SUBSCRIPTIONS: dict[str, dict[str, Handler]] = {
    "hours.confirmed": {"recognition.derive_stars": derive_stars},
    "hours.refused": {"recognition.revoke_unsupported": revoke_unsupported},
    "hours.returned": {"recognition.revoke_unsupported": revoke_unsupported},
    "scan.decided": {"hours.follow_visits": follow_visits},
    "visit.closed": {"hours.follow_visits": follow_visits},
    "visit.left": {"hours.follow_visits": follow_visits},
    "volunteer.absorbed": {"recognition.derive_stars": derive_stars},
    "volunteer.closed": {
        "hours.forget_appeals": forget_appeals,
        "memberships.leave_teams": leave_teams,
        "projects.forget_reasons": forget_reasons,
        "projects.give_places_back": give_places_back,
        "qualifications.forget_proofs": forget_proofs,
        "recognition.end_certificates": end_certificates,
    },
    "volunteer.closing": {"projects.give_places_back": give_places_back},
    "volunteer.corrected": {"recognition.revoke_unsupported": revoke_unsupported},
    "volunteer.deceased": {"projects.give_places_back": give_places_back},
    "volunteer.merged": {
        "memberships.leave_teams": leave_teams,
        "projects.forget_reasons": forget_reasons,
        "projects.give_places_back": give_places_back,
        "qualifications.forget_proofs": forget_proofs,
        "recognition.derive_stars": derive_stars,
        "recognition.end_certificates": end_certificates,
    },
    "volunteer.suspended": {"projects.give_places_back": give_places_back},
    "volunteer_import.advanced": WORK_ON_IMPORT,
    "volunteer_import.resumed": WORK_ON_IMPORT,
    "volunteer_import.started": WORK_ON_IMPORT,
    "volunteer_import.uploaded": WORK_ON_IMPORT,
}
"""Event name -> subscriber name -> handler `(work, happening)`; handlers recompute, they never nudge."""

SCHEDULE: dict[str, Job] = {
    "close_gates": Job(close_gates, {"minute": "*/5"}, catch_up=SOON),
    "come_of_age": Job(come_of_age, {"hour": 0, "minute": 20}),
    "close_accounts": Job(close_accounts, {"hour": 1, "minute": 30}),
    "expire_offers": Job(expire_offers, {"minute": "*/5"}, catch_up=SOON),
    "expire_proofs": Job(expire_proofs, {"hour": 0, "minute": 20}),
    "indicators": Job(compute_indicators, {"hour": 2, "minute": 10}, days_back=1),
    "move_projects": Job(move_projects, {"minute": "*/10"}, catch_up=SOON),
    "note_no_shows": Job(note_no_shows, {"minute": 40}, catch_up=SOON),
    "sweep": Job(sweep, {"hour": 3, "minute": 20}),
    "sweep_drafts": Job(sweep_drafts, {"hour": 3, "minute": 30}),
    "sweep_imports": Job(sweep_imports, {"hour": 3, "minute": 30}),
    "sweep_points": Job(sweep_points, {"hour": 3, "minute": 35}),
    "sweep_sign_ins": Job(sweep_sign_ins, {"hour": 3, "minute": 25}),
}
"""Job name -> what it does and when, by the clock of the service's zone (TIMEBANK_TIME_ZONE)."""
