"""Files that people bring: encrypted in the database, so that every server has them and backups too."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Sharded
from timebank.kernel.work import Work


class KeptFile(Sharded):
    """Columns of a table of files; whose each is stands in columns of the table's own."""

    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    """In bytes."""
    content_sealed: Mapped[str] = mapped_column(Text)
    """Base64 of the file, encrypted as every sealed text."""
    uploaded_by: Mapped[str] = mapped_column(String(60))
    uploaded_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file in clear."""

    media_type: str
    content: bytes


def kept(work: Work, content: bytes, media_type: str, context: str) -> dict[str, Any]:
    """The columns of a file that is kept from now on, encrypted for its place."""
    return {
        "media_type": media_type,
        "size": len(content),
        "content_sealed": work.runtime.vault.encrypt(base64.b64encode(content).decode(), context),
        "uploaded_by": work.actor.label,
        "uploaded_at": work.now,
    }


def opened(work: Work, file: KeptFile, context: str) -> OpenedFile:
    """A file in clear; whoever calls has decided that it may be read."""
    text = work.runtime.vault.decrypt(file.content_sealed, context)
    return OpenedFile(file.media_type, base64.b64decode(text))
