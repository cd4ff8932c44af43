"""The clerk's desk: one box to find anybody, and the form for whom it does not find."""

from __future__ import annotations

from flask import jsonify, make_response, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from timebank.identity.rules import check_phone
from timebank.kernel.db import runtime
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.regions.queries import full_name
from timebank.volunteers import queries, usecases
from timebank.volunteers.queries import PersonCard, PersonRow
from timebank.volunteers.rules import likely_type
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import WORDS, choices
from timebank.web.volunteers.residence import SHOW_NEXT, residence
from timebank.web.volunteers.schemas import application_of
from timebank.web.window.communities import reach
from timebank.web.window.door import pages
from timebank.web.window.reading import Reading, read_document
from timebank.web.window.schemas import DocumentSchema, LookUpSchema, WindowSchema

SHOWN = 20
START = {"channel": "window", "document_seen": "1", "political_status": "13", "document_type": "resident_id"}
"""What stands in an empty form: most people come in person with their identity card."""


@pages.get("/office/window")
def index() -> str:
    """The box to look for somebody; after a registration, what became of it."""
    require(current_actor(), Permission.VOLUNTEER_ASSIST)
    return _desk(done=_done())


@pages.post("/office/window")
def look_up() -> Response:
    """Find somebody: a whole number leads to the person, a name to a list, nothing to the form."""
    require(current_actor(), Permission.VOLUNTEER_ASSIST)
    return submitted(LookUpSchema(), _found, lambda values, errors: _desk(values=values, errors=errors))


def _found(given: Values) -> Response:
    text = given["text"]
    held = _by_code(text)  # a code may be of letters alone
    rows = held or queries.persons(current_actor(), text=text, limit=SHOWN).items
    if len(rows) == 1 and (held or any(sign.isdigit() for sign in text)):
        return redirect(url_for("window.assist", volunteer=rows[0].key))
    if rows:
        return make_response(_desk(values=given, rows=rows, start=_start(text)))
    return make_response(_form(_start(text), {}, looked_for=text))


def _by_code(text: str) -> list[PersonCard]:
    """Whose card was held under the reader, where the clerk may see them."""
    key = queries.by_personal_code(text)
    try:
        return [queries.person(current_actor(), key)] if key else []
    except NotFound:
        return []


def _start(text: str) -> Values:
    """An empty form with what was looked for already in its field."""
    if not any(sign.isdigit() for sign in text):
        return START | {"name": text}
    try:
        return START | {"phone": check_phone(text, runtime().config.demo)}
    except Invalid:
        kind = likely_type(text, today(), demo=runtime().config.demo)
        return START | {"document_number": text, "document_type": kind.value}


def _done() -> PersonCard | None:
    """Who was registered just now; the address holds only the key."""
    text = request.args.get("done")
    return queries.person(current_actor(), Key.parse(text)) if text else None


def _desk(
    *,
    values: Values | None = None,
    errors: Errors | None = None,
    done: PersonCard | None = None,
    rows: list[PersonRow] | list[PersonCard] | None = None,
    start: Values | None = None,
) -> str:
    return render_template(
        "window/desk.html",
        values=values or {},
        errors=errors or {},
        done=done,
        rows=rows or [],
        start=start or {},
        names={row.region_code: full_name(row.region_code) for row in rows or []},
    )


# --- registering ------------------------------------------------------------------------------------


@pages.get("/office/window/register")
def register() -> str:
    """The empty form, for whom there is nothing to look up."""
    require(current_actor(), Permission.VOLUNTEER_ASSIST)
    return _form(dict(START), {})


@pages.post("/office/window/register")
def submit_registration() -> Response:
    """Register somebody, or only fill the next list of places."""
    require(current_actor(), Permission.VOLUNTEER_ASSIST)
    if SHOW_NEXT in request.form or "fill" in request.form:
        return make_response(_form(form_values(WindowSchema()), {}))
    return submitted(WindowSchema(), _register, _form)


def _register(given: Values) -> Response:
    method = "in_person" if given.pop("document_seen") else None
    act(usecases.count_registration, address=request.remote_addr or "unknown")
    key = act(usecases.register, application=application_of({**given, "identity_method": method}))
    return redirect(url_for("window.index", done=key))


def _form(values: Values, errors: Errors, looked_for: str | None = None) -> str:
    found = reach()
    number = values.get("document_number")
    reading = _read(values) if number else None
    if found.only and not values.get("region_code"):
        values = values | {"region_code": found.only.label}
    return render_template(
        "window/register.html",
        values=values,
        errors=errors,
        summary=_summary(errors),
        reading=reading,
        looked_for=looked_for,
        reach=found,
        places=[] if found.is_listed else residence(),
        wordings=queries.consent_wordings(),
        most_categories=queries.registration_policy().most_categories,
        choices=choices,
    )


def _read(values: Values) -> Reading:
    given = {name: values[name] for name in DocumentSchema().fields if values.get(name)}
    try:
        return read_document(**DocumentSchema().load(given))
    except ValidationError:
        return Reading()


def _summary(errors: Errors) -> Errors:
    """What is wrong in the order of the form, each with the name of its field."""
    labels = WORDS["volunteer_field"]
    return {
        name: [f"{labels[name]}: {text}" if name in labels else text for text in texts]
        for name, texts in errors.items()
    }


@pages.post("/office/window/read-document")
def read() -> Response:
    """What a number says while it is typed: for the script of the form."""
    require(current_actor(), Permission.VOLUNTEER_ASSIST)
    problems = DocumentSchema().validate(form_values(DocumentSchema()))
    if problems:
        return jsonify(Reading().told())
    return jsonify(read_document(**DocumentSchema().load(form_values(DocumentSchema()))).told())


@pages.get("/office/window/consent-form")
def consent_form() -> str:
    """The form to be signed by hand, with the texts in force."""
    require(current_actor(), Permission.VOLUNTEER_ASSIST)
    return render_template("window/consent_form.html", wordings=queries.consent_wordings(), today=today())
