"""Changing volunteers: registration, its review, guardians, what happens later, unmasking."""

from timebank.volunteers.usecases.closing import ask_to_close, close_accounts, keep
from timebank.volunteers.usecases.corrections import (
    accept_correction,
    ask_for_correction,
    refuse_correction,
    withdraw_correction,
)
from timebank.volunteers.usecases.guardians import (
    consent_as_guardian,
    count_guardian_attempt,
    record_guardian_consent,
    refuse_as_guardian,
)
from timebank.volunteers.usecases.moves import accept_move, ask_for_move, refuse_move, withdraw_move
from timebank.volunteers.usecases.party import verify_party_member
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
from timebank.volunteers.usecases.unmasking import unmask

__all__ = [
    "REGISTRATIONS_PER_ADDRESS",
    "Decided",
    "accept_correction",
    "accept_move",
    "approve",
    "ask_for_correction",
    "ask_for_move",
    "ask_to_close",
    "close_accounts",
    "confirm_proposal",
    "consent_as_guardian",
    "count_guardian_attempt",
    "count_registration",
    "drop_proposal",
    "keep",
    "propose_death",
    "propose_merge",
    "propose_undo_death",
    "record_guardian_consent",
    "refuse_as_guardian",
    "refuse_correction",
    "refuse_move",
    "register",
    "reinstate",
    "reject",
    "resubmit",
    "return_for_correction",
    "suspend",
    "unmask",
    "verify_identity",
    "verify_party_member",
    "withdraw_correction",
    "withdraw_move",
]
