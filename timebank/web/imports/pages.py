"""Pages of imports: the files so far, a new one, and how far one has come."""

from __future__ import annotations

import tempfile
from typing import Any

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.regions.queries import names
from timebank.volunteers import queries, usecases
from timebank.volunteers.rules.importing import MOST_ROWS
from timebank.web.imports.files import KINDS, report_to, template_to, told
from timebank.web.imports.schemas import ImportRegionSchema, TemplateQuery
from timebank.web.imports.uploads import staged
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.fields import PageQuery
from timebank.web.kit.forms import Errors, Values, form_values, schema_errors
from timebank.web.kit.operation import act
from timebank.web.kit.problem import fields_of
from timebank.web.kit.text import number
from timebank.web.kit.words import WORDS, sentence, sentence_of, word

pages = pages_door("imports")
FORM = "<any(csv, xlsx):form>"
MOVE = "<any(start, pause, resume, cancel):move>"


@pages.get("/office/imports")
def listing() -> str:
    """The files so far, the newest first."""
    query = PageQuery().load(request.args)
    page = queries.import_cards(current_actor(), **query)
    return render_template(
        "imports/listing.html", page=page, query=query, names=names(each.region_code for each in page.items)
    )


@pages.get("/office/imports/new")
def new() -> str:
    """Template and form."""
    return _new({}, {})


@pages.post("/office/imports/new")
def upload() -> Response:
    """Stage a file; what cannot be read at all is said at once."""
    values, given = form_values(ImportRegionSchema()), request.files.get("file")
    errors: Errors = {}
    try:
        loaded: Values = ImportRegionSchema().load(values)
    except ValidationError as error:
        errors = schema_errors(error)
    if given is None or not given.filename:
        errors["file"] = [sentence("file-needed")]
    if errors or given is None:
        return make_response(_new(values, errors), 422)
    try:
        key = act(usecases.stage_import, region=loaded["region_code"], **staged(given))
    except Invalid as error:
        found = {name: [each["message"] for each in faults] for name, faults in fields_of(error).items()}
        return make_response(_new(values, found), 422)
    return redirect(url_for("imports.detail", volunteer_import=key))


def _new(values: Values, errors: Errors) -> str:
    regions = [(f"{card.code:012d}", card.name) for card in queries.importable_regions(current_actor())]
    chosen = {"region_code": regions[0][0] if len(regions) == 1 else "", **values}
    return render_template(
        "imports/new.html",
        values=chosen,
        errors=errors,
        regions=regions,
        most_rows=MOST_ROWS,
        kept_days=queries.registration_policy().draft_days,
    )


@pages.get(f"/office/imports/template.{FORM}")
def template(form: str) -> Response:
    """An empty file to fill in, with the communities of a region to choose from."""
    require(current_actor(), Permission.VOLUNTEER_IMPORT)
    code = TemplateQuery().load(request.args)["region"]
    require(current_actor(), Permission.VOLUNTEER_IMPORT, region=code)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    template_to(file, form, code)
    return _sent(file, form, str(WORDS["import_template"]["file"]))


@pages.get("/office/imports/<key:volunteer_import>")
def detail(volunteer_import: Key) -> str:
    """One import: how far it has come, what is wrong, what can be done."""
    return _detail(volunteer_import)


def _detail(key: Key, errors: Errors | None = None) -> str:
    actor, query = current_actor(), PageQuery().load(request.args)
    card = queries.volunteer_import(actor, key)
    page = queries.import_problems(actor, key, **query)
    return render_template(
        "imports/detail.html",
        card=card,
        problems=[told(each) for each in page.items],
        next_cursor=page.next,
        query=query,
        region_name=names([card.region_code])[card.region_code],
        errors=errors or {},
        kept_days=queries.registration_policy().draft_days,
    )


@pages.get("/office/imports/<key:volunteer_import>/progress")
def progress(volunteer_import: Key) -> dict[str, Any]:
    """The same in numbers, for the page's script."""
    card = queries.volunteer_import(current_actor(), volunteer_import)
    counts = ("rows", "ready", "faulty", "known", "entered", "late")
    return {
        "status": card.status,
        "handled": card.handled,
        "rows": card.rows,
        "told": f"{number(card.handled)} / {number(card.rows)}",
        "stands_still": card.stands_still,
        "counts": {name: number(getattr(card, name)) for name in counts},
    }


@pages.get(f"/office/imports/<key:volunteer_import>/report.{FORM}")
def report(volunteer_import: Key, form: str) -> Response:
    """What is wrong with which row, and what would be right."""
    problems = queries.every_problem(current_actor(), volunteer_import)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    report_to(file, form, problems)
    return _sent(file, form, str(WORDS["import_report"]["file"]))


def _sent(file: Any, form: str, name: str) -> Response:
    file.seek(0)
    return send_file(file, KINDS[form], as_attachment=True, download_name=f"{name}.{form}")


@pages.post(f"/office/imports/<key:volunteer_import>/{MOVE}")
def move(volunteer_import: Key, move: str) -> Response:
    """Start, pause, resume or give up."""
    try:
        act(usecases.move_import, volunteer_import=volunteer_import, move=move)
    except Conflict as error:
        return make_response(_detail(volunteer_import, {"_": [sentence_of(error)]}), 409)
    flash(word(move, "import_moved"), "success")
    return redirect(url_for("imports.detail", volunteer_import=volunteer_import))
