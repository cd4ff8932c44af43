"""Changing party organisations, memberships and reports."""

from timebank.party.usecases.lists import Line, decide_each, verify_numbers
from timebank.party.usecases.memberships import claim_membership, refuse_claim, verify_member, withdraw_member
from timebank.party.usecases.organizations import (
    change_organization,
    dissolve_organization,
    record_organization,
)
from timebank.party.usecases.reports import confirm_report, end_report, record_report, refuse_report

__all__ = [
    "Line",
    "change_organization",
    "claim_membership",
    "confirm_report",
    "decide_each",
    "dissolve_organization",
    "end_report",
    "record_organization",
    "record_report",
    "refuse_claim",
    "refuse_report",
    "verify_member",
    "verify_numbers",
    "withdraw_member",
]
