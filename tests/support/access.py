"""Who gets what from every address of the service: four people call each route of the route table.

What they find is one line for each method and rule; `tests/snapshots/access.txt` is the reviewed print.
A new route needs nothing here but a sample for a new name in its address, and, where the samples below are
not what it takes, a body of its own.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from tests.support import make_hours
from tests.support import make_people as people
from tests.support.clock import FakeClock
from tests.support.service import config_for
from tests.support.signed_in import token_of
from timebank.app import create_app
from timebank.hours.models import ServiceRecord
from timebank.identity.usecases import grant_role
from timebank.kernel.db import db, session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.ledger.models import Account
from timebank.projects.models import SignUp

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "access.txt"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ARGUMENT = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")
Answers = tuple[str, ...]
"""The outcome for each of WHO."""
WHO = ("anonymous", "stranger", "volunteer", "officer")
BY_REGION = [role for role in Role if role not in (Role.GUARDIAN, Role.ORGANIZER, Role.RECORDER)]
"""What an officer here holds all at once, in a region; the other two are held for an organisation."""

KNOWN_PHONE = "12900000001"


class SampleMissing(Exception):
    """There is no sample for a name in an address."""


# --- the world --------------------------------------------------------------------------------------


@dataclass
class World:
    """A small service at work: who calls, what addresses and bodies are filled with."""

    app: Flask
    tokens: dict[str, tuple[str, str]]
    """Who -> a session's token for pages, a bearer token for the API; nobody has none."""
    samples: dict[str, Any]
    bodies: dict[str, Any]
    own_bodies: dict[str, dict[str, Any]] = field(default_factory=dict)


def make_world(url: str, folder: Path) -> World:
    """People, work and officers of two counties: what is called lies north, the stranger lives south."""
    clock = FakeClock()
    codes = str(folder / "codes.txt")
    app = create_app(config_for(url, code_sender="file", code_sender_file=codes), clock)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people.region_tree()
        done = make_hours.confirmed(clock)
        waiting = make_hours.submitted(clock, [people.NORTH_COMMUNITY] * 2)
        actors = {
            "stranger": _officer(people.SOUTH, people.organization("沙湾服务队", people.SOUTH)),
            "volunteer": people.actor_of_volunteer(people.volunteer(name="路人甲", phone=KNOWN_PHONE)),
            "officer": _officer(people.NORTH, waiting.event.organization),
        }
        tokens = {who: (token_of(actor), token_of(actor, "bearer")) for who, actor in actors.items()}
        samples = _samples(done, waiting)
        db.session.remove()
    computed = app.test_cli_runner().invoke(args=["jobs", "run", "indicators"])
    assert computed.exit_code == 0, computed.output
    return World(app, tokens, samples, _bodies(samples), _own_bodies())


def _officer(region: int, organization: Key) -> Actor:
    """Somebody who holds every role there is, in one county and for one organisation."""
    phone = people.phone()
    actor = people.officer(BY_REGION[0], region, name="全能干部", phone_number=phone)
    for role in BY_REGION[1:]:
        perform(SYSTEM, grant_role, phone=phone, role=role, region=region)
    for role in (Role.ORGANIZER, Role.RECORDER):
        perform(SYSTEM, grant_role, phone=phone, role=role, organization=organization)
    assert actor.user is not None
    return people.actor_of_user(actor.user)


def _samples(done: make_hours.Attended, waiting: make_hours.Attended) -> dict[str, Any]:
    """What stands in addresses: by the name, or by the part before it and the name."""
    shift = waiting.shift
    volunteer = waiting.volunteers[0].volunteer
    assert volunteer is not None
    owner = done.volunteers[0].volunteer
    assert owner is not None
    record = session().scalars(select(ServiceRecord).where(ServiceRecord.shift_id == shift.id)).first()
    sign_up = session().scalars(select(SignUp).where(SignUp.shift_id == shift.id)).first()
    account = session().scalars(select(Account).where(Account.owner_id == owner.id)).first()
    assert record
    assert sign_up
    assert account
    return {
        "account": account.key,
        "action": "approve",
        "c/code": "ABCDEFGH",
        "filename": "css/base.css",
        "form": "csv",
        "gate/key": shift,
        "indicators/code": "registered_share",
        "organization": waiting.event.organization,
        "projects/key": waiting.event.project,
        "project": waiting.event.project,
        "record": record.key,
        "regions/code": people.NORTH,
        "shift": shift,
        "shifts/key": shift,
        "sign_up": sign_up.key,
        "volunteer": volunteer,
    }


def _bodies(samples: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in bodies, by the name of the field: for the API as JSON, for pages as a form."""
    person = people.application(
        document_number=people.document_number(901, date(1980, 3, 4)), phone="12900000901"
    )
    return person | {
        "at": "2026-12-10T09:30",
        "capacity": 10,
        "cell": "x",
        "client_id": "tap-of-the-matrix",
        "code": "ABCDEFGH",
        "content": "陪伴社区独居老人用午餐。",
        "credit_code": people.credit_code(),
        "date": "2026-12-10",
        "deadline_on": "2030-12-31",
        "direction": "in",
        "document": "某市规划",
        "ends_at": "2026-12-10T12:00:00+08:00",
        "fields": ["phone"],
        "indicator": "registered_share",
        "kind": "organization",
        "leader_name": "王队长",
        "occurs_on": "2026-12-10",
        "organization": str(samples["organization"]),
        "out_at": "2026-11-22T12:00:00+08:00",
        "password": people.PASSWORD,
        "place": "社区食堂一楼",
        "purpose": "核对联系电话",
        "quotation": "到二〇三〇年达到百分之十三。",
        "reason": "情况有变，需要处理。",
        "recipients": ["living_alone"],
        "records": [str(samples["record"])],
        "region": f"{people.NORTH:012d}",
        "region_code": f"{people.NORTH_COMMUNITY:012d}",
        "risk": "地面湿滑。",
        "role": "recorder",
        "safeguards": ["insurance"],
        "scans": [],
        "share": 1300,
        "starts_at": "2026-12-10T09:00:00+08:00",
        "text": "张",
        "title": "上午场",
        "year": 2026,
    }


def _own_bodies() -> dict[str, dict[str, Any]]:
    """What single rules take in place of those samples."""
    return {
        "POST /api/v1/organizations/<key:organization>/members": {"phone": KNOWN_PHONE},
        "POST /office/organizations/<key:organization>/members": {"phone": KNOWN_PHONE},
        "POST /api/v1/shifts/<key:shift>/scans": {
            "scans": [{"client_id": "tap", "code": "ABCDEFGH", "direction": "in"}]
        },
        "POST /api/v1/organizations": {"region_code": f"{people.NORTH:012d}"},
        "POST /api/v1/statistics/targets": {"region_code": f"{people.NORTH:012d}"},
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


def arguments(world: World, rule: Rule) -> dict[str, Any]:
    """A value for each name in a rule's address. Raises SampleMissing."""
    parts = rule.rule.split("/")
    found = {}
    for before, part in zip(["", *parts], parts, strict=False):
        for name in ARGUMENT.findall(part):
            value = world.samples.get(f"{before}/{name}", world.samples.get(name))
            if value is None:
                raise SampleMissing(
                    f"{rule.rule}: add a sample for {before}/{name} in tests/support/access.py"
                )
            found[name] = value
    return found


def address(world: World, rule: Rule) -> str:
    """The rule filled with samples."""
    with world.app.test_request_context():
        adapter = world.app.url_map.bind("localhost")
        return str(adapter.build(rule.endpoint, arguments(world, rule), method=sorted(rule.methods or ())[0]))


def call(world: World, who: str, method: str, rule: Rule) -> Any:
    """What one of the four is answered."""
    client = world.app.test_client()
    page, bearer = world.tokens.get(who, ("", ""))
    is_api = rule.rule.startswith("/api/v1")
    target, given = address(world, rule), _given(world, method, rule)
    headers = {"Accept-Language": "en"}
    if is_api:
        headers |= {"Authorization": f"Bearer {bearer}"} if bearer else {}
        if method in ("GET", "DELETE"):
            return client.open(
                f"{target}?{urlencode(_query(world, method, rule))}", method=method, headers=headers
            )
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
    own = world.own_bodies.get(named(method, rule), {})
    if not rule.rule.startswith("/api/v1"):
        return world.bodies | own
    operation = _document(world, method, rule)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    wanted = _properties(world, content.get("schema", {}))
    return {name: value for name, value in (world.bodies | own).items() if name in wanted}


def _query(world: World, method: str, rule: Rule) -> dict[str, Any]:
    told = _document(world, method, rule).get("parameters", [])
    needed = [each["name"] for each in told if each.get("required") and each["in"] == "query"]
    return {name: world.bodies[name] for name in needed}


def _page_query(world: World, rule: Rule) -> dict[str, Any]:
    return {name: world.bodies[name] for name in PAGE_QUERIES.get(rule.rule, ())}


PAGE_QUERIES = {"/office/statistics/export.<any(csv, json, xlsx):form>": ("region", "year")}
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
