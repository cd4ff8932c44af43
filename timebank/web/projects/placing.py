"""Taking a place, standing in line, answering, leaving and objecting, on whichever page it is asked for.

What stands in the way is shown on a page about this one shift, with everything that was chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from marshmallow import EXCLUDE, fields
from werkzeug.wrappers import Response

from timebank.kernel.db import runtime
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.projects import queries, usecases
from timebank.projects.queries import PostCard, ShiftCard
from timebank.projects.rules import (
    LONGEST_NOTE,
    SignUpStatus,
    appealed_in_time,
    leaves_late,
    together,
)
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema, KeyField, Text
from timebank.web.kit.forms import Values, form_values
from timebank.web.kit.operation import act
from timebank.web.kit.words import sentence, sentence_of, word


class WishFormSchema(ApiSchema):
    """What stands in the form beside a shift."""

    post = KeyField(load_default=None)
    waits = fields.Boolean(load_default=False)
    takes_at_once = fields.Boolean(load_default=False)
    despite_overlap = fields.Boolean(load_default=False)


class NoteFormSchema(ApiSchema):
    """Why somebody leaves, or what somebody says to a no-show."""

    reason = Text(0, LONGEST_NOTE, load_default=None)
    note = Text(0, LONGEST_NOTE, load_default="")


class WardFormSchema(ApiSchema):
    """For whom a guardian answers."""

    volunteer = KeyField(load_default=None)


@dataclass(frozen=True)
class Lack:
    """What somebody lacks, and where to get it."""

    text: str
    url: str | None


@dataclass(frozen=True)
class PlaceView:
    """What a page offers one person beside one shift."""

    lacks: list[tuple[str, list[Lack]]]
    """What is missing, by the name of the post; an empty name without posts."""
    posts: list[tuple[str, str]]
    """The posts that the person may take, for a select."""
    can_take: bool
    needs_reason: bool
    """Whether leaving now asks for a reason."""
    may_appeal: bool


def take(shift: Key, *, volunteer: Key | None = None) -> Response:
    """Take a place or stand in line, for oneself or a ward."""
    given = _given(WishFormSchema())

    def done() -> str:
        key = act(usecases.sign_up, shift=shift, volunteer=volunteer, **given)
        return word(queries.state_of(key), "sign_up_done")

    return _tried(shift, volunteer, "take", done, given)


def accept(shift: Key, sign_up: Key, *, volunteer: Key | None = None) -> Response:
    """Say yes to an offered place or an invitation."""
    given = _given(WishFormSchema())
    given.pop("takes_at_once")

    def done() -> str:
        return word(act(usecases.accept_place, sign_up=sign_up, **given), "sign_up_done")

    return _tried(shift, volunteer, "accept", done, given)


def decline(shift: Key, sign_up: Key, *, volunteer: Key | None = None) -> Response:
    """Say no."""

    def done() -> str:
        act(usecases.decline_place, sign_up=sign_up)
        return str(_("You have declined. Nobody asks why."))

    return _tried(shift, volunteer, "accept", done, {})


def leave(shift: Key, sign_up: Key, *, volunteer: Key | None = None) -> Response:
    """Give a place back, with short notice for a reason."""
    given = _given(NoteFormSchema())

    def done() -> str:
        act(usecases.cancel_sign_up, sign_up=sign_up, reason=given["reason"])
        return str(_("Your place is free for somebody else now. Thank you for saying so."))

    return _tried(shift, volunteer, "leave", done, given)


def appeal(shift: Key, sign_up: Key, *, volunteer: Key | None = None) -> Response:
    """Object to being noted as not having come."""
    given = _given(NoteFormSchema())

    def done() -> str:
        act(usecases.appeal_no_show, sign_up=sign_up, note=given["note"])
        return str(_("Your objection is on its way. Somebody who did not note it decides."))

    return _tried(shift, volunteer, "appeal", done, given)


def ward_of_form() -> Key | None:
    """The ward for whom the form answers; None for oneself, and for a key that is no ward's."""
    given = _given(WardFormSchema())["volunteer"]
    return given if given in current_actor().wards else None


# --- what pages show --------------------------------------------------------------------------------


def view(shift: ShiftCard, volunteer: Key | None) -> PlaceView:
    """What a page offers a person beside a shift; to a stranger everything, and sign-in comes first."""
    lacks = _lacking(shift, volunteer)
    able = [post for post in shift.posts if str(post.key) not in lacks]
    return PlaceView(
        lacks=[(post.name, lacks[str(post.key)]) for post in shift.posts if str(post.key) in lacks]
        or [("", each) for name, each in lacks.items() if not name],
        posts=[(str(post.key), _post_label(post)) for post in able],
        can_take=bool(able) if shift.posts else not lacks,
        needs_reason=_needs_reason(shift),
        may_appeal=_may_appeal(shift),
    )


def _post_label(post: PostCard) -> str:
    left = ngettext("%(num)s place left", "%(num)s places left", post.left)
    return f"{post.name} · {left}"


def _lacking(shift: ShiftCard, volunteer: Key | None) -> dict[str, list[Lack]]:
    """What the person lacks, by the post's key as text, or by nothing where there are no posts."""
    if volunteer is None:
        return {}
    asked = {str(post.key): together(shift.prerequisites, post.prerequisites) for post in shift.posts}
    found = {
        name: queries.lacks(volunteer, each, shift.occurs_on)
        for name, each in (asked or {"": shift.prerequisites}).items()
    }
    return {name: [_lack(code) for code in codes] for name, codes in found.items() if codes}


def _needs_reason(shift: ShiftCard) -> bool:
    """Whether leaving now asks for a reason."""
    if shift.is_called_off or shift.own is None or shift.own.status is not SignUpStatus.ACCEPTED:
        return False
    notice = queries.project_policy().leave_notice_minutes
    return leaves_late(shift.starts_at, runtime().clock.now(), notice)


def _may_appeal(shift: ShiftCard) -> bool:
    """Whether a no-show can still be objected to."""
    own = shift.own
    if own is None or own.status is not SignUpStatus.NO_SHOW or own.appeal is not None:
        return False
    since = max(shift.ends_at, own.changed_at)
    return appealed_in_time(since, runtime().clock.now(), queries.project_policy().appeal_days)


def _lack(code: str) -> Lack:
    name, _sign, about = code.partition(" ")
    text = {
        "missing-skill": lambda: _("Verified skill: %(skill)s", skill=word(about, "skill")),
        "missing-training": lambda: _("Training: %(title)s", title=about),
    }.get(name)
    url = url_for("qualifications.mine") if name in ("missing-skill", "missing-training") else None
    return Lack(text() if text else sentence(code), url)


def _given(schema: ApiSchema) -> dict[str, Any]:
    loaded: dict[str, Any] = schema.load(form_values(schema), unknown=EXCLUDE)
    return loaded


def _tried(shift: Key, volunteer: Key | None, step: str, done: Callable[[], str], values: Values) -> Response:
    """Do it and go back; or show what stands in the way, with what was chosen."""
    try:
        flash(done(), "success")
    except (Conflict, Invalid) as error:
        return make_response(_obstacle_page(shift, volunteer, step, error, values), 422)
    if volunteer:
        return redirect(url_for("my.ward", volunteer=volunteer))
    if request.form.get("back") == "my":
        return redirect(url_for("my.index"))
    return redirect(url_for("projects.detail", key=queries.shift_card(current_actor(), shift).project))


def _obstacle_page(
    shift: Key, volunteer: Key | None, step: str, error: Conflict | Invalid, values: Values
) -> str:
    card = queries.shift_for(current_actor(), shift, volunteer)
    named = {name: [sentence(code, error.params) for code in codes] for name, codes in error.fields.items()}
    shown = {name: said for name, said in named.items() if name in ("reason", "note", "post")}
    return render_template(
        "projects/place.html",
        shift=card,
        ward=volunteer,
        step=step,
        code=error.code,
        errors=shown or {"_": [sentence_of(error)]},
        view=view(card, volunteer or current_actor().volunteer),
        values=values,
    )
