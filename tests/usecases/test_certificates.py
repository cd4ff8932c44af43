"""Certificates: asked for by who may, issued by the unit that recorded, once, and ended in the open."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, combinations
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.support import make_certificates as make
from tests.support import make_families as families
from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as people
from tests.support.clock import FakeClock
from tests.support.make_certificates import SIGNED, Served, issued, requested, row, served
from tests.support.threads import in_threads
from timebank.exports.own_data import collect
from timebank.hours import usecases as hours_usecases
from timebank.hours.models import ServiceRecord
from timebank.identity.queries import own_number
from timebank.identity.usecases import grant_role
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from timebank.kernel.events import Event, Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.relay import deliver
from timebank.kernel.work import perform
from timebank.organizations.usecases import close_organization
from timebank.recognition import queries, usecases
from timebank.recognition.book import named_by, stated_by
from timebank.recognition.models import Certificate
from timebank.recognition.rules import REVEALS, digest
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.rules import Wanted
from timebank.wiring import SUBSCRIPTIONS

pytestmark = pytest.mark.usefixtures("app_context", "tree")
SERVED_ON = date(2026, 11, 21)


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def one(clock: FakeClock) -> Served:
    return served(clock)


def status(key: Key) -> str:
    return row(key).status


def events(name: str) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(Event).where(Event.name == name)) or 0


def pass_on() -> None:
    while deliver(SUBSCRIPTIONS, 50).done:
        pass


def card(actor: Actor, key: Key) -> queries.CertificateCard:
    session().rollback()
    return queries.certificate(actor, key).card


# --- asking -------------------------------------------------------------------------------------------


def test_a_person_sees_the_units_and_asks_one(one: Served) -> None:
    (unit,) = queries.units(one.volunteer, one.key)
    assert (unit.organization, unit.records, unit.minutes) == (one.organization, 1, 150)
    assert (unit.first_on, unit.last_on) == (SERVED_ON, SERVED_ON)
    key = requested(one, reveals=["hours", "name"])
    (found,) = queries.certificates(one.volunteer, one.key)
    assert (found.key, found.status, found.channel) == (key, "requested", "web")
    assert (found.period_start, found.period_end) == (SERVED_ON, SERVED_ON)
    assert (found.reveals, found.certificate_no) == (["name", "hours"], None)
    assert found.may_change
    assert events("certificate.requested") == 1


def test_asking_again_gives_the_open_request(app: Flask, one: Served) -> None:
    first = perform(one.volunteer, usecases.request_certificate, organization=one.organization)
    again = perform(one.volunteer, usecases.request_certificate, organization=one.organization)
    assert (first.is_new, again.is_new, again.certificate) == (True, False, first.certificate)
    assert events("certificate.requested") == 1

    def ask() -> bool:
        given: dict[str, Any] = {"organization": one.organization, "start": date(2026, 1, 1)}
        return perform(one.volunteer, usecases.request_certificate, **given).is_new

    assert sorted(in_threads(app, 6, ask)) == [False] * 5 + [True]
    assert events("certificate.requested") == 2


def test_without_confirmed_hours_there_is_nothing_to_certify(clock: FakeClock, one: Served) -> None:
    waiting = hours.submitted(clock)
    volunteer = waiting.volunteers[0]
    assert queries.units(volunteer, volunteer.volunteer or one.key) == []
    other = people.organization("别的服务队")
    for who, unit, period in (
        (volunteer, waiting.event.organization, {}),
        (one.volunteer, other, {}),
        (one.volunteer, one.organization, {"start": date(2026, 1, 1), "end": date(2026, 6, 30)}),
    ):
        with pytest.raises(Invalid) as refusal:
            perform(who, usecases.request_certificate, organization=unit, **period)
        assert refusal.value.fields == {"organization": ["no-confirmed-records"]}


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"start": date(2026, 11, 21), "end": date(2026, 11, 20)}, "to", "period-reversed"),
        ({"end": date(2026, 12, 31)}, "to", "period-ahead"),
        ({"reveals": ["phone"]}, "reveals", "not-a-choice"),
    ],
)
def test_what_cannot_be_asked(one: Served, given: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        requested(one, **given)
    assert refusal.value.fields == {field: [code]}


def test_a_clerk_asks_for_somebody_at_the_window(one: Served) -> None:
    clerk = people.officer(Role.COMMUNITY_WORKER)
    given: dict[str, Any] = {"organization": one.organization, "volunteer": one.key, "channel": "telephone"}
    asked = perform(clerk, usecases.request_certificate, **given)
    assert (row(asked.certificate).channel, row(asked.certificate).asked_by) == ("telephone", clerk.label)
    perform(clerk, usecases.withdraw_certificate, certificate=asked.certificate, channel="window")
    perform(clerk, usecases.withdraw_certificate, certificate=asked.certificate, channel="window")
    assert (status(asked.certificate), events("certificate.withdrawn")) == ("withdrawn", 1)
    with pytest.raises(Invalid):
        perform(clerk, usecases.request_certificate, **{**given, "channel": "web"})


def test_a_guardian_asks_for_a_ward(clock: FakeClock) -> None:
    family = families.registered_family()
    guardian, made = family.guardian, served(clock, volunteer=family.child)
    asked = perform(
        guardian, usecases.request_certificate, organization=made.organization, volunteer=made.key
    )
    make.issue(made, asked.certificate)
    assert queries.certificate(guardian, asked.certificate).card.is_own
    perform(guardian, usecases.choose_reveals, certificate=asked.certificate, reveals=["hours"])
    assert row(asked.certificate).reveals == ["hours"]


def test_strangers_find_nothing(one: Served, clock: FakeClock) -> None:
    key = requested(one)
    stranger = people.actor_of_volunteer(people.volunteer())
    elsewhere = people.officer(Role.COMMUNITY_WORKER, people.SOUTH)
    for who in (stranger, elsewhere):
        for attempt in (
            lambda who=who: queries.certificate(who, key),
            lambda who=who: queries.certificates(who, one.key),
            lambda who=who: queries.units(who, one.key),
            lambda who=who: perform(who, usecases.withdraw_certificate, certificate=key),
            lambda who=who: perform(
                who, usecases.request_certificate, organization=one.organization, volunteer=one.key
            ),
            lambda who=who: perform(who, usecases.choose_reveals, certificate=key, reveals=[]),
        ):
            with pytest.raises(NotFound):
                attempt()
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, usecases.request_certificate, organization=one.organization, volunteer=one.key)
    with pytest.raises(Unauthenticated):
        queries.certificate(ANONYMOUS, key)
    assert status(key) == "requested"


def close(clock: FakeClock, key: Key) -> None:
    """The account closes after the days in which it can be kept."""
    perform(SYSTEM, volunteers.ask_to_close, volunteer=key, signed=True)
    clock.advance(days=8)
    today = local_date(clock.now(), runtime().config.time_zone)
    assert perform(SYSTEM, volunteers.close_accounts, on=today) == {"closed": 1}


def test_whose_registration_ended_asks_no_more(clock: FakeClock, one: Served) -> None:
    clerk = people.officer(Role.COMMUNITY_WORKER)
    requested(one)
    close(clock, one.key)
    with pytest.raises(Conflict) as refusal:
        perform(clerk, usecases.request_certificate, organization=one.organization, volunteer=one.key)
    assert refusal.value.code == "wrong-status"


def test_the_people_of_a_closed_unit_still_certify_what_it_recorded(one: Served) -> None:
    perform(SYSTEM, close_organization, organization=one.organization, reason="已注销")
    key, _ = issued(one)
    assert status(key) == "issued"


# --- issuing ------------------------------------------------------------------------------------------


def test_the_unit_that_recorded_certifies_what_is_confirmed(one: Served) -> None:
    key = requested(one)
    assert [each.key for each in queries.waiting(one.issuer).items] == [key]
    before = queries.certificate(one.issuer, key)
    assert (before.total_minutes, len(before.lines), before.card.may_issue) == (150, 1, True)
    number = make.issue(one, key)
    assert (len(number), number[:10]) == (22, "5111022026")
    sheet = queries.certificate(one.volunteer, key)
    assert (sheet.card.status, sheet.card.issued_on, sheet.total_minutes) == ("issued", SERVED_ON, 150)
    assert (sheet.head_name, sheet.handler_name, sheet.phone) == tuple(SIGNED.values())
    assert sheet.named
    assert sheet.named.name == "张小山"
    assert "*" * 10 in sheet.named.document_number
    (line,) = sheet.lines
    assert (line["date"], line["minutes"], line["entry_mode"]) == ("2026-11-21", 150, "venue_code")
    assert line["activity"] == "社区长者午餐陪伴"
    assert (queries.waiting(one.issuer).items, len(queries.issued(one.issuer).items)) == ([], 1)
    assert sheet.is_intact
    assert events("certificate.issued") == 1


def test_the_digest_can_be_computed_from_what_is_stated(one: Served) -> None:
    key, number = issued(one)
    kept = row(key)
    named = named_by(kept)
    assert named
    stated = json.loads(json.dumps(stated_by(kept, named)))
    assert (stated["number"], stated["unit"]["phone"]) == (number, "0833-2100001")
    assert digest(stated) == kept.content_hash


def test_what_was_changed_behind_the_service_is_not_called_valid(one: Served) -> None:
    key, number = issued(one, reveals=list(REVEALS))
    kept = row(key)
    kept.total_minutes = 15000
    session().commit()
    found = queries.verification(number)
    assert (found.state, found.total_minutes, found.lines) == ("altered", None, None)
    assert not queries.certificate(one.volunteer, key).is_intact


def test_two_issuers_at_once_issue_once(app: Flask, one: Served) -> None:
    key = requested(one)
    issuers = [people.recorder(one.organization) for _ in range(4)]

    def issue() -> str:
        try:
            return perform(issuers.pop(), usecases.issue_certificate, certificate=key, **SIGNED)
        except Conflict as refusal:
            return refusal.code

    answers = in_threads(app, 4, issue)
    assert sorted(answers)[1:] == ["wrong-certificate-status"] * 3
    assert row(key).certificate_no == sorted(answers)[0]
    assert events("certificate.issued") == 1


def test_other_units_and_the_platform_do_not_certify(one: Served) -> None:
    key = requested(one)
    other = people.recorder(people.organization("别的服务队"))
    for usecase, given in (
        (usecases.issue_certificate, SIGNED),
        (usecases.refuse_certificate, {"reason": "不是我们"}),
        (usecases.revoke_certificate, {"reason": "不是我们"}),
    ):
        act: Callable[..., Any] = usecase
        with pytest.raises(NotFound):
            perform(other, act, certificate=key, **given)
        for who in (one.volunteer, people.officer(Role.COMMUNITY_WORKER), people.officer(Role.AUTHORITY)):
            with pytest.raises(Forbidden):
                perform(who, act, certificate=key, **given)
    assert queries.waiting(other).items == []
    with pytest.raises(NotFound):
        queries.issuer_form(other, one.organization)
    assert status(key) == "requested"


def test_nobody_certifies_for_themselves_or_what_they_asked_for(clock: FakeClock) -> None:
    made = hours.confirmed(clock, [people.NORTH_COMMUNITY])
    with_role = grant(made.volunteers[0], made.event.organization)
    asked = perform(with_role, usecases.request_certificate, organization=made.event.organization)
    with pytest.raises(Forbidden) as refusal:
        perform(with_role, usecases.issue_certificate, certificate=asked.certificate, **SIGNED)
    assert refusal.value.code == "own-certificate"
    assert not card(with_role, asked.certificate).may_issue


def grant(actor: Actor, organization: Key) -> Actor:
    """The same person, from now on recorder of the organisation too."""
    phone = own_number(actor)
    assert phone
    assert actor.user
    perform(SYSTEM, grant_role, phone=phone, role=Role.RECORDER, organization=organization)
    return people.actor_of_user(actor.user)


def test_a_clerk_who_asked_does_not_issue(one: Served) -> None:
    clerk = grant(people.officer(Role.COMMUNITY_WORKER), one.organization)
    asked = perform(clerk, usecases.request_certificate, organization=one.organization, volunteer=one.key)
    with pytest.raises(Forbidden) as refusal:
        perform(clerk, usecases.issue_certificate, certificate=asked.certificate, **SIGNED)
    assert refusal.value.code == "maker-is-checker"


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"head": " "}, {"head": ["required"]}),
        ({"phone": "问村长"}, {"phone": ["not-a-contact-number"]}),
    ],
)
def test_the_people_of_the_unit_are_named(one: Served, changed: dict[str, str], fields: Any) -> None:
    key = requested(one)
    with pytest.raises(Invalid) as refusal:
        perform(one.issuer, usecases.issue_certificate, certificate=key, **{**SIGNED, **changed})
    assert refusal.value.fields == fields
    assert status(key) == "requested"


def test_the_form_of_issue_is_filled_with_the_unit(clock: FakeClock) -> None:
    unit = people.organization("暖城协会", head_name="周敏", head_phone=people.phone(700_002))
    issuer = people.recorder(unit, name="赵记录")
    form = queries.issuer_form(issuer, unit)
    assert (form.head, form.handler, form.phone) == ("周敏", "赵记录", people.phone(700_002))


def test_refused_with_a_reason_and_asked_for_again(one: Served) -> None:
    key = requested(one)
    with pytest.raises(Invalid):
        perform(one.issuer, usecases.refuse_certificate, certificate=key, reason=" ")
    perform(one.issuer, usecases.refuse_certificate, certificate=key, reason="请先核对活动名称")
    assert (card(one.volunteer, key).status, card(one.volunteer, key).reason) == (
        "refused",
        "请先核对活动名称",
    )
    with pytest.raises(Conflict):
        perform(one.volunteer, usecases.withdraw_certificate, certificate=key)
    with pytest.raises(Conflict):
        make.issue(one, key)
    assert requested(one) != key


def test_a_record_that_went_between_request_and_issue(one: Served) -> None:
    key = requested(one)
    unconfirm(one)
    with pytest.raises(Conflict) as refusal:
        make.issue(one, key)
    assert refusal.value.code == "records-gone"


# --- after the issue ----------------------------------------------------------------------------------


def test_issued_anew_for_the_same_period_replaces(one: Served) -> None:
    old, old_number = issued(one)
    new, new_number = issued(one)
    assert (status(old), status(new)) == ("replaced", "issued")
    assert row(old).replaced_by_id == new.id
    assert queries.verification(old_number).state == "replaced"
    assert queries.verification(new_number).state == "valid"
    other, _ = issued(one, start=date(2026, 1, 1))
    assert (status(new), status(other)) == ("issued", "issued")


def test_revoked_with_a_reason(one: Served) -> None:
    key, number = issued(one, reveals=list(REVEALS))
    with pytest.raises(Invalid):
        perform(one.issuer, usecases.revoke_certificate, certificate=key, reason="")
    for _ in range(2):
        perform(one.issuer, usecases.revoke_certificate, certificate=key, reason="姓名有误")
    assert (status(key), events("certificate.revoked")) == ("revoked", 1)
    found = queries.verification(number)
    assert (found.state, found.ended_on, found.holder_name) == ("revoked", SERVED_ON, "张*山")
    assert (found.total_minutes, found.lines, found.volunteer_no) == (None, None, None)
    assert card(one.volunteer, key).reason == "姓名有误"


def unconfirm(of: Served) -> Key:
    """A record stops being confirmed, as a correction of the hours does."""
    found = session().scalars(select(ServiceRecord).where(ServiceRecord.volunteer_id == of.key.id)).one()
    session().execute(
        update(ServiceRecord)
        .where(ServiceRecord.shard_code == found.shard_code, ServiceRecord.id == found.id)
        .values(status="returned")
    )
    session().commit()
    return found.key


@pytest.mark.parametrize("by_record", [True, False])
def test_a_record_that_is_no_longer_confirmed_revokes(one: Served, by_record: bool) -> None:
    key, number = issued(one)
    still = Happening("hours.returned", runtime().clock.now(), one.key, {})
    perform(SYSTEM, usecases.revoke_unsupported, still)
    assert status(key) == "issued"
    record = unconfirm(one)
    about = (record, {"volunteer": str(one.key)}) if by_record else (one.key, {})
    for _ in range(2):
        perform(SYSTEM, usecases.revoke_unsupported, Happening("hours.returned", still.at, *about))
    found = card(one.volunteer, key)
    assert (found.status, found.reason, found.is_unsupported) == ("revoked", None, True)
    assert (queries.verification(number).state, events("certificate.revoked")) == ("revoked", 1)


def test_a_returned_record_is_heard(clock: FakeClock, one: Served) -> None:
    key, _ = issued(one)
    made = hours.submitted(clock)
    unconfirm(one)
    (record,) = hours.records(made)
    perform(made.reviewer, hours_usecases.return_records, records=[record.key], reason="时间有误")
    pass_on()  # that record is somebody else's
    assert status(key) == "issued"


def put_right(of: Served, asker: Served | None = None, *, minutes: int | None = 90) -> None:
    """The person asks, the record is put right by hand or not, and a clerk answers that it was."""
    (record,) = hours.records(of.attended)
    given: dict[str, Any] = {
        "volunteer": (asker or of).key,
        "field": "service_record",
        "wrong": "多记了一小时",
        "wanted": Wanted("一个半小时"),
        "record": record.key,
    }
    asked = perform((asker or of).volunteer, hours_usecases.ask_for_correction, **given)
    if minutes is not None:
        found = session().get_one(ServiceRecord, (record.key.shard, record.key.id))
        found.minutes = minutes
        session().commit()
    officer = people.officer(Role.COMMUNITY_WORKER, people.NORTH)
    perform(officer, volunteers.accept_correction, correction=asked, reply="已联系负责人更正")
    pass_on()


def test_a_corrected_record_revokes_at_once_what_states_the_old_one(clock: FakeClock, one: Served) -> None:
    other = served(clock)
    key, number = issued(one)
    untouched, _ = issued(other)
    put_right(one, minutes=None)
    assert status(key) == "issued"  # an answer alone takes nothing away
    put_right(one)
    found = card(one.volunteer, key)
    assert (found.status, found.is_unsupported) == ("revoked", True)
    assert queries.verification(number).state == "revoked"
    assert status(untouched) == "issued"
    again = requested(one)
    make.issue(one, again)
    assert (row(again).total_minutes, status(again)) == (90, "issued")


def test_a_corrected_name_revokes_nothing(one: Served) -> None:
    key, _ = issued(one)
    given = {"volunteer": one.key, "field": "name", "wrong": "写错了", "wanted": Wanted("张大山")}
    asked = perform(one.volunteer, hours_usecases.ask_for_correction, **given)
    officer = people.officer(Role.COMMUNITY_WORKER, people.NORTH)
    perform(officer, volunteers.accept_correction, correction=asked)
    pass_on()
    assert status(key) == "issued"


def merged(keep: Key, fold: Key) -> Actor:
    """Two registrations of one person become one."""
    note = "同一人重复注册"
    proposal = perform(people.officer(), volunteers.propose_merge, keep=keep, fold=fold, note=note)
    perform(people.officer(), hours_usecases.confirm_proposal, proposal=proposal)
    pass_on()
    return people.actor_of_volunteer(keep)


def test_a_record_stands_under_another_registration_of_the_person(clock: FakeClock, one: Served) -> None:
    """What a folded registration's certificate and a later one state are the same records."""
    early, _ = issued(one)
    second = served(clock, organization=one.organization)
    actor = merged(second.key, one.key)
    both = perform(actor, usecases.request_certificate, organization=one.organization).certificate
    make.issue(one, both)
    third, _ = lives.person(name="张小山")
    actor = merged(third, second.key)
    asker = replace(one, volunteer=actor)
    put_right(one, asker, minutes=None)
    assert (status(early), status(both)) == ("issued", "issued")
    put_right(one, asker)
    assert (status(early), status(both)) == ("revoked", "revoked")


@pytest.mark.parametrize(
    "shown", list(chain.from_iterable(combinations(REVEALS, n) for n in range(len(REVEALS) + 1)))
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_everybody_sees_exactly_what_was_ticked(one: Served, shown: tuple[str, ...]) -> None:
    _, number = issued(one, reveals=list(shown))
    found = queries.verification(f" {number.lower()} ")
    volunteer_no = queries.certificates(one.volunteer, one.key)[0].volunteer_no
    assert (found.state, found.issued_on, found.period_start) == ("valid", SERVED_ON, SERVED_ON)
    assert found.organization_name.startswith("嘉州志愿服务队")
    assert found.holder_name == ("张小山" if "name" in shown else "张*山")
    assert found.volunteer_no == (volunteer_no if "volunteer_no" in shown else None)
    assert found.total_minutes == (150 if "hours" in shown else None)
    if "activities" in shown:
        assert [(line.activity_name, line.minutes) for line in found.lines or []] == [
            ("社区长者午餐陪伴", 150 if "hours" in shown else None)
        ]
    else:
        assert found.lines is None


def test_what_is_shown_can_be_chosen_anew(one: Served) -> None:
    key, number = issued(one, reveals=["name"])
    perform(one.volunteer, usecases.choose_reveals, certificate=key, reveals=["hours"])
    perform(one.volunteer, usecases.choose_reveals, certificate=key, reveals=["hours"])
    assert (queries.verification(number).holder_name, events("certificate.reveals_chosen")) == ("张*山", 1)
    with pytest.raises(NotFound):
        perform(one.issuer, usecases.choose_reveals, certificate=key, reveals=["name"])
    perform(one.issuer, usecases.revoke_certificate, certificate=key, reason="有误")
    with pytest.raises(Conflict):
        perform(one.volunteer, usecases.choose_reveals, certificate=key, reveals=[])


@pytest.mark.parametrize("number", ["", "5111022026ABCDEFGHJKMN", "12", "990101199003070018"])
def test_an_unknown_number(one: Served, number: str) -> None:
    requested(one)
    with pytest.raises(NotFound) as refusal:
        queries.verification(number)
    assert refusal.value.code == "unknown-certificate"


def test_look_ups_are_counted_for_each_address(one: Served) -> None:
    for _ in range(60):
        perform(ANONYMOUS, usecases.count_verification, address="192.0.2.1")
    with pytest.raises(TooMany):
        perform(ANONYMOUS, usecases.count_verification, address="192.0.2.1")
    perform(ANONYMOUS, usecases.count_verification, address="192.0.2.2")


def test_a_clerk_prints_and_it_is_kept(one: Served) -> None:
    key = requested(one)
    clerk = people.officer(Role.COMMUNITY_WORKER)
    with pytest.raises(Conflict):
        perform(clerk, usecases.note_certificate, certificate=key)
    make.issue(one, key)
    perform(clerk, usecases.note_certificate, certificate=key, channel="window")
    assert events("certificate.printed") == 1
    assert queries.certificate(clerk, key).named
    elsewhere = people.officer(Role.COMMUNITY_WORKER, people.SOUTH)
    with pytest.raises(NotFound):
        perform(elsewhere, usecases.note_certificate, certificate=key)
    with pytest.raises(Forbidden):
        perform(one.volunteer, usecases.note_certificate, certificate=key)


def test_a_closed_account_is_named_no_more(clock: FakeClock, one: Served) -> None:
    key, number = issued(one, reveals=["name", "hours"])
    waiting = requested(one, start=date(2026, 1, 1))
    close(clock, one.key)
    pass_on()
    assert (status(key), status(waiting)) == ("issued", "withdrawn")
    found = queries.verification(number)
    assert (found.state, found.holder_name, found.total_minutes) == ("valid", "", 150)
    with pytest.raises(Conflict):
        make.issue(one, waiting)


def test_certificates_follow_a_merged_registration(clock: FakeClock, one: Served) -> None:
    key, number = issued(one)
    waiting = requested(one, start=date(2026, 1, 1))
    keep, _ = lives.person(name="张小山")
    proposal = perform(
        people.officer(), volunteers.propose_merge, keep=keep, fold=one.key, note="同一人重复注册"
    )
    perform(people.officer(), hours_usecases.confirm_proposal, proposal=proposal)
    pass_on()
    owner = people.actor_of_volunteer(keep)
    assert {each.key for each in queries.certificates(owner, keep)} == {waiting, key}
    assert (status(waiting), queries.verification(number).state) == ("withdrawn", "valid")
    assert queries.certificate(owner, key).card.is_own
    perform(owner, usecases.choose_reveals, certificate=key, reveals=["hours"])
    again = perform(owner, usecases.request_certificate, organization=one.organization)
    make.issue(one, again.certificate)
    assert queries.certificate(owner, again.certificate).total_minutes == 150
    close(clock, keep)
    pass_on()
    assert (queries.verification(number).holder_name, row(again.certificate).holder_sealed) == ("", None)


def test_own_data_lists_certificates(one: Served) -> None:
    key, number = issued(one)
    (found,) = collect(one.key)["tables"]["certificates"]
    assert (found["id"], found["certificate_no"], found["phone"]) == (str(key), number, "0833-2100001")
    assert json.loads(found["holder"])["name"] == "张小山"


def test_lists_go_page_by_page(clock: FakeClock, one: Served) -> None:
    keys = []
    for back in range(3):
        keys.append(requested(one, start=SERVED_ON - timedelta(days=back)))
        clock.advance(minutes=1)
    first = queries.waiting(one.issuer, limit=2)
    second = queries.waiting(one.issuer, limit=2, cursor=first.next)
    assert [each.key for each in (*first.items, *second.items)] == keys
    for key in keys:
        make.issue(one, key)
    first = queries.issued(one.issuer, limit=2)
    second = queries.issued(one.issuer, limit=2, cursor=first.next)
    assert [each.key for each in (*first.items, *second.items)] == keys[::-1]
    assert session().scalar(select(func.count()).select_from(Certificate)) == 3
