"""The pages /office/audit and /office/access-log."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from flask import Response, make_response, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response as BaseResponse

from timebank.exports.rules import inert
from timebank.kernel.audit import Asked, Entry, note_export, trail, whole_trail
from timebank.kernel.db import runtime
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import NATION, level_of
from timebank.regions.queries import children, names, region
from timebank.volunteers.access_log import AccessAsked, access_log
from timebank.web.audit.schemas import AccessQuery, TrailFilter, TrailQuery
from timebank.web.audit.trail import actor_names, details, regions_of, subject_page
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.forms import Errors, Values, schema_errors
from timebank.web.kit.operation import act
from timebank.web.kit.words import WORDS, event_words

pages = pages_door("audit")
TOGETHER = 500
"""Rows of a file for which names are looked up at once."""


@pages.get("/office/audit")
def events() -> BaseResponse:
    """The audit trail; the filters stand in the address."""
    actor = current_actor()
    asked, errors = _asked(TrailQuery())
    limit, cursor = asked.pop("limit"), asked.pop("cursor")
    page = trail(actor, Asked(**asked), limit=limit, cursor=cursor)
    words, filters, regions = event_words(), _filters(), regions_of(page.items)
    shown = render_template(
        "audit/events.html",
        page=page,
        filters=filters,
        errors=errors,
        events=sorted(words.items(), key=lambda pair: pair[1]),
        words=words,
        kinds=WORDS["event_subject"],
        regions=_counties(),
        called=actor_names(page.items),
        subject_url=lambda entry: subject_page(entry, actor),
        details=lambda entry: details(entry, regions),
        next_url=page.next and url_for("audit.events", **filters, cursor=page.next),
        first_url=cursor and url_for("audit.events", **filters),
    )
    return make_response(shown, 422 if errors else 200)


@pages.get("/office/audit/export.csv")
def export() -> Response:
    """The same part of the trail as a file, written while it is read."""
    asked = Asked(**TrailFilter().load(_filters()))
    act(note_export, asked=asked)
    actor = current_actor()
    lines = stream_with_context(_lines(whole_trail(actor, asked)))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


@pages.get("/office/access-log")
def accesses() -> BaseResponse:
    """Who saw personal data in clear; the filters stand in the address."""
    actor = current_actor()
    asked, errors = _asked(AccessQuery())
    limit, cursor = asked.pop("limit"), asked.pop("cursor")
    page = access_log(actor, AccessAsked(**asked), limit=limit, cursor=cursor)
    filters = _filters()
    shown = render_template(
        "audit/accesses.html",
        page=page,
        filters=filters,
        errors=errors,
        regions=_counties(),
        places=names(entry.region_code for entry in page.items),
        called=actor_names(page.items),
        next_url=page.next and url_for("audit.accesses", **filters, cursor=page.next),
        first_url=cursor and url_for("audit.accesses", **filters),
    )
    return make_response(shown, 422 if errors else 200)


def _filters() -> dict[str, Any]:
    """What the address asks for, without the place in the list."""
    return {name: text for name, text in request.args.items() if text.strip() and name != "cursor"}


def _asked(schema: Schema) -> tuple[Values, Errors]:
    """The filters; when one is wrong, those of an empty form, and what is wrong."""
    given = {name: text for name, text in request.args.items() if text.strip()}
    try:
        return dict(schema.load(given)), {}
    except ValidationError as error:
        return dict(schema.load({})), schema_errors(error)


def _counties() -> list[tuple[str, str]]:
    """The actor's regions and what lies directly inside them, down to the county."""
    found: list[tuple[str, str]] = []
    for code in current_actor().regions(Permission.AUDIT_READ):
        own = None if code == NATION else region(code)
        inside = [] if own and own.level == "county" else children(None if code == NATION else code)
        found += [(f"{card.code:012d}", card.name) for card in ([own] if own else []) + inside]
    return [pair for pair in dict.fromkeys(found) if level_of(int(pair[0])) not in ("township", "village")]


def _lines(entries: Iterator[Entry]) -> Iterator[str]:
    """The lines of the file, some hundred at once; a byte order mark lets spreadsheets read Chinese."""
    yield "\ufeff" + _line([_("At"), _("Who"), _("Account"), _("What"), _("Event"), _("About"), _("Details")])
    while some := list(islice(entries, TOGETHER)):
        called, words, regions = actor_names(some), event_words(), regions_of(some)
        yield "".join(
            _line(
                [
                    entry.at.astimezone(runtime().config.time_zone).isoformat(timespec="seconds"),
                    called.get(entry.by, ""),
                    entry.by,
                    words.get(entry.name, entry.name),
                    entry.name,
                    str(entry.subject),
                    "; ".join(f"{name}: {value}" for name, value in details(entry, regions)),
                ]
            )
            for entry in some
        )


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([inert(cell) for cell in cells])
    return written.getvalue()
