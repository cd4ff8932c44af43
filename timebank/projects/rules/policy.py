"""Times, bounds and quotas of projects, from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ProjectPolicy:
    """Times, bounds and quotas of projects from a day on; a row with its source."""

    version: str
    valid_from: date
    accept_minutes: int
    """How long somebody who moved up from the wait-list may take to accept."""
    leave_notice_minutes: int
    """How long before the start a place is given back without a notice of absence (Order 685 Art. 22)."""
    appeal_days: int
    """How long after a shift a no-show or a closed visit may be appealed."""
    make_up_per_month: int
    """Make-up projects (补录) of an organisation in a calendar month."""
    make_up_days_back: int
    """How far back a make-up project may lie."""
    most_occurrences: int
    """Shifts that one recurrence may make."""
    default_minutes: int
    """The most that a forgotten check-out may count under `ClosingPolicy.DEFAULT_MINUTES`."""
    place_radius_m: int
    """How far from the venue a phone may be where the shift does not say, in metres."""
    close_days: int
    """How long after its last gate a project is closed by itself; until then shifts can be added."""
    archive_days: int
    """How long after it was closed a project is archived."""
    source: str
