"""Taking something out of the service is an act of its own: it is allowed, and it is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from timebank.exports.own_data import collect, collect_account
from timebank.exports.rules import Format
from timebank.identity.usecases.leaving import prove
from timebank.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import county_of, last_in
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work
from timebank.regions.models import Region
from timebank.volunteers.models import Volunteer
from timebank.volunteers.rules import UNMASKABLE, Status
from timebank.volunteers.usecases import unmask

OWN_DATA_A_DAY = 10
"""Each reads every table; more in a day is a mistake or somebody else."""


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


def count_own_data(work: Work, *, volunteer: Key) -> None:
    """Count a request for somebody's own data, in a `perform` of its own. Raises TooMany."""
    if not work.actor.owns(volunteer):
        work.allow(Permission.VOLUNTEER_UNMASK)
    work.allow(Permission.VOLUNTEER_READ, owner=volunteer, region=_home(work, volunteer).region_code)
    count_attempt(work, "own-data", str(volunteer), OWN_DATA_A_DAY, timedelta(days=1))


def export_own_data(
    work: Work,
    *,
    volunteer: Key,
    password: str | None = None,
    code: str | None = None,
    purpose: str | None = None,
) -> dict[str, Any]:
    """Everything kept about a person: for the person or guardian, who proves once more who they are.

    An officer gets it for somebody without an account, or for relatives of somebody who died (PIPL Art. 49):
    with a purpose, as a look at every field. Count the attempt first. Raises Invalid for `password`, `code`
    or `purpose`, Conflict("has-account" | "nothing-left").
    """
    row = _home(work, volunteer)
    if work.actor.owns(volunteer):
        work.allow(Permission.VOLUNTEER_READ, owner=volunteer)
        prove(work, password=password, code=code)
    else:
        unmask(work, volunteer=volunteer, fields=list(UNMASKABLE), purpose=purpose or "")
        if row.user_id is not None and row.status != Status.DECEASED:
            raise Conflict("has-account")
    if row.erased_at is not None:
        raise Conflict("nothing-left")
    work.emit("volunteer.data_exported", volunteer)
    work.session.flush()
    return collect(volunteer)


def count_account_data(work: Work) -> None:
    """Count a request for the data of one's own account, in a `perform` of its own. Raises TooMany."""
    user = _account(work)
    count_attempt(work, "own-data", str(user), OWN_DATA_A_DAY, timedelta(days=1))


def export_account_data(
    work: Work, *, password: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """Everything kept about somebody who signs in and has no registration (PIPL Art. 45): a guardian, say.

    Count the attempt first. Raises Invalid for `password` or `code`, Conflict("has-registration") for who has
    one: `export_own_data` has the account's part, too.
    """
    user = _account(work)
    if work.actor.volunteer is not None:
        raise Conflict("has-registration")
    prove(work, password=password, code=code)
    work.emit("user.data_exported", user)
    work.session.flush()
    return collect_account(user)


def _account(work: Work) -> Key:
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    if work.actor.user is None:
        raise Unauthenticated()
    return work.actor.user


def _home(work: Work, volunteer: Key) -> Volunteer:
    row = work.session.get(Volunteer, (volunteer.shard, volunteer.id), populate_existing=True)
    if row is None:
        work.allow(Permission.VOLUNTEER_UNMASK)
        raise NotFound()
    return row


def record_party_export(work: Work, *, region: int, year: int, form: Format) -> None:
    """Allow and record an export of how party members take part; groups only, so reading is enough."""
    work.allow(Permission.PARTY_READ, region=region)
    subject = Key(county_of(region), work.new_id())
    work.emit("party.exported", subject, region=region, year=year, format=form.value)


def _regions_in(work: Work, region: int) -> int:
    inside = select(func.count()).where(Region.code.between(region, last_in(region)))
    return work.session.execute(inside).scalar_one()
