"""Tables as CSV, XLSX and JSON. Rows stream through; nothing here holds them all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, BinaryIO

import xlsxwriter

from timebank.exports.rules import NEEDS_FIGURE, PERCENTAGES, Column, Format, inert
from timebank.kernel.region_code import NATION
from timebank.kernel.units import BASIS_POINTS
from timebank.regions.queries import RegionCard
from timebank.statistics.queries import DefinitionCard, Extract, IndicatorCard
from timebank.statistics.rules import Indicator

Value = str | int | date | None
Row = dict[Column, Value]
WIDTHS = {Column.REGION_CODE: 15, Column.REGION: 26, Column.SOURCE: 32, Column.DOCUMENT: 26}
OPTIONS = {
    "constant_memory": True,
    "default_date_format": "yyyy-mm-dd",
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Words:
    """What things are called in the reader's language, by their codes."""

    is_chinese: bool
    columns: Mapping[str, str]
    indicators: Mapping[str, str]
    sheets: Mapping[str, str]
    """Names of sheets: one for each indicator, and `definitions`; at most 31 characters."""
    levels: Mapping[str, str]
    notes: Mapping[str, str]
    """Headings of the sheet of definitions: title region year as_of numerator denominator period version."""
    nation: str
    no_figure: str


def write(extract: Extract, form: Format, words: Words, file: BinaryIO) -> None:
    """Write the extract to a binary file in the form asked for."""
    {Format.CSV: write_csv, Format.JSON: write_json, Format.XLSX: write_xlsx}[form](extract, words, file)


def _rows(extract: Extract) -> Iterator[Row]:
    for standing in extract.standings:
        for card in standing.indicators:
            yield _row(extract, standing.region, card)


def _row(extract: Extract, region: RegionCard, card: IndicatorCard) -> Row:
    target = card.target
    return {
        Column.REGION_CODE: f"{region.code:012}",
        Column.REGION: region.name,
        Column.LEVEL: region.level,
        Column.INDICATOR: card.indicator.value,
        Column.YEAR: extract.year,
        Column.AS_OF: extract.run.as_of,
        Column.SHARE: card.share,
        Column.TARGET: target.share if target else None,
        Column.MISSING: card.missing,
        Column.NUMERATOR: card.numerator,
        Column.DENOMINATOR: card.denominator,
        Column.DENOMINATOR_YEAR: card.denominator_year,
        Column.SOURCE: card.denominator_source,
        Column.EXCLUDED: card.excluded,
        Column.DOCUMENT: target.document if target else None,
        Column.DEADLINE: target.deadline_on if target else None,
        Column.DEFINITION_VERSION: card.definition_version,
    }


def _worded(row: Row, words: Words) -> Row:
    """The row with words in place of codes, and `no figure` where there is none."""
    named: Row = {
        Column.REGION: row[Column.REGION] or words.nation,
        Column.LEVEL: words.levels[str(row[Column.LEVEL])],
        Column.INDICATOR: words.indicators[str(row[Column.INDICATOR])],
    }
    missing: Row = {column: words.no_figure for column in NEEDS_FIGURE if row[column] is None}
    if row[Column.TARGET] is None:
        missing[Column.MISSING] = None
    return row | named | missing


# --- CSV --------------------------------------------------------------------------------------------


def write_csv(extract: Extract, words: Words, file: BinaryIO) -> None:
    """UTF-8 with a byte order mark, so that spreadsheets read Chinese; shares in per cent."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    table = csv.writer(text)
    table.writerow([words.columns[column] for column in Column])
    for row in _rows(extract):
        table.writerow([_text(column, value) for column, value in _worded(row, words).items()])
    text.detach()


def _text(column: Column, value: Value) -> str:
    if column in PERCENTAGES and isinstance(value, int):
        return f"{value * 100 / BASIS_POINTS:.2f}"
    return inert(value) if isinstance(value, str) else "" if value is None else str(value)


# --- JSON -------------------------------------------------------------------------------------------


def write_json(extract: Extract, _words: Words, file: BinaryIO) -> None:
    """One object: what it is, the definitions, and the rows; shares in basis points, missing figures null."""
    head = {
        "region": f"{extract.way[-1].code:012}",
        "year": extract.year,
        "as_of": extract.run.as_of,
        "computed_at": extract.run.computed_at,
        "definitions": [asdict(each) for each in extract.definitions],
    }
    file.write(_json(head)[:-1] + b', "rows": [')
    for number, row in enumerate(_rows(extract)):
        file.write((b",\n" if number else b"\n") + _json(row))
    file.write(b"\n]}\n")


def _json(value: Mapping[Any, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=lambda moment: moment.isoformat()).encode()


# --- XLSX -------------------------------------------------------------------------------------------


def write_xlsx(extract: Extract, words: Words, file: BinaryIO) -> None:
    """A sheet for each indicator, and one that says what was counted, from which source, as of when."""
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheets = {indicator.value: _Sheet(book, words.sheets[indicator], words) for indicator in Indicator}
        for row in _rows(extract):
            sheets[str(row[Column.INDICATOR])].add(_worded(row, words))
        for sheet in sheets.values():
            sheet.finish()
        _definitions(book, extract, words)


class _Sheet:
    """One sheet of rows with headings that stay, filters, and numbers as numbers."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, words: Words) -> None:
        self.sheet = book.add_worksheet(name)
        self.percent = book.add_format({"num_format": "0.00%"})
        self.number = book.add_format({"num_format": "#,##0"})
        self.line = 0
        self.sheet.freeze_panes(1, 2)
        head = book.add_format({"bold": True, "bg_color": "#ECEBFB", "bottom": 1, "text_wrap": True})
        for place, column in enumerate(Column):
            self.sheet.set_column(place, place, WIDTHS.get(column, 14))
            self.sheet.write_string(0, place, words.columns[column], head)

    def add(self, row: Row) -> None:
        """Write the next row."""
        self.line += 1
        for place, (column, value) in enumerate(row.items()):
            if isinstance(value, date):
                self.sheet.write_datetime(self.line, place, value)
            elif isinstance(value, str):
                self.sheet.write_string(self.line, place, value)
            elif value is not None and column in PERCENTAGES:
                self.sheet.write_number(self.line, place, value / BASIS_POINTS, self.percent)
            elif value is not None:
                plain = column in (Column.YEAR, Column.DENOMINATOR_YEAR)
                self.sheet.write_number(self.line, place, value, None if plain else self.number)

    def finish(self) -> None:
        """Give the headings filters, now that the last row is known."""
        self.sheet.autofilter(0, 0, self.line, len(Column) - 1)


def _definitions(book: xlsxwriter.Workbook, extract: Extract, words: Words) -> None:
    sheet = book.add_worksheet(words.sheets["definitions"])
    title = book.add_format({"bold": True, "font_size": 14})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, words.notes["title"], title)
    for line, (label, text) in enumerate(_notes(extract, words), start=1):
        sheet.write_string(line, 0, label, wrap)
        sheet.write_string(line, 1, text, wrap)


def _notes(extract: Extract, words: Words) -> Iterator[tuple[str, str]]:
    names = [each.name for each in extract.way if each.code != NATION]
    yield words.notes["region"], ("" if words.is_chinese else " ").join(names) or words.nation
    yield words.notes["year"], str(extract.year)
    yield words.notes["as_of"], extract.run.as_of.isoformat()
    for each in extract.definitions:
        yield "", ""
        yield words.indicators[each.indicator], ""
        for label, text in _definition(each, words).items():
            yield words.notes[label], text


def _definition(card: DefinitionCard, words: Words) -> dict[str, str]:
    chinese = words.is_chinese
    return {
        "numerator": card.numerator_zh if chinese else card.numerator_en,
        "denominator": card.denominator_zh if chinese else card.denominator_en,
        "period": card.period_zh if chinese else card.period_en,
        "version": f"{card.version} ({card.valid_from.isoformat()})",
    }


# --- plain tables -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """A table of few columns in the reader's language; a float is a number with two decimals."""

    name: str
    """At most 31 characters: it is the name of a sheet."""
    headings: Sequence[str]
    rows: Iterable[Sequence[str | int | float | None]]
    notes: Sequence[tuple[str, str]]
    """What was counted, from which source, as of when: a label and a text each."""
    notes_name: str
    """Name of the sheet of notes."""


def write_table(table: Table, form: Format, file: BinaryIO) -> None:
    """Write a plain table as CSV, or as XLSX with a second sheet for the notes."""
    (_table_csv if form is Format.CSV else _table_xlsx)(table, file)


def _table_csv(table: Table, file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    lines = csv.writer(text)
    lines.writerow(table.headings)
    lines.writerows([[_plain(value) for value in row] for row in table.rows])
    lines.writerows([[], *([label, inert(words)] for label, words in table.notes)])
    text.detach()


def _plain(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return inert(value) if isinstance(value, str) else "" if value is None else str(value)


def _table_xlsx(table: Table, file: BinaryIO) -> None:
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet, notes = book.add_worksheet(table.name), book.add_worksheet(table.notes_name)
        bold = book.add_format({"bold": True, "bg_color": "#ECEBFB", "bottom": 1, "text_wrap": True})
        decimals = book.add_format({"num_format": "#,##0.00"})
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, len(table.headings), 16)
        for place, heading in enumerate(table.headings):
            sheet.write_string(0, place, heading, bold)
        for line, row in enumerate(table.rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(line, place, value)
                elif value is not None:
                    sheet.write_number(line, place, value, decimals if isinstance(value, float) else None)
        notes.set_column(0, 0, 26)
        notes.set_column(1, 1, 90)
        for line, (label, words) in enumerate(table.notes):
            notes.write_string(line, 0, label)
            notes.write_string(line, 1, words)
