"""How somebody comes in: tokens and their limits, the second factor, accounts at other providers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from timebank.identity.models import AccessToken, ExternalIdentity, RecoveryCode, SecondFactor, User
from timebank.identity.queries.people import USERS, actor_from, masked_phone
from timebank.identity.rules import Step, external_value, known_scopes, next_step, secret_address
from timebank.kernel import claims
from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import bulk_connection, runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key, shard_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Held:
    """Whom a token stands for, and the day on which it was last used."""

    actor: Actor
    last_used_on: date | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that waits for its second step."""

    user: Key
    step: Step


@dataclass(frozen=True, slots=True)
class SignInCard:
    """One session or token of a person; `key` names it and opens nothing."""

    key: Key
    kind: str
    label: str | None
    scopes: list[str] | None
    created_at: datetime
    last_used_on: date | None
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class SecondFactorCard:
    """Since when somebody has a second factor, how many recovery codes are left, and whether it must stay."""

    confirmed_at: datetime | None
    recovery_codes: int
    is_required: bool


@dataclass(frozen=True, slots=True)
class Secret:
    """What an authenticator app is told: the key as text, and the address that stands in the QR code."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class ExternalCard:
    """A linked account of a provider."""

    key: Key
    issuer: str
    linked_at: datetime


# --- tokens -----------------------------------------------------------------------------------------

HELD = Prepared(
    USERS.add_columns(User.id, AccessToken.scopes, AccessToken.is_strong, AccessToken.last_used_on)
    .join(AccessToken, and_(AccessToken.shard_code == User.shard_code, AccessToken.user_id == User.id))
    .where(
        AccessToken.shard_code == bindparam("shard"),
        AccessToken.token_hash == bindparam("hash"),
        AccessToken.kind != "pending",
        AccessToken.revoked_at.is_(None),
        AccessToken.expires_at > bindparam("at"),
    )
)
"""A token with its user and grants; asked at every request."""


def named(token: str) -> ColumnElement[bool]:
    """Which row is the one of a token. Internal."""
    return and_(AccessToken.shard_code == shard_of(token), AccessToken.token_hash == fingerprint(token))


def holder_of(token: str) -> Held | None:
    """Whom a session or token stands for; None when it ran out, was revoked or waits for its second step.

    A token made without a second factor does not carry an officer where the service requires one: the
    person signs in again.
    """
    shard = shard_of(token)
    given = {"shard": shard, "hash": fingerprint(token), "at": runtime().clock.now()}
    rows = HELD.all(bulk_connection(), given)
    if not rows:
        return None
    actor = actor_from(Key(shard, rows[0].id), rows, known_scopes(rows[0].scopes))
    return None if _is_too_weak(actor, rows[0].is_strong) else Held(actor, rows[0].last_used_on)


def _is_too_weak(actor: Actor, is_strong: bool) -> bool:
    return actor.is_officer and not is_strong and runtime().config.second_factor == "required"


def actor_of(token: str) -> Actor | None:
    """Who a session or token stands for; None as for `holder_of`."""
    held = holder_of(token)
    return held.actor if held else None


def pending_of(token: str) -> Pending | None:
    """Whose sign-in waits for its second step under this token."""
    row = (
        session()
        .execute(
            select(AccessToken.shard_code, AccessToken.user_id).where(
                named(token),
                AccessToken.kind == "pending",
                AccessToken.revoked_at.is_(None),
                AccessToken.expires_at > runtime().clock.now(),
            )
        )
        .first()
    )
    if row is None:
        return None
    user = Key(*row)
    return Pending(user, Step.SECOND if is_enrolled(user) else Step.ENROL)


def sign_ins(actor: Actor, token: str | None) -> list[SignInCard]:
    """The actor's own sessions and tokens that are alive, newest first; `token` is the one in use."""
    require(actor, Permission.USER_SECURE, owner=actor.user)
    user = _own(actor)
    current = fingerprint(token) if token else None
    rows = session().scalars(
        select(AccessToken)
        .where(
            AccessToken.shard_code == user.shard,
            AccessToken.user_id == user.id,
            AccessToken.kind != "pending",
            AccessToken.revoked_at.is_(None),
            AccessToken.expires_at > runtime().clock.now(),
        )
        .order_by(AccessToken.created_at.desc(), AccessToken.id.desc())
        .execution_options(populate_existing=True)
    )
    return [_card(row, row.token_hash == current) for row in rows]


def _card(row: AccessToken, is_current: bool) -> SignInCard:
    return SignInCard(
        key=Key(row.shard_code, row.id),
        kind=row.kind,
        label=row.label,
        scopes=row.scopes,
        created_at=row.created_at,
        last_used_on=row.last_used_on,
        expires_at=row.expires_at,
        is_current=is_current,
    )


def _own(actor: Actor) -> Key:
    if actor.user is None:
        raise NotFound()
    return actor.user


# --- the second factor ------------------------------------------------------------------------------


def is_enrolled(user: Key) -> bool:
    """Whether a user has a second factor in force. Internal."""
    return confirmed_factor(user) is not None


def confirmed_factor(user: Key) -> SecondFactor | None:
    """The second factor in force. Internal."""
    return _factor(user, True)


def unconfirmed_factor(user: Key) -> SecondFactor | None:
    """The second factor that is being set up. Internal."""
    return _factor(user, False)


def _factor(user: Key, is_confirmed: bool) -> SecondFactor | None:
    at = SecondFactor.confirmed_at
    return (
        session()
        .scalars(
            select(SecondFactor)
            .where(
                SecondFactor.shard_code == user.shard,
                SecondFactor.user_id == user.id,
                at.is_not(None) if is_confirmed else at.is_(None),
            )
            .execution_options(populate_existing=True)
        )
        .first()
    )


def second_factor(actor: Actor) -> SecondFactorCard:
    """The state of the actor's own second factor."""
    require(actor, Permission.USER_SECURE, owner=actor.user)
    user = _own(actor)
    found = confirmed_factor(user)
    left = select(func.count()).where(
        RecoveryCode.shard_code == user.shard, RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
    )
    is_required = runtime().config.second_factor == "required"
    return SecondFactorCard(
        confirmed_at=found.confirmed_at if found else None,
        recovery_codes=session().execute(left).scalar_one(),
        is_required=next_step(False, actor.is_officer, is_required) is Step.ENROL,
    )


def own_secret(actor: Actor) -> Secret | None:
    """The actor's own secret while it is being set up; afterwards nobody sees it again."""
    require(actor, Permission.USER_SECURE, owner=actor.user)
    return _secret(_own(actor))


def pending_secret(token: str) -> Secret | None:
    """The secret that a sign-in began to set up, for whoever has done its first step.

    None for everybody who has a second factor already.
    """
    pending = pending_of(token)
    return _secret(pending.user) if pending and pending.step is Step.ENROL else None


def _secret(user: Key) -> Secret | None:
    row = unconfirmed_factor(user)
    if row is None:
        return None
    text = runtime().vault.decrypt(row.secret_sealed, f"second_factors.secret:{row.key}")
    return Secret(text, secret_address(text, masked_phone(user), runtime().config.product_name))


# --- accounts at other providers --------------------------------------------------------------------


def external_user(issuer: str, subject: str) -> Key | None:
    """The user who linked this account. Internal."""
    return claims.holder("external-identity", external_value(issuer, subject))


def external_identities(actor: Actor) -> list[ExternalCard]:
    """The actor's own linked accounts, in order."""
    require(actor, Permission.USER_SECURE, owner=actor.user)
    user = _own(actor)
    rows = session().scalars(
        select(ExternalIdentity)
        .where(ExternalIdentity.shard_code == user.shard, ExternalIdentity.user_id == user.id)
        .order_by(ExternalIdentity.id)
    )
    return [ExternalCard(row.key, row.issuer, row.linked_at) for row in rows]
