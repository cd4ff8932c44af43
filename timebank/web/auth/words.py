"""Words of sign-in."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "external-denied": _l(
        "You did not let the other service sign you in. Try again, or use your phone here."
    ),
    "external-refused": _l(
        "The answer of the other service cannot be accepted. Start again, or use your phone here."
    ),
    "external-unavailable": _l(
        "The other service does not answer at the moment. Sign in by your phone here, or try again later."
    ),
    "identity-linked": _l("That account is linked to somebody else here. They must unlink it first."),
    "link-expired": _l("The link was not finished in time. Please start again."),
    "not-a-mobile-number": _l("Enter a mobile number of 11 digits."),
    "own-second-factor": _l("Somebody else must reset it. You can move it to another phone yourself."),
    "password-is-phone": _l("Choose a password other than the phone number."),
    "phone-taken": _l("An account with this phone exists already. Please sign in instead."),
    "role-needs-organization": _l("This role belongs to one organisation."),
    "role-needs-ward": _l("This role belongs to one ward."),
    "role-needs-region": _l("This role belongs to a region."),
    "scope-missing": _l("This token was not made for that: it lacks the right %(permission)s."),
    "scope-not-held": _l("A token can only carry rights that you have yourself."),
    "second-factor-needed": _l("A code of your authenticator app is needed, too."),
    "second-factor-not-begun": _l("The setting up has run out. Please start again."),
    "second-factor-not-set-up": _l(
        "Your role needs a second factor. Sign in on the web page once and set it up."
    ),
    "second-factor-required": _l("With your role the second factor cannot be turned off."),
    "second-factor-set-up": _l("A second factor is set up already. Please start again and enter its code."),
    "sign-in-expired": _l("This sign-in took too long. Please start again."),
    "sign-in-failed": _l(
        "Phone and password or code do not match. Check both, or have a one-time code sent to you."
    ),
    "too-many-tokens": _l("You have %(most)s tokens already. Revoke one that is no longer used."),
    "unknown-phone": _l("Nobody signs in with this phone yet."),
    "wrong-code": _l("This code is not right, or it has run out. Have another one sent to you."),
    "wrong-password": _l("This is not your present password."),
    "wrong-second-factor": _l(
        "This code is not right, or it was used already. Wait for the next one and enter that."
    ),
}
WORDS: dict[str, Mapping[str, LazyString]] = {
    "identity_event": {
        "api_token.made": _l("API token made"),
        "external_identity.linked": _l("Account of a provider linked"),
        "external_identity.unlinked": _l("Account of a provider unlinked"),
        "password.changed": _l("Password changed"),
        "recovery_code.used": _l("Recovery code used"),
        "role.granted": _l("Role given"),
        "role.revoked": _l("Role taken back"),
        "second_factor.confirmed": _l("Second factor set up"),
        "second_factor.removed": _l("Second factor removed"),
        "second_factor.reset": _l("Second factor reset by an operator"),
        "token.revoked": _l("A sign-in was ended"),
        "tokens.revoked": _l("Other sign-ins were ended"),
        "user.closed": _l("Account for signing in closed"),
        "user.created": _l("Account opened"),
        "user.data_exported": _l("Own data handed out"),
        "user.phone_changed": _l("Mobile number for signing in changed"),
    },
    "role": {
        "auditor": _l("Auditor"),
        "authority": _l("Competent authority"),
        "community_worker": _l("Community worker"),
        "guardian": _l("Guardian"),
        "operator": _l("Operator"),
        "organizer": _l("Organizer"),
        "party_administrator": _l("Party administrator"),
        "recorder": _l("Recorder"),
    },
    "token_kind": {
        "api": _l("API token"),
        "bearer": _l("Program"),
        "session": _l("Browser"),
    },
    "permission": {
        "audit:read": _l("read the audit trail"),
        "award:record": _l("record awards"),
        "certificate:issue": _l("issue, refuse and revoke certificates"),
        "certificate:verify": _l("check certificates"),
        "figure:write": _l("publish figures"),
        "gate:operate": _l("run check-in"),
        "gate:scan": _l("scan at check-in, and no more"),
        "hours:confirm": _l("confirm hours"),
        "hours:read": _l("read service hours"),
        "hours:submit": _l("submit hours"),
        "job:read": _l("see scheduled jobs"),
        "job:run": _l("run scheduled jobs"),
        "key:rotate": _l("rotate keys"),
        "ledger:read": _l("read statements"),
        "membership:read": _l("see members"),
        "membership:request": _l("join and leave teams"),
        "membership:write": _l("look after members"),
        "organization:read": _l("see organisations"),
        "organization:review": _l("review organisations"),
        "organization:write": _l("record organisations"),
        "party:read": _l("read party figures"),
        "party:report": _l("report to a community as a party member"),
        "party:verify": _l("verify party membership"),
        "project:control": _l("stop projects, decide about make-up projects"),
        "project:review": _l("review projects"),
        "project:write": _l("write projects"),
        "region:write": _l("change regions"),
        "sign_up:read": _l("see sign-ups"),
        "sign_up:write": _l("sign up and leave"),
        "skill:verify": _l("verify skills"),
        "statistics:export": _l("export statistics"),
        "statistics:read": _l("read statistics"),
        "target:write": _l("record targets"),
        "training:record": _l("record training"),
        "visit:check_in": _l("check in and out"),
        "volunteer:assist": _l("act for volunteers at the window"),
        "volunteer:import": _l("import volunteers"),
        "volunteer:merge": _l("merge volunteers"),
        "volunteer:read": _l("read volunteers"),
        "volunteer:register": _l("register volunteers"),
        "volunteer:review": _l("decide on registrations"),
        "volunteer:unmask": _l("see numbers in clear"),
        "volunteer:write": _l("correct volunteers"),
    },
}
