"""Changing volunteers: registration, its review, guardians, party verification, unmasking."""

from timebank.volunteers.usecases.consents import give_consent, record_consents, withdraw_consent
from timebank.volunteers.usecases.drafts import discard_draft, keep_draft, send_in_draft, sweep_drafts
from timebank.volunteers.usecases.guardians import (
    come_of_age,
    consent_as_guardian,
    count_guardian_attempt,
    name_guardian,
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
from timebank.volunteers.usecases.profile import change_phone, update_profile
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
    "change_phone",
    "come_of_age",
    "consent_as_guardian",
    "count_guardian_attempt",
    "count_registration",
    "discard_draft",
    "give_consent",
    "keep_draft",
    "move_import",
    "name_guardian",
    "record_consents",
    "record_guardian_consent",
    "refuse_as_guardian",
    "register",
    "reinstate",
    "reject",
    "resubmit",
    "return_for_correction",
    "send_in_draft",
    "stage_import",
    "suspend",
    "sweep_drafts",
    "sweep_imports",
    "unfinished_import",
    "unmask",
    "update_profile",
    "verify_identity",
    "verify_party_member",
    "withdraw_consent",
    "work_on_import",
]
