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
from timebank.volunteers.queries.consents import ConsentState, consents, open_consents
from timebank.volunteers.queries.drafts import Draft, Receipt, draft, new_document, receipt
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
from timebank.volunteers.queries.wards import WardRequest, WardRow, ward_request, ward_requests, wards

__all__ = [
    "ConsentLine",
    "ConsentState",
    "ConsentWording",
    "Draft",
    "GuardianCard",
    "HistoryLine",
    "ImportCard",
    "PersonCard",
    "PersonRow",
    "Receipt",
    "Standing",
    "UnmaskingCard",
    "WardRequest",
    "WardRow",
    "by_personal_code",
    "consent_wordings",
    "consents",
    "draft",
    "every_problem",
    "history",
    "import_cards",
    "import_problems",
    "importable_regions",
    "new_document",
    "open_consents",
    "person",
    "personal_code",
    "persons",
    "receipt",
    "registration_policy",
    "standing",
    "standings",
    "status_of",
    "unmaskings",
    "volunteer_import",
    "ward_request",
    "ward_requests",
    "wards",
]
