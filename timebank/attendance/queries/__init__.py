"""Reading attendance: venue codes, who is inside, visits, scans and what waits for a decision."""

from timebank.attendance.queries.gate import (
    Counts,
    Moment,
    Roster,
    RosterRow,
    Venue,
    VenueCode,
    VisitCard,
    counts,
    is_inside,
    moment,
    my_open_visit,
    operated_gate,
    roster,
    venue,
    venue_code,
    visit_keys,
    visits,
)
from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.queries.scans import Passage, ScanRow, passages, scan_row, waiting_scans

__all__ = [
    "Counts",
    "Moment",
    "Passage",
    "Roster",
    "RosterRow",
    "ScanRow",
    "Venue",
    "VenueCode",
    "VisitCard",
    "counts",
    "gate_policy",
    "is_inside",
    "moment",
    "my_open_visit",
    "operated_gate",
    "passages",
    "roster",
    "scan_row",
    "venue",
    "venue_code",
    "visit_keys",
    "visits",
    "waiting_scans",
]
