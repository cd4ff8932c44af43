"""Signing in by another phone from now on, proven by a code sent to it."""

from __future__ import annotations

from timebank.identity.models import User
from timebank.identity.rules import check_phone
from timebank.identity.usecases.codes import make_code, use_code
from timebank.kernel import claims
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work


def request_phone_code(work: Work, *, phone: str) -> str | None:
    """Make a code for a phone by which the actor wants to sign in from now on; see `request_code`.

    None when somebody else has the phone; a door must answer the same either way. Raises Invalid for what is
    no phone number, or the actor's own already.
    """
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    number = check_phone(phone, work.runtime.config.demo)
    holder = claims.holder("phone", number)
    if holder == work.actor.user:
        raise Invalid("phone-is-own", field="phone")
    return None if holder else make_code(work, number)


def move_phone(work: Work, *, user: Key, phone: str, code: str) -> None:
    """Let a user sign in by another phone, proven by the code sent to it. Internal.

    Raises Invalid("wrong-code", field="code"), Conflict("phone-taken") with field `phone`.
    """
    row = work.session.get_one(User, (user.shard, user.id), with_for_update=True, populate_existing=True)
    if not use_code(work, phone, code):
        raise Invalid("wrong-code", field="code")
    if not claims.take(work, "phone", phone, user):
        raise Conflict("phone-taken", field="phone")
    vault = work.runtime.vault
    claims.release(work, "phone", vault.decrypt(row.phone_sealed, f"users.phone:{user}"))
    row.phone_sealed = vault.encrypt(phone, f"users.phone:{user}")
    work.emit("user.phone_changed", user)
