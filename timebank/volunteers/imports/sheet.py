"""A file of volunteers as rows of values, whatever its form, encoding, language and order of columns."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from timebank.kernel.errors import Invalid
from timebank.volunteers.imports.texts import text_rows
from timebank.volunteers.imports.workbook import is_workbook, workbook_rows
from timebank.volunteers.rules.importing import (
    MOST_ROWS,
    NEEDED,
    Column,
    Values,
    Vocabulary,
    cell_text,
    cell_value,
    word_key,
)

Places = list[tuple[int, Column]]
PIECE = 1 << 20
IGNORED_SHOWN, HEADING_SHOWN = 20, 40


@dataclass(frozen=True)
class Sheet:
    """The columns of a file and its rows, each with the line that a spreadsheet shows beside it."""

    form: str
    """`xlsx` or `csv`."""
    ignored: list[str]
    """Headings that nobody knows; what stands under them is not read."""
    rows: Iterator[tuple[int, Values]]


def read_sheet(file: BinaryIO, words: Vocabulary) -> Sheet:
    """Read the headings; the rows come one by one as they are asked for, empty ones left out.

    Raises Invalid with field `file`: `file-unreadable`, `file-too-large`, `encoding-unknown`, `file-empty`,
    `heading-repeated`, `no-column-<name>` for each needed column; while reading also `too-many-rows`.
    """
    form = "xlsx" if is_workbook(file) else "csv"
    lines = workbook_rows(file) if form == "xlsx" else text_rows(file)
    for line, cells in lines:
        if any(cells):
            places, ignored = _headings(cells, words)
            return Sheet(form, ignored, _rows(lines, line, places, words))
    raise Invalid("file-empty", field="file")


def digest_of(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size of a file, by which the same one is known again."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest(), file.tell()


def _headings(cells: list[object], words: Vocabulary) -> tuple[Places, list[str]]:
    named = [(at, text, words.headings.get(word_key(text))) for at, text in enumerate(map(cell_text, cells))]
    places = [(at, column) for at, _text, column in named if column is not None]
    counted = Counter(column for _at, column in places)
    missing = [f"no-column-{column.replace('_', '-')}" for column in NEEDED if column not in counted]
    if missing:
        raise Invalid(fields={"file": missing})
    if any(times > 1 for times in counted.values()):
        raise Invalid("heading-repeated", field="file")
    ignored = [text[:HEADING_SHOWN] for _at, text, column in named if text and column is None]
    return places, ignored[:IGNORED_SHOWN]


def _rows(
    lines: Iterator[tuple[int, list[object]]], heading: int, places: Places, words: Vocabulary
) -> Iterator[tuple[int, Values]]:
    for line, cells in lines:
        if line - heading > MOST_ROWS:
            raise Invalid(f"too-many-rows {MOST_ROWS}", field="file")
        width = len(cells)
        texts = ((column, cell_text(cells[at])) for at, column in places if at < width and cells[at] != "")
        values: Values = {column: cell_value(column, text, words) for column, text in texts if text}
        if values:
            yield line, values
