"""Signing in: a password or a one-time code first, then the second factor where one is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update

from timebank.identity.models import AccessToken, User
from timebank.identity.queries import actor_for, is_enrolled
from timebank.identity.queries.access import named
from timebank.identity.rules import Step, check_phone
from timebank.identity.usecases.codes import phone_index, spend_attempt, use_code
from timebank.identity.usecases.hashing import is_password
from timebank.identity.usecases.second_factor import begin, confirm, prove, step_for
from timebank.identity.usecases.tokens import SignedIn, lock_user, open_token
from timebank.kernel import claims
from timebank.kernel.errors import Conflict, Expired, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work

SIGN_IN_WINDOW = timedelta(minutes=15)
SIGN_INS_PER_PHONE = 10
"""Enough for somebody who mistypes; too few to guess a password."""
SIGN_INS_PER_ADDRESS = 100
"""A whole community office stands behind one address."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A session opened by setting up the second factor, and the recovery codes, shown this once."""

    signed_in: SignedIn
    recovery_codes: list[str]


def count_sign_in(work: Work, *, phone: str, address: str, by_code: bool = False) -> None:
    """Count an attempt to sign in, in a `perform` of its own, so that a failed one stays counted.

    With `by_code` it also uses up one attempt of the phone's code. Raises Invalid for the phone, TooMany.
    """
    work.allow(Permission.USER_SIGN_IN)
    number = check_phone(phone, work.runtime.config.demo)
    count_attempt(work, "sign-in-address", address, SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW)
    count_attempt(work, "sign-in-phone", phone_index(work, number), SIGN_INS_PER_PHONE, SIGN_IN_WINDOW)
    if by_code:
        spend_attempt(work, number)


def sign_in(
    work: Work,
    *,
    phone: str,
    password: str | None = None,
    code: str | None = None,
    kind: str = "session",
    totp: str | None = None,
    label: str | None = None,
) -> SignedIn:
    """Open a session or a bearer token for whoever has the phone and its password or one-time code.

    Where a second factor is asked for, a session begins as a pending token (see `SignedIn.step`), and a
    bearer token needs `totp` at once. Raises Invalid("sign-in-failed") whatever was wrong: nobody learns
    whether a phone is known; and, once that is proven, what `admit` raises.
    """
    work.allow(Permission.USER_SIGN_IN)
    number = check_phone(phone, work.runtime.config.demo)
    holder = claims.holder("phone", number)
    user = work.session.get(User, (holder.shard, holder.id)) if holder else None
    hashed = user.password_hash if user else None
    proven = use_code(work, number, code) if code else is_password(work, hashed, password or "")
    if user is None or user.status != "active" or not proven:
        raise Invalid("sign-in-failed")
    return admit(work, user.key, kind=kind, totp=totp, label=label)


def admit(
    work: Work,
    user: Key,
    *,
    kind: str = "session",
    totp: str | None = None,
    label: str | None = None,
    is_strong: bool = False,
) -> SignedIn:
    """Open what the first step has earned; `is_strong` when it was a second factor, too. Internal.

    Raises Invalid("second-factor-needed" | "wrong-second-factor", field="totp") and
    Conflict("second-factor-not-set-up") for a bearer token, Invalid("sign-in-failed") for a closed account.
    """
    actor = actor_for(user)
    if actor is None:
        raise Invalid("sign-in-failed")
    step = Step.DONE if is_strong else step_for(work, actor, enrolled=is_enrolled(user))
    if step is Step.DONE:
        return open_token(work, user, kind, is_strong=is_strong, label=label)
    if kind != "session":
        _prove_at_once(work, user, step, totp)
        return open_token(work, user, kind, is_strong=True, label=label)
    if step is Step.ENROL:
        begin(work, user)
    return open_token(work, user, "pending", is_strong=False, label=label, step=step)


def _prove_at_once(work: Work, user: Key, step: Step, totp: str | None) -> None:
    if step is Step.ENROL:
        raise Conflict("second-factor-not-set-up")
    if not totp:
        raise Invalid("second-factor-needed", field="totp")
    prove(work, user, totp, field="totp")


def complete_sign_in(work: Work, *, token: str, code: str) -> SignedIn:
    """Turn a pending token into a session by a code of the app or a recovery code.

    Count the attempt first (`count_second_factor`). Raises Expired("sign-in-expired") for a pending token
    that ran out, Invalid("wrong-second-factor", field="code").
    """
    work.allow(Permission.USER_SIGN_IN)
    user, label = _use_pending(work, token)
    prove(work, user, code)
    return open_token(work, user, "session", is_strong=True, label=label)


def enrol_and_sign_in(work: Work, *, token: str, code: str) -> Enrolled:
    """Turn a pending token into a session by confirming the second factor that sign-in began to set up.

    Raises as `complete_sign_in`, and Conflict("second-factor-set-up") for whoever has one: it must be shown.
    """
    work.allow(Permission.USER_SIGN_IN)
    user, label = _use_pending(work, token)
    work.session.execute(lock_user(user))
    if is_enrolled(user):
        raise Conflict("second-factor-set-up")
    codes = confirm(work, user, code)
    return Enrolled(open_token(work, user, "session", is_strong=True, label=label), codes)


def _use_pending(work: Work, token: str) -> tuple[Key, str | None]:
    used = work.session.execute(
        update(AccessToken)
        .where(
            named(token),
            AccessToken.kind == "pending",
            AccessToken.revoked_at.is_(None),
            AccessToken.expires_at > work.now,
        )
        .values(revoked_at=work.now)
        .returning(AccessToken.shard_code, AccessToken.user_id, AccessToken.label)
    ).first()
    if used is None:
        raise Expired("sign-in-expired")
    return Key(used.shard_code, used.user_id), used.label
