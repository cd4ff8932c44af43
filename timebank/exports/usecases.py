"""Taking figures out of the service is an act of its own: it is allowed, and it is recorded."""

from __future__ import annotations

from sqlalchemy import func, select

from timebank.exports.rules import Format
from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import county_of, last_in
from timebank.kernel.work import Work
from timebank.regions.models import Region


def record_export(
    work: Work, *, region: int, year: int, form: Format, deep: bool = False, largest: int | None = None
) -> None:
    """Allow and record an export; the file is written afterwards from `statistics.queries.extract`.

    Raises Invalid when a `deep` export would hold more than `largest` regions.
    """
    work.allow(Permission.STATISTICS_EXPORT, region=region)
    if deep and largest is not None and _regions_in(work, region) > largest:
        raise Invalid("export-too-large", largest=largest)
    subject = Key(county_of(region), work.new_id())
    work.emit("statistics.exported", subject, region=region, year=year, format=form.value, deep=deep)


def record_party_export(work: Work, *, region: int, year: int, form: Format) -> None:
    """Allow and record an export of how party members take part; groups only, so reading is enough."""
    work.allow(Permission.PARTY_READ, region=region)
    subject = Key(county_of(region), work.new_id())
    work.emit("party.exported", subject, region=region, year=year, format=form.value)


def _regions_in(work: Work, region: int) -> int:
    inside = select(func.count()).where(Region.code.between(region, last_in(region)))
    return work.session.execute(inside).scalar_one()
