"""Pages about volunteers: registering, and the office's registry."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from timebank.kernel.policy import Permission as P
from timebank.web.kit.sections import MY_PAGES, PERSON_TABS, Section
from timebank.web.volunteers import registration, registry
from timebank.web.volunteers.door import pages

PERSON_TABS.insert(0, Section("volunteers.person", _l("Overview"), lambda actor: actor.can(P.VOLUNTEER_READ)))
MY_PAGES.insert(
    0,
    Section("volunteers.status", _l("My registration"), lambda actor: actor.volunteer is not None, "person"),
)

__all__ = ["pages", "registration", "registry"]
