"""XLSX: looked at from outside first, because opening one takes as much memory as it wants."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from timebank.kernel.errors import Invalid
from timebank.volunteers.rules.importing import MOST_ROWS

UNPACKED_MOST = 400 * 1024 * 1024
"""Bytes of all parts of a workbook together; 200,000 rows of our template take about half of it."""
MEMBERS_MOST = 2_000
PIECE = 1 << 20
ROW = b"<row"
ZIP, OLD_WORKBOOK = b"PK", b"\xd0\xcf\x11\xe0"


def is_workbook(file: BinaryIO) -> bool:
    """Whether the file is a workbook. Raises Invalid("old-workbook") for XLS and for one with a password."""
    begin = file.read(4)
    file.seek(0)
    if begin == OLD_WORKBOOK:
        raise Invalid("old-workbook", field="file")
    return begin.startswith(ZIP)


def workbook_rows(file: BinaryIO) -> Iterator[tuple[int, list[object]]]:
    """Number and cells of every row of the first sheet, from 1. Raises Invalid as `read_sheet` says."""
    _look_inside(file)
    try:
        with CalamineWorkbook.from_filelike(file) as book:
            for line, cells in enumerate(book.get_sheet_by_index(0).iter_rows(), start=1):
                yield line, list(cells)
    except PasswordError:
        raise Invalid("old-workbook", field="file") from None
    except (CalamineError, OSError, IndexError):
        raise Invalid("file-unreadable", field="file") from None


def _look_inside(file: BinaryIO) -> None:
    """Refuse what would fill the memory: parts say how large they are, and rows are counted in passing."""
    try:
        with zipfile.ZipFile(file) as parts:
            members = parts.infolist()
            if len(members) > MEMBERS_MOST or sum(each.file_size for each in members) > UNPACKED_MOST:
                raise Invalid("file-too-large", field="file")
            for each in members:
                _look_through(parts, each)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
        raise Invalid("file-unreadable", field="file") from None
    file.seek(0)


def _look_through(parts: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Unpack a part piece by piece: one that is larger than it says is refused, and so are too many rows."""
    rows, tail = 0, b""
    is_sheet = member.filename.startswith("xl/worksheets/sheet")
    with parts.open(member) as part:
        while piece := part.read(PIECE):
            rows += (tail + piece).count(ROW) if is_sheet else 0
            tail = piece[-(len(ROW) - 1) :]
            if rows > MOST_ROWS + 1:
                raise Invalid(f"too-many-rows {MOST_ROWS}", field="file")
