"""How party members take part, by community and by party organisation; groups, and names only by right.

Members and reports count as they stand today, service by the year in which it was done. A member of a
community's party organisation counts there, an in-service member where the report was confirmed: so nobody
counts twice. Small groups are veiled for those who may not see names, and nobody is ranked.
"""

from timebank.statistics.queries.party.groups import (
    BranchGroup,
    CommunityGroup,
    Group,
    Participation,
    branches,
    participation,
)
from timebank.statistics.queries.party.persons import (
    Feedback,
    FeedbackLine,
    Participant,
    feedback,
    members_of,
    reported_to,
)

__all__ = [
    "BranchGroup",
    "CommunityGroup",
    "Feedback",
    "FeedbackLine",
    "Group",
    "Participant",
    "Participation",
    "branches",
    "feedback",
    "members_of",
    "participation",
    "reported_to",
]
