"""Changing organisations: registering, deciding, parents, and appointing their people."""

from timebank.organizations.usecases.parents import accept_child, ask_parent, decline_child, leave_parent
from timebank.organizations.usecases.people import (
    appoint,
    dismiss,
    drop_roles,
    give_role,
    start_administrator,
)
from timebank.organizations.usecases.registering import (
    draft_organization,
    edit_organization,
    register_organization,
    submit_organization,
    withdraw_organization,
)
from timebank.organizations.usecases.reviewing import (
    approve_organization,
    close_organization,
    reinstate_organization,
    reject_organization,
    return_organization,
    suspend_organization,
)

__all__ = [
    "accept_child",
    "appoint",
    "approve_organization",
    "ask_parent",
    "close_organization",
    "decline_child",
    "dismiss",
    "draft_organization",
    "drop_roles",
    "edit_organization",
    "give_role",
    "leave_parent",
    "register_organization",
    "reinstate_organization",
    "reject_organization",
    "return_organization",
    "start_administrator",
    "submit_organization",
    "suspend_organization",
    "withdraw_organization",
]
