"""Pages of the window: the clerk's desk, acting for somebody, cards."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from timebank.kernel.policy import Permission as P
from timebank.web.kit.sections import PERSON_TABS, Section
from timebank.web.window import assist, cards, desk
from timebank.web.window.door import pages

PERSON_TABS.append(Section("window.assist", _l("Act for them"), lambda actor: actor.can(P.VOLUNTEER_ASSIST)))

__all__ = ["assist", "cards", "desk", "pages"]
