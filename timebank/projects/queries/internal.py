"""What other flats' use-cases need to know of a shift. Takes no actor and checks nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, and_, bindparam, literal, select, tuple_

from timebank.kernel.crypto import Vault
from timebank.kernel.db import Instant, bulk_connection, runtime
from timebank.kernel.ids import Key
from timebank.kernel.prepared import Prepared
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.rules import (
    HAS_PLACE,
    AttendanceMode,
    AttendanceTerms,
    ClosingPolicy,
    Facts,
    PrintedCode,
    ProjectKind,
    ProjectStatus,
    ShiftStatus,
    SignUpStatus,
    closes_at,
    opens_at,
    over_at,
)

AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]

OF_ITS_PROJECT = and_(Project.shard_code == Shift.shard_code, Project.id == Shift.project_id)


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a shift takes place, and how far from there a phone may be."""

    latitude: float
    longitude: float
    radius_m: int


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


@dataclass(frozen=True, slots=True)
class ShiftClosing:
    """When the gate of a shift closes, and what becomes of who is inside then."""

    key: Key
    ends_at: datetime
    closes_at: datetime
    called_off_at: datetime | None
    status: ShiftStatus
    terms: AttendanceTerms


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


ATTENDANCE = (
    Shift.attendance_mode,
    Shift.closing_policy,
    Shift.closing_minutes,
    Shift.attendance_policy,
    Shift.printed_code,
    Shift.offers_place,
    Shift.latitude,
    Shift.longitude,
    Shift.radius_m,
)
"""Columns that `terms_of` and `venue_of` read."""

CLOSING: AnySelect = select(
    Shift.shard_code,
    Shift.id,
    Shift.ends_at,
    Shift.closes_minutes,
    Shift.called_off_at,
    Shift.status,
    *ATTENDANCE,
)
BATCH = 500

BY_KEY = and_(Shift.shard_code == bindparam("shard"), Shift.id == bindparam("shift", type_=Uuid()))

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

STATUS = select(SignUp.status).where(
    SignUp.shard_code == bindparam("shard"),
    SignUp.shift_id == bindparam("shift", type_=Uuid()),
    SignUp.volunteer_shard == bindparam("volunteer_shard"),
    SignUp.volunteer_id == bindparam("volunteer", type_=Uuid()),
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


def secret_context(shift: Key) -> str:
    """The place for which a shift's secret is encrypted."""
    return f"shifts.secret:{shift}"


def gate_of(shift: Key) -> ShiftGate | None:
    """The gate of a shift, its secret decrypted: one statement."""
    row = bulk_connection().execute(GATE, _of(shift)).first()
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


def shift_keys(project: Key) -> list[Key]:
    """The shifts of a project."""
    rows = bulk_connection().execute(
        select(Shift.id)
        .where(Shift.shard_code == project.shard, Shift.project_id == project.id)
        .order_by(Shift.id)
    )
    return [Key(project.shard, unique) for unique in rows.scalars()]


def facts_of(shift: Key) -> ShiftFacts | None:
    """What a service record of this shift states."""
    row = bulk_connection().execute(FACTS, _of(shift)).first()
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


def terms_of(row: AnyRow) -> AttendanceTerms:
    """Mode and closing policy of a shift, from a row with the columns of ATTENDANCE."""
    return AttendanceTerms(
        mode=AttendanceMode(row.attendance_mode),
        closing=ClosingPolicy(row.closing_policy),
        minutes=row.closing_minutes,
        version=row.attendance_policy,
    )


def venue_of(row: AnyRow) -> Venue | None:
    """Where a shift takes place, if its organizer has said so, from a row with the columns of ATTENDANCE."""
    if row.latitude is None or row.longitude is None or row.radius_m is None:
        return None
    return Venue(row.latitude, row.longitude, row.radius_m)


def venues_of(shifts: Collection[Key]) -> dict[Key, Venue]:
    """Where shifts take place, of those whose organizers have said so: one statement for each county."""
    found: dict[Key, Venue] = {}
    for shard, group in groupby(sorted(shifts), key=lambda key: key.shard):
        rows = bulk_connection().execute(
            select(Shift.id, *ATTENDANCE).where(
                Shift.shard_code == shard, Shift.id.in_([key.id for key in group])
            )
        )
        found |= {Key(shard, row.id): venue for row in rows if (venue := venue_of(row))}
    return found


def closing_of(shifts: Collection[Key]) -> dict[Key, ShiftClosing]:
    """When and how the gates of these shifts close: one statement for each county."""
    found: dict[Key, ShiftClosing] = {}
    for shard, group in groupby(sorted(shifts), key=lambda key: key.shard):
        rows = bulk_connection().execute(
            CLOSING.where(Shift.shard_code == shard, Shift.id.in_([key.id for key in group]))
        )
        found |= {each.key: each for each in map(_closing, rows)}
    return found


def shifts_to_close(now: datetime) -> Iterator[ShiftClosing]:
    """The open shifts whose gates take nobody any more, those that ended first at the head."""
    order = (Shift.ends_at, Shift.shard_code, Shift.id)
    query = CLOSING.where(Shift.status == ShiftStatus.OPEN, Shift.ends_at <= now).order_by(*order)
    after: tuple[Any, ...] | None = None
    while True:
        following = query if after is None else query.where(tuple_(*order) > tuple_(*after))
        rows = bulk_connection().execute(following.limit(BATCH)).all()
        yield from (each for each in map(_closing, rows) if each.closes_at < now)
        if len(rows) < BATCH:
            return
        last = rows[-1]
        after = (literal(last.ends_at, Instant()), literal(last.shard_code), literal(last.id))


def _closing(row: AnyRow) -> ShiftClosing:
    return ShiftClosing(
        key=Key(row.shard_code, row.id),
        ends_at=row.ends_at,
        closes_at=closes_at(row.ends_at, row.closes_minutes),
        called_off_at=row.called_off_at,
        status=ShiftStatus(row.status),
        terms=terms_of(row),
    )


def sign_up_status(shift: Key, volunteer: Key) -> SignUpStatus | None:
    """How a volunteer stands in a shift, or None without any sign-up."""
    given = {"volunteer_shard": volunteer.shard, "volunteer": volunteer.id}
    found = bulk_connection().execute(STATUS, _of(shift) | given).scalar()
    return SignUpStatus(found) if found else None


def state_of(sign_up: Key) -> SignUpStatus:
    """The present state of a sign-up that was just made. Internal."""
    found = bulk_connection().execute(
        select(SignUp.status).where(SignUp.shard_code == sign_up.shard, SignUp.id == sign_up.id)
    )
    return SignUpStatus(found.scalar_one())


def accepted(shift: Key) -> list[Key]:
    """The volunteers with a place in a shift, in the order of their sign-ups."""
    rows = bulk_connection().execute(
        select(SignUp.volunteer_shard, SignUp.volunteer_id)
        .where(
            SignUp.shard_code == shift.shard,
            SignUp.shift_id == shift.id,
            SignUp.status.in_(HAS_PLACE),
        )
        .order_by(SignUp.id)
    )
    return [Key(*row) for row in rows]


def _of(shift: Key) -> dict[str, int | UUID]:
    return {"shard": shift.shard, "shift": shift.id}
