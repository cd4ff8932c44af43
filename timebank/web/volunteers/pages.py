"""Pages about volunteers: registering, and the office's registry."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from timebank.kernel.policy import Permission as P
from timebank.volunteers.queries import waiting
from timebank.web.kit.sections import MY_PAGES, PERSON_TABS, REVIEW_QUEUES, ReviewQueue, Section
from timebank.web.volunteers import profile, registration, registry, status
from timebank.web.volunteers.door import pages

PERSON_TABS[:0] = [
    Section("volunteers.person", _l("Overview"), lambda actor: actor.can(P.VOLUNTEER_READ)),
    Section("volunteers.person_history", _l("History"), lambda actor: actor.can(P.VOLUNTEER_READ)),
]
REVIEW_QUEUES.append(
    ReviewQueue(
        _l("Registrations to answer"),
        "person",
        (P.VOLUNTEER_REVIEW,),
        lambda actor, limit: waiting(actor, limit=limit),
        "office.reviews",
        place=10,
    )
)
MY_PAGES += [
    Section(endpoint, label, lambda actor: actor.volunteer is not None, icon, place)
    for place, endpoint, label, icon in (
        (10, "volunteers.profile", _l("My profile"), "person"),
        (60, "volunteers.status", _l("My registration"), "list"),
        (65, "volunteers.consents", _l("What I agreed to"), "check"),
        (70, "volunteers.access", _l("Who looked at my data"), "eye"),
    )
]

__all__ = ["pages", "profile", "registration", "registry", "status"]
