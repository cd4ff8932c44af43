"""What a person changes by themselves: the profile without review, and the phone with a one-time code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from timebank.identity.rules import check_phone
from timebank.identity.usecases import move_phone
from timebank.kernel.errors import Invalid, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.regions.queries import region
from timebank.volunteers.models import Guardian, Volunteer
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import collected
from timebank.volunteers.rules.application import Checks, checks_of_profile
from timebank.volunteers.usecases.rows import held, locked, refuse_ended, seal, unseal

SEALED = {"address": "address", "emergency_phone": "emergency"}
"""Fields of the profile that are kept encrypted, and the names of their columns."""


def update_profile(work: Work, *, volunteer: Key, changes: Mapping[str, Any]) -> list[str]:
    """Change what nobody has to look at again; only the given fields. Returns the names of what changed.

    For the person, the guardian or an officer of the region. Name, document, birth and residence are not
    changed here. Raises Invalid naming every wrong field, and Conflict("wrong-status") when it is over.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    refuse_ended(row)
    checks = checks_of_profile(changes, registration_policy(work.today), work.runtime.config.demo)
    found = collected({**checks, **_place(row, changes)})
    changed = sorted(name for name, value in found.items() if _set(work, row, name, value))
    if changed:
        work.emit("volunteer.profile_updated", row.key, fields=changed)
    return changed


def _place(row: Volunteer, changes: Mapping[str, Any]) -> Checks:
    if "service_region_code" not in changes:
        return {}
    code = changes["service_region_code"]

    def check() -> int:
        if code is not None and region(code) is None:
            raise Invalid("unknown-region")
        return code or row.region_code

    return {"service_region_code": check}


def _set(work: Work, row: Volunteer, name: str, value: Any) -> bool:
    """Write one value; False where it was the same before."""
    if name in SEALED:
        if unseal(work, row, SEALED[name]) == (value or None):
            return False
        seal(work, row, SEALED[name], value or None)
        return True
    if getattr(row, name) == value:
        return False
    setattr(row, name, value)
    return True


def change_phone(work: Work, *, phone: str, code: str) -> None:
    """Sign in by another phone from now on, proven by a code that was sent to it.

    User, registration and the wards' records change together. Raises Invalid("wrong-code", field="code"),
    Invalid for the phone, Conflict("phone-taken").
    """
    actor = work.actor
    if actor.user is None:
        raise Unauthenticated()
    work.allow(Permission.VOLUNTEER_WRITE, owner=actor.user)
    number = check_phone(phone, work.runtime.config.demo)
    row = held(work, actor.volunteer) if actor.volunteer else None
    move_phone(work, user=actor.user, phone=number, code=code)
    if row is not None:
        seal(work, row, "phone", number)
        work.emit("volunteer.phone_changed", row.key)
    for found in _named_by(work, actor.user):
        found.phone_sealed = work.runtime.vault.encrypt(number, f"guardians.phone:{found.key}")


def _named_by(work: Work, user: Key) -> list[Guardian]:
    """Where this user is the guardian now."""
    return list(
        work.session.scalars(
            select(Guardian).where(
                Guardian.user_shard == user.shard,
                Guardian.user_id == user.id,
                Guardian.ended_at.is_(None),
            )
        )
    )
