"""Changing memberships: founding, joining, inviting, join codes, leaving."""

from timebank.memberships.usecases.codes import (
    count_code_attempt,
    join_by_code,
    make_join_code,
    revoke_join_code,
)
from timebank.memberships.usecases.inviting import (
    accept_invitation,
    count_invitation,
    decline_invitation,
    invite,
    withdraw_invitation,
)
from timebank.memberships.usecases.joining import (
    appoint_member,
    approve_membership,
    found_team,
    leave_team,
    refuse_membership,
    remove_member,
    request_membership,
)
from timebank.memberships.usecases.leaving import leave_teams

__all__ = [
    "accept_invitation",
    "appoint_member",
    "approve_membership",
    "count_code_attempt",
    "count_invitation",
    "decline_invitation",
    "found_team",
    "invite",
    "join_by_code",
    "leave_team",
    "leave_teams",
    "make_join_code",
    "refuse_membership",
    "remove_member",
    "request_membership",
    "revoke_join_code",
    "withdraw_invitation",
]
