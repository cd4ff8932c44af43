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
from timebank.volunteers.queries.internal import (
    Standing,
    agrees,
    by_number,
    by_personal_code,
    standing,
    standings,
    status_of,
)
from timebank.volunteers.queries.lists import PersonRow, persons
from timebank.volunteers.queries.party import ClaimRow, ClaimState, claim_of, claims_in, count_claims
from timebank.volunteers.queries.policies import ConsentWording, consent_wordings, registration_policy

__all__ = [
    "ClaimRow",
    "ClaimState",
    "ConsentLine",
    "ConsentWording",
    "GuardianCard",
    "HistoryLine",
    "PersonCard",
    "PersonRow",
    "Standing",
    "UnmaskingCard",
    "agrees",
    "by_number",
    "by_personal_code",
    "claim_of",
    "claims_in",
    "consent_wordings",
    "count_claims",
    "history",
    "person",
    "personal_code",
    "persons",
    "registration_policy",
    "standing",
    "standings",
    "status_of",
    "unmaskings",
]
