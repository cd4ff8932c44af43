"""The queues of an officer: moves into one's communities, corrections, what colleagues propose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from timebank.hours import usecases as hours
from timebank.hours.queries import RecordCard, record
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.regions.queries import full_name, names
from timebank.volunteers import queries, usecases
from timebank.web.account.door import pages
from timebank.web.account.office import compared
from timebank.web.account.schemas import AcceptCorrectionSchema, ReplySchema
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, word
from timebank.web.volunteers.schemas import ReasonSchema

Deed = tuple[Callable[..., None], type[ApiSchema]]
MOVES: dict[str, Deed] = {
    "accept": (usecases.accept_move, ApiSchema),
    "refuse": (usecases.refuse_move, ReasonSchema),
    "withdraw": (usecases.withdraw_move, ApiSchema),
}
CORRECTIONS: dict[str, Deed] = {
    "accept": (usecases.accept_correction, AcceptCorrectionSchema),
    "refuse": (usecases.refuse_correction, ReplySchema),
    "withdraw": (usecases.withdraw_correction, ApiSchema),
}
PROPOSALS: dict[str, Deed] = {
    "confirm": (hours.confirm_proposal, ApiSchema),
    "drop": (usecases.drop_proposal, ReasonSchema),
}


@pages.get("/office/moves")
def moves() -> str:
    """Moves into one's communities, and those that leave them."""
    actor, cursor = current_actor(), request.args.get("cursor")
    coming = queries.moves_to_decide(actor, cursor=cursor)
    leaving = queries.moves_away(actor) if actor.can(Permission.VOLUNTEER_READ) and not cursor else None
    shown = [*coming.items, *(leaving.items if leaving else [])]
    found = names(code for each in shown for code in (each.from_code, each.to_code))
    return render_template("account/moves.html", coming=coming, leaving=leaving, names=found, cursor=cursor)


@pages.get("/office/moves/<key:move>")
def move_to_decide(move: Key) -> str:
    """One move."""
    return _move(move, {}, {})


@pages.post("/office/moves/<key:move>/<action>")
def decide_move(move: Key, action: str) -> Response:
    """Accept, refuse or withdraw it."""
    page = url_for("account.moves")
    return _decide(MOVES, action, "move", {"move": move}, page, lambda *given: _move(move, *given))


def _move(move: Key, values: Values, errors: Errors) -> str:
    card = queries.move(current_actor(), move)
    places = {code: full_name(code) for code in (card.from_code, card.to_code)}
    return render_template("account/move_office.html", move=card, places=places, values=values, errors=errors)


@pages.get("/office/corrections")
def corrections_to_decide() -> str:
    """Correction requests in one's communities."""
    cursor = request.args.get("cursor")
    page = queries.corrections_to_decide(current_actor(), cursor=cursor)
    return render_template("account/corrections_office.html", page=page, cursor=cursor)


@pages.get("/office/corrections/<key:correction>")
def correction_to_decide(correction: Key) -> str:
    """One request."""
    return _correction(correction, {}, {})


@pages.post("/office/corrections/<key:correction>/<action>")
def decide_correction(correction: Key, action: str) -> Response:
    """Accept, refuse or withdraw it."""
    given = {"correction": correction}
    page = url_for("account.corrections_to_decide")
    return _decide(
        CORRECTIONS, action, "correction", given, page, lambda *more: _correction(correction, *more)
    )


def _correction(correction: Key, values: Values, errors: Errors) -> str:
    card = queries.correction(current_actor(), correction)
    return render_template(
        "account/correction_office.html",
        correction=card,
        record=_record(card.record) if card.record else None,
        choices=choices,
        values=values,
        errors=errors,
    )


def _record(key: Key) -> RecordCard | None:
    """The record, where the officer may read it: it may have been done in another region."""
    try:
        return record(current_actor(), key)
    except NotFound:
        return None


@pages.get("/office/proposals")
def proposals() -> str:
    """Deaths and merges that wait for a second officer."""
    cursor = request.args.get("cursor")
    page = queries.proposals_to_decide(current_actor(), cursor=cursor)
    found = names(each.region_code for each in page.items)
    return render_template("account/proposals.html", page=page, names=found, cursor=cursor)


@pages.get("/office/proposals/<key:proposal>")
def proposal(proposal: Key) -> str:
    """One proposal; a merge with both registrations side by side."""
    return _proposal(proposal, {}, {})


@pages.post("/office/proposals/<key:proposal>/<action>")
def decide_proposal(proposal: Key, action: str) -> Response:
    """Confirm or drop it."""
    given = {"proposal": proposal}
    page = url_for("account.proposals")
    return _decide(PROPOSALS, action, "proposal", given, page, lambda *more: _proposal(proposal, *more))


def _proposal(proposal: Key, values: Values, errors: Errors) -> str:
    card = queries.proposal(current_actor(), proposal)
    both: dict[str, Any] = {}
    if card.kept:
        both = _compared(card.volunteer, card.kept)
    region = full_name(card.region_code)
    return render_template(
        "account/proposal.html", proposal=card, region_name=region, **both, values=values, errors=errors
    )


def _compared(fold: Key, keep: Key) -> dict[str, Any]:
    """Both registrations, where the officer may merge in both regions."""
    try:
        return compared(fold, keep)
    except NotFound:
        return {}


def _decide(
    deeds: dict[str, Deed],
    action: str,
    what: str,
    about: dict[str, Key],
    page: str,
    again: Callable[[Values, Errors], str],
) -> Response:
    if action not in deeds:
        abort(404)
    usecase, schema = deeds[action]

    def done(given: Values) -> Response:
        act(usecase, **about, **given)
        flash(word(f"{action}-{what}", "account_done"), "success")
        return redirect(page)

    return submitted(schema(), done, again)
