"""Rules of files of volunteers (product.md A2): columns, cells, what a row says, states of an import."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from timebank.identity.rules import check_phone, plain
from timebank.kernel.errors import Conflict, Invalid
from timebank.volunteers.rules.application import Application, GuardianSaid
from timebank.volunteers.rules.documents import Document, DocumentType, age_on, claim_values

IMPORT_FORMS = ("csv", "xlsx")
MOST_ROWS = 200_000
"""Of one file; who has more sends several."""
CELL_LONGEST = 1_000
EXACT_BELOW = 10**15
"""Spreadsheets keep 15 digits of a number; what is longer has lost its end."""


class Column(StrEnum):
    """Columns of a file in the order of the template, named like the fields of a registration."""

    NAME = "name"
    DOCUMENT_TYPE = "document_type"
    DOCUMENT_NUMBER = "document_number"
    NATIONALITY = "nationality"
    BORN_ON = "born_on"
    SEX = "sex"
    PHONE = "phone"
    REGION_CODE = "region_code"
    ADDRESS = "address"
    POLITICAL_STATUS = "political_status"
    EDUCATION = "education"
    OCCUPATION = "occupation"
    EMPLOYER = "employer"
    SKILLS = "skills"
    CATEGORIES = "categories"
    AVAILABILITY = "availability"
    GUARDIAN_NAME = "guardian_name"
    GUARDIAN_RELATION = "guardian_relation"
    GUARDIAN_DOCUMENT_TYPE = "guardian_document_type"
    GUARDIAN_DOCUMENT_NUMBER = "guardian_document_number"
    GUARDIAN_NATIONALITY = "guardian_nationality"
    GUARDIAN_PHONE = "guardian_phone"
    EMERGENCY_NAME = "emergency_name"
    EMERGENCY_PHONE = "emergency_phone"
    NATIONAL_NO = "national_no"


C = Column

NEEDED = (C.NAME, C.DOCUMENT_NUMBER, C.REGION_CODE, C.POLITICAL_STATUS)
"""Without these columns, and a value in each, nobody can be registered."""
NUMBERS = (
    C.DOCUMENT_NUMBER,
    C.PHONE,
    C.REGION_CODE,
    C.GUARDIAN_DOCUMENT_NUMBER,
    C.GUARDIAN_PHONE,
    C.EMERGENCY_PHONE,
    C.NATIONAL_NO,
)
"""What looks like a number and is none: a spreadsheet must keep it as text."""
SEVERAL = (C.SKILLS, C.CATEGORIES, C.AVAILABILITY)
"""Cells that hold several words."""

_DAMAGED = re.compile(r"\d(\.\d+E\+?|E\+)\d+", re.ASCII | re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0?0:00(?::00)?)?|(\d{4})(\d{2})(\d{2})", re.ASCII
)
_BETWEEN = re.compile(r"[、,，;；/|\n]+")
_DECORATION = re.compile(r"[\s*:：]+")

Values = Mapping[str, str]
"""By column, the cells of a row that hold something: a code where its word is known, else the text."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Which words mean which column and which code; keys as `word_key` makes them."""

    headings: Mapping[str, Column]
    codes: Mapping[Column, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line of a file: in which column, and an error code (numbers may stand behind it)."""

    line: int
    field: str
    """The column, by the name of the registration's field."""
    code: str


# --- cells ------------------------------------------------------------------------------------------


def word_key(text: str) -> str:
    """A word for looking it up: blanks, stars, colons, capitals and full-width signs do not matter."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text)).casefold()


def cell_text(value: object) -> str:
    """A cell as one text, whatever a spreadsheet made of it; a number that lost digits is seen to be one."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, datetime):
        return value.date().isoformat() if (value.hour, value.minute) == (0, 0) else value.isoformat(" ")
    if isinstance(value, float):
        if abs(value) >= EXACT_BELOW:
            return f"{value:.14E}"
        return str(int(value)) if value.is_integer() else repr(value)
    return _clean(str(value))


def _clean(text: str) -> str:
    if not text.isprintable():
        text = "".join(_visible(sign) for sign in text)
    return text.strip()[:CELL_LONGEST]


def _visible(sign: str) -> str:
    """A sign that can be seen; a blank for other blanks and control signs, nothing for what has no width."""
    if sign.isprintable() or sign == "\n":
        return sign
    return "" if unicodedata.category(sign) in ("Cf", "Cs") else " "


def cell_value(column: Column, text: str, words: Vocabulary) -> str:
    """The code that a cell's words stand for, a date as ISO; the text itself where nothing is known."""
    if column is C.BORN_ON:
        return _iso(text)
    known = words.codes.get(column)
    if known is None:
        return text
    if column in SEVERAL:
        parts = (part for part in _BETWEEN.split(text) if part.strip())
        return ",".join(known.get(word_key(part), part.strip()) for part in parts)
    return known.get(word_key(text), text)


def _iso(text: str) -> str:
    if found := _DATE.fullmatch(unicodedata.normalize("NFKC", text)):
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            return text
    return text


# --- rows -------------------------------------------------------------------------------------------


def cell_faults(values: Values) -> dict[str, str]:
    """What can be said of a row's cells before anything is looked up: error codes by column."""
    found: dict[str, str] = {column: "required" for column in NEEDED if column not in values}
    found |= {column: "number-damaged" for column in NUMBERS if _DAMAGED.fullmatch(values.get(column, ""))}
    if C.BORN_ON in values and born_on(values) is None:
        found[C.BORN_ON] = "not-a-date"
    return found


def born_on(values: Values) -> date | None:
    """The date of birth in its own column."""
    try:
        return date.fromisoformat(values.get(C.BORN_ON, ""))
    except ValueError:
        return None


def application_of(values: Values, region_code: int) -> Application:
    """What a row says, as a registration from a file; consents are the person's own to give."""
    return Application(
        name=values.get(C.NAME, ""),
        document_type=values.get(C.DOCUMENT_TYPE, DocumentType.RESIDENT_ID),
        document_number=values.get(C.DOCUMENT_NUMBER),
        nationality=values.get(C.NATIONALITY),
        born_on=born_on(values),
        sex=values.get(C.SEX),
        phone=values.get(C.PHONE),
        region_code=region_code,
        address=values.get(C.ADDRESS),
        political_status=values.get(C.POLITICAL_STATUS, ""),
        education=values.get(C.EDUCATION),
        occupation=values.get(C.OCCUPATION),
        employer=values.get(C.EMPLOYER),
        skills=_several(values, C.SKILLS),
        categories=_several(values, C.CATEGORIES),
        availability=_several(values, C.AVAILABILITY),
        guardian=_guardian(values),
        emergency_name=values.get(C.EMERGENCY_NAME),
        emergency_phone=values.get(C.EMERGENCY_PHONE),
        national_no=values.get(C.NATIONAL_NO),
        channel="import",
    )


_OF_GUARDIAN = {
    C.GUARDIAN_NAME: "name",
    C.GUARDIAN_RELATION: "relation",
    C.GUARDIAN_PHONE: "phone",
    C.GUARDIAN_DOCUMENT_NUMBER: "document_number",
}


def _several(values: Values, column: Column) -> list[str]:
    return [part for part in values.get(column, "").split(",") if part]


def _guardian(values: Values) -> GuardianSaid | None:
    """A guardian counts as named when anything that tells who it is stands in the row."""
    if not any(column in values for column in _OF_GUARDIAN):
        return None
    return GuardianSaid(
        **{name: values.get(column, "") for column, name in _OF_GUARDIAN.items()},
        document_type=values.get(C.GUARDIAN_DOCUMENT_TYPE, DocumentType.RESIDENT_ID),
        nationality=values.get(C.GUARDIAN_NATIONALITY),
    )


def contradictions(values: Values, document: Document) -> dict[str, str]:
    """Birth date or sex in their own columns that are not what the document says: one of them is wrong."""
    said, sex = born_on(values), values.get(C.SEX)
    found: dict[str, str] = {}
    if said is not None and said != document.born_on:
        found[C.BORN_ON] = "differs-from-document"
    if sex in ("1", "2") and document.sex in ("1", "2") and sex != document.sex:
        found[C.SEX] = "differs-from-document"
    return found


def refined(field: str, code: str, values: Values) -> str:
    """The code of what is wrong, said more exactly where the cell shows how it came about."""
    if code == "document-check" and plain(values.get(Column(field), "")).endswith("000"):
        return "number-damaged"  # a spreadsheet keeps 15 digits and writes noughts for the rest
    return code


def document_key(values: Values) -> str | None:
    """By what a row's document is the same as another's in the file; None where it has no number."""
    number = values.get(C.DOCUMENT_NUMBER, "")
    known = claim_values(number)
    if len(known) == 1:
        return known[0]
    kind, country = values.get(C.DOCUMENT_TYPE, ""), values.get(C.NATIONALITY, "")
    return f"{kind}:{country.upper()}:{plain(number).upper()}" if number else None


def phone_key(values: Values, account_years: int, today: date, demo: bool) -> str | None:
    """The phone by which a row would open an account; None for who has none or is too young for one."""
    try:
        phone = check_phone(values.get(C.PHONE, ""), demo)
    except Invalid:
        return None
    birth = _birth(values)
    return None if birth is not None and age_on(birth, today) < account_years else phone


def _birth(values: Values) -> date | None:
    """The date of birth by a number of 18 signs, else by its own column."""
    number = plain(values.get(C.DOCUMENT_NUMBER, ""))
    try:
        return date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return born_on(values)


# --- states -----------------------------------------------------------------------------------------


class ImportStatus(StrEnum):
    """States of an import."""

    CHECKING = "checking"
    """The dry run: every row is judged, nobody is registered."""
    CHECKED = "checked"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


S = ImportStatus

WORKING = (S.CHECKING, S.RUNNING)
"""The worker goes on with these by itself."""
FINISHED = (S.DONE, S.CANCELLED)
UNFINISHED = tuple(each for each in S if each not in FINISHED)

MOVES: Mapping[str, tuple[tuple[ImportStatus, ...], ImportStatus]] = {
    "start": ((S.CHECKED,), S.RUNNING),
    "pause": ((S.RUNNING,), S.PAUSED),
    "resume": ((S.PAUSED,), S.RUNNING),
    "cancel": (UNFINISHED, S.CANCELLED),
}
"""What an officer can do: from which states, to which."""


def moved(status: ImportStatus, move: str) -> ImportStatus:
    """The state after a move. Raises Conflict("wrong-status") where it is not possible."""
    before, after = MOVES[move]
    if status not in before:
        raise Conflict("wrong-status", status=status.value)
    return after


def possible_moves(status: ImportStatus) -> list[str]:
    """What can be done with an import in a state."""
    return [move for move, (before, _after) in MOVES.items() if status in before]
