"""Changing one's own password."""

from __future__ import annotations

from timebank.identity.models import User
from timebank.identity.rules import check_password
from timebank.identity.usecases.codes import use_code
from timebank.identity.usecases.hashing import hash_password, is_password
from timebank.identity.usecases.tokens import end_others
from timebank.kernel.errors import Invalid, Unauthenticated
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work


def change_password(
    work: Work, *, token: str, new_password: str, password: str | None = None, code: str | None = None
) -> None:
    """Set one's own password by the old one or by a fresh one-time code, and sign out everywhere else.

    `token` is the session in use, which stays. Count the attempt first (`count_sign_in`). Raises
    Invalid("wrong-password" | "wrong-code") with its field, or what `check_password` says of `new_password`.
    """
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    if work.actor.user is None:
        raise Unauthenticated()
    user = work.session.get_one(User, (work.actor.user.shard, work.actor.user.id))
    number = work.runtime.vault.decrypt(user.phone_sealed, f"users.phone:{user.key}")
    if code and not use_code(work, number, code):
        raise Invalid("wrong-code", field="code")
    if not code and not is_password(work, user.password_hash, password or ""):
        raise Invalid("wrong-password", field="password")
    user.password_hash = hash_password(work, check_password(new_password, number, "new_password"))
    work.session.flush()
    end_others(work, user=user.key, token=token)
    work.emit("password.changed", user.key)
