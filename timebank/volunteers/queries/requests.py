"""Reading what was asked for about a registration: moves, corrections, what officers propose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, false, or_, select, true, tuple_

from timebank.identity.queries import user_names
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import last_in
from timebank.volunteers.models import CorrectionRequest, Proposal, RegionMove, Volunteer
from timebank.volunteers.queries.cards import get, readable, sees_clear, user_of
from timebank.volunteers.queries.internal import clear_name
from timebank.volunteers.rules import Correctable, RequestStatus, Wanted, mask_document, mask_name

Kind = TypeVar("Kind", RegionMove, CorrectionRequest, Proposal)


@dataclass(frozen=True, slots=True)
class MoveCard:
    """A move to another community: enough to decide it, and no more of the person than name and number."""

    key: Key
    volunteer: Key
    volunteer_no: str
    name: str
    from_code: int
    to_code: int
    reason: str | None
    status: str
    asked_by: str | None
    asked_at: datetime
    due_on: date
    decided_at: datetime | None
    reply: str | None
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class CorrectionCard:
    """Something to be put right; a document number is masked."""

    key: Key
    volunteer: Key
    volunteer_no: str
    name: str
    field: str
    record: Key | None
    wrong: str | None
    right: str | None
    document_type: str | None
    status: str
    asked_by: str | None
    asked_at: datetime
    due_on: date
    decided_at: datetime | None
    reply: str | None
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """A death or a merge that one officer proposes and another one decides."""

    key: Key
    kind: str
    volunteer: Key
    volunteer_no: str
    name: str
    region_code: int
    kept: Key | None
    note: str | None
    status: str
    asked_by: str | None
    asked_at: datetime
    decided_at: datetime | None
    reply: str | None
    may_decide: bool
    may_drop: bool


# --- moves ------------------------------------------------------------------------------------------


def moves(actor: Actor, volunteer: Key) -> list[MoveCard]:
    """The moves of one person, the latest first. Raises NotFound as `person` does."""
    readable(actor, volunteer)
    return _move_cards(actor, _of(RegionMove, volunteer))


def move(actor: Actor, key: Key) -> MoveCard:
    """One move: for the person, for where they live, and for where they want to go. Raises NotFound."""
    found = session().get(RegionMove, (key.shard, key.id), populate_existing=True)
    if found is None:
        require(actor, Permission.VOLUNTEER_READ)
        raise NotFound()
    if not actor.can(Permission.VOLUNTEER_REVIEW, region=found.to_code):
        readable(actor, Key(key.shard, found.volunteer_id))
    return _move_cards(actor, [found])[0]


def moves_to_decide(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[MoveCard]:
    """Open moves into the actor's communities, county by county, the oldest first."""
    require(actor, Permission.VOLUNTEER_REVIEW)
    into = _inside(actor, Permission.VOLUNTEER_REVIEW, RegionMove.to_code)
    rows = _waiting(RegionMove, into, limit, cursor)
    return _page(rows, _move_cards(actor, rows), limit)


def moves_away(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[MoveCard]:
    """Open moves out of the actor's communities."""
    require(actor, Permission.VOLUNTEER_READ)
    out = _inside(actor, Permission.VOLUNTEER_READ, RegionMove.from_code)
    rows = _waiting(RegionMove, out, limit, cursor)
    return _page(rows, _move_cards(actor, rows), limit)


def _move_cards(actor: Actor, rows: list[RegionMove]) -> list[MoveCard]:
    called = _names(rows)
    return [_move_card(actor, row, get(Key(row.shard_code, row.volunteer_id)), called) for row in rows]


def _move_card(actor: Actor, row: RegionMove, person: Volunteer, called: dict[str, str]) -> MoveCard:
    is_open = row.status == RequestStatus.OPEN
    decides = actor.can(Permission.VOLUNTEER_REVIEW, region=row.to_code)
    stranger = not actor.owns(person.key) and row.asked_by != actor.label
    write = actor.can(Permission.VOLUNTEER_WRITE, region=person.region_code, owner=person.key)
    return MoveCard(
        volunteer=person.key,
        volunteer_no=person.volunteer_no,
        name=_name(person, clear=decides or sees_clear(actor, person)),
        reason=_text(row, "reason"),
        may_decide=is_open and decides and stranger,
        may_withdraw=is_open and write,
        from_code=row.from_code,
        to_code=row.to_code,
        due_on=row.due_on,
        **_shared(row, called),
    )


# --- corrections ------------------------------------------------------------------------------------


def corrections(actor: Actor, volunteer: Key) -> list[CorrectionCard]:
    """What somebody asked to be put right, the latest first: for the person and for who decides it there."""
    row = readable(actor, volunteer)
    require(actor, Permission.VOLUNTEER_WRITE, region=row.region_code, owner=volunteer)
    return _correction_cards(actor, _of(CorrectionRequest, volunteer))


def correction(actor: Actor, key: Key) -> CorrectionCard:
    """One request; readable as the list is. Raises NotFound."""
    found = session().get(CorrectionRequest, (key.shard, key.id), populate_existing=True)
    if found is None:
        require(actor, Permission.VOLUNTEER_READ)
        raise NotFound()
    row = readable(actor, Key(key.shard, found.volunteer_id))
    require(actor, Permission.VOLUNTEER_WRITE, region=row.region_code, owner=row.key)
    return _correction_cards(actor, [found])[0]


def corrections_to_decide(
    actor: Actor, *, limit: int = 50, cursor: str | None = None
) -> Page[CorrectionCard]:
    """Open requests of people in the actor's communities, county by county, the oldest first."""
    require(actor, Permission.VOLUNTEER_REVIEW)
    here = _inside(actor, Permission.VOLUNTEER_REVIEW, Volunteer.region_code)
    rows = _waiting(CorrectionRequest, here, limit, cursor, of_person=True)
    return _page(rows, _correction_cards(actor, rows), limit)


def _correction_cards(actor: Actor, rows: list[CorrectionRequest]) -> list[CorrectionCard]:
    called = _names(rows)
    return [_correction_card(actor, row, get(Key(row.shard_code, row.volunteer_id)), called) for row in rows]


def _correction_card(
    actor: Actor, row: CorrectionRequest, person: Volunteer, called: dict[str, str]
) -> CorrectionCard:
    is_open = row.status == RequestStatus.OPEN
    stranger = not actor.owns(person.key) and row.asked_by != actor.label
    decides = actor.can(Permission.VOLUNTEER_REVIEW, region=person.region_code)
    text = _text(row, "right")
    wanted = Wanted.read(text) if text else Wanted("")
    is_document = row.field == Correctable.DOCUMENT
    return CorrectionCard(
        volunteer=person.key,
        volunteer_no=person.volunteer_no,
        name=_name(person, clear=sees_clear(actor, person)),
        field=row.field,
        record=_record(row),
        wrong=_text(row, "wrong"),
        right=mask_document(wanted.value) if is_document and wanted.value else wanted.value or None,
        document_type=wanted.document_type,
        due_on=row.due_on,
        may_decide=is_open and decides and stranger,
        may_withdraw=is_open
        and actor.can(Permission.VOLUNTEER_WRITE, region=person.region_code, owner=person.key),
        **_shared(row, called),
    )


def _record(row: CorrectionRequest) -> Key | None:
    if row.record_shard is None or row.record_id is None:
        return None
    return Key(row.record_shard, row.record_id)


# --- proposals --------------------------------------------------------------------------------------


def proposals(actor: Actor, volunteer: Key) -> list[ProposalCard]:
    """What was proposed about one person, the latest first; for officers who review there."""
    row = readable(actor, volunteer)
    require(actor, Permission.VOLUNTEER_REVIEW, region=row.region_code)
    return _proposal_cards(actor, _of(Proposal, volunteer))


def proposal(actor: Actor, key: Key) -> ProposalCard:
    """One proposal, for officers who review or merge where the person lives. Raises NotFound."""
    found = session().get(Proposal, (key.shard, key.id), populate_existing=True)
    rights = (Permission.VOLUNTEER_REVIEW, Permission.VOLUNTEER_MERGE)
    if not any(actor.can(right) for right in rights):
        require(actor, Permission.VOLUNTEER_REVIEW)
    if found is None:
        raise NotFound()
    row = get(Key(key.shard, found.volunteer_id))
    if not any(actor.can(right, region=row.region_code) for right in rights):
        raise NotFound()
    return _proposal_cards(actor, [found])[0]


def proposals_to_decide(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[ProposalCard]:
    """Open proposals about people of the actor's communities, county by county, the oldest first."""
    if not actor.can(Permission.VOLUNTEER_MERGE):
        require(actor, Permission.VOLUNTEER_REVIEW)
    here = or_(
        _inside(actor, Permission.VOLUNTEER_REVIEW, Proposal.region_code),
        and_(Proposal.kind == "merge", _inside(actor, Permission.VOLUNTEER_MERGE, Proposal.region_code)),
    )
    rows = _waiting(Proposal, here, limit, cursor)
    return _page(rows, _proposal_cards(actor, rows), limit)


def _proposal_cards(actor: Actor, rows: list[Proposal]) -> list[ProposalCard]:
    called = _names(rows)
    return [_proposal_card(actor, row, get(Key(row.shard_code, row.volunteer_id)), called) for row in rows]


def _proposal_card(actor: Actor, row: Proposal, person: Volunteer, called: dict[str, str]) -> ProposalCard:
    kept = Key(row.kept_shard, row.kept_id) if row.kept_shard and row.kept_id else None
    is_open = row.status == RequestStatus.OPEN
    right = Permission.VOLUNTEER_MERGE if kept else Permission.VOLUNTEER_REVIEW
    regions = [person.region_code, *([get(kept).region_code] if kept else [])]
    able = is_open and all(actor.can(right, region=each) for each in regions)
    is_own = row.asked_by == actor.label
    return ProposalCard(
        kind=row.kind,
        volunteer=person.key,
        volunteer_no=person.volunteer_no,
        name=_name(person, clear=sees_clear(actor, person)),
        region_code=person.region_code,
        kept=kept,
        note=_text(row, "note"),
        may_decide=able and not is_own and not actor.owns(person.key),
        may_drop=able and not actor.owns(person.key),
        **_shared(row, called),
    )


# --- shared -----------------------------------------------------------------------------------------


def _of(kind: type[Kind], volunteer: Key) -> list[Kind]:
    rows = session().scalars(
        select(kind)
        .where(kind.shard_code == volunteer.shard, kind.volunteer_id == volunteer.id)
        .order_by(kind.id.desc())
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _waiting(
    kind: type[Kind], where: ColumnElement[bool], limit: int, cursor: str | None, *, of_person: bool = False
) -> list[Kind]:
    query = select(kind).where(kind.status == RequestStatus.OPEN, where)
    if of_person:
        same = and_(Volunteer.shard_code == kind.shard_code, Volunteer.id == kind.volunteer_id)
        query = query.join(Volunteer, same)
    after = after_key(cursor)
    if after:
        query = query.where(tuple_(kind.shard_code, kind.id) > (after.shard, after.id))
    ordered = query.order_by(kind.shard_code, kind.id).limit(limit + 1)
    return list(session().scalars(ordered.execution_options(populate_existing=True)))


def _page(rows: list[Kind], cards: list[Any], limit: int) -> Page[Any]:
    return page_of(cards, limit, key_cursor(rows[:limit][-1].key) if rows else "")


def _inside(actor: Actor, right: Permission, column: Any) -> ColumnElement[bool]:
    if actor.is_system:
        return true()
    return or_(false(), *(column.between(code, last_in(code)) for code in actor.regions(right)))


def _names(rows: list[Kind]) -> dict[str, str]:
    """What those who asked are called, by their labels."""
    users = {row.asked_by: user for row in rows if (user := user_of(row.asked_by))}
    called = user_names(users.values())
    return {label: called[user] for label, user in users.items() if user in called}


def _shared(row: RegionMove | CorrectionRequest | Proposal, called: dict[str, str]) -> dict[str, Any]:
    names = ("key", "status", "asked_at", "decided_at", "reply")
    return {name: getattr(row, name) for name in names} | {"asked_by": called.get(row.asked_by)}


def _name(person: Volunteer, *, clear: bool) -> str:
    return clear_name(person) if clear else mask_name(clear_name(person))


def _text(row: RegionMove | CorrectionRequest | Proposal, field: str) -> str | None:
    sealed: str | None = getattr(row, f"{field}_sealed")
    place = f"{row.__tablename__}.{field}:{row.key}"
    return runtime().vault.decrypt(sealed, place) if sealed else None
