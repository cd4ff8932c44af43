"""Party organisations, memberships, reports and participation as JSON."""

from __future__ import annotations

from typing import Any

from timebank.kernel.db import runtime
from timebank.kernel.errors import Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.party import queries, usecases
from timebank.party.queries import ClaimCard, OrganizationDetail, OrganizationRow, PartyCard, ReportCard
from timebank.party.usecases import Line
from timebank.statistics.queries import party as figures
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.party.schemas import (
    BranchGroupSchema,
    ChangedPartyOrganizationSchema,
    ClaimSchema,
    ClaimsQuery,
    FeedbackQuery,
    FeedbackSchema,
    LinesSchema,
    ListedDecisionSchema,
    ListedRefusalSchema,
    NewPartyOrganizationSchema,
    NumbersSchema,
    ParticipantSchema,
    ParticipationApiQuery,
    ParticipationSchema,
    PartyCreatedSchema,
    PartyMemberSchema,
    PartyOrganizationQuery,
    PartyOrganizationRowSchema,
    PartyOrganizationSchema,
    PartyPlaceSchema,
    PartyReasonSchema,
    ReportApiSchema,
    ReportSchema,
    ReportsQuery,
)

api = api_door("party", "Party organisations, membership that they verify, and reporting to communities.")
ParticipantPage = page_schema(ParticipantSchema)


def _created(key: Key) -> dict[str, Any]:
    return {"id": str(key)}


# --- organisations ----------------------------------------------------------------------------------


@api.get("/party/organizations")
@api.arguments(PartyOrganizationQuery, location="query")
@api.response(200, page_schema(PartyOrganizationRowSchema))
def organizations(given: dict[str, Any]) -> Page[OrganizationRow]:
    """Party organisations of one's regions."""
    return queries.organizations(current_actor(), **given)


@api.post("/party/organizations")
@api.arguments(NewPartyOrganizationSchema)
@api.response(201, PartyCreatedSchema)
def record_organization(given: dict[str, Any]) -> dict[str, Any]:
    """Record a party organisation."""
    return act_once(usecases.record_organization, _created, **given)


@api.get("/party/organizations/<key:organization>")
@api.response(200, PartyOrganizationSchema)
def organization(organization: Key) -> OrganizationDetail:
    """One party organisation."""
    return queries.organization_detail(current_actor(), organization)


@api.patch("/party/organizations/<key:organization>")
@api.arguments(ChangedPartyOrganizationSchema)
@api.response(200, PartyOrganizationSchema)
def change_organization(given: dict[str, Any], organization: Key) -> OrganizationDetail:
    """Give a party organisation another name or another one above it."""
    act(usecases.change_organization, organization=organization, **given)
    return queries.organization_detail(current_actor(), organization)


@api.post("/party/organizations/<key:organization>/dissolve")
@api.response(200, PartyOrganizationSchema)
def dissolve_organization(organization: Key) -> OrganizationDetail:
    """End a party organisation without members."""
    act(usecases.dissolve_organization, organization=organization)
    return queries.organization_detail(current_actor(), organization)


@api.get("/party/organizations/<key:organization>/members")
@api.arguments(ParticipationApiQuery(exclude=("region",)), location="query")
@api.response(200, ParticipantPage)
def members(given: dict[str, Any], organization: Key) -> Page[figures.Participant]:
    """The members of a party organisation by name."""
    return figures.members_of(current_actor(), organization=organization, **_with_year(given))


# --- membership -------------------------------------------------------------------------------------


@api.get("/party/claims")
@api.arguments(ClaimsQuery, location="query")
@api.response(200, page_schema(ClaimSchema))
def claims(given: dict[str, Any]) -> Page[ClaimCard]:
    """Volunteers of one's regions who state party membership."""
    return queries.claims(current_actor(), **given)


@api.post("/party/claims/verify")
@api.arguments(ListedDecisionSchema)
@api.response(200, LinesSchema)
def verify_claims(given: dict[str, Any]) -> dict[str, list[Line]]:
    """Verify people chosen from the list of claims."""
    return {"items": act(usecases.decide_each, **given)}


@api.post("/party/claims/refuse")
@api.arguments(ListedRefusalSchema)
@api.response(200, LinesSchema)
def refuse_claims(given: dict[str, Any]) -> dict[str, list[Line]]:
    """Refuse people chosen from the list of claims."""
    return {"items": act(usecases.decide_each, **given)}


@api.post("/party/claims/verify-numbers")
@api.arguments(NumbersSchema)
@api.response(200, LinesSchema)
def verify_numbers(given: dict[str, Any]) -> dict[str, list[Line]]:
    """Verify people by volunteer numbers or document numbers; every line is answered."""
    return {"items": act(usecases.verify_numbers, **given)}


@api.get("/volunteers/<key:volunteer>/party")
@api.response(200, PartyMemberSchema)
def membership(volunteer: Key) -> PartyCard:
    """One person's party membership."""
    return queries.party_card(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/party/claim")
@api.arguments(PartyPlaceSchema)
@api.response(200, PartyMemberSchema)
def claim(given: dict[str, Any], volunteer: Key) -> PartyCard:
    """Ask to be verified, and say where the membership is kept."""
    act(usecases.claim_membership, volunteer=volunteer, **given)
    return queries.party_card(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/party/refuse")
@api.arguments(PartyReasonSchema)
@api.response(200, PartyMemberSchema)
def refuse(given: dict[str, Any], volunteer: Key) -> PartyCard:
    """Do not confirm a claim."""
    act(usecases.refuse_claim, volunteer=volunteer, **given)
    return queries.party_card(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/party/withdraw")
@api.arguments(PartyReasonSchema)
@api.response(200, PartyMemberSchema)
def withdraw(given: dict[str, Any], volunteer: Key) -> PartyCard:
    """Withdraw a verification."""
    act(usecases.withdraw_member, volunteer=volunteer, **given)
    return queries.party_card(current_actor(), volunteer)


# --- reports ----------------------------------------------------------------------------------------


@api.get("/party/reports")
@api.arguments(ReportsQuery, location="query")
@api.response(200, page_schema(ReportSchema))
def reports(given: dict[str, Any]) -> Page[ReportCard]:
    """Reports to communities of one's regions."""
    return queries.reports(current_actor(), **given)


@api.post("/party/reports")
@api.arguments(ReportApiSchema)
@api.response(201, PartyCreatedSchema)
def record_report(given: dict[str, Any]) -> dict[str, Any]:
    """Report to a community, or record somebody's report as a clerk there."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    own = None if given["number"] else actor.volunteer
    return act_once(usecases.record_report, _created, volunteer=own, **given)


@api.get("/party/reports/<key:report>")
@api.response(200, ReportSchema)
def report(report: Key) -> ReportCard:
    """One report."""
    return queries.report(current_actor(), report)


@api.post("/party/reports/<key:report>/confirm")
@api.response(200, ReportSchema)
def confirm_report(report: Key) -> ReportCard:
    """Confirm that the member reported here."""
    act(usecases.confirm_report, report=report)
    return queries.report(current_actor(), report)


@api.post("/party/reports/<key:report>/refuse")
@api.arguments(PartyReasonSchema)
@api.response(200, ReportSchema)
def refuse_report(given: dict[str, Any], report: Key) -> ReportCard:
    """Do not take a report."""
    act(usecases.refuse_report, report=report, **given)
    return queries.report(current_actor(), report)


@api.post("/party/reports/<key:report>/end")
@api.arguments(PartyReasonSchema)
@api.response(200, ReportSchema)
def end_report(given: dict[str, Any], report: Key) -> ReportCard:
    """End a report."""
    act(usecases.end_report, report=report, **given)
    return queries.report(current_actor(), report)


@api.get("/party/reports/<key:report>/feedback")
@api.arguments(FeedbackQuery, location="query")
@api.response(200, FeedbackSchema)
def feedback(given: dict[str, Any], report: Key) -> figures.Feedback:
    """What the unit is told of a member's service in a year or quarter."""
    now = runtime().clock.now()
    return figures.feedback(current_actor(), key=report, now=now, **_with_year(given))


# --- taking part ------------------------------------------------------------------------------------


@api.get("/party/participation")
@api.arguments(ParticipationApiQuery(only=("region", "year")), location="query")
@api.response(200, ParticipationSchema)
def participation(given: dict[str, Any]) -> figures.Participation:
    """How party members of a region and of those inside it take part."""
    return figures.participation(current_actor(), **_with_year(given))


@api.get("/party/participation/organizations")
@api.arguments(ParticipationApiQuery, location="query")
@api.response(200, page_schema(BranchGroupSchema))
def branches(given: dict[str, Any]) -> Page[figures.BranchGroup]:
    """How the members of each party organisation of a region take part."""
    return figures.branches(current_actor(), **_with_year(given))


@api.get("/party/participation/reported")
@api.arguments(ParticipationApiQuery, location="query")
@api.response(200, ParticipantPage)
def reported(given: dict[str, Any]) -> Page[figures.Participant]:
    """Who reported to the communities of a region, by name."""
    return figures.reported_to(current_actor(), **_with_year(given))


def _with_year(given: dict[str, Any]) -> dict[str, Any]:
    return given | {"year": given["year"] or today().year}
