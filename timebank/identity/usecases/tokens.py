"""Sessions and tokens: opening them, ending them, and API tokens with limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, true, update

from timebank.identity.models import AccessToken, OneTimeCode, SecondFactor, User
from timebank.identity.queries.access import named
from timebank.identity.rules import PENDING_LIFE, Step, check_days, check_label, check_scopes
from timebank.kernel.crypto import fingerprint
from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key, new_token_in, shard_of
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work

TOKENS_KEPT = timedelta(days=30)
CODES_KEPT = timedelta(days=1)
API_TOKENS_EACH = 20
"""Enough for every program somebody runs; a list that can still be looked through."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session or bearer token; it is shown once and kept only as a hash.

    With a `step` other than done the token is pending: good for nothing but that step.
    """

    token: str
    user: Key
    expires_at: datetime
    step: Step = Step.DONE


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A fresh API token; it is shown once and kept only as a hash."""

    token: str
    key: Key
    label: str
    scopes: list[str]
    expires_at: datetime


def open_token(
    work: Work, user: Key, kind: str, *, is_strong: bool, label: str | None = None, step: Step = Step.DONE
) -> SignedIn:
    """Open a session or bearer token of the usual length, or a short pending one. Internal."""
    whole = timedelta(hours=work.runtime.config.session_hours)
    expires_at = work.now + (PENDING_LIFE if kind == "pending" else whole)
    row, token = _fresh(work, user, kind, expires_at)
    row.is_strong, row.label = is_strong, label
    work.session.add(row)
    work.session.flush()
    return SignedIn(token, user, expires_at, step)


def _fresh(work: Work, user: Key, kind: str, expires_at: datetime) -> tuple[AccessToken, str]:
    token = new_token_in(user.shard)
    row = AccessToken(
        token_hash=fingerprint(token),
        kind=kind,
        shard_code=user.shard,
        user_id=user.id,
        created_at=work.now,
        expires_at=expires_at,
        id=work.new_id(),
        last_used_on=work.today,
    )
    return row, token


def make_api_token(work: Work, *, by: str, label: str, scopes: list[str], days: int) -> ApiToken:
    """Make a token for a program, with some of one's own rights, for up to a year.

    `by` is the session or bearer token in use: the new one is as strongly proven as that. Raises Invalid with
    field `label`, `scopes` or `days`, Conflict("too-many-tokens").
    """
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    maker = work.session.get(AccessToken, (shard_of(by), fingerprint(by)))
    if work.actor.user is None or maker is None:
        raise NotFound()
    user = work.actor.user
    row, token = _fresh(work, user, "api", work.now + check_days(days))
    row.label, row.scopes = check_label(label), check_scopes(work.actor, scopes)
    row.is_strong, row.last_used_on = maker.is_strong, None
    _refuse_more(work, user)
    work.session.add(row)
    work.session.flush()
    work.emit("api_token.made", user, token=row.id, days=days)
    return ApiToken(token, Key(user.shard, row.id), row.label, row.scopes, row.expires_at)


def _refuse_more(work: Work, user: Key) -> None:
    work.session.execute(lock_user(user))
    alive = select(func.count()).where(_alive(work, user), AccessToken.kind == "api")
    if work.session.execute(alive).scalar_one() >= API_TOKENS_EACH:
        raise Conflict("too-many-tokens", most=API_TOKENS_EACH)


def lock_user(user: Key) -> Select[UUID]:
    """The statement that makes whoever changes the same user wait. Internal."""
    return select(User.id).where(User.shard_code == user.shard, User.id == user.id).with_for_update()


def _alive(work: Work, user: Key) -> ColumnElement[bool]:
    return and_(
        AccessToken.shard_code == user.shard,
        AccessToken.user_id == user.id,
        AccessToken.revoked_at.is_(None),
        AccessToken.expires_at > work.now,
    )


def sign_out(work: Work, *, token: str) -> None:
    """Revoke one session or token, the one in use; one that is none changes nothing."""
    work.allow(Permission.USER_SIGN_IN)
    work.session.execute(
        update(AccessToken).where(named(token), AccessToken.revoked_at.is_(None)).values(revoked_at=work.now)
    )


def revoke_token(work: Work, *, token: Key) -> None:
    """End one of one's own sessions or tokens. Raises NotFound, also for one that has ended."""
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    user = own(work)
    ended = work.session.execute(
        update(AccessToken)
        .where(_alive(work, user), AccessToken.id == token.id)
        .values(revoked_at=work.now)
        .returning(AccessToken.id)
    ).first()
    if ended is None or token.shard != user.shard:
        raise NotFound()
    work.emit("token.revoked", user, token=token.id)


def sign_out_elsewhere(work: Work, *, token: str) -> int:
    """End all of one's own sessions and tokens but the one in use; returns how many."""
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    return end_others(work, user=own(work), token=token)


def end_others(work: Work, *, user: Key, token: str | None) -> int:
    """End all sessions and tokens of a user but this one; of None, all. Internal."""
    others = ~named(token) if token else true()
    ended = work.connection.execute(
        update(AccessToken).where(_alive(work, user), others).values(revoked_at=work.now)
    ).rowcount
    if ended:
        work.emit("tokens.revoked", user, number=ended)
    return ended


def own(work: Work) -> Key:
    """The user who acts. Internal. Raises NotFound for nobody and for the system."""
    if work.actor.user is None:
        raise NotFound()
    return work.actor.user


def strengthen(work: Work, *, token: str) -> None:
    """Note that the second factor was shown in this session. Internal."""
    work.session.execute(update(AccessToken).where(named(token)).values(is_strong=True))


def note_use(work: Work, *, token: str) -> None:
    """Note the day on which a session or token was used; several times a day are one write."""
    work.allow(Permission.USER_SIGN_IN)
    day = AccessToken.last_used_on
    work.session.execute(
        update(AccessToken)
        .where(named(token), or_(day.is_(None), day < work.today))
        .values(last_used_on=work.today)
    )


def sweep_sign_ins(work: Work, *, on: date) -> dict[str, int]:
    """Delete tokens and codes that ran out a while ago, and second factors never confirmed. A job."""
    work.allow(Permission.JOB_RUN)
    begun = and_(SecondFactor.confirmed_at.is_(None), SecondFactor.begun_at < work.now - CODES_KEPT)
    old = {
        "tokens": delete(AccessToken).where(AccessToken.expires_at < work.now - TOKENS_KEPT),
        "codes": delete(OneTimeCode).where(OneTimeCode.expires_at < work.now - CODES_KEPT),
        "second_factors": delete(SecondFactor).where(begun),
    }
    return {name: work.connection.execute(statement).rowcount for name, statement in old.items()}
