"""Bounds of the gate, from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from timebank.attendance.rules.verdicts import Doubt


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """Times and bounds of the gate; a row with its source."""

    version: str
    valid_from: date
    undo_minutes: int
    """How long after a scan the people of the gate may take it back."""
    split_minutes: int
    """How long before its end one may leave a shift for the next one and have it counted to its end."""
    largest_skew_seconds: int
    """From which difference of clocks on a scan made off line waits for a decision."""
    late_upload_hours: int
    """From how long after the scan on an upload waits for a decision."""
    point_days: int
    """How long the place of a phone is kept: until objections are over."""
    coarsest_place_m: int
    """A place that somebody chose to tell and that is less exact says nothing, and nothing of it is kept."""
    device_days: int
    """How long a phone of the gate may go unused before somebody has to sign in on it again."""
    source: str

    def doubt(self, happened_at: datetime, *, sent_at: datetime, received_at: datetime) -> Doubt:
        """Why the time of a scan made off line cannot simply be believed, by when its upload came."""
        if abs(received_at - sent_at) > timedelta(seconds=self.largest_skew_seconds):
            return Doubt.CLOCK
        is_late = received_at - happened_at > timedelta(hours=self.late_upload_hours)
        return Doubt.LATE if is_late else Doubt.NONE
