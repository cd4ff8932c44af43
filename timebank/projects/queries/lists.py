"""Lists of projects, shifts and sign-ups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import county_of, last_in
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.queries.internal import OF_ITS_PROJECT, AnySelect, gate_of
from timebank.projects.queries.shift_cards import SHIFT_ROWS, ShiftCard, shift_cards
from timebank.projects.rules import FINAL, STANDING, ProjectKind, ProjectStatus, ShiftStatus, SignUpStatus
from timebank.volunteers.queries import Standing, standings


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project in a list. `next_at` and `left` speak of its shifts that are not over, where it has any."""

    key: Key
    project_no: str
    name: str
    organization_name: str
    region_code: int
    place: str
    categories: list[str]
    kind: ProjectKind
    status: ProjectStatus
    submitted_at: datetime | None
    next_at: datetime | None
    left: int


@dataclass(frozen=True, slots=True)
class SignUpCard:
    """A volunteer's place in a shift."""

    key: Key
    shift: Key
    volunteer: Key
    status: SignUpStatus
    signed_up_at: datetime
    name: str | None
    """Of who said yes themselves; not of who was only invited."""
    volunteer_no: str
    post: Key | None
    waits_since: datetime | None
    answer_by: datetime | None
    reason: str | None
    """Of a leave or a refusal."""
    channel: str


PAST_SHOWN = timedelta(days=60)
"""How long the account shows a shift that one did not come to, or a place that one did not get."""
NAMELESS = (SignUpStatus.INVITED, SignUpStatus.DECLINED, SignUpStatus.EXPIRED)
COLUMNS = (
    Project.shard_code,
    Project.id,
    Project.project_no,
    Project.name,
    Project.organization_name,
    Project.region_code,
    Project.place,
    Project.categories,
    Project.kind,
    Project.status,
    Project.submitted_at,
)
UNFINISHED = tuple(
    status for status in ProjectStatus if status not in FINAL and status is not ProjectStatus.CLOSED
)
NEXT_AT = func.min(Shift.starts_at)
FREE = func.coalesce(func.sum(Shift.capacity - Shift.taken), 0)


def recruiting(
    *,
    region: int | None = None,
    organization: Key | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ProjectRow]:
    """Projects that recruit and have a shift ahead, the next one first. Public."""
    query = _with_shifts(outer=False).where(Project.status == ProjectStatus.RECRUITING, *inside(region))
    if organization is not None:
        query = query.where(_of(organization))
    position = (NEXT_AT, Project.shard_code, Project.id)
    query = query.having(after(position, cursor)).order_by(*position).limit(limit + 1)
    rows = _rows(query)
    return page_of(rows, limit, instant_cursor(rows, limit, "next_at"))


def organized(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[ProjectRow]:
    """The projects of the organisations for which the actor may write projects, newest first."""
    require(actor, Permission.PROJECT_WRITE)
    mine = [
        and_(Project.organization_shard == each.shard, Project.organization_id == each.id)
        for each in actor.organizations(Permission.PROJECT_WRITE)
    ]
    query = _with_shifts(outer=True).where(or_(false(), *mine))
    last = after_key(cursor)
    if last:
        older = and_(Project.id == last.id, Project.shard_code < last.shard)
        query = query.where(or_(Project.id < last.id, older))
    rows = _rows(query.order_by(Project.id.desc(), Project.shard_code.desc()).limit(limit + 1))
    return page_of(rows, limit, key_cursor(rows[:limit][-1].key) if rows else "")


def unfinished(actor: Actor, organization: Key, *, limit: int = 50) -> list[ProjectRow]:
    """What an organisation has begun and not finished, as far as the actor reviews it; the newest first."""
    require(actor, Permission.PROJECT_REVIEW)
    regions = [and_(*inside(code)) for code in actor.regions(Permission.PROJECT_REVIEW)]
    query = _with_shifts(outer=True).where(
        _of(organization), Project.status.in_(UNFINISHED), or_(false(), *regions)
    )
    return _rows(query.order_by(Project.id.desc()).limit(limit))


def to_review(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[ProjectRow]:
    """The projects waiting for a decision of the actor, the oldest submission first.

    Make-up projects wait for the authority alone.
    """
    require(actor, Permission.PROJECT_REVIEW)
    mine = [
        and_(kind, *inside(code))
        for right, kind in (
            (Permission.PROJECT_REVIEW, Project.kind == ProjectKind.ORDINARY),
            (Permission.PROJECT_CONTROL, Project.kind == ProjectKind.MAKE_UP),
        )
        for code in actor.regions(right)
    ]
    position = (Project.submitted_at, Project.shard_code, Project.id)
    query = (
        _with_shifts(outer=True)
        .where(Project.status == ProjectStatus.SUBMITTED, or_(false(), *mine), after(position, cursor))
        .order_by(*position)
        .limit(limit + 1)
    )
    rows = _rows(query)
    return page_of(rows, limit, instant_cursor(rows, limit, "submitted_at"))


def shifts(
    actor: Actor,
    *,
    region: int | None = None,
    volunteer: Key | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ShiftCard]:
    """Open shifts of recruiting projects that are not over, the next one first. Public.

    `own` on the cards is the sign-up of the actor, or of the ward given as `volunteer`.
    """
    _may_see_sign_ups(actor, volunteer)
    position = (Shift.starts_at, Shift.shard_code, Shift.id)
    query = SHIFT_ROWS.where(
        Project.status == ProjectStatus.RECRUITING,
        Shift.status == ShiftStatus.OPEN,
        Shift.ends_at > runtime().clock.now(),
        *inside(region),
        after(position, cursor),
    )
    found = shift_cards(actor, query.order_by(*position).limit(limit + 1), volunteer)
    return page_of(found, limit, instant_cursor(found, limit, "starts_at"))


def my_sign_ups(actor: Actor, *, volunteer: Key | None = None, limit: int = 50) -> list[ShiftCard]:
    """The shifts not over in which the actor, or a ward, has or awaits a place, the next one first."""
    _may_see_sign_ups(actor, volunteer)
    of = volunteer or actor.volunteer
    return _own_shifts(actor, of, STANDING, Shift.ends_at > runtime().clock.now(), limit) if of else []


def my_no_shows(actor: Actor, *, volunteer: Key | None = None) -> list[ShiftCard]:
    """The shifts to which the actor, or a ward, did not come or was noted so of late, and what was said."""
    _may_see_sign_ups(actor, volunteer)
    of = volunteer or actor.volunteer
    return missed_shifts(actor, of) if of else []


def missed_shifts(actor: Actor, of: Key, *, limit: int = 20) -> list[ShiftCard]:
    """The same for a caller who may ask for somebody else. Internal."""
    now = runtime().clock.now()
    since = now - PAST_SHOWN
    recent = and_(Shift.ends_at <= now, or_(Shift.ends_at > since, SignUp.changed_at > since))
    return _own_shifts(actor, of, (SignUpStatus.NO_SHOW, SignUpStatus.EXCUSED), recent, limit)


def my_lost_places(actor: Actor, *, volunteer: Key | None = None, limit: int = 20) -> list[ShiftCard]:
    """The shifts in which the actor, or a ward, was passed over of late or did not answer; the latest first.

    Where the person stands in line or has a place again, it is not among them.
    """
    _may_see_sign_ups(actor, volunteer)
    of = volunteer or actor.volunteer
    if of is None:
        return []
    lost = and_(SignUp.why_over.is_not(None), SignUp.changed_at > runtime().clock.now() - PAST_SHOWN)
    ended = (SignUpStatus.EXPIRED, SignUpStatus.CANCELLED)
    return _own_shifts(actor, of, ended, lost, limit, order=SignUp.changed_at.desc())


def shift_of(actor: Actor, sign_up: Key) -> Key:
    """The shift of a sign-up of the actor or of a ward. Raises NotFound."""
    row = bulk_connection().execute(
        select(SignUp.shift_id, SignUp.volunteer_shard, SignUp.volunteer_id).where(
            SignUp.shard_code == sign_up.shard, SignUp.id == sign_up.id
        )
    )
    found = row.first()
    if found is None:
        raise NotFound()
    require(actor, Permission.SIGN_UP_READ, owner=Key(found.volunteer_shard, found.volunteer_id))
    return Key(sign_up.shard, found.shift_id)


def _own_shifts(
    actor: Actor,
    of: Key,
    states: tuple[SignUpStatus, ...],
    when: ColumnElement[bool],
    limit: int,
    order: ColumnElement[Any] | InstrumentedAttribute[datetime] = Shift.starts_at,
) -> list[ShiftCard]:
    query = (
        SHIFT_ROWS.join(SignUp, and_(SignUp.shard_code == Shift.shard_code, SignUp.shift_id == Shift.id))
        .where(
            SignUp.volunteer_shard == of.shard,
            SignUp.volunteer_id == of.id,
            SignUp.status.in_(states),
            when,
        )
        .order_by(order, Shift.shard_code, Shift.id)
        .limit(limit)
    )
    return shift_cards(actor, query, of)


def _may_see_sign_ups(actor: Actor, volunteer: Key | None) -> None:
    if volunteer is not None:
        require(actor, Permission.SIGN_UP_READ, owner=volunteer)


def sign_ups(
    actor: Actor,
    shift: Key,
    *,
    status: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[SignUpCard]:
    """The sign-ups of a shift, all or in one state, the first ones first; for its organisation and region.

    Raises NotFound, Unauthenticated or Forbidden.
    """
    _readable_shift(actor, shift)
    query = select(SignUp).where(SignUp.shard_code == shift.shard, SignUp.shift_id == shift.id)
    if status is not None:
        query = query.where(SignUp.status == status)
    last = after_key(cursor)
    if last:
        query = query.where(SignUp.id > last.id)
    rows = list(bulk_connection().execute(query.order_by(SignUp.id).limit(limit + 1)))
    people = standings(Key(row.volunteer_shard, row.volunteer_id) for row in rows)
    found = [_sign_up_card(row, people) for row in rows]
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def sign_up_numbers(actor: Actor, shift: Key) -> dict[SignUpStatus, int]:
    """How many sign-ups of a shift are in each state. Readable as `sign_ups`."""
    _readable_shift(actor, shift)
    rows = bulk_connection().execute(
        select(SignUp.status, func.count())
        .where(SignUp.shard_code == shift.shard, SignUp.shift_id == shift.id)
        .group_by(SignUp.status)
    )
    return {SignUpStatus(status): number for status, number in rows}


def _readable_shift(actor: Actor, shift: Key) -> None:
    gate = gate_of(shift)
    if gate is None:
        raise NotFound()
    require(actor, Permission.SIGN_UP_READ, region=gate.region_code, organization=gate.organization)


def _with_shifts(*, outer: bool) -> AnySelect:
    """Projects with what their open shifts that are not over say together."""
    ahead = and_(OF_ITS_PROJECT, Shift.status == ShiftStatus.OPEN, Shift.ends_at > runtime().clock.now())
    return (
        select(*COLUMNS, NEXT_AT.label("next_at"), FREE.label("free"))
        .join_from(Project, Shift, ahead, isouter=outer)
        .group_by(Project.shard_code, Project.id)
    )


def _of(organization: Key) -> ColumnElement[bool]:
    return and_(Project.organization_shard == organization.shard, Project.organization_id == organization.id)


def inside(region: int | None) -> list[ColumnElement[bool]]:
    """Conditions for a region with all inside it; the shard tells a server where to look. Internal."""
    if region is None:
        return []
    last = last_in(region)
    return [
        Project.shard_code.between(county_of(region), county_of(last)),
        Project.region_code.between(region, last),
    ]


def after(position: tuple[Any, Any, Any], cursor: str | None) -> ColumnElement[bool]:
    """Rows behind the cursor in the order instant, shard, id. Internal."""
    if cursor is None:
        return true()
    at, shard, unique = _read_position(cursor)
    same = and_(position[0] == at, or_(position[1] > shard, and_(position[1] == shard, position[2] > unique)))
    return or_(position[0] > at, same)


def _read_position(cursor: str) -> tuple[datetime, int, UUID]:
    try:
        at, shard, unique = read_cursor(cursor)
        return datetime.fromisoformat(str(at)), int(shard), UUID(str(unique))
    except (ValueError, TypeError):
        raise Invalid("invalid-cursor", field="cursor") from None


def instant_cursor(rows: list[Any], limit: int, name: str) -> str:
    """The cursor of a page in the order instant, shard, id. Internal."""
    if not rows:
        return ""
    last = rows[:limit][-1]
    return write_cursor(getattr(last, name).isoformat(), last.key.shard, str(last.key.id))


def _rows(query: AnySelect) -> list[ProjectRow]:
    return [
        ProjectRow(
            key=Key(row.shard_code, row.id),
            project_no=row.project_no,
            name=row.name,
            organization_name=row.organization_name,
            region_code=row.region_code,
            place=row.place,
            categories=row.categories,
            kind=ProjectKind(row.kind),
            status=ProjectStatus(row.status),
            submitted_at=row.submitted_at,
            next_at=row.next_at,
            left=int(row.free),
        )
        for row in bulk_connection().execute(query)
    ]


def _sign_up_card(row: Any, people: dict[Key, Standing]) -> SignUpCard:
    key, person = Key(row.shard_code, row.id), people[Key(row.volunteer_shard, row.volunteer_id)]
    sealed = row.reason_sealed
    return SignUpCard(
        key=key,
        shift=Key(row.shard_code, row.shift_id),
        volunteer=person.key,
        status=SignUpStatus(row.status),
        signed_up_at=row.signed_up_at,
        name=None if row.status in NAMELESS else person.name,
        volunteer_no=person.volunteer_no,
        post=Key(row.shard_code, row.post_id) if row.post_id else None,
        waits_since=row.waits_since,
        answer_by=row.answer_by,
        reason=runtime().vault.decrypt(sealed, f"sign_ups.reason:{key}") if sealed else None,
        channel=row.channel,
    )
