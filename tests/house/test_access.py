"""Who may do what at every address, generated from the route table, and at every use-case that writes.

Anonymous, an officer of another county, a volunteer without roles and an officer of the right county call
each method of each rule in the same small world. `tests/snapshots/access.txt` is what was reviewed; the laws
below hold whatever the snapshot says.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.support import access
from tests.support import make_people as people
from tests.support.access import Answers, World
from tests.support.clock import FakeClock
from tests.support.databases import Databases
from tests.support.service import config_for
from timebank.app import create_app
from timebank.config import ROOT
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import TimebankError
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, PUBLIC, Permission
from timebank.kernel.work import Work, perform
from timebank.volunteers.imports import Sheet
from timebank.volunteers.rules import Application

OPEN_TO_ALL = {
    "GET /": "the first page says what this is",
    "GET /api/docs": "the description of the API",
    "GET /api/v1/certificates/<number>": "whoever is shown a certificate may check it",
    "GET /api/v1/openapi.json": "the description of the API",
    "GET /api/v1/projects": "what one may sign up for is public",
    "GET /api/v1/projects/<key:project>": "what one may sign up for is public",
    "GET /api/v1/regions": "published codes of the country",
    "GET /api/v1/regions/<int(fixed_digits=12):code>": "published codes of the country",
    "GET /api/v1/self-check": "what volunteering is and what is not is for everybody to read",
    "GET /api/v1/shifts": "what one may sign up for is public",
    "GET /api/v1/shifts/<key:shift>": "what one may sign up for is public",
    "GET /gate/<key:key>/kiosk": "a kiosk works by its own token; the page around it names nobody",
    "GET /gate/manifest.webmanifest": "what a phone's home screen shows of the gate",
    "GET /gate/sending-worker.js": "the script that keeps that page, and sends what waits",
    "GET /gate/start": "the page of the gate without anybody's data, which a phone keeps",
    "GET /gate/worker.js": "the script that keeps that page",
    "GET /healthz": "whether the process lives, for whoever runs it",
    "GET /join": "a code typed by hand leads to its own page",
    "GET /join/<code>": "a poster's code shows the team of which it speaks, and teams are public",
    "GET /projects": "what one may sign up for is public",
    "GET /projects/<key:key>": "what one may sign up for is public",
    "GET /projects/<key:key>/calendar.ics": "what one may sign up for is public",
    "GET /readyz": "whether the service can answer, for whoever runs it",
    "GET /register": "one registers before there is anybody to sign in",
    "GET /register/<name>": "one registers before there is anybody to sign in",
    "GET /register/check": "one registers before there is anybody to sign in",
    "GET /register/done": "says what happens next, and nothing about anybody",
    "GET /sign-in": "one comes here to sign in",
    "GET /static/<path:filename>": "style sheets, scripts and icons",
    "GET /teams": "who recruits volunteers is public",
    "GET /teams/<key:key>": "who recruits volunteers is public",
    "GET /verify": "whoever is shown a certificate may check it",
    "GET /verify/<number>": "whoever is shown a certificate may check it",
    "POST /api/v1/auth/codes": "the same answer whether or not a phone is known",
    "POST /api/v1/volunteers": "one registers before there is anybody to sign in",
    "POST /preferences": "language and view are kept in the cookie",
    "POST /register/<name>": "one registers before there is anybody to sign in",
    "POST /register/check": "one registers before there is anybody to sign in",
    "POST /register/discard": "forgets the draft of this browser, whose ticket is in its cookie",
    "POST /sign-in/code": "the same answer whether or not a phone is known",
    "POST /sign-out": "forgets the cookie, whoever's it is",
}
"""Where somebody who is not signed in gets an answer, and why that is right."""

OPEN_TO_VOLUNTEERS = {
    "POST /api/v1/organizations/<key:organization>/members": "any volunteer may ask a team",
    "POST /api/v1/shifts/<key:shift>/sign-ups": "any volunteer may take a place",
    "POST /shifts/<key:shift>/sign-up": "any volunteer may take a place",
    "POST /teams/<key:key>/ask": "any volunteer may ask a team",
}
"""Where every volunteer, from any county, does something with what is public, for themselves."""

OPEN = {**OPEN_TO_ALL, **OPEN_TO_VOLUNTEERS}


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    folder = tmp_path_factory.mktemp("access")
    with databases.fresh("sqlite") as url:
        made = access.make_world(url, folder)
        yield made, folder / "kept.db"
        access.close(made.app)


@pytest.fixture(scope="module")
def found(world: tuple[World, Path]) -> dict[str, Answers]:
    return dict(access.matrix(*world))


# --- the reviewed table -----------------------------------------------------------------------------


def test_everybody_gets_what_was_reviewed(found: dict[str, Answers]) -> None:
    reviewed = access.read_snapshot()
    changed = {
        name: f"{reviewed.get(name)} -> {found.get(name)}"
        for name in sorted({*reviewed, *found})
        if reviewed.get(name) != found.get(name)
    }
    assert not changed, "run `python -m tests.house.access_snapshot` and review what it changes"


def test_every_name_in_an_address_has_a_sample(world: tuple[World, Path]) -> None:
    missing = []
    for method, rule in access.operations(world[0].app):
        try:
            access.arguments(world[0], method, rule)
        except access.SampleMissing as lacks:
            missing.append(str(lacks))
    assert missing == []


# --- laws that no snapshot can silence --------------------------------------------------------------


def test_nothing_fails(found: dict[str, Answers]) -> None:
    assert [name for name, answers in found.items() if any(each.startswith("5") for each in answers)] == []


def test_who_is_not_signed_in_is_sent_away(found: dict[str, Answers]) -> None:
    let_in = {name for name, answers in found.items() if answers[0][0] in "23"}
    assert let_in - set(OPEN_TO_ALL) == set()
    assert set(OPEN_TO_ALL) - let_in == set(), "these need no reason any more"


def test_who_is_not_signed_in_is_asked_to_sign_in(found: dict[str, Answers]) -> None:
    """Also where there is nothing to see: a session that ran out must not look like a page that is gone."""
    told = {
        name: answers[0]
        for name, answers in found.items()
        if "<key:" in name and name not in OPEN_TO_ALL and answers[0] not in ("401", "sign-in")
    }
    assert told == {}


@pytest.mark.parametrize(("who", "position"), [("stranger", 1), ("volunteer", 2)])
def test_nobody_reaches_what_is_somebody_elses(found: dict[str, Answers], who: str, position: int) -> None:
    """Whoever has no right there is refused, whatever they may elsewhere; a redirect means it was done."""
    reached = {
        name
        for name, answers in found.items()
        if "<key:" in name and answers[position][0] in "23" and name not in OPEN
    }
    assert reached == set(), who


def test_outside_ones_scope_things_do_not_exist(found: dict[str, Answers]) -> None:
    """With every right in another county: 404 and nothing else, where the right officer gets in."""
    told = {
        name: answers[1]
        for name, answers in found.items()
        if "<key:" in name and answers[3][0] in "23" and name not in OPEN and answers[1] != "404"
    }
    assert told == {}


PUBLIC_THINGS = ("/gate/", "/office/hours/", "/organize/shifts/", "/projects/", "/shifts/", "/teams/")
"""Of projects, shifts and teams everybody may know that they exist."""


def test_what_is_out_of_reach_looks_like_what_does_not_exist(
    world: tuple[World, Path], found: dict[str, Answers]
) -> None:
    """The same addresses with keys of nothing: no status tells whether somebody's thing exists."""
    unknown = access.with_unknown_keys(world[0])
    told = {}
    for method, rule in access.operations(unknown.app):
        name = access.named(method, rule)
        if "<key:" in name and name not in OPEN and not any(part in name for part in PUBLIC_THINGS):
            answers = [access.outcome(access.call(unknown, who, method, rule)) for who in access.WHO[:3]]
            if answers != list(found[name][:3]):
                told[name] = f"{found[name][:3]} but {answers} where there is nothing"
    assert told == {}


# --- the same on PostgreSQL -------------------------------------------------------------------------


@pytest.mark.postgresql
def test_on_postgresql_nobody_gets_further(databases: Databases, tmp_path: Path) -> None:
    reviewed = access.read_snapshot()
    with databases.fresh("postgresql") as url:
        made = access.make_world(url, tmp_path)
        for method, rule in access.operations(made.app):
            name = access.named(method, rule)
            if name in OPEN:
                continue
            for position in (0, 1) if "<key:" in name else (0,):
                answer = access.outcome(access.call(made, access.WHO[position], method, rule))
                assert answer == reviewed[name][position], name
        access.close(made.app)


# --- use-cases --------------------------------------------------------------------------------------

WITHOUT_SIGNING_IN = {
    "count_code_request": "counts attempts of whoever asks",
    "complete_sign_in": "finishes a sign-in whose first step made a token that one must know",
    "count_registration": "counts attempts of whoever asks",
    "count_verification": "counts look-ups of whoever asks",
    "count_second_factor": "counts attempts between the two steps of a sign-in",
    "count_sign_in": "counts attempts of whoever asks",
    "discard_draft": "forgets a draft whose ticket one must know",
    "enrol_and_sign_in": "finishes a sign-in whose first step made a token that one must know",
    "keep_draft": "one registers before there is anybody to sign in",
    "note_use": "notes the day on which a token was used that one must know",
    "register": "one registers before there is anybody to sign in",
    "send_in_draft": "one registers before there is anybody to sign in",
    "report_wiped": "ends a phone of the gate whose token one must know",
    "request_code": "makes a code for a phone that has an account",
    "sign_in_external": "signs in whom a provider vouched for",
    "sign_out": "revokes a token that one must know",
}
"""Use-cases that let somebody act who is not signed in, and why."""


def _writing(internal: bool = False) -> dict[str, Callable[..., Any]]:
    """Every use-case, `work` first: the public ones, or those marked Internal."""
    found = {}
    paths = sorted([*ROOT.glob("timebank/*/usecases.py"), *ROOT.glob("timebank/*/usecases/*.py")])
    paths += [ROOT / "timebank/kernel" / f"{name}.py" for name in ("audit", "housekeeping", "keys")]
    for path in paths:
        module = importlib.import_module(
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        )
        for name, function in vars(module).items():
            if (
                inspect.isfunction(function)
                and not name.startswith("_")
                and _changes(function, module.__name__)
                and ("Internal" in (inspect.getdoc(function) or "")) is internal
            ):
                found[f"{module.__name__}.{name}"] = function
    return found


def _changes(function: Callable[..., Any], module: str) -> bool:
    first = next(iter(inspect.signature(function).parameters), "")
    return first == "work" and function.__module__ == module


USECASES = _writing()


@pytest.fixture(scope="module")
def small(databases: Databases) -> Iterator[Flask]:
    """A service that knows its regions and nobody."""
    with databases.fresh("sqlite") as url:
        app = create_app(config_for(url), FakeClock())
        with app.app_context():
            people.region_tree()
        yield app
        access.close(app)


@pytest.fixture
def nowhere(small: Flask) -> Iterator[Flask]:
    with small.app_context():
        yield small


@pytest.mark.parametrize("name", USECASES)
def test_a_use_case_refuses_who_is_not_signed_in(nowhere: Flask, name: str) -> None:
    usecase = USECASES[name]
    given = _samples(usecase)
    if name.rpartition(".")[2] in WITHOUT_SIGNING_IN:
        return _may(usecase, given)
    with pytest.raises(TimebankError) as refused:
        perform(ANONYMOUS, usecase, **given)
    assert refused.value.code in REFUSALS, refused.value.code
    return None


def test_no_door_calls_what_is_internal() -> None:
    """Whatever leaves the right to its caller is called by other use-cases alone."""
    names = {name.rpartition(".")[2] for name in _writing(internal=True)}
    names -= {name.rpartition(".")[2] for name in USECASES}
    assert len(names) > 20
    called = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / "timebank/web").rglob("*.py"))
        for name in re.findall(r"\bact(?:_once)?\(\s*(?:\w+\.)*(\w+)", path.read_text(encoding="utf-8"))
        if name in names
    ]
    assert called == []


REFUSALS = ("sign-in-failed", "sign-in-required")


def _may(usecase: Callable[..., Any], given: dict[str, Any]) -> None:
    """It decides a right that everybody has."""

    def watched(work: Work) -> None:
        allowed: list[Permission] = []
        decide = work.allow
        work.allow = lambda permission, **scope: (allowed.append(permission), decide(permission, **scope))[1]  # type: ignore[method-assign]
        with suppress(TimebankError):  # what is wrong with the samples does not matter here
            usecase(work, **given)
        assert set(allowed) <= PUBLIC
        assert allowed
        work.decided = True

    perform(ANONYMOUS, watched)
    session().rollback()


# --- sample arguments -------------------------------------------------------------------------------

NAMED: dict[str, Any] = {
    "address": "127.0.0.1",
    "application": Application(**people.application()),
    "lines": lambda: iter(()),
    "phone": "12900000902",
    "sheet": lambda: Sheet("csv", [], iter(())),
    "table": "volunteers",
}


def _samples(function: Callable[..., Any]) -> dict[str, Any]:
    """A value for every parameter without a default, by name, else by annotation."""
    hints = typing.get_type_hints(function)
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        where = f"{function.__qualname__}({name})"
        if parameter.kind is parameter.VAR_KEYWORD:
            given |= _of(typing.get_args(hints[name])[0], where)
        elif name != "work" and parameter.default is parameter.empty:
            given[name] = NAMED[name] if name in NAMED else _of(hints[name], where)
    return given


def _of(kind: Any, where: str) -> Any:
    """Any value of a type."""
    now = runtime().clock.now()
    plain: dict[Any, Any] = {
        str: "某某",
        int: people.NORTH_COMMUNITY,
        bool: False,
        bytes: b"%PDF-1.7",
        date: now.date(),
        datetime: now,
        time: now.time(),
        timedelta: timedelta(hours=1),
        Key: Key(511102, UUID(int=1)),
        UUID: UUID(int=1),
    }
    if kind in plain:
        return plain[kind]
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in inside else _of(inside[0], where)
    if origin is not None and isinstance(origin, type):
        return {} if origin is dict else [_of(inside[0], where)] if inside else []
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    if typing.is_typeddict(kind) or (isinstance(kind, type) and hasattr(kind, "__dataclass_fields__")):
        hints = typing.get_type_hints(kind)
        return kind(**{name: _of(hint, f"{where}.{name}") for name, hint in hints.items()})
    raise AssertionError(f"{where}: add a sample for {kind}")
