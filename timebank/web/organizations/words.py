"""Words of organisations."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "credit-code-needed": _l("A registered organisation has a unified social credit code; enter it."),
    "filing-number-needed": _l("A team has a filing number; enter it."),
    "not-a-credit-code": _l("This is not a valid unified social credit code of 18 signs."),
    "organization-registered": _l("An organisation with this code is recorded already."),
    "unknown-region": _l("There is no such region."),
}
WORDS: dict[str, Mapping[str, LazyString]] = {
    "organization_event": {"organization.registered": _l("Organisation registered")},
    "organization_kind": {
        "organization": _l("Volunteer organisation (registered)"),
        "team": _l("Volunteer team (filed)"),
        "committee": _l("Villagers' or residents' committee"),
        "event_host": _l("Host of public-benefit events"),
        "public_body": _l("Public-service body"),
    },
    "organization_status": {"active": _l("Active"), "closed": _l("No longer active")},
}
