"""Files that people get: the template to fill in, and the report of what is wrong with a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import xlsxwriter

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
PREPARED_ROWS = 5_000
"""For so many rows the template offers its lists."""
MESSAGE_LONGEST = 255
"""Excel shows no longer message beside a cell."""
HEAD_COLOUR, NEEDED_COLOUR = "#E6F2F0", "#CDE5E1"


@dataclass(frozen=True, slots=True)
class Report:
    """The table of what is wrong, in the reader's words: line, column, problem, what would be right."""

    sheet: str
    heads: Sequence[str]
    rows: Iterable[tuple[int, str, str, str]]


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of the template in the reader's words."""

    heading: str
    is_needed: bool
    expected: str
    words: Sequence[str]
    """What can be chosen; empty where anything may stand."""
    is_several: bool
    """Whether several words may stand in one cell, for which spreadsheets know no list."""


@dataclass(frozen=True, slots=True)
class Template:
    """The template in the reader's words; `labels` are the texts of the sheet of explanations."""

    columns: Sequence[TemplateColumn]
    labels: dict[str, str]


def write_report(report: Report, form: str, file: BinaryIO) -> None:
    """Write a report as `csv` or `xlsx`; it holds no personal data."""
    if form == "csv":
        _write_csv(file, report.heads, report.rows)
        return
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet, wrap = book.add_worksheet(report.sheet), book.add_format({"text_wrap": True, "valign": "top"})
        _head(book, sheet, report.heads, (8, 24, 44, 60))
        for line, (number, *texts) in enumerate(report.rows, start=1):
            sheet.write_number(line, 0, number, wrap)
            for place, text in enumerate(texts, start=1):
                sheet.write_string(line, place, text, wrap)


def write_template(template: Template, form: str, file: BinaryIO) -> None:
    """Write an empty file to fill in as `csv` or `xlsx`."""
    if form == "csv":
        _write_csv(file, [column.heading for column in template.columns], ())
        return
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        people = book.add_worksheet(template.labels["sheet"])
        explanations = book.add_worksheet(template.labels["explanations"])
        lists = book.add_worksheet("lists")
        lists.hide()
        _people(book, people, template)
        _lists(lists, template)
        _explanations(book, explanations, template)


def _people(book: xlsxwriter.Workbook, sheet: Any, template: Template) -> None:
    """The sheet to fill in: everything is text, so that no number loses its first or last digits."""
    text = book.add_format({"num_format": "@"})
    heads = {
        needed: book.add_format({"bold": True, "bottom": 1, "bg_color": colour, "text_wrap": True})
        for needed, colour in ((False, HEAD_COLOUR), (True, NEEDED_COLOUR))
    }
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(template.columns):
        sheet.set_column(place, place, max(12, min(30, 2 * len(column.heading) + 2)), text)
        sheet.write_string(0, place, column.heading, heads[column.is_needed])
        sheet.data_validation(1, place, PREPARED_ROWS, place, _validation(place, column, template))


def _validation(place: int, column: TemplateColumn, template: Template) -> dict[str, Any]:
    message = {"input_message": column.expected[:MESSAGE_LONGEST]}
    if not column.words or column.is_several:
        return {"validate": "any", **message}
    letter = xlsxwriter.utility.xl_col_to_name(place)
    return {
        "validate": "list",
        "source": f"=lists!${letter}$1:${letter}${len(column.words)}",
        "error_message": template.labels["choose"],
        **message,
    }


def _lists(sheet: Any, template: Template) -> None:
    longest = max(len(column.words) for column in template.columns)
    for line in range(longest):
        for place, column in enumerate(template.columns):
            if line < len(column.words):
                sheet.write_string(line, place, column.words[line])


def _explanations(book: xlsxwriter.Workbook, sheet: Any, template: Template) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    labels = template.labels
    heads = [labels[name] for name in ("column", "needed", "content", "words")]
    _head(book, sheet, heads, (26, 10, 60, 90))
    for line, column in enumerate(template.columns, start=1):
        shown = "、".join(column.words[:WORDS_SHOWN]) + ("…" if len(column.words) > WORDS_SHOWN else "")
        needed = labels["yes"] if column.is_needed else labels["no"]
        for place, text in enumerate((column.heading, needed, column.expected, shown)):
            sheet.write_string(line, place, text, wrap)
    sheet.write_string(len(template.columns) + 2, 0, labels["consent"])


WORDS_SHOWN = 40


def _head(book: xlsxwriter.Workbook, sheet: Any, heads: Sequence[str], widths: Sequence[int]) -> None:
    form = book.add_format({"bold": True, "bg_color": HEAD_COLOUR, "bottom": 1})
    sheet.freeze_panes(1, 0)
    for place, (text, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, text, form)


def _write_csv(file: BinaryIO, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """UTF-8 with a byte order mark, so that spreadsheets read Chinese."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    table = csv.writer(text)
    table.writerow(heads)
    table.writerows(rows)
    text.detach()
