"""Very many people at once: copies of one person, written straight into the tables with real keys.

Call it with an application context pushed. Everything that is sealed or claimed is so for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, Table, insert, select, text

from tests.support import make_people as people
from timebank.kernel.claims import Claim
from timebank.kernel.db import Base, dialect_name, runtime, session
from timebank.kernel.ids import Key, new_code, new_id
from timebank.kernel.keys import place, sealed_columns

TOGETHER = 5_000
TABLES = ("users", "volunteers")


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of the crowd, and what leads to them."""

    key: Key
    user: Key
    document: str
    phone: str
    code: str


def crowd(count: int) -> list[Somebody]:
    """That many registered people of the north; committed."""
    model = people.volunteer()
    rows = {"volunteers": _row("volunteers", model)}
    rows["users"] = _row("users", Key(model.shard, rows["volunteers"]["user_id"]))
    made: list[Somebody] = []
    for begin in range(0, count, TOGETHER):
        some = [_somebody(model.shard, number) for number in range(begin, min(begin + TOGETHER, count))]
        add("users", [_user(rows["users"], each) for each in some])
        add("volunteers", [_volunteer(rows["volunteers"], each) for each in some])
        add("claims", [claim for each in some for claim in _claims(each)])
        made += some
    session().execute(text("ANALYZE"))  # as a database does by itself, some time after such a load
    session().commit()
    return made


def add(name: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows and commit: by COPY where the database has it."""
    table, connection = Base.metadata.tables[name], session().connection()
    if dialect_name() != "postgresql":
        connection.execute(insert(table), rows)
    else:
        columns = list(rows[0])
        processors = [
            table.c[each].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
            for each in columns
        ]
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(
                    [
                        made(row[each]) if made and row[each] is not None else row[each]
                        for each, made in zip(columns, processors, strict=True)
                    ]
                )
    session().commit()


def _row(name: str, key: Key) -> dict[str, Any]:
    table: Table = Base.metadata.tables[name]
    found = select(table).where(table.c.shard_code == key.shard, table.c.id == key.id)
    return dict(session().execute(found).one()._mapping)


def _somebody(shard: int, number: int) -> Somebody:
    now = runtime().clock.now()
    key, user = (Key(shard, new_id(now)) for _ in range(2))
    document = people.document_number(
        number, people.date(1950 + number // 1000 % 50, 1 + number // 50_000, 3)
    )
    return Somebody(key, user, document, f"126{number:08}", new_code(12))


def _user(model: dict[str, Any], who: Somebody) -> dict[str, Any]:
    given = model | {"id": who.user.id, "volunteer_id": who.key.id}
    return given | _sealed("users", model, who.user, {"phone_sealed": who.phone})


def _volunteer(model: dict[str, Any], who: Somebody) -> dict[str, Any]:
    given = model | {"id": who.key.id, "user_id": who.user.id, "volunteer_no": f"{who.key.shard}{who.code}"}
    own = {"document_sealed": who.document, "phone_sealed": who.phone, "personal_code_sealed": who.code}
    return given | _sealed("volunteers", model, who.key, own)


def _sealed(name: str, model: dict[str, Any], key: Key, own: dict[str, str]) -> dict[str, str]:
    """Every sealed column of a table: one's own value, or the model's."""
    vault, found = runtime().vault, {}
    for column in _columns(name):
        if model[column.name] is not None:
            plain = own.get(column.name) or vault.decrypt(
                model[column.name], place(column, Key(model["shard_code"], model["id"]))
            )
            found[column.name] = vault.encrypt(plain, place(column, key))
    return found


@cache
def _columns(name: str) -> list[Column[Any]]:
    return sealed_columns()[Base.metadata.tables[name]]


def _claims(who: Somebody) -> Iterator[dict[str, Any]]:
    vault, now = runtime().vault, runtime().clock.now()
    for kind, value, subject in (
        ("phone", who.phone, who.user),
        ("document", who.document, who.key),
        ("personal-code", who.code, who.key),
    ):
        row = Claim.__table__.c
        yield {
            row.value_index.name: vault.blind_index(kind, value),
            "kind": kind,
            "shard_code": subject.shard,
            "subject_id": subject.id,
            "claimed_at": now,
            "index_mark": vault.index_marks[0],
            "is_copy": False,
        }
