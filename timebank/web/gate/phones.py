"""The gate as JSON for phones: what they take along, what is decided from them, how they end.

A phone shows the token that it was registered with; it opens these addresses and no others. A person's own
token opens them too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from flask import g, request
from flask_babel import force_locale

from timebank.attendance import queries, usecases
from timebank.attendance.rules import REFUSALS, TABLE, DeviceKind
from timebank.attendance.usecases import REUSED, ScanInput, ScanResult
from timebank.kernel.db import runtime
from timebank.kernel.errors import Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.web.gate import api as api_door
from timebank.web.gate.phone_schemas import (
    DeskResultsSchema,
    GatePackageSchema,
    LogPageSchema,
    LogQuerySchema,
)
from timebank.web.gate.schemas import ScanDecisionSchema, ScanResultSchema, ScansSchema, UndoSchema
from timebank.web.gate.words import told
from timebank.web.kit.actor import asking_token, current_actor
from timebank.web.kit.operation import act
from timebank.web.kit.words import word

api = api_door.api
P = ParamSpec("P")
T = TypeVar("T")

VERSION_HEADER = "Timebank-Gate-Version"
NOTED_EVERY = timedelta(minutes=1)
LOCALES = {"zh-Hans-CN": "zh_Hans_CN", "en": "en"}


def open_to_phones(view: Callable[P, T]) -> Callable[P, T]:
    """Let the view be asked by a phone of the gate, as the person who registered it."""

    @wraps(view)
    def asked(*args: P.args, **given: P.kwargs) -> T:
        _take_phone()
        return view(*args, **given)

    return asked


def _take_phone() -> None:
    token = asking_token()
    holder = queries.holder_of_device(token) if token else None
    if holder is None:
        return
    g.held, g.actor, g.gate_device, g.gate_kind = None, holder.actor, holder.device, holder.kind
    if runtime().clock.now() - holder.last_seen_at >= NOTED_EVERY:
        version = request.headers.get(VERSION_HEADER, "")[:40] or None
        act(usecases.note_device, device=holder.device, app_version=version)


def _phone() -> UUID | None:
    found: Key | None = g.get("gate_device")
    return found.id if found else None


@api.get("/shifts/<key:shift>/gate-package")
@open_to_phones
@api.response(200, GatePackageSchema)
def gate_package(shift: Key) -> dict[str, Any]:
    """Everything that a phone needs to judge scans of this shift without a network."""
    package = queries.gate_package(current_actor(), shift)
    return {"package": package, "shift": package.gate, "table": TABLE, "words": _words()}


@api.post("/shifts/<key:shift>/scans")
@open_to_phones
@api.arguments(ScansSchema)
@api.response(200, DeskResultsSchema)
def scans(given: dict[str, Any], shift: Key) -> dict[str, Any]:
    """Scans of personal codes, made on or off line; one answer for each, in the same order."""
    batch = [ScanInput(**scan) for scan in given["scans"]]
    results = act(
        usecases.scan_batch,
        shift=shift,
        scans=batch,
        sent_at=given["sent_at"],
        device=_phone(),
        kind=g.get("gate_kind", DeviceKind.DESK),
    )
    faces = queries.faces(
        current_actor(), shift, [result.volunteer for result in results if result.volunteer]
    )
    return {
        "results": [
            _told(result, faces.get(result.volunteer) if result.volunteer else None) for result in results
        ],
        "counts": queries.counts(current_actor(), shift),
        "now": runtime().clock.now(),
    }


@api.get("/shifts/<key:shift>/scans")
@api.arguments(LogQuerySchema, location="query")
@api.response(200, LogPageSchema)
def scan_log(asked: dict[str, Any], shift: Key) -> Page[queries.LogLine]:
    """Every attempt at this shift, newest first: both clocks, device, method, operator, verdict, code."""
    return queries.scan_log(current_actor(), shift, **asked)


@api.post("/shifts/<key:shift>/scans/<key:scan>/decision")
@open_to_phones
@api.arguments(ScanDecisionSchema)
@api.response(200, ScanResultSchema)
def decide(given: dict[str, Any], shift: Key, scan: Key) -> ScanResult:
    """Decide whether a provisional scan counts."""
    return act(usecases.decide_scan, shift=shift, scan=scan, counts=given["counts"])


@api.post("/shifts/<key:shift>/scans/<key:scan>/undo")
@open_to_phones
@api.arguments(UndoSchema)
@api.response(200, ScanResultSchema)
def undo(given: dict[str, Any], shift: Key, scan: Key) -> ScanResult:
    """Take an accepted scan back within the minutes of the policy, with the reason."""
    return act(usecases.undo_scan, shift=shift, scan=scan, reason=given["reason"])


@api.post("/gate-devices/wiped")
@api.response(204)
def wiped() -> None:
    """A phone says with its token that nothing is left on it; the token opens nothing any more."""
    token = asking_token()
    if token is None:
        raise Unauthenticated()
    act(usecases.report_wiped, token=token)


def _told(result: ScanResult, face: queries.Face | None) -> dict[str, Any]:
    facts = {each.name: getattr(result, each.name) for each in fields(result)}
    return {**facts, "message": told(result), "person": face}


def _words() -> dict[str, dict[str, str]]:
    """What the phone says about a scan, in every language: it may be off line when somebody changes that."""
    found = {}
    for tag, locale in LOCALES.items():
        with force_locale(locale):
            found[tag] = {code: word(code, "refusal_desk") for code in (*REFUSALS, REUSED)}
    return found
