"""One proof, training or award is entered, by the person or an officer; the person may take it back."""

from __future__ import annotations

from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.qualifications.models import ProofFile
from timebank.qualifications.rules import Kind, Said, Status, check_file, checked
from timebank.qualifications.usecases.files import keep_file
from timebank.qualifications.usecases.rows import held, keep, registered
from timebank.volunteers.queries import standing

WITHDRAWABLE = (Status.WAITING, Status.ACCEPTED, Status.REFUSED, Status.EXPIRED)


def enter(work: Work, *, volunteer: Key, kind: Kind, said: Said, file: bytes | None = None) -> Key:
    """Enter a proof of a skill or an award, which somebody else decides about, or a training, which counts.

    A person enters proofs and awards of their own; trainings are recorded by an officer of the region.
    Raises Invalid naming every wrong field, Conflict("training-recorded" | "wrong-status").
    """
    _allow(work, volunteer, kind)
    who = registered(volunteer)
    told = checked(kind, said, work.today)
    media_type = check_file(file) if file else None
    kept = keep_file(work, volunteer, file, media_type) if file and media_type else None
    status = Status.ACCEPTED if kind is Kind.TRAINING else Status.WAITING
    key = keep(work, who, kind, told, file=kept, status=status)
    if key is None:
        raise Conflict("training-recorded", field="title")
    work.emit("qualification.entered", key)
    return key


def withdraw(work: Work, *, qualification: Key) -> None:
    """The person takes a proof or an award of their own back; the file is deleted. Twice changes nothing.

    Trainings stay: they are the organiser's record. Raises Conflict("wrong-qualification-status").
    """
    row = held(work, qualification)
    work.allow(Permission.VOLUNTEER_WRITE, owner=Key(row.shard_code, row.volunteer_id))
    if row.status == Status.WITHDRAWN:
        return
    if row.kind == Kind.TRAINING or row.status not in WITHDRAWABLE:
        raise Conflict("wrong-qualification-status", status=row.status)
    row.status, file = Status.WITHDRAWN.value, row.file_id
    row.file_id = row.number_sealed = None
    work.session.flush()
    if file is not None:
        work.session.delete(work.session.get_one(ProofFile, (row.shard_code, file)))
    work.emit("qualification.withdrawn", row.key)


def _allow(work: Work, volunteer: Key, kind: Kind) -> None:
    if kind is not Kind.TRAINING and work.actor.owns(volunteer):
        work.allow(Permission.VOLUNTEER_WRITE, owner=volunteer)
        return
    right = {
        Kind.SKILL: Permission.VOLUNTEER_WRITE,
        Kind.TRAINING: Permission.TRAINING_RECORD,
        Kind.AWARD: Permission.AWARD_RECORD,
    }[kind]
    work.allow(right)
    who = standing(volunteer)
    work.allow(right, region=who.region_code if who else 0)
