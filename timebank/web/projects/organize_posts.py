"""Changing a post of a shift by page; whoever would lack something is shown before it is done."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.projects import queries, usecases
from timebank.projects.queries import PostCard, ShiftCard
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices
from timebank.web.projects.door import organize_pages as pages
from timebank.web.projects.door import own_shift
from timebank.web.projects.shift_forms import PostFormSchema, values_of_post
from timebank.web.projects.tightening import SeriesRefused, confirmation, refused

SCHEMA = PostFormSchema()


@pages.get("/organize/shifts/<key:key>/posts/<key:post>")
def edit_post_form(key: Key, post: Key) -> str:
    """The form with what the post says now."""
    shift = own_shift(key)
    card = _post_of(shift, post)
    return _form(shift, card, {"revision": shift.revision, **values_of_post(card)}, {})


@pages.post("/organize/shifts/<key:key>/posts/<key:post>")
def edit_post(key: Key, post: Key) -> Response:
    """Change it, or those of its name that follow, too; where people lack what is asked anew, ask first."""
    shift = own_shift(key)
    card = _post_of(shift, post)

    def done(given: Values) -> Response:
        step = given.pop("step")
        if step == "edit":
            return make_response(_form(shift, card, form_values(SCHEMA), {}))
        try:
            changed = act(
                usecases.edit_post, shift=key, post=post, despite_lacking=step == "confirm", **given
            )
        except Conflict as conflict:
            if conflict.code == "people-lack-it":
                asked = given["terms"].prerequisites
                short = queries.post_short_of(current_actor(), key, post, asked, following=given["following"])
                return confirmation(shift, card, asked, short, form_values(SCHEMA))
            return refused(conflict, lambda **told: _again(key, post, **told))
        _tell(len(changed), following=given["following"])
        return redirect(url_for("organize.shift", key=key))

    return submitted(SCHEMA, done, lambda values, errors: _form(shift, card, values, errors))


def _tell(number: int, *, following: bool) -> None:
    if not number:
        flash(_("The post says that already; nothing was changed."), "info")
    elif following:
        text = ngettext(
            "The post is changed in %(num)s shift. Whoever has or awaits a place in it finds it there.",
            "The post is changed in %(num)s shifts. Whoever has or awaits a place in them finds it there.",
            number,
        )
        flash(text, "success")
    else:
        flash(_("The post is changed. Whoever has or awaits a place in it finds it there."), "success")


def _post_of(shift: ShiftCard, post: Key) -> PostCard:
    for each in shift.posts:
        if each.key == post:
            return each
    raise NotFound()


def _form(
    shift: ShiftCard,
    post: PostCard,
    values: Values,
    errors: Errors,
    *,
    changed: bool = False,
    refused: SeriesRefused | None = None,
) -> str:
    """The form; `changed` shows what the post says by now, `refused` which shifts do not take the change."""
    return render_template(
        "organize/edit_post.html",
        shift=shift,
        post=post,
        skills=choices("skill"),
        values=values,
        errors=errors,
        changed=changed,
        refused=refused or [],
    )


def _again(
    key: Key, post: Key, errors: Errors, changed: bool = False, refused: SeriesRefused | None = None
) -> str:
    """The own words stay in the form; where somebody was faster, saving them again is meant."""
    shift, values = own_shift(key), form_values(SCHEMA)
    if changed:
        values["revision"] = shift.revision
    return _form(shift, _post_of(shift, post), values, errors, changed=changed, refused=refused)
