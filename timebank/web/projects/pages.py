"""Projects as pages for everybody, and their review for officers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from timebank.hours.usecases import void_project
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.projects import queries, usecases
from timebank.projects.queries import ProjectCard, ShiftCard
from timebank.projects.rules import PENDING, Action, ShiftStatus
from timebank.qualifications.rules import ENDINGS
from timebank.volunteers.queries import standing
from timebank.volunteers.rules import Status
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.fields import ApiSchema, RegionCodeField
from timebank.web.kit.files import to_save
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.sections import REVIEW_QUEUES, ReviewQueue
from timebank.web.kit.words import word
from timebank.web.projects import placing
from timebank.web.projects.door import ADDRESS_OF, OF_AUTHORITY, REASONED, action_at
from timebank.web.projects.places import filter_choices
from timebank.web.projects.schemas import ProjectReasonSchema

pages = pages_door("projects")
REVIEW_QUEUES.append(
    ReviewQueue(
        _l("Projects to review"),
        "calendar",
        (Permission.PROJECT_REVIEW,),
        lambda actor, limit: queries.to_review(actor, limit=limit),
        "projects.reviews",
        place=20,
    )
)


@pages.get("/projects")
def listing() -> str:
    """Projects that recruit, the next one first."""
    region = chosen_region()
    found = queries.recruiting(region=region, limit=24, cursor=request.args.get("cursor"))
    return render_template(
        "projects/listing.html",
        projects=found.items,
        region=region,
        choices=filter_choices(region),
        next_url=_next_url("projects.listing", found.next, region=request.args.get("region")),
    )


@pages.get("/projects/<key:key>")
def detail(key: Key) -> str:
    """One project, and a place in its shifts."""
    actor = current_actor()
    card = queries.project(actor, key)
    obstacle = own_obstacle()
    person = None if obstacle else current_actor().volunteer
    offers = [
        (shift, offer(shift, obstacle), placing.view(shift, person))
        for shift in card.shifts
        if not shift.is_over
    ]
    past = sum(shift.is_over and shift.status is not ShiftStatus.CANCELLED for shift in card.shifts)
    return render_template(
        "projects/detail.html",
        project=card,
        offers=offers,
        past=past,
        obstacle=obstacle,
        is_office=actor.can(Permission.PROJECT_REVIEW, region=card.region_code),
    )


@pages.post("/shifts/<key:shift>/sign-up")
def sign_up(shift: Key) -> Response:
    """Take a place, or stand in line for one."""
    return placing.take(shift)


@pages.post("/shifts/<key:shift>/sign-ups/<key:sign_up>/cancel")
def cancel_sign_up(shift: Key, sign_up: Key) -> Response:
    """Give one's place back."""
    return placing.leave(shift, sign_up)


@pages.post("/shifts/<key:shift>/sign-ups/<key:sign_up>/accept")
def accept_place(shift: Key, sign_up: Key) -> Response:
    """Say yes to an offered place or an invitation."""
    return placing.accept(shift, sign_up, volunteer=placing.ward_of_form())


@pages.post("/shifts/<key:shift>/sign-ups/<key:sign_up>/decline")
def decline_place(shift: Key, sign_up: Key) -> Response:
    """Say no to it."""
    return placing.decline(shift, sign_up, volunteer=placing.ward_of_form())


@pages.post("/shifts/<key:shift>/sign-ups/<key:sign_up>/appeal")
def appeal_no_show(shift: Key, sign_up: Key) -> Response:
    """Object to being noted as not having come."""
    return placing.appeal(shift, sign_up, volunteer=placing.ward_of_form())


@pages.get("/office/projects")
def reviews() -> str:
    """Projects waiting for a decision in one's regions."""
    found = queries.to_review(current_actor(), cursor=request.args.get("cursor"))
    return render_template(
        "projects/reviews.html",
        projects=found.items,
        next_url=_next_url("projects.reviews", found.next),
    )


@pages.get("/office/projects/<key:key>")
def review(key: Key) -> str:
    """One project under review."""
    return _review(key, {}, {})


@pages.post("/office/projects/<key:key>/approve")
def approve(key: Key) -> Response:
    """Let it recruit."""
    act(usecases.approve_project, project=key)
    flash(word("approve", "project_done"), "success")
    return redirect(url_for("projects.reviews"))


@pages.post("/office/projects/<key:key>/return")
def return_project(key: Key) -> Response:
    """Send it back with a reason."""

    def done(given: Values) -> Response:
        act(usecases.return_project, project=key, **given)
        flash(word("return", "project_done"), "success")
        return redirect(url_for("projects.reviews"))

    return submitted(ProjectReasonSchema(), done, lambda values, errors: _review(key, values, errors))


@pages.post("/office/projects/<key:key>/reject")
def reject(key: Key) -> Response:
    """Refuse it for good, with a reason."""

    def done(given: Values) -> Response:
        act(usecases.reject_project, project=key, **given)
        flash(word("reject", "project_done"), "success")
        return redirect(url_for("projects.reviews"))

    return submitted(ProjectReasonSchema(), done, lambda values, errors: _review(key, values, errors))


@pages.get("/office/projects/<key:key>/steps/<step>")
def office_step_form(key: Key, step: str) -> str:
    """Say what follows when the authority stops a project, lifts that, or declares it void."""
    return _office_step(key, action_at(step, OF_AUTHORITY), {}, {})


@pages.post("/office/projects/<key:key>/steps/<step>")
def take_office_step(key: Key, step: str) -> Response:
    """Do it."""
    action = action_at(step, OF_AUTHORITY)

    def done(given: Values) -> Response:
        if action is Action.VOID:
            act(void_project, project=key, **given)
        else:
            act(usecases.move_project, project=key, action=action, reason=given.get("reason"))
        flash(word(action, "project_done"), "success")
        return redirect(url_for("projects.review", key=key))

    schema = ProjectReasonSchema() if action in REASONED else ApiSchema()
    return submitted(schema, done, lambda values, errors: _office_step(key, action, values, errors))


@pages.get("/projects/<key:key>/evidence/<key:evidence>")
def evidence(key: Key, evidence: Key) -> Response:
    """A file of evidence, to be saved."""
    opened = act(usecases.open_evidence, project=key, evidence=evidence)
    name = f"evidence-{evidence.id}.{ENDINGS[opened.media_type]}"
    return to_save(opened.content, opened.media_type, name)


def chosen_region() -> int | None:
    """The region of the filter; an unreadable one counts as none."""
    try:
        code = RegionCodeField().deserialize(request.args.get("region") or None, partial=True)
    except ValidationError:
        return None
    return code if isinstance(code, int) else None


def own_obstacle() -> str | None:
    """Why whoever looks cannot take any place: a word for the template, or None."""
    actor = current_actor()
    if actor.is_anonymous:
        return "anonymous"
    found = standing(actor.volunteer) if actor.volunteer else None
    if found is None:
        return "not-a-volunteer"
    if found.status is Status.SUSPENDED:
        return "volunteer-suspended"
    return None if found.status is Status.REGISTERED else "volunteer-not-registered"


def offer(shift: ShiftCard, obstacle: str | None) -> str:
    """What a person can do with a shift: a word for the template."""
    takes_part = shift.own is not None and (shift.is_own or shift.own.status in PENDING)
    if shift.status is ShiftStatus.CANCELLED or (shift.is_called_off and not takes_part):
        return "cancelled"
    if shift.is_over or shift.status is ShiftStatus.CLOSED:
        return "over"
    if takes_part:
        return "running" if shift.is_started else "own"
    if not shift.is_recruiting:
        return "closed"
    if obstacle:
        return "full" if shift.left < 1 and obstacle == "anonymous" else obstacle
    return "open" if shift.left > 0 else "wait"


def _review(key: Key, values: Values, errors: Errors) -> str:
    card = _reviewed(key)
    return render_template(
        "projects/review.html",
        project=card,
        dossier=queries.dossier(current_actor(), key),
        steps=[(action, ADDRESS_OF[action]) for action in card.actions if action in OF_AUTHORITY],
        values=values,
        errors=errors,
    )


def _office_step(key: Key, action: Action, values: Values, errors: Errors) -> str:
    card = _reviewed(key)
    return render_template(
        "projects/office_step.html",
        project=card,
        action=action,
        is_reasoned=action in REASONED,
        values=values,
        errors=errors,
    )


def _reviewed(key: Key) -> ProjectCard:
    card = queries.project(current_actor(), key)
    require(current_actor(), Permission.PROJECT_REVIEW, region=card.region_code)
    return card


def _next_url(endpoint: str, cursor: str | None, region: str | None = None) -> str | None:
    return url_for(endpoint, cursor=cursor, region=region) if cursor else None
