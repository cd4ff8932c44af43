"""Shifts of a series that are changed together: all of them, or none. Internal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.work import Work
from timebank.projects.models import Shift
from timebank.projects.rules import ShiftStatus

TAKEN = "below-taken"


def following_shifts(work: Work, first: Shift) -> list[Shift]:
    """A shift of a series, which the caller has locked, and those that follow it, locked, in their order.

    Closed and cancelled ones are not among them. Raises Conflict("no-series"). Internal.
    """
    if first.series_id is None:
        raise Conflict("no-series")
    rows = work.session.scalars(
        select(Shift)
        .where(
            Shift.shard_code == first.shard_code,
            Shift.series_id == first.series_id,
            Shift.status == ShiftStatus.OPEN,
            Shift.starts_at >= first.starts_at,
        )
        .order_by(Shift.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return sorted(rows, key=lambda row: row.starts_at)


def change_each(shifts: Sequence[Shift], change: Callable[[Shift], None]) -> None:
    """Change each of some shifts in their order; where one refuses, none is changed. Internal.

    Raises the Invalid of the first one as it is, unless it is about places that are taken in a series; else
    Conflict("series-refused", number, day, title) about the first that refuses, whose `fields` have the codes
    of all that refuse by their keys. What was changed before is rolled back with the transaction.
    """
    refused: dict[Shift, list[str]] = {}
    for shift in shifts:
        try:
            change(shift)
        except Invalid as error:
            codes = [code for of_field in error.fields.values() for code in of_field] or [error.code]
            if shift is shifts[0] and (len(shifts) == 1 or TAKEN not in codes):
                raise
            refused[shift] = codes
    if refused:
        first = next(iter(refused))
        raise Conflict(
            "series-refused",
            fields={str(shift.key): codes for shift, codes in refused.items()},
            number=len(refused),
            day=first.occurs_on.isoformat(),
            title=first.title,
        )
