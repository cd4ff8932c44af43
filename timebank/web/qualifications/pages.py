"""Pages about qualifications: one's own, the tab of one person, the queue, and training of many people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission as P
from timebank.qualifications import queries, usecases
from timebank.qualifications.rules import ENDINGS
from timebank.web.kit.files import to_save
from timebank.web.kit.operation import act
from timebank.web.kit.sections import MY_PAGES, PERSON_TABS, REVIEW_QUEUES, ReviewQueue, Section
from timebank.web.qualifications import office, own, trainings
from timebank.web.qualifications.door import pages

PERSON_TABS.append(
    Section("qualifications.person", _l("Qualifications"), lambda actor: actor.can(P.VOLUNTEER_READ))
)
MY_PAGES.append(
    Section(
        "qualifications.mine", _l("My qualifications"), lambda actor: actor.volunteer is not None, "star", 20
    )
)
REVIEW_QUEUES.append(
    ReviewQueue(
        _l("Proofs, training and awards to decide"),
        "star",
        tuple(queries.RIGHTS.values()),
        lambda actor, limit: queries.waiting(actor, limit=limit),
        "qualifications.queue",
        place=44,
    )
)

__all__ = ["office", "own", "pages", "trainings"]


@pages.get("/qualifications/<key:qualification>/file")
def file(qualification: Key) -> Response:
    """The file of proof, to be saved."""
    opened = act(usecases.open_file, qualification=qualification)
    name = f"proof-{qualification.id}.{ENDINGS[opened.media_type]}"
    return to_save(opened.content, opened.media_type, name)
