"""What projects and their shifts say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import select

from timebank.kernel.crypto import Vault
from timebank.kernel.db import bulk_connection
from timebank.kernel.ids import Key
from timebank.kernel.policy import ROLE_PERMISSIONS, Actor, Permission
from timebank.projects.models import Project, Shift
from timebank.projects.queries.internal.shifts import (
    ATTENDANCE,
    BY_KEY,
    OF_ITS_PROJECT,
    Venue,
    of_shift,
    terms_of,
    venue_of,
)
from timebank.projects.rules import AttendanceTerms, Facts, ShiftStatus, over_at


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """Everything a service record copies from the project and its shift (Order 67 Art. 7)."""

    key: Key
    project: Key
    activity_name: str
    occurs_on: date
    starts_at: datetime
    ends_at: datetime
    place: str
    content: str
    organization: Key
    organization_name: str
    leader_name: str
    categories: list[str]
    region_code: int
    earns_credit: bool
    status: ShiftStatus
    terms: AttendanceTerms
    venue: Venue | None
    called_off_at: datetime | None

    @property
    def over_at(self) -> datetime:
        """When service in it is over."""
        return over_at(self.ends_at, self.called_off_at)


FACTS = (
    select(
        Shift.project_id,
        Shift.occurs_on,
        Shift.starts_at,
        Shift.ends_at,
        Shift.called_off_at,
        Shift.status,
        *ATTENDANCE,
        Project.name,
        Project.place,
        Project.content,
        Project.organization_shard,
        Project.organization_id,
        Project.organization_name,
        Project.leader_name,
        Project.categories,
        Project.region_code,
        Project.earns_credit,
    )
    .select_from(Shift)
    .join(Project, OF_ITS_PROJECT)
    .where(BY_KEY)
)


def phone_context(project: Key) -> str:
    """The place for which the phone number of a project's contact person is encrypted."""
    return f"projects.contact_phone:{project}"


def facts_of_project(project: Project, vault: Vault) -> Facts:
    """What a project says of itself, the phone number in clear. The caller decides who reads it."""
    sealed = project.contact_phone_sealed
    phone = vault.decrypt(sealed, phone_context(project.key)) if sealed else ""
    names = [name for name in Facts.__annotations__ if name != "contact_phone"]
    return cast(Facts, {name: getattr(project, name) for name in names} | {"contact_phone": phone})


def is_own_work(actor: Actor, project: Project) -> bool:
    """Whether somebody wrote or handed in a project, or has a part in all that its organisation writes.

    That a token carries less does not make it the work of others.
    """
    organization = Key(project.organization_shard, project.organization_id)
    writes = any(
        grant.organization == organization and Permission.PROJECT_WRITE in ROLE_PERMISSIONS[grant.role]
        for grant in actor.grants
    )
    return writes or actor.label in (project.created_by, project.submitted_by)


def facts_of(shift: Key) -> ShiftFacts | None:
    """What a service record of this shift states."""
    row = bulk_connection().execute(FACTS, of_shift(shift)).first()
    if row is None:
        return None
    return ShiftFacts(
        key=shift,
        project=Key(shift.shard, row.project_id),
        activity_name=row.name,
        occurs_on=row.occurs_on,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        content=row.content,
        organization=Key(row.organization_shard, row.organization_id),
        organization_name=row.organization_name,
        leader_name=row.leader_name,
        categories=row.categories,
        region_code=row.region_code,
        earns_credit=row.earns_credit,
        status=ShiftStatus(row.status),
        terms=terms_of(row),
        venue=venue_of(row),
        called_off_at=row.called_off_at,
    )
