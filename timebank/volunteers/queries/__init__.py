"""Reading volunteers: masked cards within the actor's regions, and facts for other flats."""

from timebank.volunteers.queries.cards import (
    ConsentLine,
    GuardianCard,
    PersonCard,
    UnmaskingCard,
    person,
    personal_code,
    unmaskings,
)
from timebank.volunteers.queries.history import HistoryLine, history
from timebank.volunteers.queries.internal import Standing, by_personal_code, standing, standings, status_of
from timebank.volunteers.queries.lists import Filters, PersonRow, persons
from timebank.volunteers.queries.policies import ConsentWording, consent_wordings, registration_policy
from timebank.volunteers.queries.waiting import Neighbours, WaitingRow, neighbours, waiting
from timebank.volunteers.queries.window import CardFace, Registered, card_faces, registered_document

__all__ = [
    "CardFace",
    "ConsentLine",
    "ConsentWording",
    "Filters",
    "GuardianCard",
    "HistoryLine",
    "Neighbours",
    "PersonCard",
    "PersonRow",
    "Registered",
    "Standing",
    "UnmaskingCard",
    "WaitingRow",
    "by_personal_code",
    "card_faces",
    "consent_wordings",
    "history",
    "neighbours",
    "person",
    "personal_code",
    "persons",
    "registered_document",
    "registration_policy",
    "standing",
    "standings",
    "status_of",
    "unmaskings",
    "waiting",
]
