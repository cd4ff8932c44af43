"""The demonstration town is believable, whole, made through the use-cases, and made once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from timebank.attendance.models import GateDevice, Scan
from timebank.config import ROOT
from timebank.demo import cast, programme
from timebank.demo.clockwork import Timeline
from timebank.demo.paper import certificate
from timebank.demo.scene import Scene
from timebank.demo.shifts import Plan
from timebank.demo.town import find_town, short
from timebank.hours.models import ServiceRecord, ShiftSheet, VisitAppeal
from timebank.identity.usecases import sign_in
from timebank.kernel.db import runtime, session
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Role
from timebank.kernel.work import perform
from timebank.ledger.proof import verify
from timebank.memberships.models import Invitation, Membership
from timebank.organizations.models import Organization
from timebank.party.models import PartyMembership, PartyReport
from timebank.projects.models import NoShowAppeal, Project, ProjectTemplate, Shift, SignUp
from timebank.projects.rules import ProjectStatus
from timebank.qualifications.models import Qualification
from timebank.qualifications.rules import check_file
from timebank.recognition.models import StarStanding
from timebank.regions.queries import RegionCard
from timebank.statistics.models import IndicatorCell
from timebank.volunteers.models import CorrectionRequest, RegionMove, Unmasking, Volunteer, VolunteerImport
from timebank.volunteers.queries import duplicates
from timebank.volunteers.rules import check_document

REGIONS = str(ROOT / "timebank" / "assets" / "regions_leshan.csv.gz")
Command = Callable[..., Result]


def states(column: Any) -> Counter[Any]:
    return Counter(session().scalars(select(column)))


def test_the_town_is_loaded_once_and_whole(cli: Command, app: Flask) -> None:
    assert cli("regions", "import", REGIONS).exit_code == 0
    loaded = cli("demo", "load")
    assert loaded.exit_code == 0, loaded.output
    accounts = json.loads(cli("demo", "accounts", "--json").stdout)
    with app.app_context():
        _people_are_in_every_state()
        _people_belong()
        _people_show_and_ask()
        _files_were_read()
        _work_is_in_every_state()
        _hours_became_stars_and_indicators()
        _a_phone_was_off_line()
        _everybody_shown_can_sign_in(accounts)
        volunteers = session().scalar(select(func.count()).select_from(Volunteer))
    again = cli("demo", "load")
    assert (again.exit_code, "loaded already" in again.output) == (0, True)
    with app.app_context():
        assert session().scalar(select(func.count()).select_from(Volunteer)) == volunteers


def _a_phone_was_off_line() -> None:
    """Its scan waits for the organizer, at the gate that is open now."""
    waiting = session().query(Scan).filter_by(verdict="provisional").one()
    phone = session().query(GateDevice).one()
    assert (waiting.told, waiting.code, waiting.device_id) == ("accepted", "not-registered", phone.id)


def _people_are_in_every_state() -> None:
    waiting = {"verifying": 11, "submitted": 1, "returned": 1}
    assert states(Volunteer.status) == {"registered": 70, "suspended": 1, **waiting}
    assert len(states(Volunteer.region_code)) == 6
    verified = select(func.count()).where(Volunteer.party_verified_at.is_not(None))
    assert session().scalar(verified) == 19


def _people_belong() -> None:
    assert states(Organization.status) == {"active": 4, "submitted": 1}
    assert states(Membership.status) == {"active": 23, "requested": 1}
    assert set(states(Membership.way)) == {"founder", "code", "request", "invitation"}
    assert states(Invitation.status) == {"accepted": 1, "open": 1}
    assert states(PartyMembership.status) == {"verified": 19, "claimed": 1}
    assert states(PartyReport.status) == {"confirmed": 3, "reported": 1}
    places = states(PartyMembership.organization_id)
    assert (len(places), places[None]) == (5, 0)


def _people_show_and_ask() -> None:
    shown = Counter(map(tuple, session().execute(select(Qualification.kind, Qualification.status))))
    assert shown == {
        ("skill", "accepted"): 1,
        ("skill", "waiting"): 1,
        ("training", "accepted"): 12,
        ("award", "accepted"): 1,
    }
    assert states(RegionMove.status) == states(CorrectionRequest.status) == {"open": 1}
    assert [len(group) for group in duplicates(SYSTEM)] == [2]
    assert states(Unmasking.purpose).total() == 2


def _files_were_read() -> None:
    fields = ("status", "rows", "ready", "faulty", "known", "entered")
    found = session().execute(select(*(getattr(VolunteerImport, name) for name in fields)))
    assert set(map(tuple, found)) == {("done", 8, 8, 0, 0, 8), ("checked", 7, 2, 4, 1, 0)}


def _work_is_in_every_state() -> None:
    assert set(states(Project.status)) == set(ProjectStatus)
    assert states(Project.kind)["make_up"] == states(ProjectTemplate.name).total() == 1
    sheets = states(ShiftSheet.status)
    assert (sheets["to_submit"], sheets["submitted"]) == (2, 3)
    assert sheets["settled"] > 100
    assert states(Shift.status)["open"] == 16
    waiting = states(SignUp.status)
    assert {"waiting", "offered", "invited", "on_leave", "no_show"} <= set(waiting)
    assert states(NoShowAppeal.status) == {"waiting": 1, "refused": 1}
    attention = [mark for marks in session().scalars(select(ServiceRecord.attention)) for mark in marks]
    assert Counter(attention)["no_check_out"] >= 1
    assert Counter(attention)["shared_device"] == 4
    assert Counter(attention)["late_entry"] == Counter(attention)["closed_by_policy"] == 1
    assert states(VisitAppeal.status) == {"waiting": 1}
    assert Counter(attention)["entered_by_organizer"] >= 5


def _hours_became_stars_and_indicators() -> None:
    assert set(states(StarStanding.stars)) == {0, 1, 2, 3}
    done = verify()
    assert done.checked > 500
    assert list(done.faults) == []
    party = select(IndicatorCell.numerator, IndicatorCell.denominator).where(
        IndicatorCell.indicator == "party_participation", IndicatorCell.denominator == 12
    )
    numerator, denominator = session().execute(party).one()
    assert denominator is not None
    assert numerator / denominator >= 0.8
    session().rollback()


def _everybody_shown_can_sign_in(accounts: list[dict[str, str]]) -> None:
    assert {each["role"] for each in accounts} == {"volunteer", *Role}
    for each in accounts:
        assert each["phone"].startswith("12")
        perform(ANONYMOUS, sign_in, phone=each["phone"], password=each["password"])


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_without_regions_it_says_what_to_do(cli: Command) -> None:
    refused = cli("demo", "load")
    assert refused.exit_code == 1
    assert "flask regions import" in refused.output
    assert json.loads(cli("demo", "accounts", "--json").stdout) == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("command", ["load", "accounts"])
def test_outside_demo_mode_it_is_refused(
    make_app: Callable[..., Flask], database_url: str, command: str
) -> None:
    runner = make_app(database_url, demo="0").test_cli_runner()
    refused = runner.invoke(args=["demo", command])
    assert refused.exit_code == 1
    assert "TIMEBANK_DEMO=1" in refused.output


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_city_without_room_is_refused(cli: Command) -> None:
    cli("regions", "import", REGIONS)
    assert "not known" in cli("demo", "load", "--city", "5101").output


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_at_any_hour_a_gate_opens_soon(cli: Command, app: Flask) -> None:
    cli("regions", "import", REGIONS)
    with app.app_context():
        town = find_town(5111)
        assert town is not None
        for hour in range(24):
            now = datetime(2026, 11, 21, hour, 47, tzinfo=UTC)
            timeline = Timeline(now, runtime().config.time_zone)
            _check_open_now(timeline, programme._open_now(Scene(town, timeline, Random(1), [])))


def _check_open_now(timeline: Timeline, plan: Plan) -> None:
    starts_at, ends_at = timeline.moment(plan.day, *plan.begins), timeline.moment(plan.day, *plan.ends)
    assert starts_at - plan.announced < starts_at - plan.sign_ups_end < timeline.now < starts_at < ends_at
    is_day = 7 <= timeline.now.astimezone(timeline.zone).hour <= 20
    assert starts_at - timeline.now <= timedelta(hours=1) or not is_day


def test_the_people_are_nobody_and_the_same_for_the_same_seed() -> None:
    today = datetime(2026, 11, 21, tzinfo=UTC).date()
    first = cast.people([(511102004001, 30, 5), (511102004002, 30, 0)], today, 5111)
    second = cast.people([(511102004001, 30, 5), (511102004002, 30, 0)], today, 5111)
    assert [person.document for person in first] == [person.document for person in second]
    assert len({person.name for person in first}) == 60
    for person in first:
        assert person.document.startswith("99")
        assert person.phone.startswith("12")
        assert check_document("resident_id", person.document, today, demo=True)


def test_communities_are_called_as_people_call_them() -> None:
    for full, called in (
        ("篦子街社区居委会", "篦子街社区"),
        ("南陵社区居民委员会", "南陵社区"),
        ("任家坝村委会", "任家坝村"),
        ("新都村村民委员会", "新都村"),
    ):
        assert short(RegionCard(1, full, "village", None, None)) == called


def test_a_certificate_is_a_file_that_readers_open() -> None:
    content = certificate("DEMO-1")
    assert check_file(content) == "application/pdf"
    start = int(content.split(b"startxref\n")[1].split(b"\n")[0])
    entries = content[start:].splitlines()[3:]
    places = [int(line.split()[0]) for line in entries if line.endswith(b" n ")]
    assert [content[at:].split()[0] for at in places] == [b"1", b"2", b"3", b"4"]
