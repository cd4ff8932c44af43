"""Pages about certificates: one's own, the window's, the recording unit's, everybody's."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from timebank.kernel.policy import Permission as P
from timebank.recognition.queries import waiting
from timebank.web.certificates import organize, own, public, window
from timebank.web.certificates.door import pages
from timebank.web.kit.sections import MY_PAGES, PERSON_TABS, REVIEW_QUEUES, ReviewQueue, Section

MY_PAGES.append(
    Section("certificates.mine", _l("Certificates"), lambda actor: actor.volunteer is not None, "shield", 15)
)
PERSON_TABS.append(
    Section("certificates.of_person", _l("Certificates"), lambda actor: actor.can(P.VOLUNTEER_ASSIST))
)
REVIEW_QUEUES.append(
    ReviewQueue(
        _l("Certificates to issue"),
        "shield",
        (P.CERTIFICATE_ISSUE,),
        lambda actor, limit: waiting(actor, limit=limit),
        "certificates.queue",
        place=46,
    )
)

__all__ = ["organize", "own", "pages", "public", "window"]
