"""Reading certificates: a person's own, the sheet to print, and what waits for a recording unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true, tuple_

from timebank.hours.queries import ConfirmedLine, RecordingUnit, confirmed_lines, recording_units
from timebank.kernel.db import session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.organizations.queries import contact, organization_cards
from timebank.recognition.book import Named, is_intact, named_by, own_key, phone_of
from timebank.recognition.models import Certificate
from timebank.recognition.rules import Status
from timebank.volunteers.queries import Standing, folded_into, holder, standing, standings

DECIDED = (Status.ISSUED, Status.REVOKED, Status.REPLACED, Status.REFUSED)


@dataclass(frozen=True, slots=True)
class CertificateCard:
    """A certificate in a list, and what whoever looks can do with it now."""

    key: Key
    volunteer: Key
    holder_name: str
    volunteer_no: str
    organization: Key
    organization_name: str
    certificate_no: str | None
    period_start: date
    period_end: date
    reveals: list[str]
    status: str
    channel: str
    asked_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    is_unsupported: bool
    """Revoked by the system, because a record that it states is no longer confirmed."""
    issued_on: date | None
    total_minutes: int | None
    content_hash: str | None
    is_own: bool
    may_change: bool
    """Whether the actor may withdraw the request or choose what is shown: the person or a guardian."""
    may_issue: bool
    may_revoke: bool


@dataclass(frozen=True, slots=True)
class CertificateSheet:
    """A certificate with everything it states; before the issue, what it would state now."""

    card: CertificateCard
    named: Named | None
    head_name: str
    handler_name: str
    phone: str
    lines: list[dict[str, Any]]
    total_minutes: int
    is_intact: bool


@dataclass(frozen=True, slots=True)
class IssuerForm:
    """Who speaks for the unit, as the form of issue offers it."""

    head: str
    handler: str
    phone: str


def units(actor: Actor, volunteer: Key) -> list[RecordingUnit]:
    """The units that could certify a person's confirmed hours, each by its present name.

    For the person, a guardian, and officers of the region. Raises NotFound.
    """
    _readable(actor, volunteer)
    found = recording_units(volunteer)
    called = organization_cards(each.organization for each in found)
    return [
        replace(each, name=called[each.organization].name) if each.organization in called else each
        for each in found
    ]


def certificates(actor: Actor, volunteer: Key) -> list[CertificateCard]:
    """All certificates and requests of a person, newest first; readable as `units` is. Raises NotFound."""
    _readable(actor, volunteer)
    whose = [
        and_(Certificate.shard_code == key.shard, Certificate.volunteer_id == key.id)
        for key in (volunteer, *folded_into(volunteer))
    ]
    rows = session().scalars(
        select(Certificate)
        .where(or_(*whose))
        .order_by(Certificate.asked_at.desc(), Certificate.id.desc())
        .execution_options(populate_existing=True)
    )
    return _cards(actor, list(rows))


def certificate(actor: Actor, key: Key) -> CertificateSheet:
    """One certificate with what it states, for whoever may read the records behind it: the person, a
    guardian, officers where the person lives, and the unit's own people. Raises NotFound.
    """
    row = session().get(Certificate, (key.shard, key.id), populate_existing=True)
    if row is None:
        require(actor, Permission.HOURS_READ, owner=key)
        raise NotFound()
    who = standing(row.volunteer)
    if who is None:
        raise NotFound()
    require(
        actor,
        Permission.HOURS_READ,
        owner=own_key(actor, row.volunteer),
        region=who.region_code,
        organization=row.organization,
    )
    lines, named = row.lines, named_by(row)
    if row.status == Status.REQUESTED:
        found = confirmed_lines(row.volunteer, row.organization, row.period_start, row.period_end)
        lines, named = [line_of(each) for each in found], Named(**asdict(holder(row.volunteer)))
    return CertificateSheet(
        card=_card(actor, row, who),
        named=named,
        head_name=row.head_name or "",
        handler_name=row.handler_name or "",
        phone=phone_of(row),
        lines=lines or [],
        total_minutes=sum(line["minutes"] for line in lines or []),
        is_intact=is_intact(row),
    )


def waiting(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[CertificateCard]:
    """Requests that wait for the actor's organisations, the oldest of each county first."""
    require(actor, Permission.CERTIFICATE_ISSUE)
    conditions = [Certificate.status == Status.REQUESTED, _of_own_units(actor)]
    order = (Certificate.shard_code, Certificate.id)
    if after := after_key(cursor):
        conditions.append(tuple_(*order) > (after.shard, after.id))
    rows = session().scalars(select(Certificate).where(*conditions).order_by(*order).limit(limit + 1))
    return _page(actor, list(rows), limit)


def issued(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[CertificateCard]:
    """What the actor's organisations decided, the newest of each county first."""
    require(actor, Permission.CERTIFICATE_ISSUE)
    conditions = [Certificate.status.in_(DECIDED), _of_own_units(actor)]
    if after := after_key(cursor):
        conditions.append(
            or_(
                Certificate.shard_code > after.shard,
                and_(Certificate.shard_code == after.shard, Certificate.id < after.id),
            )
        )
    order = (Certificate.shard_code, Certificate.id.desc())
    rows = session().scalars(select(Certificate).where(*conditions).order_by(*order).limit(limit + 1))
    return _page(actor, list(rows), limit)


def issuer_form(actor: Actor, organization: Key) -> IssuerForm:
    """Head and telephone of the unit, and whoever asks as the handler; for the unit's own people."""
    require(actor, Permission.CERTIFICATE_ISSUE, organization=organization)
    found = contact(organization)
    return IssuerForm(found.head_name if found else "", actor.name, found.head_phone if found else "")


def line_of(line: ConfirmedLine) -> dict[str, Any]:
    """One record as a certificate states it. Internal."""
    return {
        "record": str(line.record),
        "date": line.occurred_on.isoformat(),
        "activity": line.activity_name,
        "place": line.place,
        "content": line.content,
        "categories": line.categories,
        "minutes": line.minutes,
        "entry_mode": line.entry_mode,
    }


def _readable(actor: Actor, volunteer: Key) -> Standing:
    who = standing(volunteer)
    if who is None:
        require(actor, Permission.HOURS_READ, owner=volunteer)
        raise NotFound()
    require(actor, Permission.HOURS_READ, owner=volunteer, region=who.region_code)
    return who


def _of_own_units(actor: Actor) -> ColumnElement[bool]:
    own: Iterable[ColumnElement[bool]] = (
        and_(Certificate.organization_shard == key.shard, Certificate.organization_id == key.id)
        for key in actor.organizations(Permission.CERTIFICATE_ISSUE)
    )
    return true() if actor.is_system else or_(false(), *own)


def _page(actor: Actor, rows: list[Certificate], limit: int) -> Page[CertificateCard]:
    page = page_of(rows, limit, key_cursor(rows[:limit][-1].key) if rows else "")
    return Page(_cards(actor, page.items), page.next)


def _cards(actor: Actor, rows: Sequence[Certificate]) -> list[CertificateCard]:
    people = standings(row.volunteer for row in rows)
    return [_card(actor, row, people[row.volunteer]) for row in rows]


def _card(actor: Actor, row: Certificate, who: Standing) -> CertificateCard:
    is_own = actor.owns(own_key(actor, row.volunteer))
    decides = actor.can(Permission.CERTIFICATE_ISSUE, organization=row.organization) and not is_own
    return CertificateCard(
        holder_name=who.name,
        volunteer_no=who.volunteer_no,
        is_unsupported=row.status == Status.REVOKED and row.reason is None,
        is_own=is_own,
        may_change=is_own and row.status in (Status.REQUESTED, Status.ISSUED),
        may_issue=decides and row.status == Status.REQUESTED and row.asked_by != actor.label,
        may_revoke=decides and row.status == Status.ISSUED,
        **{name: getattr(row, name) for name in _AS_THEY_ARE},
    )


_AS_THEY_ARE = (
    "key volunteer organization organization_name certificate_no period_start period_end reveals status "
    "channel asked_at decided_at ended_at reason issued_on total_minutes content_hash"
).split()
