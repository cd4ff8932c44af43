"""Reading attendance: venue codes, who is inside, visits, scans and what waits for a decision."""

from timebank.attendance.queries.gate import (
    Counts,
    Moment,
    Roster,
    RosterRow,
    Venue,
    VenueCode,
    VisitCard,
    codes_ahead,
    counts,
    is_inside,
    moment,
    my_open_visit,
    operated_gate,
    roster,
    venue,
    venue_code,
    visits,
)
from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.queries.scans import ScanRow, scan_row, waiting_scans

__all__ = [
    "Counts",
    "Moment",
    "Roster",
    "RosterRow",
    "ScanRow",
    "Venue",
    "VenueCode",
    "VisitCard",
    "codes_ahead",
    "counts",
    "gate_policy",
    "is_inside",
    "moment",
    "my_open_visit",
    "operated_gate",
    "roster",
    "scan_row",
    "venue",
    "venue_code",
    "visits",
    "waiting_scans",
]
