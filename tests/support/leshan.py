"""The main job on Leshan's real regions, figures and targets: its cast, its times, and what must come out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from tests.support import make_people
from timebank.config import ROOT
from timebank.identity.usecases import grant_role
from timebank.kernel.db import session
from timebank.kernel.policy import SYSTEM, Role
from timebank.kernel.work import perform
from timebank.ledger.models import Account, Transfer
from timebank.statistics.models import IndicatorCell

ASSETS = ROOT / "timebank" / "assets"
COMMUNITY, TOWNSHIP, COUNTY, CITY, PROVINCE = (
    511102004001,
    511102004000,
    511102000000,
    511100000000,
    510000000000,
)
DAY = date(2026, 11, 21)
CHECK_IN = datetime(2026, 11, 21, 5, 50, tzinfo=UTC)
"""13:50 in Shanghai, ten minutes before the shift."""
CHECK_OUT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
AFTERWARDS = datetime(2026, 11, 21, 9, 10, tzinfo=UTC)

PERSON = {
    "name": "陈志远",
    "document_number": make_people.document_number(101, date(1988, 5, 20)),
    "phone": "12000000101",
    "political_status": "01",
    "password": make_people.PASSWORD,
}
PROJECT = {
    "name": "社区长者助餐送餐",
    "place": "社区食堂一楼",
    "content": "为行动不便的老人送午餐，陪他们说说话。",
    "risk": "楼道湿滑，注意脚下；餐盒烫手，请戴手套。",
    "leader_name": "王队长",
}

BOOKED = [
    ("service_time_source", "service_time", "minutes", 150, DAY),
    ("time_credit_source", "time_credit", "minutes", 150, DAY),
]
"""From 14:00, when the shift began, to 16:30: one balanced transfer to each of the two accounts."""

RESIDENTS = {COUNTY: 814597, CITY: 3160168, PROVINCE: 83674866}
STANDING = {
    (region, indicator): (1, RESIDENTS.get(region) if indicator != "party_participation" else None)
    for region in (COMMUNITY, TOWNSHIP, COUNTY, CITY, PROVINCE)
    for indicator in ("registered_share", "party_participation", "resident_participation")
}
"""One registered, verified party member with a confirmed record; residents of 2020 where there are any."""


@dataclass(frozen=True)
class Cast:
    """Phones of those who act beside the volunteer; all sign in with `make_people.PASSWORD`."""

    organizer: str
    clerk: str
    authority: str
    stranger: str
    organization: str


def prepare(app: Flask) -> Cast:
    """Load Leshan as an operator would, and appoint the officers."""
    run = app.test_cli_runner().invoke
    for arguments in (
        ["regions", "import", str(ASSETS / "regions_leshan.csv.gz")],
        ["figures", "import", str(ASSETS / "census2020_leshan.csv"), "--year", "2020", "--source", "七普"],
        ["targets", "import", str(ASSETS / "targets_leshan.csv")],
    ):
        result = run(args=arguments)
        assert result.exit_code == 0, result.output
    with app.app_context():
        organization = make_people.organization("嘉州助餐队", COUNTY)
        make_people.officer(
            Role.ORGANIZER, organization=organization, name="王队长", phone_number="12000000201"
        )
        make_people.officer(Role.COMMUNITY_WORKER, COUNTY, name="李社工", phone_number="12000000202")
        make_people.officer(Role.AUTHORITY, CITY, name="周科长", phone_number="12000000203")
        perform(SYSTEM, grant_role, phone="12000000203", role=Role.PARTY_ADMINISTRATOR, region=CITY)
        south = make_people.SOUTH
        make_people.officer(Role.COMMUNITY_WORKER, south, name="外县人", phone_number="12000000204")
        return Cast("12000000201", "12000000202", "12000000203", "12000000204", str(organization))


def compute(app: Flask) -> None:
    """Run the scheduled job by hand, as `flask jobs run` does."""
    result = app.test_cli_runner().invoke(args=["jobs", "run", "indicators", "--on", DAY.isoformat()])
    assert result.exit_code == 0, result.output


def verify(app: Flask) -> None:
    """The book must be sound."""
    result = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert result.exit_code == 0, result.output


def booked(app: Flask) -> list[tuple[Any, ...]]:
    """The ledger, without the ids that differ from run to run."""
    with app.app_context():
        kinds = {account.id: account.kind for account in session().scalars(select(Account))}
        return sorted(
            (kinds[t.debit_account_id], kinds[t.credit_account_id], t.unit, t.amount, t.occurred_on)
            for t in session().scalars(select(Transfer))
        )


def standing(app: Flask) -> dict[tuple[int, str], tuple[int, int | None]]:
    """Numerator and denominator of the cells above the volunteer's community."""
    with app.app_context():
        cells = session().scalars(select(IndicatorCell).where(IndicatorCell.year == DAY.year))
        found = {(c.region_code, str(c.indicator)): (c.numerator, c.denominator) for c in cells}
    return {place: found[place] for place in STANDING if place in found}
