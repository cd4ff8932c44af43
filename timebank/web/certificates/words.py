"""Words of certificates."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "no-confirmed-records": _l(
        "This unit has confirmed no hours in this period. Choose a longer period, or ask again when the "
        "hours on their way are confirmed."
    ),
    "not-a-contact-number": _l("Enter a telephone number, such as 0833-2100001."),
    "own-certificate": _l("Somebody else of the unit must decide this: it is your own certificate."),
    "period-ahead": _l("The period must not go beyond today."),
    "records-gone": _l(
        "None of the hours asked for is confirmed any more. Refuse the request with the reason, or wait "
        "until they are confirmed again."
    ),
    "unknown-certificate": _l("No certificate with this number was ever issued here."),
    "wrong-certificate-status": _l("It was decided in the meantime. Open the page again and look."),
}

WORDS: dict[str, Mapping[str, LazyString]] = {
    "certificate_event": {
        "certificate.issued": _l("Certificate issued"),
        "certificate.printed": _l("Certificate printed for somebody"),
        "certificate.refused": _l("Certificate refused"),
        "certificate.replaced": _l("Certificate replaced by a newer one"),
        "certificate.requested": _l("Certificate asked for"),
        "certificate.reveals_chosen": _l("Chosen anew what public verification shows"),
        "certificate.revoked": _l("Certificate revoked"),
        "certificate.withdrawn": _l("Request for a certificate taken back"),
    },
    "certificate_status": {
        "requested": _l("Asked for"),
        "withdrawn": _l("Taken back"),
        "refused": _l("Not issued"),
        "issued": _l("Issued"),
        "revoked": _l("Revoked"),
        "replaced": _l("Replaced"),
    },
    "certificate_next": {
        "requested": _l("The unit compares the records and then issues the certificate. You see it here."),
        "withdrawn": _l("Nothing follows. You can ask again at any time."),
        "refused": _l("Put right what the reason says, then ask again."),
        "issued": _l("Print it yourself. Whoever sees it can check it by its code."),
        "revoked": _l("The paper is no longer valid. Ask again if the hours are confirmed."),
        "replaced": _l("A newer certificate for the same period took its place."),
    },
    "reveal": {
        "name": _l("Full name"),
        "volunteer_no": _l("Volunteer number"),
        "hours": _l("Hours"),
        "activities": _l("Activities with their days"),
    },
    "evidence": {
        "venue_code": _l("Scanned at the venue"),
        "personal_code": _l("Personal code"),
        "kiosk": _l("Personal code at a kiosk"),
        "printed_code": _l("Printed code"),
        "organizer": _l("Entered by hand"),
        "policy": _l("Closed by rule"),
    },
    "verification": {
        "valid": _l("Valid"),
        "revoked": _l("Revoked"),
        "replaced": _l("Replaced by a newer one"),
        "altered": _l("Cannot be confirmed"),
        "unknown": _l("No such certificate"),
    },
    "verification_text": {
        "valid": _l("This certificate was issued by the unit named below and is in force."),
        "revoked": _l("The unit took this certificate back. It proves nothing any more."),
        "replaced": _l("The unit has issued a newer certificate for the same period. Ask for that one."),
        "altered": _l(
            "What is kept is not what was issued. Do not rely on the paper, and tell the unit that is named "
            "on it."
        ),
        "unknown": _l(
            "No certificate with this number was ever issued here. Compare the number with the paper; it has "
            "22 signs. A certificate whose number is unknown here is not genuine."
        ),
    },
}
