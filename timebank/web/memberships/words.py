"""Words of memberships, invitations and join codes."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "already-member": _l("You are a member of this team already."),
    "already-requested": _l("You have asked this team already. It has not answered yet."),
    "ask-to-come-back": _l("The code is not enough for you: ask the team to let you in."),
    "code-over": _l("This code has run out or was replaced. Ask the team for a fresh one."),
    "invitation-over": _l("This invitation has been answered or has run out."),
    "member-not-registered": _l("This person is not a registered volunteer at the moment."),
    "not-a-member": _l("Only members of the team can be given a role here."),
    "not-an-addressee": _l("Enter a mobile number of 11 digits or a volunteer number of 16 signs."),
    "registration-not-approved": _l(
        "Your registration as a volunteer is not approved yet. You can join once it is."
    ),
    "unknown-code": _l("There is no such code. Compare it with what you were given, sign by sign."),
}
WORDS: dict[str, Mapping[str, LazyString]] = {
    "invitation_event": {
        "invitation.sent": _l("Invitation sent"),
        "invitation.accepted": _l("Invitation accepted"),
        "invitation.declined": _l("Invitation declined"),
        "invitation.withdrawn": _l("Invitation withdrawn"),
    },
    "invitation_status": {
        "open": _l("No answer yet"),
        "accepted": _l("Accepted"),
        "withdrawn": _l("Withdrawn"),
        "expired": _l("Run out"),
    },
    "join_code_event": {
        "join_code.made": _l("Join code made"),
        "join_code.revoked": _l("Join code ended"),
    },
    "membership_done": {
        "approve": _l("Welcome to the team: the new member is on the list."),
        "refuse": _l("Refused with your reason."),
        "remove": _l("Removed from the team with your reason."),
        "appoint": _l("The role is given."),
        "accept": _l("You are a member of the team now."),
        "decline": _l("Declined. The team is not told."),
    },
    "membership_event": {
        "membership.requested": _l("Asked to join the team"),
        "membership.joined": _l("Joined the team"),
        "membership.accepted": _l("Joined the team by invitation"),
        "membership.approved": _l("Let into the team"),
        "membership.refused": _l("Not let into the team"),
        "membership.left": _l("Left the team"),
        "membership.removed": _l("Removed from the team"),
    },
    "membership_status": {
        "requested": _l("Has asked"),
        "active": _l("Member"),
        "refused": _l("Refused"),
        "left": _l("Has left"),
        "removed": _l("Removed"),
    },
    "membership_way": {
        "founder": _l("Founder"),
        "request": _l("By request"),
        "invitation": _l("By invitation"),
        "code": _l("By join code"),
    },
}
