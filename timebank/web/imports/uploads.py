"""A file that came with a request, as the use-case wants it."""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import Any, BinaryIO, cast

from werkzeug.datastructures import FileStorage

from timebank.volunteers.imports import Sheet, digest_of, read_sheet
from timebank.volunteers.usecases import Upload
from timebank.web.imports.vocabulary import vocabulary

UNNAMED = "file"


def staged(given: FileStorage) -> dict[str, Any]:
    """The arguments `file` and `sheet` of `stage_import`; the path on somebody's own disk is left out."""
    stream = cast(BinaryIO, given.stream)
    digest, size = digest_of(stream)

    def sheet() -> Sheet:
        stream.seek(0)
        return read_sheet(stream, vocabulary())

    # also takes what stands behind slashes
    name = PureWindowsPath(given.filename or UNNAMED).name or UNNAMED
    return {"file": Upload(name, size, digest), "sheet": sheet}
