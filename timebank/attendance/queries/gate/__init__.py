"""Reading the gate: venue codes, who is inside, visits."""

from timebank.attendance.queries.gate.codes import (
    VenueCode,
    codes_ahead,
    operated_gate,
    paper_code,
    scanned_gate,
    venue_code,
)
from timebank.attendance.queries.gate.moments import (
    Moment,
    Venue,
    moment,
    moment_of,
    venue,
)
from timebank.attendance.queries.gate.rosters import (
    Counts,
    Roster,
    RosterRow,
    counts,
    gate_counts,
    roster,
)
from timebank.attendance.queries.gate.visits import (
    VisitCard,
    is_inside,
    my_open_visit,
    recent_visits,
    visit_card,
    visit_keys,
    visits,
    visits_of,
)

__all__ = [
    "Counts",
    "Moment",
    "Roster",
    "RosterRow",
    "Venue",
    "VenueCode",
    "VisitCard",
    "codes_ahead",
    "counts",
    "gate_counts",
    "is_inside",
    "moment",
    "moment_of",
    "my_open_visit",
    "operated_gate",
    "paper_code",
    "recent_visits",
    "roster",
    "scanned_gate",
    "venue",
    "venue_code",
    "visit_card",
    "visit_keys",
    "visits",
    "visits_of",
]
