"""Tables of projects, shifts and sign-ups; their shard is the host county."""

from timebank.projects.models.policies import (
    ProjectPolicyRow,
    SelfCheckRow,
)
from timebank.projects.models.projects import (
    EvidenceFile,
    MakeUpCount,
    Project,
    ProjectStep,
    ProjectTemplate,
)
from timebank.projects.models.shifts import (
    Post,
    Shift,
    ShiftSeries,
)
from timebank.projects.models.sign_ups import (
    CalendarFeed,
    NoShowAppeal,
    SignUp,
)

__all__ = [
    "CalendarFeed",
    "EvidenceFile",
    "MakeUpCount",
    "NoShowAppeal",
    "Post",
    "Project",
    "ProjectPolicyRow",
    "ProjectStep",
    "ProjectTemplate",
    "SelfCheckRow",
    "Shift",
    "ShiftSeries",
    "SignUp",
]
