"""Everything that is kept about one person, read for that person (PIPL Art. 45): complete by construction.

A table belongs to a person by its columns: `volunteer_id` in the person's county, `volunteer_shard` with
`volunteer_id` anywhere, `owner_id` for accounts, `user_id` for the account one signs in by. A new table that
keeps to these names is taken in without a change here; one that names a person otherwise has a line in
`parts`. `docs/own-data.md` describes the result and lists what is not in it, with the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, or_, select

from timebank.identity.rules import mask_phone
from timebank.kernel.db import Base, runtime, session
from timebank.kernel.ids import Key
from timebank.ledger.models import Account, moves
from timebank.ledger.models import Transfer as Entry
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries import folded_into
from timebank.volunteers.rules import mask_document

SCHEMA = "timebank-own-data"
VERSION = 1
SEALED = "_sealed"
HIDDEN = ("_hash", "_index", "digest", "secret_sealed")
"""Endings of columns that prove something and say nothing."""
OTHERS: dict[tuple[str, str], Callable[[str], str]] = {
    ("guardians", "document_sealed"): mask_document,
    ("guardians", "phone_sealed"): mask_phone,
}
"""What says more about somebody else than about the person, by part and column."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a table, and the two columns that say whose each is: a volunteer's, or else a user's."""

    name: str
    table: Table
    shard: str
    unique: str
    is_volunteers: bool = True


def parts() -> Iterator[Part]:
    """Every part of the export that is made of the rows of one table."""
    tables = Base.metadata.tables
    for table in Base.metadata.sorted_tables:
        yield from _usual(table)
    yield _columns("guardianships", tables["guardians"], "user")
    yield _columns("gate_devices", tables["gate_devices"], "made_by")


def collect(volunteer: Key) -> dict[str, Any]:
    """All rows about a person by table, sealed fields in clear, and what happened by name and time. Internal.

    Registrations that were folded into this one belong to it. Instants carry the service's own offset.
    """
    people = [volunteer, *folded_into(volunteer)]
    users = [user for key in people if (user := _user(key))]
    return _told_of("volunteer", volunteer, people, users)


def collect_account(user: Key) -> dict[str, Any]:
    """The same about somebody with an account and no registration: guardians, people of offices. Internal."""
    return _told_of("user", user, [], [user])


def _told_of(whose: str, key: Key, people: list[Key], users: list[Key]) -> dict[str, Any]:
    tables = {part.name: _rows(part, people, users) for part in parts()}
    tables |= {"statement": _statement(people), "events": _events([*people, *users])}
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "made_at": _plain(runtime().clock.now()),
        whose: str(key),
        "tables": {name: rows for name, rows in sorted(tables.items()) if rows},
    }


def _usual(table: Table) -> Iterator[Part]:
    """The part of a table that says in the usual way whose a row is."""
    columns, name = table.columns, table.name
    if name in ("volunteers", "users"):
        yield Part(name, table, "shard_code", "id", name == "volunteers")
    elif "volunteer_shard" in columns:
        yield _columns(name, table, "volunteer")
    elif "volunteer_id" in columns or "owner_id" in columns:
        yield Part(name, table, "shard_code", "volunteer_id" if "volunteer_id" in columns else "owner_id")
    elif "user_shard" in columns:
        yield _columns(name, table, "user")
    elif "user_id" in columns:
        yield Part(name, table, "shard_code", "user_id", is_volunteers=False)


def _columns(name: str, table: Table, whose: str) -> Part:
    """A part whose rows name county and id of the owner."""
    return Part(name, table, f"{whose}_shard", f"{whose}_id", whose == "volunteer")


def _user(volunteer: Key) -> Key | None:
    row = session().get_one(Volunteer, (volunteer.shard, volunteer.id))
    return Key(row.shard_code, row.user_id) if row.user_id else None


def _rows(part: Part, people: list[Key], users: list[Key]) -> list[Row]:
    owners = people if part.is_volunteers else users
    if not owners:
        return []
    table = part.table
    mine = or_(*(_is(table.c[part.shard], table.c[part.unique], owner) for owner in owners))
    rows = session().execute(select(table).where(mine).order_by(*table.primary_key.columns))
    return [_told(part, row._asdict()) for row in rows]


def _is(shard: ColumnElement[int], unique: ColumnElement[UUID], key: Key) -> ColumnElement[bool]:
    return and_(shard == key.shard, unique == key.id)


def _told(part: Part, row: Row) -> Row:
    told: Row = {}
    key = Key(row["shard_code"], row["id"]) if {"shard_code", "id"} <= set(row) else None
    if key:
        told["id"] = str(key)
    for name, value in row.items():
        if name in ("shard_code", "id") or name.endswith(HIDDEN) or value is None:
            continue
        if name.endswith(SEALED):
            field = name.removesuffix(SEALED)
            clear = runtime().vault.decrypt(value, f"{part.table.name}.{field}:{key}")
            value = OTHERS.get((part.name, name), str)(clear)
            name = field  # a minor's name in clear takes the place of the masked one
        told[name] = _plain(value)
    return told


def _statement(people: list[Key]) -> list[Row]:
    """Every movement of every account, county by county, in the order of booking."""
    lines: list[Row] = []
    entry = Entry.__table__.c
    for owner in people:
        accounts = session().execute(
            select(Account.id, Account.kind, Account.unit).where(
                Account.shard_code == owner.shard, Account.owner_id == owner.id
            )
        )
        kinds = {unique: (kind, unit) for unique, kind, unit in accounts}
        columns = (entry.reason, entry.occurred_on, entry.posted_at, entry.policy_version)
        each = moves(owner.shard, list(kinds), *columns).subquery()
        for row in session().execute(select(each).order_by(each.c.posted_at, each.c.id)):
            kind, unit = kinds[row.account_id]
            named = {"account": kind, "unit": unit, "amount": row.amount}
            lines.append(named | {column.name: _plain(getattr(row, column.name)) for column in columns})
    return lines


def _events(subjects: list[Key]) -> list[Row]:
    """What happened: names and times."""
    events = Base.metadata.tables["events"].c
    mine = or_(*(_is(events.shard_code, events.subject_id, subject) for subject in subjects))
    rows = session().execute(select(events.name, events.at).where(mine).order_by(events.at, events.id))
    return [{"name": name, "at": _plain(at)} for name, at in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(runtime().config.time_zone).isoformat(timespec="seconds")
    return str(value) if isinstance(value, date | UUID) else value
