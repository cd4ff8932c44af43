"""Reporting to a community: by the member or a clerk there, confirmed by the community (到社区报到)."""

from __future__ import annotations

from sqlalchemy import select

from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import LEVELS
from timebank.kernel.work import Work
from timebank.party.models import PartyMembership, PartyReport
from timebank.party.rules import (
    PRESENT_REPORT,
    Belongs,
    MembershipStatus,
    ReportStatus,
    check_reason,
    check_step,
    check_unit,
)
from timebank.regions.queries import region
from timebank.volunteers.queries import by_number, standing
from timebank.volunteers.rules import Status

EVENTS = {
    ReportStatus.CONFIRMED: "party.report_confirmed",
    ReportStatus.REFUSED: "party.report_refused",
}


def record_report(
    work: Work,
    *,
    community_code: int,
    volunteer: Key | None = None,
    number: str | None = None,
    unit: str | None = None,
) -> Key:
    """Report a member to a community: one's own report, or somebody's whom a clerk there records.

    A clerk may name the person by volunteer number. Raises Invalid("unknown-community" |
    "nobody-with-number"), Conflict("party-not-verified" | "community-party-member" | "reported-already" |
    "wrong-status").
    """
    subject = volunteer
    if number is not None:
        work.allow(Permission.PARTY_REPORT, region=community_code)
        subject = by_number(number)
    work.allow(Permission.PARTY_REPORT, region=community_code, owner=subject)
    if subject is None:
        raise Invalid("nobody-with-number", field="number")
    place = region(community_code)
    if place is None or place.level != LEVELS[-1]:
        raise Invalid("unknown-community", field="region_code")
    _refuse_unfit(work, subject)
    row = PartyReport(
        shard_code=subject.shard,
        id=work.new_id(),
        volunteer_id=subject.id,
        community_code=community_code,
        unit=check_unit(unit),
        status=ReportStatus.REPORTED,
        entered_by=work.actor.label,
        reported_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.emit("party.reported", row.key, community=community_code)
    return row.key


def confirm_report(work: Work, *, report: Key) -> None:
    """The community confirms that the member reported there; twice changes nothing.

    Raises Forbidden("own-registration" | "maker-is-checker"), Conflict("wrong-report-status").
    """
    row = _deciding(work, report)
    if row.status != ReportStatus.CONFIRMED:
        _decide(work, row, ReportStatus.CONFIRMED, None)


def refuse_report(work: Work, *, report: Key, reason: str) -> None:
    """The community does not take the report; the member reads why. Raises as `confirm_report`."""
    checked = check_reason(reason)
    _decide(work, _deciding(work, report), ReportStatus.REFUSED, checked)


def end_report(work: Work, *, report: Key, reason: str) -> None:
    """End a report, so that the member can report elsewhere; by the member or by a clerk of the community.

    Raises Conflict("wrong-report-status").
    """
    checked = check_reason(reason)
    row = _held(work, report)
    owner = Key(row.shard_code, row.volunteer_id)
    work.allow(Permission.PARTY_REPORT, region=row.community_code, owner=owner)
    _end(work, row, checked)


def end_present_report(work: Work, volunteer: Key, reason: str) -> None:
    """End the present report of somebody whose membership ended. Internal."""
    row = _present(work, volunteer)
    if row is not None:
        _end(work, row, reason)


def _refuse_unfit(work: Work, volunteer: Key) -> None:
    """Who may report: a registered, verified member of a unit's party organisation, once at a time."""
    found = standing(volunteer)
    if found is None:
        raise NotFound()
    if found.status != Status.REGISTERED:
        raise Conflict("wrong-status", status=found.status.value)
    membership = _membership(work, volunteer)
    if not found.party_member or membership is None or membership.organization_id is None:
        raise Conflict("party-not-verified")
    if membership.organization_belongs == Belongs.COMMUNITY:
        raise Conflict("community-party-member")
    if _present(work, volunteer) is not None:
        raise Conflict("reported-already")


def _membership(work: Work, volunteer: Key) -> PartyMembership | None:
    """The verified membership, locked: of two reports at once the second waits here and finds the first."""
    return work.session.scalar(
        select(PartyMembership)
        .where(
            PartyMembership.shard_code == volunteer.shard,
            PartyMembership.volunteer_id == volunteer.id,
            PartyMembership.status == MembershipStatus.VERIFIED,
        )
        .with_for_update()
    )


def _present(work: Work, volunteer: Key) -> PartyReport | None:
    return work.session.scalar(
        select(PartyReport)
        .where(
            PartyReport.shard_code == volunteer.shard,
            PartyReport.volunteer_id == volunteer.id,
            PartyReport.status.in_(PRESENT_REPORT),
        )
        .with_for_update()
    )


def _held(work: Work, report: Key) -> PartyReport:
    row = work.session.get(
        PartyReport, (report.shard, report.id), with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFound()
    return row


def _deciding(work: Work, report: Key) -> PartyReport:
    work.allow(Permission.PARTY_REPORT)
    row = _held(work, report)
    if work.actor.owns(Key(row.shard_code, row.volunteer_id)):
        raise Forbidden("own-registration")
    work.allow(Permission.PARTY_REPORT, region=row.community_code)
    if work.actor.user is not None and row.entered_by == work.actor.label:
        raise Forbidden("maker-is-checker")
    return row


def _decide(work: Work, row: PartyReport, to: ReportStatus, reason: str | None) -> None:
    check_step(ReportStatus(row.status), to)
    row.status, row.reason = to, reason
    row.decided_by, row.decided_at = work.actor.label, work.now
    work.emit(EVENTS[to], row.key, community=row.community_code)


def _end(work: Work, row: PartyReport, reason: str) -> None:
    check_step(ReportStatus(row.status), ReportStatus.ENDED)
    row.status, row.reason = ReportStatus.ENDED, reason
    row.ended_by, row.ended_at = work.actor.label, work.now
    work.emit("party.report_ended", row.key, community=row.community_code)
