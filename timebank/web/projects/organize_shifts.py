"""An organizer's shifts: who signed up, who is invited, cancelling, the poster, objections."""

from __future__ import annotations

from collections import Counter

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.projects import queries, usecases
from timebank.projects.rules import LONGEST_NOTE, SignUpStatus
from timebank.web.kit import qr
from timebank.web.kit.actor import current_actor, require_person
from timebank.web.kit.fields import ApiSchema, KeyField, Text
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.sections import REVIEW_QUEUES, ReviewQueue
from timebank.web.kit.words import word
from timebank.web.projects import organize_absences, organize_changes, organize_posts
from timebank.web.projects.api_shifts import count_for
from timebank.web.projects.door import own_shift
from timebank.web.projects.organize import pages
from timebank.web.projects.shift_forms import (
    CancelShiftFormSchema,
    LinesField,
)

__all__ = ["organize_absences", "organize_changes", "organize_posts", "pages"]

REVIEW_QUEUES.append(
    ReviewQueue(
        _l("Objections to no-shows"),
        "flag",
        (Permission.PROJECT_REVIEW,),
        lambda actor, limit: queries.appeals_to_decide(actor, limit=limit),
        "organize.appeals",
        place=25,
    )
)


class DecideFormSchema(ApiSchema):
    """Chosen sign-ups and what is decided about them."""

    sign_ups = fields.List(KeyField(), load_default=list)
    decision = fields.String(required=True, validate=validate.OneOf(("approve", "refuse")))
    reason = Text(0, LONGEST_NOTE, load_default="")


class InviteFormSchema(ApiSchema):
    """Volunteer numbers one a line, or the whole team."""

    numbers = LinesField(load_default=list)
    team = fields.Boolean(load_default=False)


class AppealFormSchema(ApiSchema):
    """The decision about an objection."""

    granted = fields.Boolean(required=True)
    reply = Text(0, LONGEST_NOTE, load_default="")


# --- who comes --------------------------------------------------------------------------------------


@pages.get("/organize/shifts/<key:key>")
def shift(key: Key) -> str:
    """Who signed up, filtered by state in the address, and what can be decided."""
    return _shift_page(key, {}, {})


@pages.post("/organize/shifts/<key:key>/decide")
def decide(key: Key) -> Response:
    """Accept or refuse those chosen."""

    def done(given: Values) -> Response:
        chosen = given["sign_ups"]
        if given["decision"] == "approve":
            answers = act(usecases.approve_sign_ups, shift=key, sign_ups=chosen)
        else:
            answers = act(usecases.refuse_sign_ups, shift=key, sign_ups=chosen, reason=given["reason"])
        for outcome, number in Counter(each.outcome for each in answers).items():
            flash(f"{word(outcome, 'decide_outcome')}: {number}", "success")
        return redirect(url_for("organize.shift", key=key))

    return submitted(DecideFormSchema(), done, lambda values, errors: _shift_page(key, values, errors))


@pages.post("/organize/shifts/<key:key>/invite")
def invite(key: Key) -> Response:
    """Invite by numbers, or the whole team; everybody answers for themselves."""

    def done(given: Values) -> Response:
        if given["team"]:
            organization = queries.shift_card(current_actor(), key).organization
            number = act(usecases.invite_team, shift=key, organization=organization)
            flash(ngettext("%(num)s member invited.", "%(num)s members invited.", number), "success")
            return redirect(url_for("organize.shift", key=key))
        count_for(key)
        for each in act(usecases.invite_volunteers, shift=key, numbers=given["numbers"]):
            tone = "success" if each.outcome == "invited" else "error"
            flash(f"{each.number}: {word(each.outcome, 'invite_outcome')}", tone)
        return redirect(url_for("organize.shift", key=key))

    return submitted(InviteFormSchema(), done, lambda values, errors: _shift_page(key, values, errors))


def _shift_page(key: Key, values: Values, errors: Errors) -> str:
    card = own_shift(key)
    numbers = queries.sign_up_numbers(current_actor(), key)
    asked = request.args.get("status")
    status = asked if asked in {each.value for each in numbers} else None
    found = queries.sign_ups(current_actor(), key, status=status, cursor=request.args.get("cursor"))
    tabs = [{"url": url_for("organize.shift", key=key), "label": _("All"), "current": status is None}]
    for each in SignUpStatus:
        if each in numbers:
            url = url_for("organize.shift", key=key, status=each.value)
            label = word(each, "sign_up_status")
            tabs.append({"url": url, "label": label, "current": status == each, "number": numbers[each]})
    return render_template(
        "organize/sign_ups.html",
        shift=card,
        rows=found.items,
        tabs=tabs,
        posts={post.key: post.name for post in card.posts},
        next_url=url_for("organize.shift", key=key, status=status, cursor=found.next) if found.next else None,
        values=values,
        errors=errors,
    )


# --- cancelling and the poster ------------------------------------------------------------------------


@pages.get("/organize/shifts/<key:key>/cancel")
def cancel_shift_form(key: Key) -> str:
    """Ask for the reason before cancelling."""
    return render_template("organize/cancel_shift.html", shift=own_shift(key), values={}, errors={})


@pages.post("/organize/shifts/<key:key>/cancel")
def cancel_shift(key: Key) -> Response:
    """Cancel it, or it and those that follow."""
    card = own_shift(key)

    def done(given: Values) -> Response:
        number = act(usecases.cancel_shift, shift=key, **given)
        flash(ngettext("%(num)s shift is cancelled.", "%(num)s shifts are cancelled.", number), "success")
        return redirect(url_for("organize.project", key=card.project))

    def again(values: Values, errors: Errors) -> str:
        return render_template("organize/cancel_shift.html", shift=card, values=values, errors=errors)

    return submitted(CancelShiftFormSchema(), done, again)


@pages.get("/organize/shifts/<key:key>/poster")
def poster(key: Key) -> str:
    """A sheet of A4 to print and to hang up, in the language of the page."""
    card = own_shift(key)
    address = url_for("projects.detail", key=card.project, _external=True)
    return render_template(
        "organize/poster.html",
        shift=card,
        project=queries.project(current_actor(), card.project),
        address=address,
        code_svg=qr.svg(address, _("Address of the project")),
    )


# --- objections -------------------------------------------------------------------------------------


@pages.get("/organize/appeals")
def appeals() -> str:
    """Objections to no-shows that wait, of one's organisations and regions."""
    return _appeals({}, {}, None)


@pages.post("/organize/appeals/<key:appeal>/decide")
def decide_appeal(appeal: Key) -> Response:
    """Decide one; the person reads the reply."""

    def done(given: Values) -> Response:
        act(usecases.decide_appeal, appeal=appeal, **given)
        flash(_("Decided. The person reads your reply."), "success")
        return redirect(url_for("organize.appeals"))

    return submitted(AppealFormSchema(), done, lambda values, errors: _appeals(values, errors, appeal))


def _appeals(values: Values, errors: Errors, at: Key | None) -> str:
    found = queries.appeals_to_decide(require_person(), cursor=request.args.get("cursor"))
    next_url = url_for("organize.appeals", cursor=found.next) if found.next else None
    return render_template(
        "organize/appeals.html", appeals=found.items, next_url=next_url, values=values, errors=errors, at=at
    )
