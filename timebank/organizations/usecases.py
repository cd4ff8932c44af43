"""Changing organisations: registering them and appointing their people."""

from __future__ import annotations

from timebank.identity.queries import user_by_phone
from timebank.identity.rules import ORGANIZATION_ROLES
from timebank.identity.usecases import add_grant
from timebank.kernel import claims
from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role
from timebank.kernel.region_code import county_of
from timebank.kernel.work import Work
from timebank.organizations.models import Organization
from timebank.organizations.rules import (
    check_credit_code,
    check_filing_number,
    check_kind,
    check_organization_name,
)
from timebank.regions.queries import region


def register_organization(
    work: Work,
    *,
    name: str,
    kind: str,
    region_code: int,
    credit_code: str | None = None,
    filing_no: str | None = None,
) -> Key:
    """Record an organisation (unified social credit code) or a team (filing number).

    Raises Invalid with its field, Conflict("organization-registered") for a code that is known.
    """
    work.allow(Permission.ORGANIZATION_WRITE, region=region_code)
    if region(region_code) is None:
        raise Invalid("unknown-region", field="region_code")
    key = Key(county_of(region_code), work.new_id())
    code = check_credit_code(credit_code, check_kind(kind))
    row = Organization(
        shard_code=key.shard,
        id=key.id,
        name=check_organization_name(name),
        kind=kind,
        credit_code=code,
        filing_no=check_filing_number(filing_no, kind),
        region_code=region_code,
        created_at=work.now,
    )
    if code and not claims.take(work, "credit-code", code, key):
        raise Conflict("organization-registered", field="credit_code")
    work.session.add(row)
    work.session.flush()
    work.emit("organization.registered", key)
    return key


def appoint(work: Work, *, organization: Key, phone: str, role: Role) -> None:
    """Make somebody who has an account organiser or recorder; twice changes nothing.

    Raises Invalid("unknown-phone", field="phone") and Invalid("not-a-choice", field="role").
    """
    work.allow(Permission.ORGANIZATION_WRITE)
    row = work.session.get(Organization, (organization.shard, organization.id))
    if row is None:
        raise NotFound()
    work.allow(Permission.ORGANIZATION_WRITE, region=row.region_code)
    if role not in ORGANIZATION_ROLES:
        raise Invalid("not-a-choice", field="role")
    user = user_by_phone(phone)
    if user is None:
        raise Invalid("unknown-phone", field="phone")
    add_grant(work, user=user, role=role, organization=organization)
