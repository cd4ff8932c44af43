"""Words of the window."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "community-out-of-reach": _l("Choose a community or village of your own region from the list."),
    "not-by-telephone": _l("Nobody sees a document on the telephone: take the tick away."),
}

WORDS: dict[str, Mapping[str, LazyString]] = {
    "assisted_by": {
        "window": _l("At the window"),
        "telephone": _l("On the telephone"),
    },
    "assist_done": {
        "accepted": _l("The place is taken. Tell the person when and where to come."),
        "applied": _l("The application is with the organizer, who decides about it."),
        "waiting": _l("The person is on the wait-list now."),
    },
    "assist_obstacle": {
        "already-signed-up": _l("This person has a place in that shift already."),
        "not-signed-up": _l("This person has no place in that shift any more."),
        "volunteer-not-registered": _l("Not approved yet: this person can take places as soon as it is."),
        "volunteer-suspended": _l("The registration is suspended: no places can be taken."),
    },
    "consent_hint": {
        "privacy": _l("Signed on the form, or agreed to after it was read out"),
        "sensitive": _l("Separately: identity number for real-name registration"),
        "publication": _l("Free: name and stars on lists of honour"),
    },
}
