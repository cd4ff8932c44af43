"""Giving roles and taking them back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update

from timebank.identity.models import RoleGrant, User
from timebank.identity.queries import user_by_phone
from timebank.identity.rules import check_scope
from timebank.identity.usecases.accounts import create_user
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role
from timebank.kernel.region_code import NATION, county_of
from timebank.kernel.work import Work


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
    if _held(work, user, role, region, organization, ward):
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


def revoke_grant(work: Work, *, grant: Key) -> None:
    """Take a role back; whatever it allowed ends at once. Raises NotFound, also for one that was revoked."""
    work.allow(Permission.ROLE_GRANT)
    row = work.session.get(RoleGrant, (grant.shard, grant.id))
    if row is None:
        raise NotFound()
    _allow_granting(work, row.region_code)
    end_grant(work, grant=grant)


def end_grant(work: Work, *, grant: Key) -> None:
    """Take a role back, whoever may decide that. Internal. Raises NotFound when it is not in force."""
    row = work.session.execute(
        update(RoleGrant)
        .where(RoleGrant.shard_code == grant.shard, RoleGrant.id == grant.id, RoleGrant.revoked_at.is_(None))
        .values(revoked_at=work.now)
        .returning(RoleGrant.user_id, RoleGrant.role, RoleGrant.region_code)
    ).first()
    if row is None:
        raise NotFound()
    user = Key(grant.shard, row.user_id)
    work.emit("role.revoked", user, role=row.role, region=row.region_code, grant=grant)


def _allow_granting(work: Work, region: int | None) -> None:
    # an organisation's region is not known here: only who may grant in the whole country may grant there
    work.allow(Permission.ROLE_GRANT, region=NATION if region is None else region)


def _lock(work: Work, user: Key) -> None:
    work.session.execute(
        select(User.id).where(User.shard_code == user.shard, User.id == user.id).with_for_update()
    )


def end_role(
    work: Work, *, user: Key, role: Role, organization: Key | None = None, ward: Key | None = None
) -> None:
    """Take back a role in an organisation or for a ward; one that is not held changes nothing. Internal."""
    _lock(work, user)
    found = _held(work, user, role, None, organization, ward)
    if found is not None:
        end_grant(work, grant=Key(user.shard, found))


def _held(
    work: Work, user: Key, role: Role, region: int | None, organization: Key | None, ward: Key | None
) -> UUID | None:
    """The grant in force of exactly this role and scope."""
    return work.session.scalar(
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
