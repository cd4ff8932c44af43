"""Changing identity: accounts, role grants, one-time codes, sign-in and sign-out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from timebank.identity.models import AccessToken, OneTimeCode, RoleGrant, User
from timebank.identity.queries import user_by_phone
from timebank.identity.rules import (
    CODE_ATTEMPTS,
    CODE_DIGITS,
    CODE_LIFE,
    check_password,
    check_phone,
    check_scope,
)
from timebank.kernel import claims
from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict, Invalid, Unauthenticated
from timebank.kernel.ids import Key, new_token
from timebank.kernel.policy import Permission, Role
from timebank.kernel.region_code import NATION, county_of
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work

SIGN_IN_WINDOW = timedelta(minutes=15)
SIGN_INS_PER_PHONE = 10
"""Enough for somebody who mistypes; too few to guess a password."""
SIGN_INS_PER_ADDRESS = 100
"""A whole community office stands behind one address."""
CODE_WINDOW = timedelta(hours=1)
CODES_PER_PHONE = 5
"""Each code is a text message somebody pays for and somebody receives."""
CODES_PER_ADDRESS = 60
TOKENS_KEPT = timedelta(days=30)
CODES_KEPT = timedelta(days=1)

HASHERS = {
    # OWASP's least memory: on SQLite nobody else can write while a password is checked
    "normal": PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),
    "test": PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session or bearer token; it is shown once and kept only as a hash."""

    token: str
    user: Key
    expires_at: datetime


# --- accounts ---------------------------------------------------------------------------------------


def create_user(work: Work, *, shard: int, name: str, phone: str, password: str | None = None) -> Key:
    """Open an account. Internal.

    Raises Invalid for phone or password, Conflict("phone-taken") with field `phone`.
    """
    number = check_phone(phone, work.runtime.config.demo)
    hashed = None if password is None else _hasher(work).hash(check_password(password, number))
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


# --- role grants ------------------------------------------------------------------------------------


def add_grant(
    work: Work,
    *,
    user: Key,
    role: Role,
    region: int | None = None,
    organization: Key | None = None,
    ward: Key | None = None,
) -> None:
    """Give a role; twice changes nothing. Internal. Raises Invalid for a scope that does not fit."""
    check_scope(role, region, organization, ward)
    _lock(work, user)
    if _is_granted(work, user, role, region, organization, ward):
        return
    grant = RoleGrant(
        shard_code=user.shard,
        id=work.new_id(),
        user_id=user.id,
        role=role,
        region_code=region,
        organization_shard=organization.shard if organization else None,
        organization_id=organization.id if organization else None,
        ward_shard=ward.shard if ward else None,
        ward_id=ward.id if ward else None,
        granted_by=work.actor.label,
        granted_at=work.now,
    )
    work.session.add(grant)
    work.session.flush()
    work.emit("role.granted", user, role=role, region=region, organization=organization, ward=ward)


def grant_role(
    work: Work, *, phone: str, role: Role, region: int | None = None, organization: Key | None = None
) -> None:
    """Give a role to whoever has this phone. Raises Invalid("unknown-phone", field="phone")."""
    _allow_granting(work, region)
    user = user_by_phone(phone)
    if user is None:
        raise Invalid("unknown-phone", field="phone")
    add_grant(work, user=user, role=role, region=region, organization=organization)


def enrol_officer(
    work: Work,
    *,
    name: str,
    phone: str,
    password: str | None,
    role: Role,
    region: int | None = None,
    organization: Key | None = None,
) -> Key:
    """Open an account for somebody new and give a role, together. Raises what its two parts raise."""
    _allow_granting(work, region)
    check_scope(role, region, organization)
    shard = organization.shard if organization else county_of(region or NATION)
    user = create_user(work, shard=shard, name=name, phone=phone, password=password)
    add_grant(work, user=user, role=role, region=region, organization=organization)
    return user


def _allow_granting(work: Work, region: int | None) -> None:
    # an organisation's region is not known here: only who may grant in the whole country may grant there
    work.allow(Permission.ROLE_GRANT, region=NATION if region is None else region)


def _lock(work: Work, user: Key) -> None:
    work.session.execute(
        select(User.id).where(User.shard_code == user.shard, User.id == user.id).with_for_update()
    )


def _is_granted(
    work: Work, user: Key, role: Role, region: int | None, organization: Key | None, ward: Key | None
) -> bool:
    found = work.session.execute(
        select(RoleGrant.id).where(
            RoleGrant.shard_code == user.shard,
            RoleGrant.user_id == user.id,
            RoleGrant.role == role,
            RoleGrant.region_code == region,
            RoleGrant.organization_id == (organization.id if organization else None),
            RoleGrant.ward_id == (ward.id if ward else None),
            RoleGrant.revoked_at.is_(None),
        )
    )
    return found.first() is not None


def end_guardian_grant(work: Work, *, user: Key, ward: Key) -> None:
    """Take the rights of a guardian over one ward away; twice changes nothing. Internal."""
    ended = work.session.execute(
        update(RoleGrant)
        .where(
            RoleGrant.shard_code == user.shard,
            RoleGrant.user_id == user.id,
            RoleGrant.role == Role.GUARDIAN,
            RoleGrant.ward_shard == ward.shard,
            RoleGrant.ward_id == ward.id,
            RoleGrant.revoked_at.is_(None),
        )
        .values(revoked_at=work.now)
        .returning(RoleGrant.id)
    ).first()
    if ended is not None:
        work.emit("role.revoked", user, role=Role.GUARDIAN, ward=ward)


# --- one-time codes ---------------------------------------------------------------------------------


def count_code_request(work: Work, *, phone: str, address: str) -> None:
    """Count a request for a code, in a `perform` of its own. Raises Invalid for the phone, TooMany."""
    work.allow(Permission.USER_SIGN_IN)
    number = check_phone(phone, work.runtime.config.demo)
    count_attempt(work, "code-address", address, CODES_PER_ADDRESS, CODE_WINDOW)
    count_attempt(work, "code-phone", _index(work, number), CODES_PER_PHONE, CODE_WINDOW)


def request_code(work: Work, *, phone: str) -> str | None:
    """Make a code of 6 digits for five minutes and five attempts, in place of any earlier one.

    The plain code is for the sender alone. None when no account has the phone; a door must answer the same
    either way. Raises Invalid for what is no phone number.
    """
    work.allow(Permission.USER_SIGN_IN)
    number = check_phone(phone, work.runtime.config.demo)
    if claims.holder("phone", number) is None:
        return None
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    _keep_code(work, number, code)
    return code


def _keep_code(work: Work, number: str, code: str) -> None:
    fresh = {
        "code_hash": _code_hash(work, number, code),
        "expires_at": work.now + CODE_LIFE,
        "attempts_left": CODE_ATTEMPTS,
    }
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    work.session.execute(
        insert(OneTimeCode)
        .values(phone_index=_index(work, number), **fresh)
        .on_conflict_do_update(index_elements=["phone_index"], set_=fresh)
    )


def _code_hash(work: Work, number: str, code: str) -> str:
    # six digits can be guessed from a plain digest, so it is a keyed one
    return work.runtime.vault.blind_index("one-time-code", f"{number}\0{code}")


def _index(work: Work, number: str) -> str:
    return work.runtime.vault.blind_index("phone", number)


# --- another phone ----------------------------------------------------------------------------------


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
    if holder is not None:
        return None
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    _keep_code(work, number, code)
    return code


def move_phone(work: Work, *, user: Key, phone: str, code: str) -> None:
    """Let a user sign in by another phone, proven by the code sent to it. Internal.

    Raises Invalid("wrong-code", field="code"), Conflict("phone-taken") with field `phone`.
    """
    row = work.session.get_one(User, (user.shard, user.id), with_for_update=True, populate_existing=True)
    if not _use_code(work, phone, code):
        raise Invalid("wrong-code", field="code")
    if not claims.take(work, "phone", phone, user):
        raise Conflict("phone-taken", field="phone")
    vault = work.runtime.vault
    claims.release(work, "phone", vault.decrypt(row.phone_sealed, f"users.phone:{user}"))
    row.phone_sealed = vault.encrypt(phone, f"users.phone:{user}")
    work.emit("user.phone_changed", user)


# --- sign-in ----------------------------------------------------------------------------------------


def count_sign_in(work: Work, *, phone: str, address: str, by_code: bool = False) -> None:
    """Count an attempt to sign in, in a `perform` of its own, so that a failed one stays counted.

    With `by_code` it also uses up one attempt of the phone's code. Raises Invalid for the phone, TooMany.
    """
    work.allow(Permission.USER_SIGN_IN)
    number = check_phone(phone, work.runtime.config.demo)
    count_attempt(work, "sign-in-address", address, SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW)
    count_attempt(work, "sign-in-phone", _index(work, number), SIGN_INS_PER_PHONE, SIGN_IN_WINDOW)
    if by_code:
        work.session.execute(
            update(OneTimeCode)
            .where(OneTimeCode.phone_index == _index(work, number), OneTimeCode.attempts_left >= 0)
            .values(attempts_left=OneTimeCode.attempts_left - 1)
        )


def sign_in(
    work: Work, *, phone: str, password: str | None = None, code: str | None = None, kind: str = "session"
) -> SignedIn:
    """Open a session or a bearer token for whoever has the phone and its password or one-time code.

    Raises Invalid("sign-in-failed") whatever was wrong: nobody learns whether a phone is known.
    """
    work.allow(Permission.USER_SIGN_IN)
    number = check_phone(phone, work.runtime.config.demo)
    holder = claims.holder("phone", number)
    user = work.session.get(User, (holder.shard, holder.id)) if holder else None
    hashed = user.password_hash if user else None
    proven = _use_code(work, number, code) if code else _is_password(work, hashed, password or "")
    if user is None or user.status != "active" or not proven:
        raise Invalid("sign-in-failed")
    return _open_token(work, user.key, kind)


def _is_password(work: Work, hashed: str | None, password: str) -> bool:
    hasher = _hasher(work)
    try:
        # an unknown phone takes as long as a known one
        hasher.verify(hashed or hasher.hash("nobody"), password if hashed else "somebody")
        return hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def _use_code(work: Work, number: str, code: str) -> bool:
    used = work.session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.phone_index == _index(work, number),
            OneTimeCode.code_hash == _code_hash(work, number, code.strip()),
            OneTimeCode.expires_at > work.now,
            OneTimeCode.attempts_left >= 0,
        )
        .values(expires_at=work.now)
        .returning(OneTimeCode.phone_index)
    ).first()
    return used is not None


def _open_token(work: Work, user: Key, kind: str) -> SignedIn:
    token = new_token()
    expires_at = work.now + timedelta(hours=work.runtime.config.session_hours)
    work.session.add(
        AccessToken(
            token_hash=fingerprint(token),
            kind=kind,
            shard_code=user.shard,
            user_id=user.id,
            created_at=work.now,
            expires_at=expires_at,
        )
    )
    return SignedIn(token, user, expires_at)


def sign_out(work: Work, *, token: str) -> None:
    """Revoke one session or bearer token; one that is none changes nothing."""
    work.allow(Permission.USER_SIGN_IN)
    work.session.execute(
        update(AccessToken)
        .where(AccessToken.token_hash == fingerprint(token), AccessToken.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )


def sweep_sign_ins(work: Work, *, on: date) -> dict[str, int]:
    """Delete sessions, tokens and one-time codes that ran out a while ago. A job."""
    work.allow(Permission.JOB_RUN)
    tokens = delete(AccessToken).where(AccessToken.expires_at < work.now - TOKENS_KEPT)
    codes = delete(OneTimeCode).where(OneTimeCode.expires_at < work.now - CODES_KEPT)
    return {
        "tokens": work.connection.execute(tokens).rowcount,
        "codes": work.connection.execute(codes).rowcount,
    }


def _hasher(work: Work) -> PasswordHasher:
    return HASHERS[work.runtime.config.password_cost]
