"""Words of organisations."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "credit-code-needed": _l("A registered organisation has a unified social credit code; enter it."),
    "date-in-future": _l("This day has not come yet."),
    "filing-number-needed": _l("A team has a filing number; enter it."),
    "last-administrator": _l("A team needs an administrator. Appoint somebody else first."),
    "not-a-credit-code": _l("This is not a valid unified social credit code of 18 signs."),
    "officer-changes-this": _l("Only an officer changes this after the approval. Ask at your community."),
    "organization-not-active": _l("This organisation is not active at the moment."),
    "organization-registered": _l("An organisation with this code is recorded already."),
    "own-organization": _l("Somebody else must decide this: you work in this organisation."),
    "parent-ring": _l("This organisation is under yours already; it cannot be above it too."),
    "parent-too-deep": _l("There are too many organisations above this one."),
    "unknown-region": _l("There is no such region."),
}
WORDS: dict[str, Mapping[str, LazyString]] = {
    "organization_done": {
        "submit": _l("Handed in. An officer of the region will look at it."),
        "withdraw": _l("The application is withdrawn."),
        "approve": _l("Approved. The organisation can recruit from now on."),
        "return": _l("Returned with your reason."),
        "reject": _l("Rejected with your reason."),
        "suspend": _l("Suspended. Nothing new can be started."),
        "reinstate": _l("The suspension has ended."),
        "close": _l("The organisation is closed."),
    },
    "organization_event": {
        "organization.registered": _l("Recorded by an officer"),
        "organization.founded": _l("Application written"),
        "organization.changed": _l("Data changed"),
        "organization.submitted": _l("Application handed in"),
        "organization.withdrawn": _l("Application withdrawn"),
        "organization.approved": _l("Approved"),
        "organization.returned": _l("Returned for correction"),
        "organization.rejected": _l("Rejected"),
        "organization.suspended": _l("Suspended"),
        "organization.reinstated": _l("Suspension ended"),
        "organization.closed": _l("Closed"),
        "organization.parent_asked": _l("Asked to be under another organisation"),
        "organization.parent_accepted": _l("The organisation above consented"),
        "organization.parent_declined": _l("The organisation above declined"),
        "organization.parent_set": _l("Put under another organisation"),
        "organization.parent_left": _l("No longer under another organisation"),
        "organization.appointed": _l("Role given"),
        "organization.dismissed": _l("Role taken back"),
    },
    "team_role": {"organizer": _l("Team administrator"), "recorder": _l("Recorder")},
    "organization_kind": {
        "organization": _l("Volunteer organisation (registered)"),
        "team": _l("Volunteer team (filed)"),
        "committee": _l("Villagers' or residents' committee"),
        "event_host": _l("Host of public-benefit events"),
        "public_body": _l("Public-service body"),
    },
    "organization_next": {
        "draft": _l("Check the data and hand the application in."),
        "submitted": _l("An officer of your region looks at it and replies here."),
        "returned": _l("Correct what is named and hand it in again."),
        "rejected": _l("You can apply anew."),
        "suspended": _l("Nothing new can be started until the suspension ends."),
        "closed": _l("Nothing more to do"),
    },
    "organization_status": {
        "draft": _l("Draft"),
        "submitted": _l("Under review"),
        "returned": _l("Returned"),
        "rejected": _l("Rejected"),
        "active": _l("Active"),
        "suspended": _l("Suspended"),
        "closed": _l("No longer active"),
    },
}
