"""Deriving stars. The system computes what somebody is good for; an authorised body recognises it (认定)."""

from __future__ import annotations

from timebank.kernel.events import Happening
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.ledger.queries import balances
from timebank.recognition.book import locked_standing, thresholds_on
from timebank.recognition.rules.stars import stars_for


def derive_stars(work: Work, happening: Happening) -> None:
    """Hear `hours.confirmed`: compute the volunteer's stars anew from the ledger, and say when they change.

    Repeating it, in any order, changes nothing.
    """
    work.allow(Permission.JOB_RUN)
    standing = locked_standing(work, happening.subject)
    minutes = balances(happening.subject).service_minutes
    thresholds = thresholds_on(work.today)
    version = thresholds[0].version if thresholds else ""
    stars = stars_for(minutes, thresholds)
    if (standing.stars, standing.minutes, standing.threshold_version) == (stars, minutes, version):
        return
    before, standing.stars, standing.minutes = standing.stars, stars, minutes
    standing.threshold_version, standing.derived_at = version, work.now
    if stars != before:
        work.emit("star.derived", happening.subject, stars=stars, before=before, minutes=minutes)
