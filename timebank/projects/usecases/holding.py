"""How people stand in a shift, with their sign-ups locked, for the gate. Internal."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from timebank.kernel.bulk import among
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.models import Shift, SignUp
from timebank.projects.queries.internal import HELD_GATE, STATUS, ShiftGate, gate_from, gate_of
from timebank.projects.rules import ShiftStatus, SignUpStatus

HOLD = STATUS.with_for_update()


def hold_shift(work: Work, *, shift: Key) -> ShiftStatus | None:
    """How a shift stands, kept so until the end of the transaction: nobody closes it meanwhile. Internal."""
    found = work.connection.execute(
        select(Shift.status)
        .where(Shift.shard_code == shift.shard, Shift.id == shift.id)
        .with_for_update(read=True)
    ).scalar()
    return ShiftStatus(found) if found else None


def hold_sign_up(work: Work, *, shift: Key, volunteer: Key) -> SignUpStatus | None:
    """How a volunteer stands in a shift, with the row locked, so that one person's scans go one by one.

    Internal: the caller decides the right.
    """
    found = work.connection.execute(HOLD, _place(shift, volunteer)).scalar()
    return SignUpStatus(found) if found else None


def hold_sign_ups(work: Work, *, shift: Key, volunteers: Collection[Key]) -> dict[Key, SignUpStatus]:
    """What `hold_sign_up` says of many, whoever has signed up; the rows are locked in one order. Internal."""
    columns = (SignUp.volunteer_shard, SignUp.volunteer_id)
    rows = work.connection.execute(
        select(*columns, SignUp.status)
        .where(
            SignUp.shard_code == shift.shard,
            SignUp.shift_id == shift.id,
            among(SignUp.volunteer_id, [volunteer.id for volunteer in volunteers]),
        )
        .order_by(*columns)
        .with_for_update()
    )
    return {Key(shard, volunteer): SignUpStatus(status) for shard, volunteer, status in rows}


def hold_gate(work: Work, *, shift: Key, volunteer: Key) -> tuple[ShiftGate | None, SignUpStatus | None]:
    """The gate of a shift, and what `hold_sign_up` says: one statement for everybody who has signed up.

    Internal: the caller decides the right.
    """
    row = HELD_GATE.first(work.connection, _place(shift, volunteer))
    return (gate_from(shift, row), SignUpStatus(row.sign_up)) if row else (gate_of(shift), None)


def _place(shift: Key, volunteer: Key) -> dict[str, object]:
    return {
        "shard": shift.shard,
        "shift": shift.id,
        "volunteer_shard": volunteer.shard,
        "volunteer": volunteer.id,
    }
