"""What stands in the way of changing a shift or a post: people who lack something, shifts that refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import make_response, render_template
from werkzeug.wrappers import Response

from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.projects import queries
from timebank.projects.queries import PostCard, ShiftCard, ShortCard
from timebank.projects.rules import Prerequisites
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import WHOLE_FORM, Values
from timebank.web.kit.words import sentence, sentence_of

SeriesRefused = list[tuple[ShiftCard, list[str]]]


def confirmation(
    shift: ShiftCard, post: PostCard | None, asked: Prerequisites, short: ShortCard, values: Values
) -> Response:
    """Who lacks what is asked anew, before it is asked all the same; the form is kept in hidden fields."""
    page = render_template(
        "organize/asked_anew.html",
        shift=shift,
        post=post,
        prerequisites=asked,
        short=short,
        kept=[
            (name, text)
            for name, value in values.items()
            if name != "step"
            for text in (value if isinstance(value, list) else [value])
        ],
        values=values,
    )
    return make_response(page, 422)


def refused(conflict: Conflict, again: Callable[..., str]) -> Response:
    """The form `again`: with the shifts of the series that refuse, or with what somebody else has changed.

    Any other conflict is raised.
    """
    told: dict[str, Any] = {"errors": {WHOLE_FORM: [sentence_of(conflict)]}}
    if conflict.code == "series-refused":
        told["refused"] = _refusing(conflict)
    elif conflict.code == "changed-meanwhile":
        told["changed"] = True
    else:
        raise conflict
    return make_response(again(**told), 422)


def _refusing(conflict: Conflict) -> SeriesRefused:
    return [
        (queries.shift_card(current_actor(), Key.parse(name)), [sentence(code) for code in codes])
        for name, codes in conflict.fields.items()
    ]
