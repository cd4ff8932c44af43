"""Reading imports: what came of a file, which lines are wrong, what a template offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select

from timebank.identity.queries import user_names
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, page_of, read_cursor, write_cursor
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import NATION, last_in
from timebank.regions.queries import RegionCard, children, region
from timebank.volunteers.models import ImportProblem, VolunteerImport
from timebank.volunteers.rules.importing import WORKING, ImportStatus, Problem, possible_moves

STANDS_STILL = timedelta(seconds=60)
"""After that somebody should look whether a worker is running."""
PIECE = 2_000


@dataclass(frozen=True, slots=True)
class ImportCard:
    """A file of people and how far it has come."""

    key: Key
    region_code: int
    file_name: str
    file_size: int
    form: str
    ignored: list[str]
    uploaded_by: str | None
    """The officer's name; None for the system."""
    uploaded_at: datetime
    status: str
    note: str | None
    rows: int
    handled: int
    """Rows of the present pass that are done with."""
    ready: int
    faulty: int
    known: int
    entered: int
    late: int
    started_at: datetime | None
    moved_at: datetime
    emptied_at: datetime | None
    moves: list[str]
    """What can be done with it now."""
    stands_still: bool
    """Whether it should go on by itself and does not."""

    @property
    def is_working(self) -> bool:
        return self.status in WORKING


def import_cards(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[ImportCard]:
    """The imports into the actor's regions, the newest first."""
    require(actor, Permission.VOLUNTEER_IMPORT)
    conditions = [_within(actor)]
    if cursor is not None:
        conditions.append(VolunteerImport.id < _position(cursor))
    statement = select(VolunteerImport).where(*conditions).order_by(VolunteerImport.id.desc())
    rows = list(session().scalars(statement.limit(limit + 1)))
    return page_of(_cards(rows), limit, write_cursor(str(rows[:limit][-1].id)) if rows else "")


def importable_regions(actor: Actor) -> list[RegionCard]:
    """The regions into which the actor may import, and what lies directly inside them."""
    require(actor, Permission.VOLUNTEER_IMPORT)
    found: dict[int, RegionCard] = {}
    for code in actor.regions(Permission.VOLUNTEER_IMPORT):
        own = region(code)
        inside = children(None if code == NATION else code)
        found |= {card.code: card for card in ([own] if own else []) + inside}
    return list(found.values())


def volunteer_import(actor: Actor, key: Key) -> ImportCard:
    """One import. Raises NotFound also outside the actor's regions."""
    return _cards([_readable(actor, key)])[0]


def import_problems(actor: Actor, key: Key, *, limit: int = 50, cursor: str | None = None) -> Page[Problem]:
    """What is wrong with the lines of a file, in their order. Raises NotFound as `volunteer_import` does."""
    _readable(actor, key)
    found = _problems(key, _after(cursor), limit + 1)
    last = write_cursor(found[:limit][-1][0].line, str(found[:limit][-1][1])) if found else ""
    return page_of([problem for problem, _id in found], limit, last)


def every_problem(actor: Actor, key: Key) -> Iterator[Problem]:
    """All of it, piece by piece, for a report. Raises NotFound as `volunteer_import` does."""
    _readable(actor, key)
    return _every_problem(key)


def _every_problem(key: Key) -> Iterator[Problem]:
    after: tuple[int, UUID] | None = None
    while found := _problems(key, after, PIECE):
        yield from (problem for problem, _id in found)
        after = found[-1][0].line, found[-1][1]


def _problems(key: Key, after: tuple[int, UUID] | None, limit: int) -> list[tuple[Problem, UUID]]:
    conditions = [ImportProblem.shard_code == key.shard, ImportProblem.import_id == key.id]
    if after is not None:
        line, last = after
        further = and_(ImportProblem.line == line, ImportProblem.id > last)
        conditions.append(or_(ImportProblem.line > line, further))
    rows = session().execute(
        select(ImportProblem.line, ImportProblem.field, ImportProblem.code, ImportProblem.id)
        .where(*conditions)
        .order_by(ImportProblem.line, ImportProblem.id)
        .limit(limit)
    )
    return [(Problem(line, field, code), unique) for line, field, code, unique in rows]


def _after(cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    try:
        line, last = read_cursor(cursor)
        return int(line), UUID(str(last))
    except ValueError:
        raise Invalid("invalid-cursor", field="cursor") from None


def _position(cursor: str) -> UUID:
    try:
        return UUID(str(read_cursor(cursor)[0]))
    except (ValueError, IndexError):
        raise Invalid("invalid-cursor", field="cursor") from None


def _readable(actor: Actor, key: Key) -> VolunteerImport:
    require(actor, Permission.VOLUNTEER_IMPORT)
    row = session().get(VolunteerImport, (key.shard, key.id))
    if row is None:
        raise NotFound()
    require(actor, Permission.VOLUNTEER_IMPORT, region=row.region_code)
    return row


def _within(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return and_(True)
    regions = actor.regions(Permission.VOLUNTEER_IMPORT)
    return or_(false(), *(VolunteerImport.region_code.between(code, last_in(code)) for code in regions))


def _cards(rows: list[VolunteerImport]) -> list[ImportCard]:
    makers = {row.key: _user(row.uploaded_by) for row in rows}
    names = user_names(user for user in makers.values() if user)
    return [_card(row, names.get(user) if (user := makers[row.key]) else None) for row in rows]


def _card(row: VolunteerImport, name: str | None) -> ImportCard:
    same = {field: getattr(row, field) for field in _SAME}
    working = row.status in WORKING
    return ImportCard(
        uploaded_by=name,
        moves=possible_moves(ImportStatus(row.status)),
        stands_still=working and runtime().clock.now() - row.moved_at > STANDS_STILL,
        **same,
    )


_SAME = [
    name for name in ImportCard.__dataclass_fields__ if name not in ("uploaded_by", "moves", "stands_still")
]


def _user(label: str) -> Key | None:
    try:
        return Key.parse(label)
    except NotFound:
        return None
