"""Reading projects, shifts and sign-ups."""

from timebank.projects.queries.assisting import PlaceTaken, places_of, shifts_for
from timebank.projects.queries.cards import OwnSignUp, ProjectCard, ShiftCard, project, shift_card
from timebank.projects.queries.dossiers import Dossier, EvidenceCard, StepCard, dossier
from timebank.projects.queries.internal import (
    ShiftFacts,
    ShiftGate,
    accepted,
    facts_of,
    gate_of,
    shift_keys,
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
from timebank.projects.queries.policies import project_policy, self_check
from timebank.projects.queries.templates import TemplateCard, template, templates

__all__ = [
    "Dossier",
    "EvidenceCard",
    "OwnSignUp",
    "PlaceTaken",
    "ProjectCard",
    "ProjectRow",
    "ShiftCard",
    "ShiftFacts",
    "ShiftGate",
    "SignUpCard",
    "StepCard",
    "TemplateCard",
    "accepted",
    "dossier",
    "facts_of",
    "gate_of",
    "my_sign_ups",
    "organized",
    "places_of",
    "project",
    "project_policy",
    "recruiting",
    "self_check",
    "shift_card",
    "shift_keys",
    "shifts",
    "shifts_for",
    "sign_up_status",
    "sign_ups",
    "template",
    "templates",
    "to_review",
    "unfinished",
]
