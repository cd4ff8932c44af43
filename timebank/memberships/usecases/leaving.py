"""Whoever is no volunteer any more is in no team any more."""

from __future__ import annotations

from sqlalchemy import select, update

from timebank.kernel.events import Happening
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.memberships.models import Invitation, Membership
from timebank.memberships.rules import Action, Status
from timebank.memberships.rules import Invitation as InvitationStatus
from timebank.memberships.usecases.rows import move


def leave_teams(work: Work, happening: Happening) -> None:
    """Hear `volunteer.closed` and `volunteer.merged`: leave all teams, and let nobody's words about it stay.

    Repeating it changes nothing.
    """
    work.allow(Permission.JOB_RUN)
    gone = happening.subject
    rows = work.session.scalars(
        select(Membership)
        .where(Membership.volunteer_shard == gone.shard, Membership.volunteer_id == gone.id)
        .order_by(Membership.shard_code, Membership.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in list(rows):
        if row.status in (Status.ACTIVE, Status.REQUESTED):
            move(work, row, Action.LEAVE)
        row.reason = None
    work.session.execute(
        update(Invitation)
        .where(
            Invitation.volunteer_shard == gone.shard,
            Invitation.volunteer_id == gone.id,
            Invitation.status == InvitationStatus.OPEN,
        )
        .values(status=InvitationStatus.WITHDRAWN)
    )
