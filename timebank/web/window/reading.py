"""What the number of a document says as soon as it is typed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from timebank.kernel.db import runtime
from timebank.kernel.errors import Invalid
from timebank.regions.queries import full_name
from timebank.volunteers.queries import Registered, registered_document, registration_policy
from timebank.volunteers.rules import Document, Stated, age_on, check_document, holds_birth
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.text import on
from timebank.web.kit.words import sentence, word

COUNTY = 1_000_000
SAYING_ALL = ("resident_id", "residence_permit")
"""Kinds of document whose number says birth, sex and origin."""


@dataclass(frozen=True)
class Reading:
    """What is known by a document's number, in words."""

    text: str = ""
    """Date of birth, sex and age, where the number holds them."""
    problem: str = ""
    is_minor: bool = False
    asks_more: bool = False
    """Whether country, date of birth or sex have to be asked for."""
    known: str = ""
    """Where the document is registered already."""
    person: str = ""
    """The address of the page to act for that person."""

    def told(self) -> dict[str, Any]:
        """For the script of the form."""
        return asdict(self)


def read_document(
    document_number: str, document_type: str, nationality: str | None, born_on: date | None
) -> Reading:
    """Read a number of one kind, and look whether it is registered."""
    asks = document_type not in SAYING_ALL
    found = registered_document(current_actor(), document_number, nationality)
    if found is not None:
        page = url_for("window.assist", volunteer=found.person) if found.person else ""
        return Reading(known=elsewhere(found), person=page, asks_more=asks)
    stated = Stated(nationality or "CHN", born_on or date(1900, 1, 1), "0")
    try:
        document = check_document(
            document_type, document_number, today(), demo=runtime().config.demo, stated=stated
        )
    except Invalid as error:
        codes = error.fields.get("document_number") or []
        return Reading(problem=" ".join(sentence(code) for code in codes), asks_more=asks)
    is_minor = registration_policy().is_minor(document.born_on, today())
    says = holds_birth(document_type, document_number)
    return Reading(text=_words(document) if says else "", is_minor=is_minor, asks_more=asks)


def elsewhere(found: Registered) -> str:
    """Where a document is registered; of people outside one's regions only the county is said."""
    if found.person:
        return str(_("This person is registered already."))
    county = full_name(found.county * COUNTY)
    return str(_("Registered in %(county)s already. Ask the person to start a move here.", county=county))


def _words(document: Document) -> str:
    years = age_on(document.born_on, today())
    return str(
        _(
            "%(day)s · %(sex)s · %(years)s years old",
            day=on(document.born_on),
            sex=word(document.sex, "sex"),
            years=years,
        )
    )
