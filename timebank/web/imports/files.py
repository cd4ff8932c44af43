"""Template and report in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from timebank.regions.queries import villages
from timebank.volunteers.rules.importing import NEEDED, SEVERAL, Column, Problem
from timebank.volunteers.writers import Report, Template, TemplateColumn, write_report, write_template
from timebank.web.imports.vocabulary import GROUPS, choices
from timebank.web.imports.words import PROBLEM
from timebank.web.kit.words import WORDS, sentence, word

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OFFERED_MOST = 5_000
"""Communities in the list of a template; where there are more, their codes are written."""


def problem_sentence(code: str) -> str:
    """What is wrong with a row, in words for the officer."""
    name, _, number = code.partition(" ")
    known = PROBLEM.get(name)
    if known is None:
        return sentence(code)
    return str(known) % {"first": number} if number else str(known)


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong with a row, with everything that is said about it."""

    line: int
    column: str
    heading: str
    code: str
    message: str
    expected: str


def told(problem: Problem) -> Told:
    """A problem in the reader's words."""
    return Told(
        line=problem.line,
        column=problem.field,
        heading=word(problem.field, "import_heading"),
        code=problem.code.split(" ")[0],
        message=problem_sentence(problem.code),
        expected=word(problem.field, "import_expected"),
    )


def report_to(file: BinaryIO, form: str, problems: Iterable[Problem]) -> None:
    """Write what is wrong with the lines of a file."""
    labels = WORDS["import_report"]
    heads = [str(labels[name]) for name in ("line", "column", "problem", "expected")]
    rows = ((each.line, each.heading, each.message, each.expected) for each in map(told, problems))
    write_report(Report(str(labels["sheet"]), heads, rows), form, file)


def template_to(file: BinaryIO, form: str, region: int) -> None:
    """Write the template for a region, with its communities to choose from."""
    places = [f"{card.name} {card.code:012d}" for card in villages(region, OFFERED_MOST)]
    labels = {name: str(text) for name, text in WORDS["import_template"].items()}
    write_template(Template([_column(column, places) for column in Column], labels), form, file)


def _column(column: Column, places: list[str]) -> TemplateColumn:
    several = column in SEVERAL
    words = [text for _code, text in choices(column)] if column in GROUPS or several else []
    return TemplateColumn(
        heading=word(column, "import_heading"),
        is_needed=column in NEEDED,
        expected=word(column, "import_expected"),
        words=places if column is Column.REGION_CODE else words,
        is_several=several,
    )
