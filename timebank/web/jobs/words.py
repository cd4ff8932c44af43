"""Words of jobs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "run-taken-over": _l("Another worker has taken this run over."),
}
WORDS: dict[str, dict[str, LazyString]] = {
    "job": {
        "indicators": _l("Compute the indicators"),
        "sweep": _l("Tidy technical tables"),
        "sweep_sign_ins": _l("Delete expired sign-ins and codes"),
    },
    "run_state": {
        "running": _l("running"),
        "done": _l("done"),
        "failed": _l("failed"),
    },
}
