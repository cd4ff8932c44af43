"""Changing volunteers: registration, its review, guardians, party verification, unmasking."""

from timebank.volunteers.usecases.guardians import (
    consent_as_guardian,
    count_guardian_attempt,
    record_guardian_consent,
    refuse_as_guardian,
)
from timebank.volunteers.usecases.party import (
    decline_party_claim,
    reopen_party_claim,
    revoke_party_verification,
    verify_party_member,
)
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
    "REGISTRATIONS_PER_ADDRESS",
    "approve",
    "consent_as_guardian",
    "count_guardian_attempt",
    "count_registration",
    "decline_party_claim",
    "record_guardian_consent",
    "refuse_as_guardian",
    "register",
    "reinstate",
    "reject",
    "reopen_party_claim",
    "resubmit",
    "return_for_correction",
    "revoke_party_verification",
    "suspend",
    "unmask",
    "verify_identity",
    "verify_party_member",
]
