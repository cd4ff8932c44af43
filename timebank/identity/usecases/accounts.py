"""Accounts: opening them, and what a person chose about them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from timebank.identity.models import User
from timebank.identity.rules import check_password, check_phone
from timebank.identity.usecases.hashing import hash_password
from timebank.kernel import claims
from timebank.kernel.errors import Conflict, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work


def create_user(work: Work, *, shard: int, name: str, phone: str, password: str | None = None) -> Key:
    """Open an account. Internal.

    Raises Invalid for phone or password, Conflict("phone-taken") with field `phone`.
    """
    number = check_phone(phone, work.runtime.config.demo)
    hashed = None if password is None else hash_password(work, check_password(password, number))
    key = Key(shard, work.new_id())
    if not claims.take(work, "phone", number, key):
        raise Conflict("phone-taken", field="phone")
    work.session.add(
        User(
            shard_code=shard,
            id=key.id,
            name=name,
            phone_sealed=work.runtime.vault.encrypt(number, f"users.phone:{key}"),
            password_hash=hashed,
            locale=work.runtime.config.locale,
            created_at=work.now,
        )
    )
    work.session.flush()
    work.emit("user.created", key)
    return key


def attach_volunteer(work: Work, *, user: Key, volunteer_id: UUID) -> None:
    """Say which volunteer, in the user's shard, the user is. Internal.

    Raises Conflict("already-volunteer") when the user is one already.
    """
    attached = work.session.execute(
        update(User)
        .where(User.shard_code == user.shard, User.id == user.id, User.volunteer_id.is_(None))
        .values(volunteer_id=volunteer_id)
        .returning(User.id)
    ).first()
    if attached is None:
        raise Conflict("already-volunteer")


def rename_user(work: Work, *, user: Key, name: str) -> None:
    """Follow a corrected name. Internal."""
    work.session.execute(
        update(User).where(User.shard_code == user.shard, User.id == user.id).values(name=name)
    )


def set_preferences(work: Work, *, locale: str | None = None, view: str | None = None) -> None:
    """Keep the actor's own language and view; what is None stays."""
    work.allow(Permission.USER_SIGN_IN)
    if work.actor.user is None:
        raise Unauthenticated()
    user = work.session.get_one(User, (work.actor.user.shard, work.actor.user.id))
    user.locale = locale or user.locale
    user.view = view or user.view
