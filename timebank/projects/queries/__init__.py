"""Reading projects, shifts and sign-ups."""

from timebank.projects.queries.assisting import PlaceTaken, places_of, shifts_for
from timebank.projects.queries.cards import OwnSignUp, ProjectCard, ShiftCard, project, shift_card
from timebank.projects.queries.internal import (
    ShiftClosing,
    ShiftFacts,
    ShiftGate,
    Venue,
    accepted,
    closing_of,
    facts_of,
    gate_of,
    shifts_to_close,
    sign_up_status,
    venues_of,
)
from timebank.projects.queries.lists import (
    ProjectRow,
    SignUpCard,
    my_sign_ups,
    organized,
    recruiting,
    shifts,
    sign_ups,
    to_review,
    unfinished,
)
from timebank.projects.queries.policies import project_policy

__all__ = [
    "OwnSignUp",
    "PlaceTaken",
    "ProjectCard",
    "ProjectRow",
    "ShiftCard",
    "ShiftClosing",
    "ShiftFacts",
    "ShiftGate",
    "SignUpCard",
    "Venue",
    "accepted",
    "closing_of",
    "facts_of",
    "gate_of",
    "my_sign_ups",
    "organized",
    "places_of",
    "project",
    "project_policy",
    "recruiting",
    "shift_card",
    "shifts",
    "shifts_for",
    "shifts_to_close",
    "sign_up_status",
    "sign_ups",
    "to_review",
    "unfinished",
    "venues_of",
]
