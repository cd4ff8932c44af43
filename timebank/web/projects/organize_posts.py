"""Changing a post of a shift by page; whoever would lack something is shown before it is done."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.projects import queries, usecases
from timebank.projects.queries import PostCard, ShiftCard
from timebank.projects.rules import Prerequisites
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import WHOLE_FORM, Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, sentence_of
from timebank.web.projects.door import organize_pages as pages
from timebank.web.projects.door import own_shift
from timebank.web.projects.shift_forms import PostFormSchema, values_of_post

SCHEMA = PostFormSchema()


@pages.get("/organize/shifts/<key:key>/posts/<key:post>")
def edit_post_form(key: Key, post: Key) -> str:
    """The form with what the post says now."""
    shift = own_shift(key)
    return _form(shift, _post_of(shift, post), None, {})


@pages.post("/organize/shifts/<key:key>/posts/<key:post>")
def edit_post(key: Key, post: Key) -> Response:
    """Change it; where somebody lacks what is asked anew, show it first and ask."""
    shift = own_shift(key)
    card = _post_of(shift, post)

    def done(given: Values) -> Response:
        terms = given["terms"]
        if given["step"] == "edit":
            return make_response(_form(shift, card, form_values(SCHEMA), {}))
        try:
            changed = act(
                usecases.edit_post,
                shift=key,
                post=post,
                terms=terms,
                revision=given["revision"],
                despite_lacking=given["step"] == "confirm",
            )
        except Conflict as conflict:
            if conflict.code == "people-lack-it":
                return make_response(_confirmation(shift, card, terms.prerequisites), 422)
            if conflict.code == "changed-meanwhile":
                return make_response(_looked_at_again(key, post, sentence_of(conflict)), 422)
            raise
        if changed:
            flash(_("The post is changed. Whoever has or awaits a place in it finds it there."), "success")
        else:
            flash(_("The post says that already; nothing was changed."), "info")
        return redirect(url_for("organize.shift", key=key))

    return submitted(SCHEMA, done, lambda values, errors: _form(shift, card, values, errors))


def _post_of(shift: ShiftCard, post: Key) -> PostCard:
    for each in shift.posts:
        if each.key == post:
            return each
    raise NotFound()


def _form(
    shift: ShiftCard, post: PostCard, values: Values | None, errors: Errors, *, changed: bool = False
) -> str:
    """The form; `changed` shows what the post says by now beside what was filled in."""
    return render_template(
        "organize/edit_post.html",
        shift=shift,
        post=post,
        skills=choices("skill"),
        values={"revision": shift.revision, **(values_of_post(post) if values is None else values)},
        errors=errors,
        changed=changed,
    )


def _looked_at_again(key: Key, post: Key, told: str) -> str:
    """Somebody was faster: the own words stay in the form, and saving them again is meant."""
    shift = own_shift(key)
    values = {**form_values(SCHEMA), "revision": shift.revision}
    return _form(shift, _post_of(shift, post), values, {WHOLE_FORM: [told]}, changed=True)


def _confirmation(shift: ShiftCard, post: PostCard, prerequisites: Prerequisites) -> str:
    values = form_values(SCHEMA)
    return render_template(
        "organize/edit_post_confirm.html",
        shift=shift,
        post=post,
        prerequisites=prerequisites,
        short=queries.post_short_of(current_actor(), shift.key, post.key, prerequisites),
        kept=[
            (name, text)
            for name, value in values.items()
            if name != "step"
            for text in (value if isinstance(value, list) else [value])
        ],
        values=values,
    )
