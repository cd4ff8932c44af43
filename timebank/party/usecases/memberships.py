"""One membership: claimed by the person, verified, refused or withdrawn by the party organisation."""

from __future__ import annotations

from sqlalchemy import select

from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.party.models import PartyMembership, PartyOrganization
from timebank.party.queries.policies import party_policy
from timebank.party.rules import PRESENT_MEMBERSHIP, MembershipStatus, Outcome, check_reason
from timebank.party.usecases.organizations import active
from timebank.party.usecases.reports import end_present_report
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.queries import claim_of


def claim_membership(work: Work, *, volunteer: Key, organization: Key | None = None) -> None:
    """The person asks to be verified, and may say in which party organisation the membership is kept.

    Raises Conflict("not-a-party-member" | "party-verified" | "wrong-status"),
    Invalid("unknown-party-organization").
    """
    policy = party_policy(work.today)
    volunteers.reopen_party_claim(work, volunteer=volunteer, counted=policy.counted)
    row = present(work, volunteer) or _new(work, volunteer, policy.version)
    row.status, row.claimed_at = MembershipStatus.CLAIMED, work.now
    _belong(row, _named(work, organization) if organization else None)
    work.emit("party.claimed", row.key)


def verify_member(work: Work, *, volunteer: Key, organization: Key | None = None) -> Outcome:
    """Confirm a membership and where it is kept; the same again changes nothing.

    Without `organization` what the person said holds, or where it is kept stays to be recorded. Raises
    NotFound for a person or organisation outside the actor's regions, Forbidden("own-registration"), and
    Conflict("not-a-party-member" | "wrong-status" | "member-elsewhere").
    """
    kept_at = active(work, organization) if organization else None
    policy, known = party_policy(work.today), claim_of(volunteer)
    volunteers.verify_party_member(work, volunteer=volunteer, counted=policy.counted)
    row = present(work, volunteer) or _new(work, volunteer, policy.version)
    if row.status == MembershipStatus.VERIFIED and not _is_news(row, kept_at):
        return Outcome.REPEATED
    row.status = MembershipStatus.VERIFIED
    row.decided_by, row.decided_at = work.actor.label, work.now
    _belong(row, kept_at)
    work.emit("party.verified", row.key)
    return Outcome.RECORDED if known and known.verified_at else Outcome.VERIFIED


def refuse_claim(work: Work, *, volunteer: Key, reason: str) -> None:
    """Say no to a claim; the person reads why and may ask again.

    Raises Conflict("party-verified") for who is verified already.
    """
    policy = party_policy(work.today)
    checked = check_reason(reason)
    volunteers.decline_party_claim(work, volunteer=volunteer, counted=policy.counted)
    row = present(work, volunteer) or _new(work, volunteer, policy.version)
    row.status, row.reason = MembershipStatus.REFUSED, checked
    row.decided_by, row.decided_at = work.actor.label, work.now
    work.emit("party.refused", row.key)


def withdraw_member(work: Work, *, volunteer: Key, reason: str) -> None:
    """End a verified membership, as the member left or moved; a present report ends with it.

    Raises Conflict("party-not-verified").
    """
    checked = check_reason(reason)
    volunteers.revoke_party_verification(work, volunteer=volunteer)
    row = present(work, volunteer)
    if row is not None:
        row.status, row.reason = MembershipStatus.ENDED, checked
        row.ended_by, row.ended_at = work.actor.label, work.now
        work.emit("party.ended", row.key)
    end_present_report(work, volunteer, checked)


def present(work: Work, volunteer: Key) -> PartyMembership | None:
    """The membership that is claimed or verified now. Internal; the volunteer's row is locked before."""
    return work.session.scalar(
        select(PartyMembership)
        .where(
            PartyMembership.shard_code == volunteer.shard,
            PartyMembership.volunteer_id == volunteer.id,
            PartyMembership.status.in_(PRESENT_MEMBERSHIP),
        )
        .with_for_update()
    )


def _new(work: Work, volunteer: Key, version: str) -> PartyMembership:
    row = PartyMembership(
        shard_code=volunteer.shard,
        id=work.new_id(),
        volunteer_id=volunteer.id,
        status=MembershipStatus.CLAIMED,
        policy_version=version,
    )
    work.session.add(row)
    return row


def _belong(row: PartyMembership, organization: PartyOrganization | None) -> None:
    if organization is not None:
        row.organization_shard, row.organization_id = organization.shard_code, organization.id
        row.organization_region_code, row.organization_belongs = (
            organization.region_code,
            organization.belongs,
        )


def _is_news(row: PartyMembership, kept_at: PartyOrganization | None) -> bool:
    """Whether a verified membership learns where it is kept. Raises Conflict("member-elsewhere")."""
    if kept_at is None:
        return False
    if row.organization_id is None:
        return True
    if (row.organization_shard, row.organization_id) != (kept_at.shard_code, kept_at.id):
        raise Conflict("member-elsewhere", field="organization")
    return False


def _named(work: Work, organization: Key) -> PartyOrganization:
    """What the person names; that such an organisation exists is no secret, so no right is asked for."""
    row = work.session.get(PartyOrganization, (organization.shard, organization.id))
    if row is None or row.status != "active":
        raise Invalid("unknown-party-organization", field="organization")
    return row
