"""Leaving: proving once more who one is, and closing or freezing an account."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from timebank.identity.models import (
    AccessToken,
    ExternalIdentity,
    OneTimeCode,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
    User,
)
from timebank.identity.rules import external_value
from timebank.identity.usecases.codes import phone_index, use_code
from timebank.identity.usecases.hashing import is_password
from timebank.identity.usecases.sign_in import count_sign_in
from timebank.identity.usecases.tokens import lock_user
from timebank.kernel import claims
from timebank.kernel.errors import Invalid, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role
from timebank.kernel.work import Work


def own_number(work: Work) -> str:
    """The actor's own phone in clear, for the sender of codes alone. Raises Unauthenticated."""
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    return _number(work, _own(work))


def count_proof(work: Work, *, address: str, by_code: bool = False) -> None:
    """Count an attempt to prove who one is, in a `perform` of its own. Raises TooMany."""
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    count_sign_in(work, phone=_number(work, _own(work)), address=address, by_code=by_code)


def prove(work: Work, *, password: str | None = None, code: str | None = None) -> None:
    """Make sure that it is still the person who signed in, by password or a fresh one-time code. Internal.

    Raises Invalid("wrong-code") or Invalid("wrong-password") with their fields.
    """
    user = _own(work)
    if code:
        if not use_code(work, _number(work, user), code):
            raise Invalid("wrong-code", field="code")
    elif not is_password(work, user.password_hash, password or ""):
        raise Invalid("wrong-password", field="password")


def close_user(work: Work, *, user: Key) -> None:
    """Unlink an account from the person: name, phone and whatever proves who it is go. Internal.

    Roles and tokens end; the row stays, because events name it.
    """
    work.session.execute(lock_user(user))
    row = work.session.get_one(User, (user.shard, user.id), populate_existing=True)
    if row.phone_sealed:
        number = _number(work, row)
        claims.release(work, "phone", number)
        work.session.execute(delete(OneTimeCode).where(OneTimeCode.phone_index == phone_index(work, number)))
    _change(work, user, status="closed", name="", phone_sealed=None, password_hash=None)
    _forget_proofs(work, user)
    _end_tokens(work, user)
    work.session.execute(
        update(RoleGrant)
        .where(
            RoleGrant.shard_code == user.shard, RoleGrant.user_id == user.id, RoleGrant.revoked_at.is_(None)
        )
        .values(revoked_at=work.now)
    )
    work.emit("user.closed", user)


def freeze_user(work: Work, *, user: Key) -> None:
    """Let nobody sign in to an account any more; it can be thawed. Internal."""
    _change(work, user, status="frozen")
    _end_tokens(work, user)


def thaw_user(work: Work, *, user: Key) -> None:
    """Undo `freeze_user`. Internal."""
    _change(work, user, status="active")


def end_ward(work: Work, *, guardian: Key, ward: Key) -> None:
    """End a guardian's rights for one ward, and the account, if it served for nothing else. Internal."""
    work.session.execute(lock_user(guardian))
    work.session.execute(
        update(RoleGrant)
        .where(
            RoleGrant.shard_code == guardian.shard,
            RoleGrant.user_id == guardian.id,
            RoleGrant.ward_shard == ward.shard,
            RoleGrant.ward_id == ward.id,
            RoleGrant.revoked_at.is_(None),
        )
        .values(revoked_at=work.now)
    )
    row = work.session.get_one(User, (guardian.shard, guardian.id), populate_existing=True)
    if row.volunteer_id is None and row.status == "active" and not any(roles_of(work, user=guardian)):
        close_user(work, user=guardian)


def roles_of(work: Work, *, user: Key) -> tuple[int, int]:
    """How many offices somebody holds, and how many wards depend on them. Internal."""
    rows = work.session.execute(
        select(RoleGrant.role, func.count())
        .where(
            RoleGrant.shard_code == user.shard, RoleGrant.user_id == user.id, RoleGrant.revoked_at.is_(None)
        )
        .group_by(RoleGrant.role)
    )
    found = {role: count for role, count in rows}
    wards = found.pop(Role.GUARDIAN, 0)
    return sum(found.values()), wards


def _forget_proofs(work: Work, user: Key) -> None:
    """Second factors, recovery codes, accounts of providers, and what tokens were called."""
    rows = work.session.scalars(
        select(ExternalIdentity).where(
            ExternalIdentity.shard_code == user.shard, ExternalIdentity.user_id == user.id
        )
    )
    for row in list(rows):
        place = f"external_identities.subject:{row.key}"
        subject = work.runtime.vault.decrypt(row.subject_sealed, place)
        claims.release(work, "external-identity", external_value(row.issuer, subject))
    for kind in (ExternalIdentity, SecondFactor, RecoveryCode):
        work.session.execute(delete(kind).where(kind.shard_code == user.shard, kind.user_id == user.id))
    work.session.execute(
        update(AccessToken)
        .where(AccessToken.shard_code == user.shard, AccessToken.user_id == user.id)
        .values(label=None)
    )


def _own(work: Work) -> User:
    if work.actor.user is None:
        raise Unauthenticated()
    return work.session.get_one(User, (work.actor.user.shard, work.actor.user.id))


def _number(work: Work, user: User) -> str:
    return work.runtime.vault.decrypt(user.phone_sealed, f"users.phone:{user.key}")


def _change(work: Work, user: Key, **values: str | None) -> None:
    work.session.execute(
        update(User).where(User.shard_code == user.shard, User.id == user.id).values(**values)
    )


def _end_tokens(work: Work, user: Key) -> None:
    work.session.execute(
        update(AccessToken)
        .where(
            AccessToken.shard_code == user.shard,
            AccessToken.user_id == user.id,
            AccessToken.revoked_at.is_(None),
        )
        .values(revoked_at=work.now)
    )
