"""How a document that is made out to a volunteer names them."""

from __future__ import annotations

from dataclasses import dataclass

from timebank.kernel.ids import Key
from timebank.volunteers.queries.cards import get, opened
from timebank.volunteers.queries.internal import clear_name
from timebank.volunteers.rules import mask_document


@dataclass(frozen=True, slots=True)
class Holder:
    """Name in clear, kind of document with its masked number, volunteer number."""

    name: str
    document_type: str
    document_number: str
    volunteer_no: str


def holder(volunteer: Key) -> Holder:
    """Whom a certificate names. Internal. Raises NotFound."""
    row = get(volunteer)
    number = opened(row, "document")
    return Holder(
        clear_name(row), row.document_type, mask_document(number) if number else "", row.volunteer_no
    )
