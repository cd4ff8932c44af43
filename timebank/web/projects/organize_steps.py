"""What an organizer does with a project: self-check, recruiting, halting and ending, copies, templates."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.projects import queries, usecases
from timebank.projects.queries import ProjectCard
from timebank.projects.rules import Action
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor, require_person
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import word
from timebank.web.projects.door import ADDRESS_OF, OF_AUTHORITY, REASONED, action_at, own_project
from timebank.web.projects.door import organize_pages as pages
from timebank.web.projects.schemas import ProjectReasonSchema
from timebank.web.projects.step_schemas import AnswersFormSchema, FirstDaySchema, TemplateNameSchema

OFFERED = frozenset(ADDRESS_OF) - OF_AUTHORITY - {Action.CANCEL}


# --- handing in -------------------------------------------------------------------------------------


@pages.get("/organize/projects/<key:key>/submit")
def submit_form(key: Key) -> str:
    """The questions of the self-check, with the answers given before."""
    card = own_project(key)
    told = queries.dossier(current_actor(), key)
    return _self_check(card, {each.question: each.answer for each in told.answers}, {})


@pages.post("/organize/projects/<key:key>/submit")
def submit(key: Key) -> Response:
    """Hand it in with the answers."""
    card = own_project(key)
    check = queries.self_check()
    answers = {name: request.form[name] for name in check.questions if request.form.get(name)}
    is_answered = queries.dossier(current_actor(), key).self_check_version == check.version

    def done(given: Values) -> Response:
        kept = None if is_answered and not answers else given["answers"]
        act(usecases.submit_project, project=key, answers=kept)
        flash(word("submit", "project_done"), "success")
        return redirect(url_for("organize.project", key=key))

    def again(values: Values, errors: Errors) -> str:
        return _self_check(card, values["answers"], errors)

    return submitted(AnswersFormSchema(), done, again, {"answers": answers})


def _self_check(card: ProjectCard, values: Values, errors: Errors) -> str:
    check = queries.self_check()
    return render_template("organize/submit.html", project=card, check=check, values=values, errors=errors)


# --- steps ------------------------------------------------------------------------------------------


@pages.get("/organize/projects/<key:key>/steps/<step>")
def step_form(key: Key, step: str) -> str:
    """Say what follows from a step, and ask for the reason where volunteers are told one."""
    return _step(own_project(key), action_at(step, OFFERED), {}, {})


@pages.post("/organize/projects/<key:key>/steps/<step>")
def take_step(key: Key, step: str) -> Response:
    """Take it."""
    card, action = own_project(key), action_at(step, OFFERED)

    def done(given: Values) -> Response:
        act(usecases.move_project, project=key, action=action, reason=given.get("reason"))
        flash(word(action, "project_done"), "success")
        return redirect(url_for("organize.project", key=key))

    schema = ProjectReasonSchema() if action in REASONED else ApiSchema()
    return submitted(schema, done, lambda values, errors: _step(card, action, values, errors))


def _step(card: ProjectCard, action: Action, values: Values, errors: Errors) -> str:
    return render_template(
        "organize/step.html",
        project=card,
        action=action,
        is_reasoned=action in REASONED,
        values=values,
        errors=errors,
    )


# --- copies and templates ---------------------------------------------------------------------------


@pages.get("/organize/projects/<key:key>/copy")
def copy_form(key: Key) -> str:
    """Ask for the first day."""
    return _copy(own_project(key), {}, {})


@pages.post("/organize/projects/<key:key>/copy")
def copy(key: Key) -> Response:
    """Write the copy."""
    card = own_project(key)

    def done(given: Values) -> Response:
        made = act(usecases.copy_project, project=key, **given)
        flash(_("The copy is a draft. Look it through, then hand it in."), "success")
        return redirect(url_for("organize.project", key=made))

    return submitted(FirstDaySchema(), done, lambda values, errors: _copy(card, values, errors))


@pages.get("/organize/projects/<key:key>/template")
def template_form(key: Key) -> str:
    """Ask for the template's name."""
    card = own_project(key)
    return _template_form(card, {"name": card.name}, {})


@pages.post("/organize/projects/<key:key>/template")
def save_template(key: Key) -> Response:
    """Keep it."""
    card = own_project(key)

    def done(given: Values) -> Response:
        act(usecases.save_template, project=key, **given)
        flash(_("The template is kept."), "success")
        return redirect(url_for("organize.templates"))

    return submitted(TemplateNameSchema(), done, lambda values, errors: _template_form(card, values, errors))


@pages.get("/organize/templates")
def templates() -> str:
    """The templates of one's organisations."""
    found = queries.templates(require_person(), cursor=request.args.get("cursor"))
    next_url = url_for("organize.templates", cursor=found.next) if found.next else None
    return render_template("organize/templates.html", templates=found.items, next_url=next_url)


@pages.get("/organize/templates/<key:template>")
def template(template: Key) -> str:
    """One template: ask for the first day."""
    return _template(template, {}, {})


@pages.post("/organize/templates/<key:template>")
def create_from_template(template: Key) -> Response:
    """Write a draft from it."""

    def done(given: Values) -> Response:
        made = act(usecases.create_from_template, template=template, **given)
        flash(_("The draft is written. Look it through, then hand it in."), "success")
        return redirect(url_for("organize.project", key=made))

    return submitted(FirstDaySchema(), done, lambda values, errors: _template(template, values, errors))


@pages.post("/organize/templates/<key:template>/remove")
def remove_template(template: Key) -> Response:
    """Delete it."""
    act(usecases.remove_template, template=template)
    flash(_("The template is deleted. Projects written from it stay."), "success")
    return redirect(url_for("organize.templates"))


def _copy(card: ProjectCard, values: Values, errors: Errors) -> str:
    shifts = [shift for shift in card.shifts if shift.status != "cancelled"]
    return render_template(
        "organize/copy.html", project=card, shifts=shifts, today=today(), values=values, errors=errors
    )


def _template_form(card: ProjectCard, values: Values, errors: Errors) -> str:
    return render_template("organize/save_template.html", project=card, values=values, errors=errors)


def _template(key: Key, values: Values, errors: Errors) -> str:
    card = queries.template(require_person(), key)
    return render_template(
        "organize/template.html", template=card, today=today(), values=values, errors=errors
    )
