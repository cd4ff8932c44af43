"""Reading projects, shifts and sign-ups."""

from timebank.projects.queries.assisting import PlaceTaken, places_of, shifts_for
from timebank.projects.queries.cards import PostCard, ProjectCard, ShiftCard, project, shift_card
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
from timebank.projects.queries.no_shows import (
    AppealCard,
    appeal,
    appeals_to_decide,
    count_no_shows,
    ended_shifts,
    no_shows,
)
from timebank.projects.queries.overlaps import Overlap, overlapping
from timebank.projects.queries.own import OwnAppeal, OwnSignUp
from timebank.projects.queries.policies import project_policy

__all__ = [
    "AppealCard",
    "Overlap",
    "OwnAppeal",
    "OwnSignUp",
    "PlaceTaken",
    "PostCard",
    "ProjectCard",
    "ProjectRow",
    "ShiftCard",
    "ShiftFacts",
    "ShiftGate",
    "SignUpCard",
    "accepted",
    "appeal",
    "appeals_to_decide",
    "count_no_shows",
    "ended_shifts",
    "facts_of",
    "gate_of",
    "my_sign_ups",
    "no_shows",
    "organized",
    "overlapping",
    "places_of",
    "project",
    "project_policy",
    "recruiting",
    "shift_card",
    "shifts",
    "shifts_for",
    "sign_up_status",
    "sign_ups",
    "to_review",
    "unfinished",
]
