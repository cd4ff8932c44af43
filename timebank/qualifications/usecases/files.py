"""Files of proof: kept encrypted, opened by the person and by who decides, and every opening is an event."""

from __future__ import annotations

from uuid import UUID

from timebank.kernel.errors import NotFound
from timebank.kernel.files import OpenedFile, kept, opened
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.qualifications.models import ProofFile, Qualification
from timebank.qualifications.rules import Kind
from timebank.qualifications.usecases.rows import DECIDING
from timebank.volunteers.queries import standing


def keep_file(work: Work, volunteer: Key, content: bytes, media_type: str) -> UUID:
    """Encrypt and keep a file of proof. Internal."""
    key = Key(volunteer.shard, work.new_id())
    work.session.add(
        ProofFile(
            shard_code=key.shard,
            id=key.id,
            volunteer_id=volunteer.id,
            **kept(work, content, media_type, _context(key)),
        )
    )
    work.session.flush()
    return key.id


def open_file(work: Work, *, qualification: Key) -> OpenedFile:
    """The file of a qualification in clear; who opened somebody else's is on record.

    Raises NotFound where there is none, or for whom neither owns nor decides about it.
    """
    row = work.session.get(Qualification, (qualification.shard, qualification.id))
    if row is None:
        work.allow(Permission.VOLUNTEER_READ)
        raise NotFound()
    owner = Key(row.shard_code, row.volunteer_id)
    if work.actor.owns(owner):
        work.allow(Permission.VOLUNTEER_READ, owner=owner)
    else:
        right, who = DECIDING[Kind(row.kind)], standing(owner)
        work.allow(right, region=who.region_code if who else row.region_code)
        work.emit("qualification.file_opened", row.key)
    if row.file_id is None:
        raise NotFound()
    file = work.session.get_one(ProofFile, (row.shard_code, row.file_id))
    return opened(work, file, _context(file.key))


def _context(key: Key) -> str:
    return f"proof_files.content:{key}"
