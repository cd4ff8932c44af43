"""What other flats' use-cases need to know of a shift. Takes no actor and checks nothing."""

from timebank.projects.queries.internal.closings import (
    ShiftClosing,
    closing_of,
    shifts_to_close,
)
from timebank.projects.queries.internal.facts import (
    ShiftFacts,
    facts_of,
    facts_of_project,
    is_own_work,
    phone_context,
)
from timebank.projects.queries.internal.gates import (
    HELD_GATE,
    ShiftGate,
    gate_from,
    gate_of,
    secret_context,
)
from timebank.projects.queries.internal.shifts import (
    ATTENDANCE,
    OF_ITS_PROJECT,
    AnyRow,
    AnySelect,
    Venue,
    shift_keys,
    terms_of,
    venue_of,
    venues_of,
)
from timebank.projects.queries.internal.sign_ups import (
    STATUS,
    accepted,
    sign_up_status,
    state_of,
)

__all__ = [
    "ATTENDANCE",
    "HELD_GATE",
    "OF_ITS_PROJECT",
    "STATUS",
    "AnyRow",
    "AnySelect",
    "ShiftClosing",
    "ShiftFacts",
    "ShiftGate",
    "Venue",
    "accepted",
    "closing_of",
    "facts_of",
    "facts_of_project",
    "gate_from",
    "gate_of",
    "is_own_work",
    "phone_context",
    "secret_context",
    "shift_keys",
    "shifts_to_close",
    "sign_up_status",
    "state_of",
    "terms_of",
    "venue_of",
    "venues_of",
]
