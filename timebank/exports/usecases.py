"""Taking figures out of the service is an act of its own: it is allowed, and it is recorded."""

from __future__ import annotations

from timebank.exports.rules import Format
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import county_of
from timebank.kernel.work import Work


def record_export(work: Work, *, region: int, year: int, form: Format, deep: bool = False) -> None:
    """Allow and record an export; the file is written afterwards from `statistics.queries.extract`."""
    work.allow(Permission.STATISTICS_EXPORT, region=region)
    subject = Key(county_of(region), work.new_id())
    work.emit("statistics.exported", subject, region=region, year=year, format=form.value, deep=deep)
