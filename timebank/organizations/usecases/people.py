"""Who administers an organisation and who records its hours."""

from __future__ import annotations

from timebank.identity.queries import members, user_by_phone
from timebank.identity.rules import ORGANIZATION_ROLES
from timebank.identity.usecases import add_grant, end_role
from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role
from timebank.kernel.work import Work
from timebank.organizations.models import Organization
from timebank.organizations.rules import ENDED, Status
from timebank.organizations.usecases.rows import administered, locked, note


def appoint(work: Work, *, organization: Key, phone: str, role: Role) -> None:
    """Make somebody who has an account organiser or recorder; twice changes nothing. For officers.

    Raises Invalid("unknown-phone", field="phone") and Invalid("not-a-choice", field="role").
    """
    work.allow(Permission.ORGANIZATION_WRITE)
    row = locked(work, organization)
    work.allow(Permission.ORGANIZATION_WRITE, region=row.region_code)
    if row.status == Status.DRAFT:
        raise NotFound()
    _check_role(row, role)
    user = user_by_phone(phone)
    if user is None:
        raise Invalid("unknown-phone", field="phone")
    _give(work, row, user, role)


def give_role(work: Work, *, organization: Key, user: Key, role: Role) -> None:
    """Make a user organiser or recorder; twice changes nothing. Internal: the caller knows the person.

    Raises as `administered`, Invalid("not-a-choice", field="role").
    """
    row = administered(work, organization)
    _check_role(row, role)
    _give(work, row, user, role)


def dismiss(work: Work, *, organization: Key, user: Key, role: Role) -> None:
    """Take a role back, one's own too. Raises NotFound for who lacks it, Conflict("last-administrator").

    The organisation's row is locked, so that two administrators cannot dismiss each other.
    """
    row = administered(work, organization)
    if not _holds(organization, user, role):
        raise NotFound()
    if _is_last(organization, user, role):
        raise Conflict("last-administrator")
    end_role(work, user=user, role=role, organization=organization)
    note(work, row, "organization.dismissed", concerns=user)


def start_administrator(work: Work, *, organization: Key, user: Key) -> None:
    """Make who founds an organisation its first administrator. Internal."""
    _give(work, locked(work, organization), user, Role.ORGANIZER)


def drop_roles(work: Work, *, organization: Key, user: Key) -> bool:
    """Take all roles of somebody who goes, except that of the last administrator; False when it stays.

    Internal: nobody can be kept from leaving, and an organisation is not left without a head by accident.
    """
    row = locked(work, organization)
    for member in members(organization):
        if member.user == user and not _is_last(organization, user, member.role):
            end_role(work, user=user, role=member.role, organization=organization)
            note(work, row, "organization.dismissed", concerns=user)
    return not any(member.user == user for member in members(organization))


def _check_role(row: Organization, role: Role) -> None:
    if role not in ORGANIZATION_ROLES:
        raise Invalid("not-a-choice", field="role")
    if row.status in ENDED:
        raise Conflict("organization-closed")


def _give(work: Work, row: Organization, user: Key, role: Role) -> None:
    if not _holds(row.key, user, role):
        add_grant(work, user=user, role=role, organization=row.key)
        note(work, row, "organization.appointed", concerns=user)


def _holds(organization: Key, user: Key, role: Role) -> bool:
    return any((each.user, each.role) == (user, role) for each in members(organization))


def _is_last(organization: Key, user: Key, role: Role) -> bool:
    administrators = {each.user for each in members(organization) if each.role is Role.ORGANIZER}
    return role is Role.ORGANIZER and administrators == {user}
