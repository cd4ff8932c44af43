"""Registering by oneself, one thing per page; what was said is kept until it is sent in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError, fields, validate
from werkzeug.wrappers import Response

from timebank.kernel.errors import Conflict, Expired
from timebank.regions.queries import full_name
from timebank.volunteers import queries, usecases
from timebank.volunteers.rules import asked_beside, mask_document
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import WORDS, choices
from timebank.web.volunteers import answers as drafts
from timebank.web.volunteers.answers import Answers
from timebank.web.volunteers.countries import countries, country_name
from timebank.web.volunteers.door import pages
from timebank.web.volunteers.residence import SHOW_NEXT, lowest_chosen, residence
from timebank.web.volunteers.schemas import application_of
from timebank.web.volunteers.steps import (
    LAST,
    STEPS,
    Step,
    application_values,
    first_open,
    path_of,
    step_of,
)

BACK = "back"
"""The button that goes one page back and keeps what stands on this one."""
SERVICE = "service_"
KNOWN = "document-registered"
RECEIPT = "registered"
POSTER = "register_region"
"""Where the address on a poster says that people live: `/register?county=…`."""


class SendSchema(ApiSchema):
    """The last page: a password for who wants one; it is never kept in a draft."""

    password = fields.String(load_default=None, validate=validate.Length(max=128))


@pages.get("/register")
def register() -> Response | str:
    """What registering takes, and the way back to what was begun; who is registered reads the status."""
    if current_actor().volunteer:
        return redirect(url_for("volunteers.status"))
    answers = drafts.current()
    if named := lowest_chosen(""):
        session[POSTER] = named
    return render_template(
        "volunteers/register/start.html",
        begun=queries.draft(answers.ticket) if answers else None,
        resume=first_open(answers) if answers else None,
        policy=drafts.policy(),
    )


@pages.post("/register/discard")
def discard() -> Response:
    """Forget what was said on this device."""
    answers = drafts.current()
    if answers is not None and answers.ticket:
        act(usecases.discard_draft, ticket=answers.ticket)
    flash(_("What you had entered is deleted."), "success")
    return drafts.without_ticket(redirect(url_for("volunteers.register")))


@pages.get("/register/<name>")
def step(name: str) -> Response | str:
    """One page, with what was said on it before."""
    found, answers = _at(name)
    if found is None:
        return redirect(url_for("volunteers.step", name=first_open(answers)))
    return _page(found, answers, _shown(found, answers), {})


@pages.post("/register/<name>")
def save_step(name: str) -> Response:
    """Keep one page and go on; or go back; or only fill the next list of places."""
    found, answers = _at(name)
    if found is None:
        return redirect(url_for("volunteers.register"))
    given = _given(found)
    answers.forget(found.fields)
    answers.take(given)
    if SHOW_NEXT in request.form:
        return make_response(_page(found, answers, answers.values, {}))
    if BACK in request.form:
        return _go_back(found, answers)
    try:
        return submitted(
            found.schema(),
            lambda loaded: _go_on(found, answers, loaded),
            lambda values, errors: _page(found, answers, answers.values, errors),
            given,
        )
    except _Known:
        return make_response(render_template("volunteers/register/known.html"), 409)


class _Known(Exception):
    """The document is registered: the person is sent to sign in instead, and nothing else is said."""


def _at(name: str) -> tuple[Step | None, Answers]:
    """The page of this name when this person may be on it, and what was said so far."""
    found = next((each for each in STEPS if each.name == name), None)
    if found is None:
        abort(404)
    answers = drafts.current() or Answers()
    names = [each.name for each in path_of(answers)]
    reached = [*names, LAST].index(first_open(answers))
    return (found if name in names[: reached + 1] else None), answers


def _given(step: Step) -> Values:
    given = form_values(step.schema())
    if step.name == "home":
        elsewhere = lowest_chosen(SERVICE)
        return given | ({"service_region_code": elsewhere} if elsewhere else {})
    return given


def _go_back(step: Step, answers: Answers) -> Response:
    """Keep what stands on the page unchecked; it is asked again on the way forward."""
    answers.done = [name for name in answers.done if name != step.name]
    answers.keep()
    names = [each.name for each in path_of(answers)]
    before = names[: names.index(step.name)]
    url = url_for("volunteers.step", name=before[-1]) if before else url_for("volunteers.register")
    return drafts.with_ticket(redirect(url), answers)


def _go_on(step: Step, answers: Answers, loaded: Values) -> Response:
    try:
        step.check(loaded, answers)
    except Conflict as conflict:
        if conflict.code == KNOWN:
            raise _Known from None
        raise
    answers.done = [*(name for name in answers.done if name != step.name), step.name]
    if answers.document is None:  # another kind of document needs its number again
        answers.done = [name for name in answers.done if name != "document"]
    answers.keep()
    return drafts.with_ticket(redirect(url_for("volunteers.step", name=first_open(answers))), answers)


# --- drawing a page ---------------------------------------------------------------------------------


def _page(step: Step, answers: Answers, values: Values, errors: Errors) -> str:
    steps = path_of(answers)
    return render_template(
        f"volunteers/register/{step.name}.html",
        step=step,
        number=[each.name for each in steps].index(step.name) + 1,
        total=len(steps) + 1,
        values=values,
        errors=errors,
        summary=summary_of(errors),
        answers=answers,
        choices=choices,
        **(_MATERIAL[step.name](answers) if step.name in _MATERIAL else {}),
    )


def _shown(step: Step, answers: Answers) -> Values:
    """The values of a page as they are shown: a country by its name."""
    named = {
        name: country_name(answers.values[name])
        for name in ("nationality", "guardian_nationality")
        if answers.values.get(name)
    }
    return answers.values | named


def _document_page(answers: Answers) -> dict[str, Any]:
    kind = str(answers.values.get("document_type", ""))
    return {"kind": kind, "asked": asked_beside(kind), "countries": countries(), "today": drafts.today()}


def _guardian_page(_answers: Answers) -> dict[str, Any]:
    return {"countries": countries(), "wording": queries.consent_wordings()["guardian"]}


def _home_page(answers: Answers) -> dict[str, Any]:
    return {
        "places": residence(_code(answers.values.get("region_code") or session.get(POSTER))),
        "elsewhere": residence(_code(answers.values.get("service_region_code")), SERVICE),
    }


def _code(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else None


_MATERIAL: dict[str, Callable[[Answers], dict[str, Any]]] = {
    "document": _document_page,
    "guardian": _guardian_page,
    "home": _home_page,
    "offer": lambda _answers: {"most_categories": drafts.policy().most_categories},
    "consents": lambda _answers: {"wordings": applicant_wordings()},
}


def applicant_wordings() -> list[queries.ConsentWording]:
    """The texts that an applicant is asked to agree to."""
    return [each for each in queries.consent_wordings().values() if each.purpose != "guardian"]


def summary_of(errors: Errors) -> Errors:
    """What is wrong in the order of the form, each with the name of its field."""
    labels, colon = WORDS["volunteer_field"], _(": ")
    named = {
        name: [f"{labels[name]}{colon}{text}" for text in errors[name]] for name in labels if name in errors
    }
    return named | {name: texts for name, texts in errors.items() if name not in labels}


# --- looking at everything again, and sending it in -------------------------------------------------


@pages.get("/register/check")
def check() -> Response | str:
    """All answers, each with the way back to its page."""
    answers = drafts.current()
    if answers is None or first_open(answers) != LAST:
        return redirect(url_for("volunteers.register"))
    return _check_page(answers, {})


@pages.post("/register/check")
def send_in() -> Response:
    """Register, forget the draft, and say what happens next."""
    answers = drafts.current()
    if answers is None or first_open(answers) != LAST:
        return redirect(url_for("volunteers.register"))
    if BACK in request.form:
        return redirect(url_for("volunteers.step", name=path_of(answers)[-1].name))
    try:
        return submitted(
            SendSchema(),
            lambda given: _send(answers, given["password"]),
            lambda values, errors: _check_page(answers, errors),
        )
    except _Known:
        return make_response(render_template("volunteers/register/known.html"), 409)
    except (Expired, ValidationError):
        return redirect(url_for("volunteers.register"))


def _send(answers: Answers, password: str | None) -> Response:
    said = application_of(application_values(answers) | {"password": password})
    act(usecases.count_registration, address=request.remote_addr or "unknown")
    try:
        key = act(usecases.send_in_draft, ticket=answers.ticket or "", application=said)
    except Conflict as conflict:
        if conflict.code == KNOWN:
            raise _Known from None
        raise
    kept = queries.receipt(key)
    due = kept.reply_due_on.isoformat() if kept.reply_due_on else ""
    signs_in = answers.may_have_account
    session[RECEIPT] = [kept.volunteer_no, due, answers.is_minor, signs_in]
    return drafts.without_ticket(redirect(url_for("volunteers.registered")))


def _check_page(answers: Answers, errors: Errors) -> str:
    document = answers.document
    return render_template(
        "volunteers/register/check.html",
        values=answers.values,
        errors=errors,
        summary=_elsewhere(errors),
        document=document,
        number=mask_document(document.number) if document else "",
        country=country_name(document.nationality) if document else "",
        guardian_number=mask_document(str(answers.values.get("guardian_document_number", "")).strip()),
        home=_place(answers.values.get("region_code")),
        service=_place(answers.values.get("service_region_code")),
        answers=answers,
        wordings=applicant_wordings(),
        total=len(path_of(answers)) + 1,
    )


def _place(text: Any) -> str | None:
    code = _code(text)
    return full_name(code) if code is not None else None


def _elsewhere(errors: Errors) -> list[tuple[str, str]]:
    """(address, sentence) of what is wrong: a field of another page leads to that page."""
    found = []
    for name, texts in summary_of(errors).items():
        at = step_of(name)
        url = f"#f-{name}" if at == LAST else url_for("volunteers.step", name=at) + f"#f-{name}"
        found += [("" if name == "_" else url, text) for text in texts]
    return found


@pages.get("/register/done")
def registered() -> str:
    """What happens next, with the number to keep; for anybody else the same without it."""
    number, due, is_minor, signs_in = session.get(RECEIPT) or ("", "", False, True)
    return render_template(
        "volunteers/registered.html",
        number=number,
        due=date.fromisoformat(due) if due else None,
        is_minor=is_minor,
        signs_in=signs_in,
    )
