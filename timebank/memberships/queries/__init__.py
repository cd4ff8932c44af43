"""Reading memberships."""

from timebank.memberships.queries.administering import (
    JoinCodeCard,
    SentInvitation,
    invitations,
    join_code,
)
from timebank.memberships.queries.own import (
    OpenedCode,
    OwnInvitation,
    OwnMembership,
    my_invitations,
    my_membership,
    my_memberships,
    open_code,
)
from timebank.memberships.queries.people import (
    MemberRow,
    count_members,
    member,
    members,
    members_to_assist,
)

__all__ = [
    "JoinCodeCard",
    "MemberRow",
    "OpenedCode",
    "OwnInvitation",
    "OwnMembership",
    "SentInvitation",
    "count_members",
    "invitations",
    "join_code",
    "member",
    "members",
    "members_to_assist",
    "my_invitations",
    "my_membership",
    "my_memberships",
    "open_code",
]
