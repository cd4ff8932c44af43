"""Words of skills with proof, training and awards."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "expired-already": _l("This day is over already. A certificate that ran out proves nothing."),
    "file-too-large": _l("At most %(first)s MB. Make the picture smaller, or scan fewer pages."),
    "not-a-past-date": _l("This day must lie in the past."),
    "not-a-proof-file": _l("Choose a PDF, JPEG or PNG file."),
    "training-recorded": _l("This training is on record for that person already."),
    "wrong-qualification-status": _l("This is decided already. Open the page again and look."),
}
WORDS: dict[str, Mapping[str, LazyString]] = {
    "qualification_event": {
        "qualification.entered": _l("Proof, training or award entered"),
        "qualification.accepted": _l("Proof, training or award accepted"),
        "qualification.refused": _l("Proof, training or award refused"),
        "qualification.withdrawn": _l("Proof taken back"),
        "qualification.file_opened": _l("File of a proof opened"),
    },
    "qualification_kind": {
        "skill": _l("Proof of a skill"),
        "training": _l("Training"),
        "award": _l("Award"),
    },
    "qualification_status": {
        "waiting": _l("To be decided"),
        "accepted": _l("Confirmed"),
        "refused": _l("Not accepted"),
        "expired": _l("Ran out"),
        "withdrawn": _l("Taken back"),
    },
    "award_level": {
        "national": _l("National"),
        "province": _l("Province"),
        "city": _l("City"),
        "county": _l("County or district"),
        "organization": _l("Organisation"),
    },
    "training_result": {
        "attended": _l("Attended"),
        "passed": _l("Passed"),
        "failed": _l("Not passed"),
    },
    "qualification_outcome": {
        "recorded": _l("Recorded"),
        "accepted": _l("Confirmed"),
        "repeated": _l("On record already"),
        "wrong-status": _l("Not a registered volunteer"),
        "own-registration": _l("Your own: somebody else decides"),
        "maker-is-checker": _l("Entered by you: somebody else decides"),
        "wrong-qualification-status": _l("Decided already"),
        "not-found": _l("Not found in your regions"),
    },
}
