"""Changing volunteers: registration, its review, guardians, party verification, unmasking."""

from timebank.volunteers.usecases.consents import record_consents
from timebank.volunteers.usecases.guardians import (
    consent_as_guardian,
    count_guardian_attempt,
    record_guardian_consent,
    refuse_as_guardian,
)
from timebank.volunteers.usecases.imports import (
    Upload,
    advance_import,
    move_import,
    stage_import,
    sweep_imports,
    unfinished_import,
    work_on_import,
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
    "REGISTRATIONS_PER_ADDRESS",
    "Upload",
    "advance_import",
    "approve",
    "consent_as_guardian",
    "count_guardian_attempt",
    "count_registration",
    "move_import",
    "record_consents",
    "record_guardian_consent",
    "refuse_as_guardian",
    "register",
    "reinstate",
    "reject",
    "resubmit",
    "return_for_correction",
    "stage_import",
    "suspend",
    "sweep_imports",
    "unfinished_import",
    "unmask",
    "verify_identity",
    "verify_party_member",
    "work_on_import",
]
