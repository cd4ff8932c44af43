"""Words of the audit trail. The words of an event stand with its area, in a group ending in `_event`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "not-an-actor": _l("Give the id of an account, such as 511102-019ab…, or “system”."),
    "period-reversed": _l("The first day is after the last one."),
}
WORDS: dict[str, dict[str, LazyString]] = {
    "actor": {"system": _l("The system"), "anonymous": _l("Not signed in")},
    "audit_event": {
        "audit.exported": _l("Audit trail taken as a file"),
        "key.rotated": _l("Keys rotated"),
    },
    "event_subject": {
        "audit": _l("Audit trail"),
        "figures": _l("Figures"),
        "hours": _l("Service hours"),
        "key": _l("Keys"),
        "organization": _l("Organisation"),
        "project": _l("Project"),
        "regions": _l("Regions"),
        "role": _l("Account"),
        "shift": _l("Shift"),
        "sign_up": _l("Sign-up"),
        "star": _l("Volunteer"),
        "statistics": _l("Statistics"),
        "target": _l("Target"),
        "user": _l("Account"),
        "visit": _l("Visit"),
        "volunteer": _l("Volunteer"),
    },
    "event_datum": {
        "added": _l("added"),
        "before": _l("before"),
        "capacity": _l("places"),
        "changed": _l("changed"),
        "claims": _l("look-up entries"),
        "deep": _l("everything below"),
        "event": _l("event"),
        "fields": _l("fields"),
        "format": _l("format"),
        "indicator": _l("indicator"),
        "minutes": _l("minutes"),
        "organization": _l("organisation"),
        "project": _l("project"),
        "read": _l("read"),
        "record": _l("service record"),
        "records": _l("records"),
        "refused": _l("refused"),
        "region": _l("region"),
        "role": _l("role"),
        "share": _l("share"),
        "shift": _l("shift"),
        "shifts": _l("shifts"),
        "since": _l("from"),
        "stars": _l("stars"),
        "unmasking": _l("access"),
        "until": _l("until"),
        "volunteer": _l("volunteer"),
        "ward": _l("ward"),
        "year": _l("year"),
    },
    "yes_or_no": {"yes": _l("yes"), "no": _l("no")},
}
