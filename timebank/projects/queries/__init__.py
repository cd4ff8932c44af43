"""Reading projects, shifts and sign-ups."""

from timebank.projects.queries.cards import OwnSignUp, ProjectCard, ShiftCard, project, shift_card
from timebank.projects.queries.internal import (
    ShiftFacts,
    ShiftGate,
    accepted,
    facts_of,
    gate_of,
    sign_up_status,
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

__all__ = [
    "OwnSignUp",
    "ProjectCard",
    "ProjectRow",
    "ShiftCard",
    "ShiftFacts",
    "ShiftGate",
    "SignUpCard",
    "accepted",
    "facts_of",
    "gate_of",
    "my_sign_ups",
    "organized",
    "project",
    "recruiting",
    "shift_card",
    "shifts",
    "sign_up_status",
    "sign_ups",
    "to_review",
    "unfinished",
]
