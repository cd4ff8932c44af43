"""After the demonstration town has been loaded and used, nothing that is encrypted stands anywhere in clear:
not in the bytes of the database, not in the logs, not in the events. Then its keys are rotated.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from tests.support import keys
from timebank.config import ROOT
from timebank.kernel.db import db, dialect_name, runtime, session
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.keys import place, sealed_columns
from timebank.kernel.logs import JsonLines
from timebank.kernel.policy import Role

REGIONS = str(ROOT / "timebank" / "assets" / "regions_leshan.csv.gz")
SEPARATORS = str.maketrans("", "", " -_.,:;/\\\t\n\r\"'")
LEAST = 300
"""Encrypted fields in the town: fewer, and the test shows nothing."""
ADULTS = ("guardians.name_sealed",)
"""An adult's name, which stands in clear where that adult has an account or is a volunteer, too."""
TOO_SHORT = 3
"""Two signs stand everywhere by chance; a name of two is looked for between quotes and separators."""


def test_nothing_encrypted_stands_anywhere_in_clear(
    make_app: Callable[..., Flask], database_url: str, tmp_path: Path
) -> None:
    codes = {"code_sender": "file", "code_sender_file": str(tmp_path / "codes.txt")}
    app = make_app(database_url, **keys.OLD, **codes)
    with _listening() as log:
        told = _load(app)
        told += _use(app)
    with app.app_context():
        secrets = _secrets()
        dump = _dump(tmp_path)
        events = "\n".join(
            json.dumps(each, ensure_ascii=False) for each in session().scalars(select(Event.data))
        )
        db.session.remove()
    assert len(secrets) >= LEAST
    for name, haystack in (("database", dump), ("log", log.getvalue() + told), ("events", events)):
        assert haystack, name
        assert _found(secrets, haystack) == {}, f"in clear in the {name}"
    _the_keys_can_be_rotated(make_app, database_url)


def _load(app: Flask) -> str:
    run = app.test_cli_runner().invoke
    told = ""
    for arguments in (["regions", "import", REGIONS], ["demo", "load"]):
        done = run(args=arguments)
        assert done.exit_code == 0, done.output
        told += done.output
    return told


def _use(app: Flask) -> str:
    """Sign in, search, open, unmask, register, fail: whatever might write a person's data into a log."""
    app.config["WTF_CSRF_ENABLED"] = False
    accounts = json.loads(app.test_cli_runner().invoke(args=["demo", "accounts", "--json"]).stdout)
    clerk = next(each for each in accounts if each["role"] == Role.COMMUNITY_WORKER)
    page, api = app.test_client(), app.test_client()
    page.post("/sign-in", data={"phone": clerk["phone"], "password": clerk["password"]})
    page.post("/sign-in/code", data={"phone": clerk["phone"]})
    signed = api.post(
        "/api/v1/auth/tokens", json={"phone": clerk["phone"], "password": clerk["password"]}
    ).json
    assert signed is not None
    headers = {"Authorization": f"Bearer {signed['token']}"}
    rows = api.get("/api/v1/volunteers?limit=5", headers=headers).json
    assert rows is not None
    for row in rows["items"]:
        _look(page, api, headers, row["id"])
    return ""


def _look(page: FlaskClient, api: FlaskClient, headers: dict[str, str], key: str) -> None:
    clear = api.post(
        f"/api/v1/volunteers/{key}/unmask",
        json={"fields": ["document_number", "phone"], "purpose": "核对资料"},
        headers=headers,
    ).json
    assert clear is not None
    for value in clear.values():
        assert api.post("/api/v1/volunteers/search", json={"text": value}, headers=headers).status_code == 200
        assert page.post("/office/volunteers", data={"text": value}).status_code == 200
    page.get(f"/office/volunteers/{key}")
    taken = {"phone": clear["phone"], "document_number": clear["document_number"], "name": "重复注册"}
    assert api.post("/api/v1/volunteers", json=taken).status_code == 422
    assert page.post("/register/you", data={**taken, "document_type": "resident_id"}).status_code == 302
    assert page.post("/register/document", data=taken).status_code == 409


@contextmanager
def _listening() -> Iterator[io.StringIO]:
    """Everything that any logger says, as the service writes it and as it was said."""
    written = io.StringIO()
    handlers = [logging.StreamHandler(written), logging.StreamHandler(written)]
    handlers[0].setFormatter(JsonLines())
    loggers = (logging.getLogger(), logging.getLogger("timebank"))
    for logger, handler in zip(loggers, handlers[::-1], strict=True):
        logger.addHandler(handler)
    try:
        yield written
    finally:
        for logger, handler in zip(loggers, handlers[::-1], strict=True):
            logger.removeHandler(handler)


def _secrets() -> dict[str, str]:
    """Every value that is encrypted, with the place where it is kept."""
    found: dict[str, str] = {}
    for table, columns in sealed_columns().items():
        for row in session().execute(select(table)):
            for column in columns:
                if f"{table.name}.{column.name}" in ADULTS:
                    continue
                if stored := getattr(row, column.name):
                    where = place(column, Key(row.shard_code, row.id))
                    found[runtime().vault.decrypt(stored, where)] = where
    session().rollback()
    return found


def _dump(folder: Path) -> str:
    """All there is in the database: the bytes of the files of SQLite, every table of PostgreSQL."""
    if dialect_name() == "sqlite":
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(FULL)")
        path = Path(str(db.engine.url.database))
        files = sorted(path.parent.glob(f"{path.name}*"))
        return "\n".join(each.read_bytes().decode("utf-8", "replace") for each in files)
    tables = session().scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    driver: Any = session().connection().connection.driver_connection
    parts = []
    with driver.cursor() as cursor:
        for table in tables:
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                parts += [bytes(block) for block in copy]
    return b"".join(parts).decode()


def _found(secrets: dict[str, str], haystack: str) -> dict[str, str]:
    """What of it stands there, as it is or with its separators taken out; told by place, not by value."""
    bare = haystack.translate(SEPARATORS)
    found = {}
    for secret, where in secrets.items():
        short = len(secret) < TOO_SHORT
        seen = (
            bool(re.search(rf"[\t\"']{re.escape(secret)}[\t\"'\n]", haystack))
            if short
            else secret in haystack
        )
        if seen or (not short and secret.translate(SEPARATORS) in bare):
            found[where] = f"{len(secret)} signs"
    return found


def _the_keys_can_be_rotated(make_app: Callable[..., Flask], database_url: str) -> None:
    """Every sealed column and every claim of every flat, as the flats themselves wrote them."""
    both = make_app(database_url, **keys.BOTH).test_cli_runner().invoke
    done = both(args=["keys", "rotate"])
    assert done.exit_code == 0, done.output
    new = make_app(database_url, **keys.NEW).test_cli_runner().invoke
    shown = json.loads(new(args=["keys", "show", "--json"]).stdout)
    assert {each["state"] for each in (*shown["field_keys"], *shown["index_keys"])} == {"current"}
    accounts = json.loads(new(args=["demo", "accounts", "--json"]).stdout)
    client = make_app(database_url, **keys.NEW).test_client()
    for each in accounts:
        answer = client.post(
            "/api/v1/auth/tokens", json={"phone": each["phone"], "password": each["password"]}
        )
        assert answer.status_code == 201, each["role"]


def test_a_clear_text_would_be_found() -> None:
    secrets = {"12000000001": "phone", "海": "short", "990101199001010012": "elsewhere"}
    assert set(_found(secrets, "a 120-0000-0001 b")) == {"phone"}
    assert set(_found(secrets, "x\t海\ty")) == {"short"}
    assert _found(secrets, "上海 1990") == {}
