"""Reading recognition: stars, certificates, and what public verification says."""

from timebank.recognition.queries.certificates import (
    CertificateCard,
    CertificateSheet,
    IssuerForm,
    certificate,
    certificates,
    issued,
    issuer_form,
    units,
    waiting,
)
from timebank.recognition.queries.stars import StarProgress, star_progress
from timebank.recognition.queries.verification import PublicCertificate, PublicLine, verification

__all__ = [
    "CertificateCard",
    "CertificateSheet",
    "IssuerForm",
    "PublicCertificate",
    "PublicLine",
    "StarProgress",
    "certificate",
    "certificates",
    "issued",
    "issuer_form",
    "star_progress",
    "units",
    "verification",
    "waiting",
]
