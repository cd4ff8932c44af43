"""Join codes: made and revoked by a team's administrators, used by volunteers."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from timebank.identity.rules import plain
from timebank.kernel import claims
from timebank.kernel.errors import Expired, NotFound
from timebank.kernel.ids import Key, new_code
from timebank.kernel.policy import Permission
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work
from timebank.memberships.models import JoinCode
from timebank.memberships.rules import JOIN_CODE_LENGTH, Action, Way, check_code_numbers
from timebank.memberships.usecases.rows import active_team, check_standing, enter, own_volunteer

CODE_ATTEMPTS = 30
"""An hour and person: enough for who mistypes, hopeless for who guesses among 30^10 codes."""
CODE_WINDOW = timedelta(hours=1)


def make_join_code(work: Work, *, organization: Key, days: int, uses: int) -> Key:
    """Make a fresh code for a number of days and uses; any earlier one ends.

    Raises Invalid naming every number out of bounds.
    """
    work.allow(Permission.MEMBERSHIP_WRITE, organization=organization)
    active_team(organization)
    check_code_numbers(days, uses)
    _end(work, organization)
    key = Key(organization.shard, work.new_id())
    code = _fresh_code(work, key)
    work.session.add(
        JoinCode(
            shard_code=key.shard,
            id=key.id,
            organization_id=organization.id,
            code_sealed=work.runtime.vault.encrypt(code, f"join_codes.code:{key}"),
            uses=uses,
            used=0,
            made_by=work.actor.label,
            made_at=work.now,
            expires_at=work.now + timedelta(days=days),
        )
    )
    work.session.flush()
    work.emit("join_code.made", key, organization=organization, days=days, uses=uses)
    return key


def revoke_join_code(work: Work, *, organization: Key) -> None:
    """End the team's code; without one nothing changes."""
    work.allow(Permission.MEMBERSHIP_WRITE, organization=organization)
    _end(work, organization)


def count_code_attempt(work: Work) -> None:
    """Count an attempt to join by code, in a `perform` of its own. Raises TooMany."""
    own_volunteer(work)
    count_attempt(work, "join-code", work.actor.label, CODE_ATTEMPTS, CODE_WINDOW)


def join_by_code(work: Work, *, code: str) -> Key:
    """Join the team of a code at once. Every use counts, and the last one goes to one person only.

    Raises NotFound("unknown-code"), Expired("code-over"), and Conflict for who may not join.
    """
    volunteer = own_volunteer(work)
    check_standing(volunteer)
    key = claims.holder("join-code", plain(code).upper())
    row = work.session.get(JoinCode, (key.shard, key.id)) if key else None
    if row is None:
        raise NotFound("unknown-code")
    active_team(row.organization)
    member = enter(work, row.organization, Action.JOIN, Way.CODE)
    _use(work, row)
    return member.key


def _use(work: Work, row: JoinCode) -> None:
    used = work.session.execute(
        update(JoinCode)
        .where(
            JoinCode.shard_code == row.shard_code,
            JoinCode.id == row.id,
            JoinCode.used < JoinCode.uses,
            JoinCode.revoked_at.is_(None),
            JoinCode.expires_at > work.now,
        )
        .values(used=JoinCode.used + 1)
        .execution_options(synchronize_session=False)
        .returning(JoinCode.id)
    ).first()
    if used is None:
        raise Expired("code-over")


def _end(work: Work, organization: Key) -> None:
    rows = work.session.scalars(
        select(JoinCode)
        .where(
            JoinCode.shard_code == organization.shard,
            JoinCode.organization_id == organization.id,
            JoinCode.revoked_at.is_(None),
        )
        .order_by(JoinCode.id)
        .with_for_update()
    )
    for row in rows:
        row.revoked_at = work.now
        work.emit("join_code.revoked", row.key, organization=organization)


def _fresh_code(work: Work, key: Key) -> str:
    while True:
        code = new_code(JOIN_CODE_LENGTH)
        if claims.take(work, "join-code", code, key):
            return code
