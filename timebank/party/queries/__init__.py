"""Reading party organisations, memberships and reports to communities."""

from timebank.party.queries.memberships import (
    ClaimCard,
    MembershipLine,
    PartyCard,
    claim_numbers,
    claims,
    membership_places,
    party_card,
)
from timebank.party.queries.organizations import (
    OrganizationDetail,
    OrganizationRow,
    organization_choices,
    organization_detail,
    organization_rows,
    organizations,
    organizations_near,
)
from timebank.party.queries.policies import party_policy
from timebank.party.queries.reports import ReportCard, count_reports, report, reports, reports_of

__all__ = [
    "ClaimCard",
    "MembershipLine",
    "OrganizationDetail",
    "OrganizationRow",
    "PartyCard",
    "ReportCard",
    "claim_numbers",
    "claims",
    "count_reports",
    "membership_places",
    "organization_choices",
    "organization_detail",
    "organization_rows",
    "organizations",
    "organizations_near",
    "party_card",
    "party_policy",
    "report",
    "reports",
    "reports_of",
]
