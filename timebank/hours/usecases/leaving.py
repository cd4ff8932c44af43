"""What has to be settled before somebody leaves: visits that are open, hours that nobody decided yet."""

from __future__ import annotations

from sqlalchemy import select

from timebank.attendance.queries import is_inside
from timebank.hours.models import ServiceRecord
from timebank.hours.queries import OPEN
from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.queries import folded_into
from timebank.volunteers.rules import Correctable, ProposalKind, Wanted


def ask_to_close(
    work: Work,
    *,
    volunteer: Key,
    password: str | None = None,
    code: str | None = None,
    signed: bool = False,
) -> None:
    """`volunteers.ask_to_close`, for whoever has nothing open.

    Raises also Conflict("visit-open" | "hours-open"): undecided hours would be lost from sight.
    """
    volunteers.ask_to_close(work, volunteer=volunteer, password=password, code=code, signed=signed)
    _refuse_unsettled(work, volunteer)


def confirm_proposal(work: Work, *, proposal: Key) -> None:
    """`volunteers.confirm_proposal`; a registration is folded only when it has nothing open.

    Raises also Conflict("visit-open" | "hours-open").
    """
    decided = volunteers.confirm_proposal(work, proposal=proposal)
    if decided.kind is ProposalKind.MERGE:
        _refuse_unsettled(work, decided.volunteer)


def ask_for_correction(
    work: Work, *, volunteer: Key, field: str, wrong: str, wanted: Wanted, record: Key | None = None
) -> Key:
    """`volunteers.ask_for_correction`; a service record must be the person's own, also by a merge.

    Raises also Invalid("required", field="record"), NotFound.
    """
    concerned = record if field == Correctable.SERVICE_RECORD else None
    made = volunteers.ask_for_correction(
        work, volunteer=volunteer, field=field, wrong=wrong, wanted=wanted, record=concerned
    )
    if field == Correctable.SERVICE_RECORD:
        _check_own(work, volunteer, record)
    return made


def _refuse_unsettled(work: Work, volunteer: Key) -> None:
    if is_inside(volunteer):
        raise Conflict("visit-open")
    undecided = work.session.scalar(
        select(ServiceRecord.id)
        .where(
            ServiceRecord.shard_code == volunteer.shard,
            ServiceRecord.volunteer_id == volunteer.id,
            ServiceRecord.status.in_(OPEN),
        )
        .limit(1)
    )
    if undecided is not None:
        raise Conflict("hours-open")


def _check_own(work: Work, volunteer: Key, record: Key | None) -> None:
    if record is None:
        raise Invalid("required", field="record")
    found = work.session.get(ServiceRecord, (record.shard, record.id))
    if found is None or Key(found.shard_code, found.volunteer_id) not in (volunteer, *folded_into(volunteer)):
        raise NotFound()
