"""How volunteers stand in a shift."""

from __future__ import annotations

from sqlalchemy import Uuid, bindparam, select

from timebank.kernel.db import bulk_connection
from timebank.kernel.ids import Key
from timebank.projects.models import SignUp
from timebank.projects.queries.internal.shifts import of_shift
from timebank.projects.rules import HAS_PLACE, SignUpStatus

STATUS = select(SignUp.status).where(
    SignUp.shard_code == bindparam("shard"),
    SignUp.shift_id == bindparam("shift", type_=Uuid()),
    SignUp.volunteer_shard == bindparam("volunteer_shard"),
    SignUp.volunteer_id == bindparam("volunteer", type_=Uuid()),
)


def sign_up_status(shift: Key, volunteer: Key) -> SignUpStatus | None:
    """How a volunteer stands in a shift, or None without any sign-up."""
    given = {"volunteer_shard": volunteer.shard, "volunteer": volunteer.id}
    found = bulk_connection().execute(STATUS, of_shift(shift) | given).scalar()
    return SignUpStatus(found) if found else None


def state_of(sign_up: Key) -> SignUpStatus:
    """The present state of a sign-up that was just made. Internal."""
    found = bulk_connection().execute(
        select(SignUp.status).where(SignUp.shard_code == sign_up.shard, SignUp.id == sign_up.id)
    )
    return SignUpStatus(found.scalar_one())


def accepted(shift: Key) -> list[Key]:
    """The volunteers with a place in a shift, in the order of their sign-ups."""
    rows = bulk_connection().execute(
        select(SignUp.volunteer_shard, SignUp.volunteer_id)
        .where(
            SignUp.shard_code == shift.shard,
            SignUp.shift_id == shift.id,
            SignUp.status.in_(HAS_PLACE),
        )
        .order_by(SignUp.id)
    )
    return [Key(*row) for row in rows]
