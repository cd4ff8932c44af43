"""Rules of what is asked for and answered later: moves, corrections, proposals of officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from timebank.kernel.errors import Conflict, Invalid
from timebank.volunteers.rules.documents import DocumentType, Stated, holds_birth

TEXT_LONGEST = 200


class RequestStatus(StrEnum):
    """States of whatever somebody asks for and somebody else decides."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ProposalKind(StrEnum):
    """What one officer proposes and another one confirms."""

    DEATH = "death"
    UNDO_DEATH = "undo_death"
    """The person lives after all."""
    MERGE = "merge"


class Correctable(StrEnum):
    """What a person may ask to be corrected (Order 67 Art. 12 and 13, PIPL Art. 46)."""

    NAME = "name"
    DOCUMENT = "document"
    BORN_ON = "born_on"
    SEX = "sex"
    SERVICE_RECORD = "service_record"
    OTHER = "other"


BY_HAND = (Correctable.SERVICE_RECORD, Correctable.OTHER)
"""Put right by an officer where it stands; everything else is changed by accepting the request."""
CORRECTIONS_OPEN = 20
"""More open requests than a person can mean."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would be right: a text, and for a document its kind and country."""

    value: str
    document_type: str | None = None
    nationality: str | None = None

    def written(self) -> str:
        """As one text, a line each."""
        return "\n".join((self.value.replace("\n", " "), self.document_type or "", self.nationality or ""))

    @classmethod
    def read(cls, text: str) -> Wanted:
        """Undo `written`."""
        value, document_type, nationality = text.split("\n")
        return cls(value, document_type or None, nationality or None)


def check_open(status: str) -> None:
    """Raise Conflict("already-decided") for what is not open any more."""
    if status != RequestStatus.OPEN:
        raise Conflict("already-decided")


def check_line(text: str, field: str) -> str:
    """A text of 1 to 200 characters. Raises Invalid("required") or Invalid("too-long 200")."""
    line = " ".join(text.split())
    if not line:
        raise Invalid("required", field=field)
    if len(line) > TEXT_LONGEST:
        raise Invalid(f"too-long {TEXT_LONGEST}", field=field)
    return line


def check_date(text: str) -> date:
    """A date such as 1990-03-07. Raises Invalid("not-a-date", field="right")."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("not-a-date", field="right") from None


def check_changeable(field: str, document_type: str, number: str) -> None:
    """Birth and sex stand inside most numbers: then it is the document that has to be corrected.

    Raises Invalid("stands-in-document", field="field").
    """
    inside = holds_birth(DocumentType(document_type), number)
    if inside and field in (Correctable.BORN_ON, Correctable.SEX):
        raise Invalid("stands-in-document", field="field")


def stated_of(wanted: Wanted, born_on: date, sex: str) -> Stated:
    """What a document does not say by itself, for `check_document`."""
    return Stated(wanted.nationality, born_on, sex)


def year_of_birth(born_on: date) -> date:
    """What stays of a birth date when identity is unlinked: the first of January of that year."""
    return born_on.replace(month=1, day=1)
