"""CSV as spreadsheets write it: UTF-8 with and without a byte order mark, GB18030, Excel's Unicode text."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from timebank.kernel.errors import Invalid

PIECE = 1 << 16
SEPARATORS = ",;\t"


def text_rows(file: BinaryIO) -> Iterator[tuple[int, list[object]]]:
    """Number and cells of every row; the first is 1. Raises Invalid as `read_sheet` says."""
    text = io.TextIOWrapper(file, encoding=encoding_of(file), newline="")
    try:
        heading = text.readline()
        text.seek(0)
        separator = max(SEPARATORS, key=heading.count)
        for line, cells in enumerate(csv.reader(text, delimiter=separator), start=1):
            yield line, list(cells)
    except csv.Error:
        raise Invalid("file-unreadable", field="file") from None
    finally:
        if not file.closed:
            text.detach()


def encoding_of(file: BinaryIO) -> str:
    """The encoding in which the whole file can be read. Raises Invalid("encoding-unknown")."""
    begin = file.read(4)
    file.seek(0)
    is_wide = begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for name in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        if _fits(file, name):
            return name
    raise Invalid("encoding-unknown", field="file")


def _fits(file: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
        return True
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
