"""Changing recognition: deriving stars, and certificates from the request to the end."""

from timebank.recognition.usecases.asking import (
    Asked,
    choose_reveals,
    note_certificate,
    request_certificate,
    withdraw_certificate,
)
from timebank.recognition.usecases.ending import end_certificates, revoke_unsupported
from timebank.recognition.usecases.issuing import (
    issue_certificate,
    refuse_certificate,
    revoke_certificate,
)
from timebank.recognition.usecases.stars import derive_stars
from timebank.recognition.usecases.verifying import count_verification

__all__ = [
    "Asked",
    "choose_reveals",
    "count_verification",
    "derive_stars",
    "end_certificates",
    "issue_certificate",
    "note_certificate",
    "refuse_certificate",
    "request_certificate",
    "revoke_certificate",
    "revoke_unsupported",
    "withdraw_certificate",
]
