"""When identity is unlinked, what proves it goes: certificates carry names and numbers."""

from __future__ import annotations

from sqlalchemy import delete, update

from timebank.kernel.events import Happening
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.qualifications.models import ProofFile, Qualification


def forget_proofs(work: Work, happening: Happening) -> None:
    """Hear `volunteer.closed` and `volunteer.merged`: delete files and numbers of certificates.

    Trainings and awards stay with the statutory record (Order 67 Art. 8 and 9). Repeating it changes nothing.
    """
    work.allow(Permission.JOB_RUN)
    shard, unique = happening.subject.shard, happening.subject.id
    work.session.execute(
        update(Qualification)
        .where(Qualification.shard_code == shard, Qualification.volunteer_id == unique)
        .values(file_id=None, number_sealed=None, reason=None)
    )
    work.session.execute(
        delete(ProofFile).where(ProofFile.shard_code == shard, ProofFile.volunteer_id == unique)
    )
