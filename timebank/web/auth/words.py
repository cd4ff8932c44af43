"""Words of sign-in."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "not-a-mobile-number": _l("Enter a mobile number of 11 digits."),
    "password-is-phone": _l("Choose a password other than the phone number."),
    "phone-taken": _l("An account with this phone exists already. Please sign in instead."),
    "role-needs-organization": _l("This role belongs to one organisation."),
    "role-needs-ward": _l("This role belongs to one ward."),
    "role-needs-region": _l("This role belongs to a region."),
    "sign-in-failed": _l(
        "Phone and password or code do not match. Check both, or have a one-time code sent to you."
    ),
    "unknown-phone": _l("Nobody signs in with this phone yet."),
}
WORDS: dict[str, Mapping[str, LazyString]] = {
    "identity_event": {
        "role.granted": _l("Role given"),
        "user.created": _l("Account opened"),
    },
    "role": {
        "auditor": _l("Auditor"),
        "authority": _l("Competent authority"),
        "community_worker": _l("Community worker"),
        "operator": _l("Operator"),
        "organizer": _l("Organizer"),
        "party_administrator": _l("Party administrator"),
        "recorder": _l("Recorder"),
    },
}
