"""Rules of identity documents: what each kind looks like and what its number says (domain.md §2.10)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul

from timebank.identity.rules import plain
from timebank.kernel.errors import Invalid
from timebank.volunteers.rules.countries import COUNTRIES


class DocumentType(StrEnum):
    """Kinds of identity document by which somebody can register under the real name."""

    RESIDENT_ID = "resident_id"
    RESIDENCE_PERMIT = "residence_permit"
    HOME_RETURN_PERMIT = "home_return_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    PASSPORT = "passport"
    PERMANENT_RESIDENCE = "permanent_residence"


DOCUMENT_TYPES = tuple(each.value for each in DocumentType)
"""Resident identity card; residence permit for Hong Kong, Macao and Taiwan residents; mainland travel
permits for Hong Kong and Macao and for Taiwan residents; passport; foreigners' permanent residence card."""

SEXES = ("0", "1", "2", "9")
"""GB/T 2261.1: unknown, male, female, not stated."""

_EIGHTEEN = re.compile(r"\d{17}[\dX]", re.ASCII)
_FORMS = {
    DocumentType.HOME_RETURN_PERMIT: re.compile(r"[HM]\d{8}(\d{2})?", re.ASCII),
    DocumentType.TAIWAN_PERMIT: re.compile(r"\d{8}", re.ASCII),
    DocumentType.PASSPORT: re.compile(r"[A-Z0-9]{5,20}", re.ASCII),
}
_PASSPORT_USUALLY = 10
"""Signs of a passport's number at most in nearly every country."""
_OLD_RESIDENCE_CARD = re.compile(r"([A-Z]{3})\d{12}", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"
_PERMIT_AREAS = ("810000", "820000", "830000")
"""Hong Kong, Macao, Taiwan: the residence permit's number begins with the place of origin."""
_NOBODY = "99"
"""An area code never issued: such numbers stand for nobody."""
_EARLIEST = date(1880, 1, 1)
"""Nobody living was born before."""


@dataclass(frozen=True, slots=True)
class Document:
    """An identity document and what is known by it. Its area code says nothing about residence."""

    type: DocumentType
    number: str
    nationality: str
    """GB/T 2659 / ISO 3166 alpha-3."""
    born_on: date
    sex: str

    @property
    def claim(self) -> str:
        """What may exist once, see `document_claim`."""
        return document_claim(self.number, self.type, self.nationality)


@dataclass(frozen=True, slots=True)
class Stated:
    """What the person says where the number does not tell it."""

    nationality: str | None = None
    born_on: date | None = None
    sex: str | None = None


def check_document(
    kind: str, text: str, today: date, *, demo: bool, stated: Stated | None = None
) -> Document:
    """Read a document number of one kind; blanks, full-width signs and small letters do not matter.

    Birth date and sex come from the number where it holds them (resident identity card, residence permit,
    permanent residence card of 2023) and otherwise from what is `stated`.
    Raises Invalid for `document_number` (`document-form`, `document-date`, `document-check`,
    `document-area`, `document-of-nobody`), `document_type`, `nationality`, `born_on` or `sex`.
    """
    if kind not in DOCUMENT_TYPES:
        raise Invalid("not-a-choice", fields={"document_type": ["not-a-choice"]})
    document_type, number = DocumentType(kind), plain(text).upper()
    said = stated or Stated()
    if holds_birth(document_type, number):
        return _eighteen(document_type, number, today, demo, said)
    nationality = _check_form(document_type, number, said)
    return Document(document_type, number, nationality, *_stated_person(said, today))


def holds_birth(kind: str, text: str) -> bool:
    """Whether a number of this kind says date of birth and sex, so that nobody has to."""
    if kind in (DocumentType.RESIDENT_ID, DocumentType.RESIDENCE_PERMIT):
        return True
    return kind == DocumentType.PERMANENT_RESIDENCE and not _OLD_RESIDENCE_CARD.fullmatch(plain(text).upper())


def claim_values(text: str) -> list[str]:
    """Under which values a number that somebody searches for may be claimed; countries are not guessed."""
    number = plain(text).upper()
    if _EIGHTEEN.fullmatch(number):
        return [number]
    fixed = {DocumentType.HOME_RETURN_PERMIT: ("HKG", "MAC"), DocumentType.TAIWAN_PERMIT: ("TWN",)}
    found = [
        document_claim(number, kind, place)
        for kind, places in fixed.items()
        if _FORMS[kind].fullmatch(number)
        for place in places
    ]
    if old := _OLD_RESIDENCE_CARD.fullmatch(number):
        found.append(document_claim(number, DocumentType.PERMANENT_RESIDENCE, old[1]))
    return found


def likely_type(text: str, today: date, *, demo: bool) -> DocumentType:
    """The kind of document whose form a number has; the resident identity card where none fits.

    A passport's form is wide: only short numbers count as one, or a mistyped identity number would.
    """
    number, anybody = plain(text), Stated("CHN", _EARLIEST, "0")
    foreign = number.startswith("9") and not number.startswith(_NOBODY)
    first = DocumentType.PERMANENT_RESIDENCE if foreign else DocumentType.RESIDENT_ID
    is_short = len(number) <= _PASSPORT_USUALLY
    for kind in (first, *(each for each in DocumentType if is_short or each is not DocumentType.PASSPORT)):
        try:
            return check_document(kind, number, today, demo=demo, stated=anybody).type
        except Invalid:
            continue
    return DocumentType.RESIDENT_ID


def passport_claim(nationality: str, text: str) -> str:
    """The value under which a passport is claimed."""
    return document_claim(plain(text).upper(), DocumentType.PASSPORT, nationality)


def document_claim(number: str, kind: str, nationality: str) -> str:
    """What may exist once: numbers of 18 signs by themselves, others within kind and country."""
    return number if _EIGHTEEN.fullmatch(number) else f"{kind}:{nationality}:{number}"


def check_sign(first_17: str) -> str:
    """The 18th sign of a resident identity number, by GB 11643-1999 (ISO 7064, MOD 11-2)."""
    total = sum(map(mul, _WEIGHTS, map(int, first_17)))
    return _CHECK_SIGNS[total % 11]


def age_on(born_on: date, day: date) -> int:
    """Completed years; somebody born on 29 February completes one on 1 March of a common year."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def asked_beside(kind: str) -> tuple[str, ...]:
    """What a number of this kind may leave open, and the person has to say: `Stated`'s fields."""
    return next((fields for each, fields in _ASKED.items() if each == kind), ())


_ASKED = {
    DocumentType.HOME_RETURN_PERMIT: ("born_on", "sex"),
    DocumentType.TAIWAN_PERMIT: ("born_on", "sex"),
    DocumentType.PASSPORT: ("nationality", "born_on", "sex"),
    DocumentType.PERMANENT_RESIDENCE: ("nationality", "born_on", "sex"),
}


def mask_document(number: str) -> str:
    """9901**********1234; of short numbers the first and the last two signs stay."""
    shown = 4 if len(number) >= 15 else 2 if len(number) > 5 else 1
    return f"{number[:shown]}{'*' * (len(number) - 2 * shown)}{number[-shown:]}"


# --- numbers of 18 signs ----------------------------------------------------------------------------


def _eighteen(kind: DocumentType, number: str, today: date, demo: bool, said: Stated) -> Document:
    if not _EIGHTEEN.fullmatch(number):
        raise Invalid("document-form", field="document_number")
    born_on = _date_in(number)
    if born_on is None or not _EARLIEST <= born_on <= today:
        raise Invalid("document-date", field="document_number")
    if number[17] != check_sign(number[:17]):
        raise Invalid("document-check", field="document_number")
    nationality = _check_area(kind, number, demo, said)
    return Document(kind, number, nationality, born_on, "1" if int(number[16]) % 2 else "2")


def _check_area(kind: DocumentType, number: str, demo: bool, said: Stated) -> str:
    if kind is DocumentType.PERMANENT_RESIDENCE:
        if not number.startswith("9"):
            raise Invalid("document-form", field="document_number")
        return _country(said)
    permit = number[:6] in _PERMIT_AREAS
    if permit != (kind is DocumentType.RESIDENCE_PERMIT) or number.startswith("0"):
        raise Invalid("document-area", field="document_number")
    if number.startswith(_NOBODY) and not demo:
        raise Invalid("document-of-nobody", field="document_number")
    origins = dict(zip(_PERMIT_AREAS, ("HKG", "MAC", "TWN"), strict=True))
    return origins.get(number[:6], "CHN")


def _date_in(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


# --- other numbers ----------------------------------------------------------------------------------


def _check_form(kind: DocumentType, number: str, said: Stated) -> str:
    """Whether the number has the form of its kind. Returns the nationality."""
    if kind is DocumentType.PERMANENT_RESIDENCE:
        return _country(Stated(number[:3]))
    if not _FORMS[kind].fullmatch(number):
        raise Invalid("document-form", field="document_number")
    if kind is DocumentType.HOME_RETURN_PERMIT:
        return "HKG" if number[0] == "H" else "MAC"
    return "TWN" if kind is DocumentType.TAIWAN_PERMIT else _country(said)


def _country(said: Stated) -> str:
    country = (said.nationality or "").strip().upper()
    if country not in COUNTRIES:
        raise Invalid("nationality-needed", fields={"nationality": ["nationality-needed"]})
    return country


def _stated_person(said: Stated, today: date) -> tuple[date, str]:
    wrong: dict[str, list[str]] = {}
    if said.born_on is None or not _EARLIEST <= said.born_on <= today:
        wrong["born_on"] = ["birth-date-needed"]
    if said.sex not in SEXES:
        wrong["sex"] = ["required"]
    if wrong or said.born_on is None or said.sex is None:
        raise Invalid(fields=wrong)
    return said.born_on, said.sex
