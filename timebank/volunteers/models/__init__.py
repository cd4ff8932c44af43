"""Tables of volunteers."""

from timebank.volunteers.models.consents import (
    Consent,
    ConsentText,
    RegistrationPolicyRow,
)
from timebank.volunteers.models.imports import (
    ImportProblem,
    ImportRow,
    VolunteerImport,
)
from timebank.volunteers.models.people import (
    Guardian,
    RegistrationDraft,
    StatusReason,
    Unmasking,
    Volunteer,
)
from timebank.volunteers.models.requests import (
    CorrectionRequest,
    Proposal,
    RegionMove,
)

__all__ = [
    "Consent",
    "ConsentText",
    "CorrectionRequest",
    "Guardian",
    "ImportProblem",
    "ImportRow",
    "Proposal",
    "RegionMove",
    "RegistrationDraft",
    "RegistrationPolicyRow",
    "StatusReason",
    "Unmasking",
    "Volunteer",
    "VolunteerImport",
]
