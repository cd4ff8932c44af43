"""Changing volunteers: registration, its review, guardians, party verification, unmasking."""

from timebank.volunteers.usecases.cards import (
    LARGEST_SHEET,
    note_cards,
    note_statement,
    reissue_personal_code,
)
from timebank.volunteers.usecases.guardians import (
    consent_as_guardian,
    count_guardian_attempt,
    record_guardian_consent,
    refuse_as_guardian,
)
from timebank.volunteers.usecases.party import verify_party_member
from timebank.volunteers.usecases.registration import (
    REGISTRATIONS_PER_ADDRESS,
    count_registration,
    register,
    resubmit,
)
from timebank.volunteers.usecases.review import (
    approve,
    reinstate,
    reject,
    return_for_correction,
    suspend,
    verify_identity,
)
from timebank.volunteers.usecases.unmasking import unmask

__all__ = [
    "LARGEST_SHEET",
    "REGISTRATIONS_PER_ADDRESS",
    "approve",
    "consent_as_guardian",
    "count_guardian_attempt",
    "count_registration",
    "note_cards",
    "note_statement",
    "record_guardian_consent",
    "refuse_as_guardian",
    "register",
    "reinstate",
    "reissue_personal_code",
    "reject",
    "resubmit",
    "return_for_correction",
    "suspend",
    "unmask",
    "verify_identity",
    "verify_party_member",
]
