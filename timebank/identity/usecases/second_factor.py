"""The second factor: an authenticator app (RFC 6238), and ten recovery codes for when it is lost."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, update

from timebank.identity.models import RecoveryCode, SecondFactor
from timebank.identity.queries import confirmed_factor, grant_regions, is_enrolled, unconfirmed_factor
from timebank.identity.rules import (
    Step,
    is_recovery_code,
    new_recovery_codes,
    new_secret,
    next_step,
    plain,
    step_of_code,
)
from timebank.identity.usecases.tokens import end_others, lock_user, own, strengthen
from timebank.kernel.errors import Conflict, Expired, Forbidden, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work

SECOND_FACTOR_WINDOW = timedelta(minutes=15)
SECOND_FACTORS_PER_USER = 5
"""Three codes of a million are right at any time: five guesses in a quarter of an hour lead nowhere."""


def count_second_factor(work: Work, *, user: Key) -> None:
    """Count a code typed for this user, in a `perform` of its own, so that a wrong one stays counted.

    Raises TooMany.
    """
    work.allow(Permission.USER_SIGN_IN)
    count_attempt(work, "second-factor", str(user), SECOND_FACTORS_PER_USER, SECOND_FACTOR_WINDOW)


# --- one's own --------------------------------------------------------------------------------------


def begin_second_factor(work: Work, *, code: str | None = None) -> None:
    """Make a new secret for one's own authenticator app; it counts when a code of it is entered.

    Whoever has a second factor already shows it (`code`), and it stays until the new one is confirmed. Raises
    Invalid("wrong-second-factor", field="code").
    """
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    user = own(work)
    if is_enrolled(user):
        prove(work, user, code or "")
    begin(work, user)


def confirm_second_factor(work: Work, *, token: str, code: str) -> list[str]:
    """Confirm one's own new secret by a code of it; returns ten recovery codes, which are shown once.

    The session `token` counts as strongly proven from now on. Raises as `confirm`.
    """
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    user = own(work)
    codes = confirm(work, user, code)
    strengthen(work, token=token)
    return codes


def renew_recovery_codes(work: Work, *, code: str) -> list[str]:
    """Ten new recovery codes in place of all earlier ones, for a code of the app.

    Raises Invalid("wrong-second-factor", field="code").
    """
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    user = own(work)
    prove(work, user, code)
    return _fresh_codes(work, user)


def remove_second_factor(work: Work, *, code: str) -> None:
    """Turn one's own second factor off. Raises Conflict("second-factor-required") for an officer who needs
    one here, Invalid("wrong-second-factor", field="code").
    """
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    user = own(work)
    if step_for(work, work.actor, enrolled=False) is Step.ENROL:
        raise Conflict("second-factor-required")
    prove(work, user, code)
    _forget(work, user)
    work.emit("second_factor.removed", user)


# --- an operator's ----------------------------------------------------------------------------------


def reset_second_factor(work: Work, *, user: Key) -> None:
    """Forget somebody's second factor, for instance with a lost phone, and sign them out everywhere.

    For who may give roles wherever that person holds one, and not for oneself. Raises Forbidden, NotFound.
    """
    work.allow(Permission.ROLE_GRANT)
    if user == work.actor.user:
        raise Forbidden("own-second-factor")
    for region in grant_regions(user):
        work.allow(Permission.ROLE_GRANT, region=region)
    if not is_enrolled(user):
        raise NotFound()
    _forget(work, user)
    end_others(work, user=user, token=None)
    work.emit("second_factor.reset", user)


# --- parts of sign-in -------------------------------------------------------------------------------


def step_for(work: Work, actor: Actor, *, enrolled: bool) -> Step:
    """What this person must do after the first step of a sign-in. Internal."""
    return next_step(enrolled, actor.is_officer, work.runtime.config.second_factor == "required")


def begin(work: Work, user: Key) -> None:
    """A new secret, not confirmed yet, in place of any other such. Internal."""
    work.session.execute(lock_user(user))
    work.session.execute(
        delete(SecondFactor).where(
            SecondFactor.shard_code == user.shard,
            SecondFactor.user_id == user.id,
            SecondFactor.confirmed_at.is_(None),
        )
    )
    key = Key(user.shard, work.new_id())
    secret = work.runtime.vault.encrypt(new_secret(), f"second_factors.secret:{key}")
    work.session.add(
        SecondFactor(
            shard_code=key.shard, id=key.id, user_id=user.id, secret_sealed=secret, begun_at=work.now
        )
    )
    work.session.flush()


def confirm(work: Work, user: Key, code: str) -> list[str]:
    """Put the secret in force whose code this is, in place of an earlier one. Internal.

    Raises Expired("second-factor-not-begun") and Invalid("wrong-second-factor", field="code").
    """
    work.session.execute(lock_user(user))
    row = unconfirmed_factor(user)
    if row is None:
        raise Expired("second-factor-not-begun")
    if not _take(work, row, code):
        raise Invalid("wrong-second-factor", field="code")
    work.session.execute(
        delete(SecondFactor).where(
            SecondFactor.shard_code == user.shard,
            SecondFactor.user_id == user.id,
            SecondFactor.id != row.id,
        )
    )
    row.confirmed_at = work.now
    work.session.flush()
    work.emit("second_factor.confirmed", user)
    return _fresh_codes(work, user)


def prove(work: Work, user: Key, code: str, field: str = "code") -> None:
    """Use up a code of the app, or a recovery code. Internal. Raises Invalid("wrong-second-factor")."""
    row = confirmed_factor(user)
    use = _use_recovery_code if is_recovery_code(code) else _take
    if row is None or not use(work, row, code):
        raise Invalid("wrong-second-factor", field=field)


def _take(work: Work, row: SecondFactor, code: str) -> bool:
    """Whether the code is one of about now and nobody used it or a later one before."""
    secret = work.runtime.vault.decrypt(row.secret_sealed, f"second_factors.secret:{row.key}")
    step = step_of_code(secret, code, work.now)
    if step is None:
        return False
    taken = work.session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.shard_code == row.shard_code,
            SecondFactor.id == row.id,
            or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step),
        )
        .values(last_step=step)
        .returning(SecondFactor.id)
    ).first()
    return taken is not None


def _use_recovery_code(work: Work, row: SecondFactor, code: str) -> bool:
    user = Key(row.shard_code, row.user_id)
    used = work.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.shard_code == user.shard,
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == _digest(work, user, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=work.now)
        .returning(RecoveryCode.id)
    ).first()
    if used is not None:
        work.emit("recovery_code.used", user)
    return used is not None


def _fresh_codes(work: Work, user: Key) -> list[str]:
    _drop_codes(work, user)
    codes = new_recovery_codes()
    work.session.add_all(
        RecoveryCode(
            shard_code=user.shard,
            id=work.new_id(),
            user_id=user.id,
            code_hash=_digest(work, user, code),
            made_at=work.now,
        )
        for code in codes
    )
    work.session.flush()
    return codes


def _digest(work: Work, user: Key, code: str) -> str:
    return work.runtime.vault.blind_index("recovery-code", f"{user}\0{plain(code).upper()}")


def _drop_codes(work: Work, user: Key) -> None:
    work.session.execute(
        delete(RecoveryCode).where(RecoveryCode.shard_code == user.shard, RecoveryCode.user_id == user.id)
    )


def _forget(work: Work, user: Key) -> None:
    _drop_codes(work, user)
    work.session.execute(
        delete(SecondFactor).where(SecondFactor.shard_code == user.shard, SecondFactor.user_id == user.id)
    )
