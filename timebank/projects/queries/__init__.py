"""Reading projects, shifts and sign-ups."""

from timebank.projects.queries.assisting import (
    PlaceTaken,
    no_shows_of,
    places_of,
    shifts_for,
)
from timebank.projects.queries.calendars import (
    Calendar,
    CalendarEvent,
    calendar_made_at,
    personal_calendar,
    project_calendar,
)
from timebank.projects.queries.dossiers import (
    Dossier,
    EvidenceCard,
    StepCard,
    dossier,
)
from timebank.projects.queries.internal import (
    ShiftClosing,
    ShiftFacts,
    ShiftGate,
    Venue,
    accepted,
    closing_of,
    facts_of,
    gate_of,
    shift_keys,
    shifts_to_close,
    sign_up_status,
    state_of,
    venues_of,
)
from timebank.projects.queries.lists import (
    ProjectRow,
    SignUpCard,
    my_lost_places,
    my_no_shows,
    my_sign_ups,
    organized,
    recruiting,
    shift_of,
    shifts,
    sign_up_numbers,
    sign_ups,
    to_review,
    unfinished,
)
from timebank.projects.queries.no_shows import (
    AppealCard,
    KeptPlace,
    appeal,
    appeals_to_decide,
    count_no_shows,
    ended_shifts,
    kept_place,
    kept_places,
    no_shows,
)
from timebank.projects.queries.overlaps import (
    Overlap,
    overlapping,
)
from timebank.projects.queries.own import (
    OwnAppeal,
    OwnSignUp,
)
from timebank.projects.queries.policies import (
    project_policy,
    self_check,
)
from timebank.projects.queries.prerequisites import (
    lacks,
)
from timebank.projects.queries.project_cards import (
    ProjectCard,
    project,
)
from timebank.projects.queries.series import (
    preview,
)
from timebank.projects.queries.shift_cards import (
    PostCard,
    ShiftCard,
    shift_card,
    shift_for,
)
from timebank.projects.queries.shortages import (
    ShortCard,
    ShortPerson,
    post_short_of,
    shift_short_of,
)
from timebank.projects.queries.templates import (
    TemplateCard,
    template,
    templates,
)

__all__ = [
    "AppealCard",
    "Calendar",
    "CalendarEvent",
    "Dossier",
    "EvidenceCard",
    "KeptPlace",
    "Overlap",
    "OwnAppeal",
    "OwnSignUp",
    "PlaceTaken",
    "PostCard",
    "ProjectCard",
    "ProjectRow",
    "ShiftCard",
    "ShiftClosing",
    "ShiftFacts",
    "ShiftGate",
    "ShortCard",
    "ShortPerson",
    "SignUpCard",
    "StepCard",
    "TemplateCard",
    "Venue",
    "accepted",
    "appeal",
    "appeals_to_decide",
    "calendar_made_at",
    "closing_of",
    "count_no_shows",
    "dossier",
    "ended_shifts",
    "facts_of",
    "gate_of",
    "kept_place",
    "kept_places",
    "lacks",
    "my_lost_places",
    "my_no_shows",
    "my_sign_ups",
    "no_shows",
    "no_shows_of",
    "organized",
    "overlapping",
    "personal_calendar",
    "places_of",
    "post_short_of",
    "preview",
    "project",
    "project_calendar",
    "project_policy",
    "recruiting",
    "self_check",
    "shift_card",
    "shift_for",
    "shift_keys",
    "shift_of",
    "shift_short_of",
    "shifts",
    "shifts_for",
    "shifts_to_close",
    "sign_up_numbers",
    "sign_up_status",
    "sign_ups",
    "state_of",
    "template",
    "templates",
    "to_review",
    "unfinished",
    "venues_of",
]
