"""Reading volunteers: masked cards within the actor's regions, and facts for other flats."""

from timebank.volunteers.queries.cards import (
    ConsentLine,
    GuardianCard,
    HistoryLine,
    PersonCard,
    UnmaskingCard,
    history,
    person,
    personal_code,
    unmaskings,
)
from timebank.volunteers.queries.imports import (
    ImportCard,
    every_problem,
    import_cards,
    import_problems,
    importable_regions,
    volunteer_import,
)
from timebank.volunteers.queries.internal import Standing, by_personal_code, standing, standings, status_of
from timebank.volunteers.queries.lists import PersonRow, persons
from timebank.volunteers.queries.policies import ConsentWording, consent_wordings, registration_policy

__all__ = [
    "ConsentLine",
    "ConsentWording",
    "GuardianCard",
    "HistoryLine",
    "ImportCard",
    "PersonCard",
    "PersonRow",
    "Standing",
    "UnmaskingCard",
    "by_personal_code",
    "consent_wordings",
    "every_problem",
    "history",
    "import_cards",
    "import_problems",
    "importable_regions",
    "person",
    "personal_code",
    "persons",
    "registration_policy",
    "standing",
    "standings",
    "status_of",
    "unmaskings",
    "volunteer_import",
]
