"""Words of jobs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "run-taken-over": _l("Another worker has taken this run over."),
}
WORDS: dict[str, dict[str, LazyString]] = {
    "job": {
        "close_accounts": _l("Close accounts whose time to think it over has passed"),
        "close_gates": _l("Close gates whose time is over"),
        "come_of_age": _l("End the guardians' part for those who are of age"),
        "expire_offers": _l("Pass on places that were not taken in time"),
        "expire_proofs": _l("Mark certificates that ran out"),
        "indicators": _l("Compute the indicators"),
        "move_projects": _l("Begin, end and archive projects in time"),
        "note_no_shows": _l("Note who had a place and did not come"),
        "sweep": _l("Tidy technical tables"),
        "sweep_drafts": _l("Delete registrations that were not sent in"),
        "sweep_imports": _l("Delete rows of imported files"),
        "sweep_points": _l("Delete places of phones"),
        "sweep_sign_ins": _l("Delete expired sign-ins and codes"),
    },
    "run_count": {
        "archive": _l("projects archived"),
        "cells": _l("figures computed"),
        "close": _l("projects finished"),
        "closed": _l("accounts closed"),
        "codes": _l("one-time codes deleted"),
        "deliveries": _l("finished deliveries deleted"),
        "drafts": _l("registrations not sent in, deleted"),
        "end_recruiting": _l("projects whose recruiting ended"),
        "import_rows": _l("rows of files deleted"),
        "imports": _l("files emptied"),
        "expired": _l("certificates ran out"),
        "gates": _l("gates closed"),
        "interrupted": _l("interrupted runs noted"),
        "job_runs": _l("old runs deleted"),
        "run": _l("projects begun"),
        "start_recruiting": _l("projects that began to recruit"),
        "kept_answers": _l("kept answers deleted"),
        "no_shows": _l("no-shows noted"),
        "offers": _l("offers ran out"),
        "people": _l("people"),
        "points": _l("places of phones deleted"),
        "regions": _l("regions"),
        "second_factors": _l("unfinished second factors deleted"),
        "shifts": _l("shifts looked through"),
        "throttles": _l("attempt counters deleted"),
        "tokens": _l("sign-ins deleted"),
        "visits": _l("visits ended by policy"),
    },
    "run_state": {
        "running": _l("running"),
        "done": _l("done"),
        "failed": _l("failed"),
    },
}
