"""Tables of files of people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of
from timebank.volunteers.rules.importing import IMPORT_FORMS, ImportStatus


class VolunteerImport(Sharded, Base):
    """A file of people to be registered: judged first, then taken in, batch by batch."""

    __tablename__ = "volunteer_imports"
    __table_args__ = distributed(
        one_of("form", IMPORT_FORMS),
        one_of("status", ImportStatus),
        Index(None, "region_code"),
    )

    region_code: Mapped[int] = mapped_column(RegionCode)
    """Everybody in the file lives inside."""
    file_name: Mapped[str] = mapped_column(String(100))
    file_size: Mapped[int]
    file_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256: the same file again goes on where it stopped."""
    form: Mapped[str] = mapped_column(String(4))
    ignored: Mapped[list[str]]
    """Headings that nobody knew."""
    uploaded_by: Mapped[str] = mapped_column(String(60))
    """Whose right decides, and who counts as the one who entered the people."""
    uploaded_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(String(40))
    """Why it stopped by itself."""
    rows: Mapped[int]
    position: Mapped[int]
    """The last line that was handled in the present pass over the file."""
    handled: Mapped[int]
    """How many rows that were."""
    ready: Mapped[int]
    faulty: Mapped[int]
    known: Mapped[int]
    """Rows whose only fault is that the person is registered, or stands further up in the file."""
    entered: Mapped[int]
    late: Mapped[int]
    """Rows that were ready and could not be taken in any more."""
    started_by: Mapped[str | None] = mapped_column(String(60))
    started_at: Mapped[datetime | None]
    moved_at: Mapped[datetime]
    """When something last happened to it."""
    emptied_at: Mapped[datetime | None]
    """When its rows were deleted; what was wrong with which line stays."""


class ImportRow(Sharded, Base):
    """One row of a file, encrypted as a whole; written once and deleted when nobody needs it."""

    __tablename__ = "volunteer_import_rows"
    __table_args__ = distributed(
        ForeignKeyConstraint(
            ["shard_code", "import_id"], ["volunteer_imports.shard_code", "volunteer_imports.id"]
        ),
        UniqueConstraint("shard_code", "import_id", "line"),
    )

    import_id: Mapped[UUID]
    line: Mapped[int]
    content_sealed: Mapped[str] = mapped_column(Text)
    same_document: Mapped[int | None]
    """The line further up with the same document."""
    same_phone: Mapped[int | None]


class ImportProblem(Sharded, Base):
    """What is wrong with a line of a file; holds no personal data."""

    __tablename__ = "volunteer_import_problems"
    __table_args__ = distributed(
        ForeignKeyConstraint(
            ["shard_code", "import_id"], ["volunteer_imports.shard_code", "volunteer_imports.id"]
        ),
        Index(None, "shard_code", "import_id", "line"),
    )

    import_id: Mapped[UUID]
    line: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(60))
