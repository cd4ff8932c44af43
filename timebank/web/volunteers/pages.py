"""Pages about volunteers: registering, and the office's registry."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from timebank.kernel.policy import Permission as P
from timebank.web.kit.sections import MY_PAGES, PERSON_TABS, Section
from timebank.web.volunteers import profile, registration, registry, status
from timebank.web.volunteers.door import pages

PERSON_TABS.insert(0, Section("volunteers.person", _l("Overview"), lambda actor: actor.can(P.VOLUNTEER_READ)))
MY_PAGES.insert(
    0,
    Section("volunteers.status", _l("My registration"), lambda actor: actor.volunteer is not None, "person"),
)
MY_PAGES += [
    Section(endpoint, label, lambda actor: actor.volunteer is not None, icon)
    for endpoint, label, icon in (
        ("volunteers.profile", _l("My profile"), "edit"),
        ("volunteers.consents", _l("What I agreed to"), "check"),
        ("volunteers.access", _l("Who looked at my data"), "eye"),
    )
]

__all__ = ["pages", "profile", "registration", "registry", "status"]
