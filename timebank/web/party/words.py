"""Words of party organisations, membership and reporting."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "community-party-member": _l(
        "This membership is kept in a community's party organisation; only in-service members report."
    ),
    "member-elsewhere": _l(
        "The membership is kept in another party organisation. Withdraw the verification first if it moved."
    ),
    "nobody-ticked": _l("Tick at least one person."),
    "nobody-with-number": _l("Nobody has this volunteer number. Compare it with the card, sign by sign."),
    "not-a-table": _l("This file cannot be read. Save it as CSV, with one number in each line."),
    "parent-ring": _l("An organisation cannot stand under itself or under one of its own."),
    "parent-too-deep": _l("So many organisations above one another are not possible."),
    "parent-too-low": _l("Only a higher organisation can stand above: committee, general branch, branch."),
    "party-not-verified": _l(
        "The membership is not verified yet, or it is not on record where it is kept. The party organisation "
        "does that first."
    ),
    "party-organization-dissolved": _l("This party organisation does not exist any more."),
    "party-organization-has-members": _l(
        "Members or other organisations still belong to it. Record first where they belong now."
    ),
    "party-organization-recorded": _l("A party organisation of this name is recorded here already."),
    "party-verified": _l("This membership is verified already."),
    "reported-already": _l("There is a report already. End it first, to report elsewhere."),
    "too-many-lines": _l("At most %(first)s lines at once. Divide the list."),
    "unknown-party-organization": _l("There is no such party organisation."),
    "wrong-report-status": _l("This is not possible in the report's present state."),
}
WORDS: dict[str, Mapping[str, LazyString]] = {
    "party_event": {
        "party.claimed": _l("Party membership stated"),
        "party.verified": _l("Membership verified by the party organisation"),
        "party.refused": _l("Membership not confirmed by the party organisation"),
        "party.ended": _l("Membership in the party organisation ended"),
        "party.reported": _l("Reported to a community"),
        "party.report_confirmed": _l("Report confirmed by the community"),
        "party.report_refused": _l("Report refused by the community"),
        "party.report_ended": _l("Report ended"),
        "party.exported": _l("Participation of party members taken as a file"),
        "party.organization_recorded": _l("Party organisation recorded"),
        "party.organization_changed": _l("Party organisation changed"),
        "party.organization_dissolved": _l("Party organisation dissolved"),
    },
    "party_kind": {
        "committee": _l("Party committee"),
        "general_branch": _l("General party branch"),
        "branch": _l("Party branch"),
    },
    "party_belongs": {
        "community": _l("Of a community or village"),
        "unit": _l("Of a unit"),
    },
    "party_organization_status": {"active": _l("Active"), "dissolved": _l("Dissolved")},
    "party_claim": {
        "open": _l("To verify"),
        "verified": _l("Verified"),
        "declined": _l("Not confirmed"),
    },
    "party_membership": {
        "claimed": _l("Stated by the person"),
        "verified": _l("Verified"),
        "refused": _l("Not confirmed"),
        "ended": _l("Verification withdrawn"),
    },
    "party_report": {
        "reported": _l("Waiting for the community"),
        "confirmed": _l("Confirmed"),
        "refused": _l("Not taken"),
        "ended": _l("Ended"),
    },
    "party_outcome": {
        "verified": _l("Verified"),
        "recorded": _l("Verified before; the party organisation is on record now"),
        "repeated": _l("Verified before"),
        "declined": _l("Claim refused"),
        "member-elsewhere": _l("Member of another party organisation"),
        "not-a-party-member": _l("Did not state membership"),
        "wrong-status": _l("Not a registered volunteer"),
        "party-verified": _l("Verified before, so not refused"),
        "own-registration": _l("Your own: somebody else decides"),
        "not-found": _l("Not found in your regions"),
    },
}
