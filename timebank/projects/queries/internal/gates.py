"""The gate of a shift."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Uuid, and_, bindparam, select

from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.ids import Key
from timebank.kernel.prepared import Prepared
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.queries.internal.shifts import (
    ATTENDANCE,
    BY_KEY,
    OF_ITS_PROJECT,
    AnyRow,
    Venue,
    of_shift,
    terms_of,
    venue_of,
)
from timebank.projects.rules import (
    AttendanceTerms,
    PrintedCode,
    ProjectKind,
    ProjectStatus,
    ShiftStatus,
    closes_at,
    opens_at,
    over_at,
)


@dataclass(frozen=True, slots=True)
class ShiftGate:
    """What the gate of a shift needs to judge a scan."""

    key: Key
    project: Key
    project_name: str
    title: str
    place: str
    organization: Key
    organization_name: str
    region_code: int
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    occurs_on: date
    status: ShiftStatus
    project_status: ProjectStatus
    project_kind: ProjectKind
    capacity: int
    taken: int
    terms: AttendanceTerms
    printed_code: PrintedCode
    offers_place: bool
    venue: Venue | None
    called_off_at: datetime | None
    secret: str = field(repr=False)

    @property
    def over_at(self) -> datetime:
        """When service in it is over."""
        return over_at(self.ends_at, self.called_off_at)


GATE = (
    select(
        Shift.project_id,
        Shift.title,
        Shift.starts_at,
        Shift.ends_at,
        Shift.occurs_on,
        Shift.opens_minutes,
        Shift.closes_minutes,
        Shift.called_off_at,
        Shift.status,
        Shift.capacity,
        Shift.taken,
        Shift.secret_sealed,
        *ATTENDANCE,
        Project.name.label("project_name"),
        Project.place,
        Project.organization_shard,
        Project.organization_id,
        Project.organization_name,
        Project.region_code,
        Project.status.label("project_status"),
        Project.kind.label("project_kind"),
    )
    .select_from(Shift)
    .join(Project, OF_ITS_PROJECT)
    .where(BY_KEY)
)


HELD_GATE = Prepared(
    GATE.add_columns(SignUp.status.label("sign_up"))
    .join(SignUp, and_(SignUp.shard_code == Shift.shard_code, SignUp.shift_id == Shift.id))
    .where(
        SignUp.volunteer_shard == bindparam("volunteer_shard"),
        SignUp.volunteer_id == bindparam("volunteer", type_=Uuid()),
    )
    .with_for_update(of=SignUp)
)


def secret_context(shift: Key) -> str:
    """The place for which a shift's secret is encrypted."""
    return f"shifts.secret:{shift}"


def gate_of(shift: Key) -> ShiftGate | None:
    """The gate of a shift, its secret decrypted: one statement."""
    row = bulk_connection().execute(GATE, of_shift(shift)).first()
    return gate_from(shift, row) if row else None


def gate_from(shift: Key, row: AnyRow) -> ShiftGate:
    """A gate out of a row of GATE."""
    return ShiftGate(
        key=shift,
        project=Key(shift.shard, row.project_id),
        project_name=row.project_name,
        title=row.title,
        place=row.place,
        organization=Key(row.organization_shard, row.organization_id),
        organization_name=row.organization_name,
        region_code=row.region_code,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        opens_at=opens_at(row.starts_at, row.opens_minutes),
        closes_at=closes_at(row.ends_at, row.closes_minutes),
        occurs_on=row.occurs_on,
        status=ShiftStatus(row.status),
        project_status=ProjectStatus(row.project_status),
        project_kind=ProjectKind(row.project_kind),
        capacity=row.capacity,
        taken=row.taken,
        terms=terms_of(row),
        printed_code=PrintedCode(row.printed_code),
        offers_place=row.offers_place,
        venue=venue_of(row),
        called_off_at=row.called_off_at,
        secret=runtime().vault.decrypt(row.secret_sealed, secret_context(shift)),
    )
