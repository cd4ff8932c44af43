"""Everything that is kept about one person, read for that person (PIPL Art. 45): complete by construction.

A table belongs to a person by its columns: `volunteer_id` in the person's county, `volunteer_shard` with
`volunteer_id` anywhere, `owner_id` for accounts, `user_id` for the account one signs in by. A new table that
keeps to these names is taken in without a change here. `docs/own-data.md` describes the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
"""What says more about somebody else than about the person."""

Row = dict[str, Any]


def collect(volunteer: Key) -> dict[str, Any]:
    """All rows about a person by table, sealed fields in clear, and what happened by name and time. Internal.

    Registrations that were folded into this one belong to it. Instants carry the service's own offset.
    """
    people = [volunteer, *folded_into(volunteer)]
    users = [user for key in people if (user := _user(key))]
    tables = {table.name: _rows(table, people, users) for table in _tables()}
    tables |= {"statement": _statement(people), "events": _events([*people, *users])}
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "made_at": _plain(runtime().clock.now()),
        "volunteer": str(volunteer),
        "tables": {name: rows for name, rows in sorted(tables.items()) if rows},
    }


def _tables() -> Iterable[Table]:
    """The tables with a column that says whose a row is."""
    return (table for table in Base.metadata.sorted_tables if _owner_columns(table))


def _owner_columns(table: Table) -> tuple[str, str, bool] | None:
    """Which two columns name the owner, and whether it is a volunteer or else a user."""
    columns = table.columns
    if table.name in ("volunteers", "users"):
        return "shard_code", "id", table.name == "volunteers"
    if "volunteer_id" in columns:
        return ("volunteer_shard" if "volunteer_shard" in columns else "shard_code"), "volunteer_id", True
    if "owner_id" in columns:
        return "shard_code", "owner_id", True
    if "user_id" in columns and "user_shard" not in columns:
        return "shard_code", "user_id", False
    return None


def _user(volunteer: Key) -> Key | None:
    row = session().get_one(Volunteer, (volunteer.shard, volunteer.id))
    return Key(row.shard_code, row.user_id) if row.user_id else None


def _rows(table: Table, people: list[Key], users: list[Key]) -> list[Row]:
    found = _owner_columns(table)
    owners = people if found and found[2] else users
    if found is None or not owners:
        return []
    shard, unique, _ = found
    mine = or_(*(_is(table.c[shard], table.c[unique], owner) for owner in owners))
    rows = session().execute(select(table).where(mine).order_by(*table.primary_key.columns))
    return [_told(table, row._asdict()) for row in rows]


def _is(shard: ColumnElement[int], unique: ColumnElement[UUID], key: Key) -> ColumnElement[bool]:
    return and_(shard == key.shard, unique == key.id)


def _told(table: Table, row: Row) -> Row:
    told: Row = {}
    key = Key(row["shard_code"], row["id"]) if {"shard_code", "id"} <= set(row) else None
    if key:
        told["id"] = str(key)
    for name, value in row.items():
        if name in ("shard_code", "id") or name.endswith(HIDDEN) or value is None:
            continue
        if name.endswith(SEALED):
            field = name.removesuffix(SEALED)
            clear = runtime().vault.decrypt(value, f"{table.name}.{field}:{key}")
            value = OTHERS.get((table.name, name), str)(clear)
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
