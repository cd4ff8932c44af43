"""Reading the tables that commands are given: CSV, gzipped or not, line by line."""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import click
from click._termui_impl import ProgressBar

Row = tuple[int, dict[str, str]]
"""Line number in the file (the heading is line 1) and the wanted columns by name."""
STEP = 5_000


def read_table(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Row]:
    """Yield the rows of a CSV file in UTF-8, with a progress bar on a terminal.

    Columns may stand in any order, others are ignored, missing cells are empty. Raises ClickException with
    a sentence when the file is not such a table.
    """
    with open(path, "rb") as raw, _progress(path) as bar:
        try:
            yield from _rows(
                _text(path, raw), path, needed, optional, lambda: bar.update(raw.tell() - bar.pos)
            )
        except UnicodeDecodeError:
            raise click.ClickException(
                f"{path} is not UTF-8; save it as “CSV UTF-8” and try again."
            ) from None
        except (csv.Error, EOFError, gzip.BadGzipFile) as error:
            raise click.ClickException(f"{path} cannot be read: {error}.") from None


def _rows(
    text: TextIO, path: Path, needed: Sequence[str], optional: Sequence[str], tick: Callable[[], None]
) -> Iterator[Row]:
    reader = csv.reader(text)
    places = _places(path, next(reader, []), needed, optional)
    for count, cells in enumerate(reader, start=1):
        if cells:
            width = len(cells)
            yield (
                reader.line_num,
                {name: cells[at].strip() if at < width else "" for name, at in places},
            )
        if count % STEP == 0:
            tick()
    tick()


def _places(
    path: Path, heading: Iterable[str], needed: Sequence[str], optional: Sequence[str]
) -> list[tuple[str, int]]:
    found = {name.strip().lower(): place for place, name in enumerate(heading)}
    missing = [name for name in needed if name not in found]
    if missing:
        raise click.ClickException(
            f"{path} has no column {', '.join(missing)}; its first line must name them."
        )
    return [(name, found[name]) for name in (*needed, *optional) if name in found]


def _text(path: Path, raw: BinaryIO) -> TextIO:
    plain = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
    return io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")


def _progress(path: Path) -> ProgressBar[int]:
    hidden = not sys.stderr.isatty()
    return click.progressbar(length=path.stat().st_size, label=path.name, file=sys.stderr, hidden=hidden)
