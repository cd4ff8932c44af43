"""Changing volunteers: registration, its review, guardians, party verification, unmasking."""

from timebank.volunteers.usecases.cards import (
    LARGEST_SHEET,
    note_cards,
    note_statement,
    reissue_personal_code,
)
from timebank.volunteers.usecases.closing import ask_to_close, close_accounts, keep
from timebank.volunteers.usecases.consents import give_consent, record_consents, withdraw_consent
from timebank.volunteers.usecases.corrections import (
    accept_correction,
    ask_for_correction,
    refuse_correction,
    withdraw_correction,
)
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
from timebank.volunteers.usecases.moves import accept_move, ask_for_move, refuse_move, withdraw_move
from timebank.volunteers.usecases.party import (
    decline_party_claim,
    reopen_party_claim,
    revoke_party_verification,
    verify_party_member,
)
from timebank.volunteers.usecases.profile import change_phone, update_profile
from timebank.volunteers.usecases.proposals import (
    Decided,
    confirm_proposal,
    drop_proposal,
    propose_death,
    propose_merge,
    propose_undo_death,
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
from timebank.volunteers.usecases.rows import hold_people, hold_volunteer
from timebank.volunteers.usecases.unmasking import unmask

__all__ = [
    "LARGEST_SHEET",
    "REGISTRATIONS_PER_ADDRESS",
    "Decided",
    "Upload",
    "accept_correction",
    "accept_move",
    "advance_import",
    "approve",
    "ask_for_correction",
    "ask_for_move",
    "ask_to_close",
    "change_phone",
    "close_accounts",
    "come_of_age",
    "confirm_proposal",
    "consent_as_guardian",
    "count_guardian_attempt",
    "count_registration",
    "decline_party_claim",
    "discard_draft",
    "drop_proposal",
    "give_consent",
    "hold_people",
    "hold_volunteer",
    "keep",
    "keep_draft",
    "move_import",
    "name_guardian",
    "note_cards",
    "note_statement",
    "propose_death",
    "propose_merge",
    "propose_undo_death",
    "record_consents",
    "record_guardian_consent",
    "refuse_as_guardian",
    "refuse_correction",
    "refuse_move",
    "register",
    "reinstate",
    "reissue_personal_code",
    "reject",
    "reopen_party_claim",
    "resubmit",
    "return_for_correction",
    "revoke_party_verification",
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
    "withdraw_correction",
    "withdraw_move",
    "work_on_import",
]
