"""Printed cards: one of the size of a bank card, and A4 sheets of ten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import make_response, render_template
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.memberships.queries import members_to_assist
from timebank.regions.queries import names
from timebank.volunteers import usecases
from timebank.volunteers.queries import CardFace, card_faces
from timebank.web.kit import qr
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.window.door import pages
from timebank.web.window.schemas import SheetSchema

PER_SHEET = 10


@dataclass(frozen=True)
class PrintedCard:
    """A card as the template draws it."""

    face: CardFace
    community: str
    code_svg: Markup


@pages.get("/office/volunteers/<key:volunteer>/card")
def card(volunteer: Key) -> str:
    """One card, to be printed on a card printer or on paper."""
    (printed,) = printed_cards([volunteer])
    return render_template("window/card.html", card=printed)


@pages.get("/office/cards")
def empty_sheet() -> str:
    """Nobody is chosen yet: where to choose."""
    require(current_actor(), Permission.VOLUNTEER_ASSIST)
    return _sheet({}, {})


@pages.post("/office/cards")
def cards() -> Response:
    """The cards of those chosen or of a whole team, ten on a sheet; that they were printed is kept."""

    def done(given: Values) -> Response:
        team = given["organization"]
        chosen = members_to_assist(current_actor(), team) if team else given["volunteer"]
        act(usecases.note_cards, volunteers=chosen)
        return make_response(_sheet({}, {}, printed_cards(chosen)))

    return submitted(SheetSchema(), done, _sheet)


def printed_cards(volunteers: Iterable[Key]) -> list[PrintedCard]:
    """The cards of people, in the order given; also for a team's members. Raises NotFound."""
    faces = card_faces(current_actor(), volunteers)
    called = names(face.region_code for face in faces)
    label = _("Personal code")
    return [PrintedCard(each, called.get(each.region_code, ""), qr.svg(each.code, label)) for each in faces]


def _sheet(_values: Values, errors: Errors, printed: list[PrintedCard] | None = None) -> str:
    found = printed or []
    sheets = [found[begin : begin + PER_SHEET] for begin in range(0, len(found), PER_SHEET)]
    return render_template("window/cards.html", sheets=sheets, number=len(found), errors=errors)
