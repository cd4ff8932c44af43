"""Who gets what from every address of the service: four people call each route of the route table.

What they find is one line for each method and rule; `tests/snapshots/access.txt` is the reviewed print.
A new route needs nothing here but a sample for a new name in its address, and, where the samples below are
not what it takes, a body of its own.
"""

from __future__ import annotations

import io
import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.support import make_hours
from tests.support import make_people as people
from tests.support.access_samples import Own, addresses, bodies, own_addresses, own_bodies
from tests.support.access_world import KNOWN_PHONE, Things, officer
from tests.support.clock import FakeClock
from tests.support.service import config_for
from tests.support.signed_in import token_of
from timebank.app import create_app
from timebank.kernel.db import db
from timebank.kernel.ids import Key

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "access.txt"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ARGUMENT = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")
Answers = tuple[str, ...]
"""The outcome for each of WHO."""
WHO = ("anonymous", "stranger", "volunteer", "officer")


class SampleMissing(Exception):
    """There is no sample for a name in an address."""


# --- the world --------------------------------------------------------------------------------------

UNITS = (("嘉州志愿服务队", people.NORTH), ("沙湾服务队", people.SOUTH))


@dataclass
class World:
    """A small service at work: who calls, what addresses and bodies are filled with."""

    app: Flask
    tokens: dict[str, tuple[str, str]]
    """Who -> a session's token for pages, a bearer token for the API; nobody has none."""
    samples: dict[str, Any]
    own_samples: Own
    bodies: dict[str, Any]
    own_bodies: Own


def make_world(url: str, folder: Path) -> World:
    """People, work and officers of two counties: what is called lies north, the stranger lives south."""
    clock = FakeClock()
    codes = str(folder / "codes.txt")
    app = create_app(config_for(url, code_sender="file", code_sender_file=codes), clock)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people.region_tree()
        unit, south = (people.organization(name, place) for name, place in UNITS)
        actors = {
            "stranger": officer(people.SOUTH, people.SOUTH_COMMUNITY, south),
            "volunteer": people.actor_of_volunteer(people.volunteer(name="路人甲", phone=KNOWN_PHONE)),
            "officer": officer(people.NORTH, people.NORTH_COMMUNITY, unit),
        }
        own = actors["officer"].volunteer
        done = make_hours.confirmed(clock, known=[own] if own else [], organization=unit)
        waiting = make_hours.submitted(clock, [people.NORTH_COMMUNITY] * 2, organization=unit)
        tokens = {who: (token_of(actor), token_of(actor, "bearer")) for who, actor in actors.items()}
        things = Things(actors["officer"], done, waiting)
        made = World(
            app, tokens, addresses(things), own_addresses(things), bodies(things), own_bodies(things)
        )
        db.session.remove()
    computed = app.test_cli_runner().invoke(args=["jobs", "run", "indicators"])
    assert computed.exit_code == 0, computed.output
    return made


def with_unknown_keys(world: World) -> World:
    """The same world, in which every key in an address leads nowhere."""
    own = {part: _unknown(values) for part, values in world.own_samples.items()}
    return replace(world, samples=_unknown(world.samples), own_samples=own)


def _unknown(samples: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Key(value.shard, UUID(int=7)) if isinstance(value, Key) else value
        for name, value in samples.items()
    }


# --- calling ----------------------------------------------------------------------------------------


def operations(app: Flask) -> list[tuple[str, Rule]]:
    """Every method of every rule, in order."""
    found = [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if method in (rule.methods or ())
    ]
    return sorted(found, key=lambda pair: (pair[1].rule, METHODS.index(pair[0])))


def named(method: str, rule: Rule) -> str:
    return f"{method} {rule.rule}"


def own_values(table: Own, method: str, rule: Rule) -> dict[str, Any]:
    """What a table says of one rule; later entries win."""
    found: dict[str, Any] = {}
    for part, values in table.items():
        if part in f"{named(method, rule)}$":
            found |= values
    return found


def arguments(world: World, method: str, rule: Rule) -> dict[str, Any]:
    """A value for each name in a rule's address. Raises SampleMissing."""
    own = own_values(world.own_samples, method, rule)
    parts = rule.rule.split("/")
    found = {}
    for before, part in zip(["", *parts], parts, strict=False):
        for name in ARGUMENT.findall(part):
            value = own.get(name, world.samples.get(f"{before}/{name}", world.samples.get(name)))
            if value is None:
                raise SampleMissing(
                    f"{rule.rule}: add a sample for {before}/{name} in tests/support/access_samples.py"
                )
            found[name] = value
    return found


def address(world: World, method: str, rule: Rule) -> str:
    """The rule filled with samples."""
    with world.app.test_request_context():
        adapter = world.app.url_map.bind("localhost")
        return str(adapter.build(rule.endpoint, arguments(world, method, rule), method=method))


def call(world: World, who: str, method: str, rule: Rule) -> Any:
    """What one of the four is answered."""
    client = world.app.test_client()
    page, bearer = world.tokens.get(who, ("", ""))
    is_api = rule.rule.startswith("/api/v1")
    target, given = address(world, method, rule), _given(world, method, rule)
    headers = {"Accept-Language": "en"}
    if is_api:
        headers |= {"Authorization": f"Bearer {bearer}"} if bearer else {}
        if method in ("GET", "DELETE"):
            return client.open(
                f"{target}?{urlencode(_query(world, method, rule))}", method=method, headers=headers
            )
        if any(isinstance(value, tuple) for value in given.values()):
            return client.open(target, method=method, headers=headers, data=given)
        return client.open(target, method=method, headers=headers, json=given)
    if page:
        _sign_in(client, page)
    if method == "GET":
        return client.get(f"{target}?{urlencode(_page_query(world, rule))}", headers=headers)
    return client.open(target, method=method, headers=headers, data=given)


def _sign_in(client: FlaskClient, token: str) -> None:
    with client.session_transaction() as kept:
        kept["token"] = token


def _given(world: World, method: str, rule: Rule) -> dict[str, Any]:
    values = {
        name: (io.BytesIO(value), "名单.csv") if isinstance(value, bytes) else value
        for name, value in (world.bodies | own_values(world.own_bodies, method, rule)).items()
        if value is not None
    }
    if not rule.rule.startswith("/api/v1"):
        return values
    content = _document(world, method, rule).get("requestBody", {}).get("content", {})
    wanted = {"file", *_properties(world, next(iter(content.values()), {}).get("schema", {}))}
    return {name: value for name, value in values.items() if name in wanted}


def _query(world: World, method: str, rule: Rule) -> dict[str, Any]:
    told = _document(world, method, rule).get("parameters", [])
    needed = [each["name"] for each in told if each.get("required") and each["in"] == "query"]
    return {name: world.bodies[name] for name in needed}


def _page_query(world: World, rule: Rule) -> dict[str, Any]:
    return {name: world.bodies[name] for name in PAGE_QUERIES.get(rule.rule, ())}


PAGE_QUERIES = {
    "/office/imports/template.<any(csv, xlsx):form>": ("region",),
    "/office/statistics/export.<any(csv, json, xlsx):form>": ("region", "year"),
}
"""What pages need in their address."""


def _document(world: World, method: str, rule: Rule) -> dict[str, Any]:
    path = ARGUMENT.sub(r"{\1}", rule.rule)
    found: dict[str, Any] = _openapi(world.app)["paths"].get(path, {}).get(method.lower(), {})
    return found


def _properties(world: World, schema: Mapping[str, Any]) -> set[str]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return set(_openapi(world.app)["components"]["schemas"].get(name, {}).get("properties", {}))


def _openapi(app: Flask) -> dict[str, Any]:
    if "openapi" not in app.extensions:
        app.extensions["openapi"] = app.test_client().get("/api/v1/openapi.json").json
    found: dict[str, Any] = app.extensions["openapi"]
    return found


# --- the matrix -------------------------------------------------------------------------------------


def matrix(world: World, kept: Path) -> Iterator[tuple[str, Answers]]:
    """Every operation with what each of the four is answered, every time in the same world (SQLite)."""
    path = Path(str(world.app.config["SQLALCHEMY_DATABASE_URI"]).removeprefix("sqlite:///"))
    close(world.app)
    shutil.copyfile(path, kept)
    with _quiet():
        for method, rule in operations(world.app):
            answers = []
            for who in WHO:
                answers.append(outcome(call(world, who, method, rule)))
                close(world.app)
                for leftover in path.parent.glob(f"{path.name}-*"):
                    leftover.unlink()
                shutil.copyfile(kept, path)
            yield named(method, rule), tuple(answers)


def outcome(answer: Any) -> str:
    """The status; of a redirect also whether it leads to signing in."""
    to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in?")
    return "sign-in" if to_sign_in else str(answer.status_code)


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def printed(found: Mapping[str, Answers]) -> str:
    """The matrix as it is kept for review."""
    head = f"# {' '.join(WHO)}: see tests/house/test_access.py\n"
    return head + "".join(f"{name}: {' '.join(answers)}\n" for name, answers in found.items())


def read_snapshot() -> dict[str, Answers]:
    """The reviewed matrix."""
    lines = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    pairs = (line.rsplit(": ", 1) for line in lines if line and not line.startswith("#"))
    return {name: tuple(answers.split(" ")) for name, answers in pairs}


@contextmanager
def _quiet() -> Iterator[None]:
    """A thousand calls need no log."""
    log = logging.getLogger("timebank")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)
