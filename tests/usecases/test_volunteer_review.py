"""A clerk decides; a clerk of another county sees nothing; who looked is written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_people as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel import claims
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError, Unauthenticated
from timebank.kernel.ids import Key, new_id
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Unmasking, Volunteer
from timebank.volunteers.rules import Action, Application, PersonSaid

pytestmark = pytest.mark.usefixtures("app_context", "tree")

WITH_REASON = {
    "return": usecases.return_for_correction,
    "reject": usecases.reject,
    "suspend": usecases.suspend,
}


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def clerk(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.NORTH_TOWN)


@pytest.fixture
def stranger(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.SOUTH)


def row(key: Key) -> Volunteer:
    return session().get_one(Volunteer, (key.shard, key.id), populate_existing=True)


def event_names(key: Key) -> list[str]:
    return [line.name for line in queries.history(SYSTEM, key)]


def test_approval_makes_a_registered_volunteer(clerk: Actor, clock: FakeClock) -> None:
    key = make.applicant()
    clock.advance(days=1)
    perform(clerk, usecases.approve, volunteer=key, method="in_person")
    assert (row(key).status, row(key).registered_on) == ("registered", clock.now().date())
    assert event_names(key) == [
        "volunteer.submitted",
        "volunteer.identity_verified",
        "volunteer.registered",
    ]
    standing = queries.standing(key)
    assert standing
    assert (standing.status, standing.party_member, standing.name) == ("registered", False, "张小山")


def test_a_second_approval_is_a_conflict(clerk: Actor) -> None:
    key = make.volunteer()
    with pytest.raises(Conflict, match="wrong-status"):
        perform(clerk, usecases.approve, volunteer=key, method="in_person")


def test_many_approvals_at_once_are_one(clerk: Actor, app: Flask) -> None:
    key = make.applicant()

    def attempt() -> str:
        try:
            perform(clerk, usecases.approve, volunteer=key, method="in_person")
        except Conflict as conflict:
            return conflict.code
        return "approved"

    assert sorted(in_threads(app, 6, attempt)) == ["approved"] + ["wrong-status"] * 5
    session().rollback()
    assert event_names(key).count("volunteer.registered") == 1


@pytest.mark.parametrize(
    ("usecase", "event", "status"),
    [("return", "volunteer.returned", "returned"), ("reject", "volunteer.rejected", "rejected")],
)
def test_a_refusal_tells_the_reason(clerk: Actor, usecase: str, event: str, status: str) -> None:
    key = make.applicant()
    perform(clerk, WITH_REASON[usecase], volunteer=key, reason="  请补充居住证明  ")
    assert (row(key).status, row(key).status_reason) == (status, "请补充居住证明")
    assert event in event_names(key)
    card = queries.person(make.actor_of_volunteer(key), key)
    assert (card.status_reason, card.actions) == (
        "请补充居住证明",
        [Action.RESUBMIT, Action.ASK_TO_CLOSE],
    )


@pytest.mark.parametrize("usecase", WITH_REASON)
@pytest.mark.parametrize("reason", ["", " ", "x", "长" * 201])
def test_a_refusal_without_a_reason_is_none(clerk: Actor, usecase: str, reason: str) -> None:
    key = make.volunteer() if usecase == "suspend" else make.applicant()
    with pytest.raises(Invalid, match="reason-needed"):
        perform(clerk, WITH_REASON[usecase], volunteer=key, reason=reason)


def test_suspended_and_reinstated(clerk: Actor) -> None:
    key = make.volunteer()
    perform(clerk, usecases.suspend, volunteer=key, reason="核查中")
    assert row(key).status == "suspended"
    perform(clerk, usecases.reinstate, volunteer=key)
    assert (row(key).status, row(key).status_reason) == ("registered", None)
    assert {"volunteer.suspended", "volunteer.reinstated"} <= set(event_names(key))


CORRECTED = PersonSaid(
    name="张大山", region_code=make.NORTH_SECOND, political_status="01", categories=["legal"]
)


def test_a_returned_registration_is_corrected_and_comes_again(clerk: Actor) -> None:
    wrong, right = make.document_number(), make.document_number()
    key = make.applicant(document_number=wrong)
    perform(clerk, usecases.return_for_correction, volunteer=key, reason="证件号码有误")
    perform(
        make.actor_of_volunteer(key),
        usecases.resubmit,
        volunteer=key,
        said=replace(CORRECTED, document_number=right),
    )
    found = row(key)
    assert (found.status, found.name, found.region_code) == ("verifying", "张大山", make.NORTH_SECOND)
    assert (claims.holder("document", right), claims.holder("document", wrong)) == (key, None)
    assert make.actor_of_volunteer(key).name == "张大山"
    perform(clerk, usecases.approve, volunteer=key, method="in_person")


def test_without_a_new_number_the_old_one_stays(clerk: Actor) -> None:
    document = make.document_number()
    key = make.applicant(document_number=document)
    perform(clerk, usecases.return_for_correction, volunteer=key, reason="请核对社区")
    perform(make.actor_of_volunteer(key), usecases.resubmit, volunteer=key, said=CORRECTED)
    assert claims.holder("document", document) == key


def test_a_rejected_number_is_free_for_its_true_owner(clerk: Actor) -> None:
    document = make.document_number()
    key = make.applicant(document_number=document)
    perform(clerk, usecases.reject, volunteer=key, reason="冒用他人证件")
    owner = make.applicant(document_number=document)
    assert claims.holder("document", document) == owner
    with pytest.raises(Conflict, match="document-registered"):
        perform(make.actor_of_volunteer(key), usecases.resubmit, volunteer=key, said=CORRECTED)


def test_a_rejected_person_may_apply_again(clerk: Actor) -> None:
    document = make.document_number()
    key = make.applicant(document_number=document)
    perform(clerk, usecases.reject, volunteer=key, reason="不住在本社区")
    assert claims.holder("document", document) is None
    perform(make.actor_of_volunteer(key), usecases.resubmit, volunteer=key, said=CORRECTED)
    assert (row(key).status, claims.holder("document", document)) == ("verifying", key)


def test_only_the_person_or_a_clerk_corrects(clerk: Actor, stranger: Actor) -> None:
    key = make.applicant()
    perform(clerk, usecases.return_for_correction, volunteer=key, reason="请核对社区")
    other = make.actor_of_volunteer(make.volunteer())
    for who, refusal in ((stranger, NotFound), (other, Forbidden), (ANONYMOUS, Unauthenticated)):
        with pytest.raises(refusal):
            perform(who, usecases.resubmit, volunteer=key, said=CORRECTED)
    perform(clerk, usecases.resubmit, volunteer=key, said=CORRECTED)


DEEDS: dict[str, Callable[[Actor, Key], object]] = {
    "approve": lambda actor, key: perform(actor, usecases.approve, volunteer=key, method="in_person"),
    "return": lambda actor, key: perform(actor, usecases.return_for_correction, volunteer=key, reason="理由"),
    "reject": lambda actor, key: perform(actor, usecases.reject, volunteer=key, reason="理由"),
    "suspend": lambda actor, key: perform(actor, usecases.suspend, volunteer=key, reason="理由"),
    "reinstate": lambda actor, key: perform(actor, usecases.reinstate, volunteer=key),
    "unmask": lambda actor, key: perform(
        actor, usecases.unmask, volunteer=key, fields=["phone"], purpose="联系"
    ),
    "read": queries.person,
    "history": queries.history,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_clerk_of_another_county_finds_nobody(stranger: Actor, deed: str) -> None:
    key = make.applicant()
    missing = Key(511102, new_id(row(key).submitted_at))
    for target in (key, missing):
        with pytest.raises(NotFound):
            DEEDS[deed](stranger, target)
    assert row(key).status == "verifying"


@pytest.mark.parametrize("deed", ["approve", "return", "reject"])
def test_clerks_do_not_decide_about_themselves(deed: str) -> None:
    phone = make.phone()
    officer = make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=phone)
    key = perform(officer, usecases.register, application=Application(**make.application(phone=phone)))
    assert officer.user
    for actor in (officer, make.actor_of_user(officer.user)):
        with pytest.raises(Forbidden, match="own-registration"):
            DEEDS[deed](actor, key)


@pytest.mark.parametrize(
    "role", sorted(set(Role) - {Role.COMMUNITY_WORKER, Role.GUARDIAN, Role.ORGANIZER, Role.RECORDER})
)
def test_no_other_role_approves(role: Role) -> None:
    key = make.applicant()
    with pytest.raises(Forbidden):
        DEEDS["approve"](make.officer(role, make.NORTH), key)


def test_the_list_holds_those_who_live_in_ones_regions_only(clerk: Actor, stranger: Actor) -> None:
    north = [make.applicant(), make.volunteer(region_code=make.NORTH_SECOND)]
    south = [make.applicant(region_code=make.SOUTH_COMMUNITY)]

    def listed(actor: Actor, **given: object) -> list[Key]:
        return [each.key for each in queries.persons(actor, **given).items]  # type: ignore[arg-type]

    assert listed(clerk) == sorted(north)
    assert listed(stranger) == south
    assert listed(stranger, region=make.NORTH) == []
    assert listed(clerk, region=make.NORTH_SECOND) == north[1:]
    assert listed(clerk, status="verifying") == north[:1]
    assert listed(SYSTEM) == sorted(north + south)
    assert listed(make.officer(Role.AUTHORITY, 0)) == sorted(north + south)
    with pytest.raises(Forbidden):
        queries.persons(make.actor_of_volunteer(north[0]))
    with pytest.raises(Unauthenticated):
        queries.persons(ANONYMOUS)


def test_search_by_number_document_phone_and_the_beginning_of_a_name(clerk: Actor, stranger: Actor) -> None:
    document, phone = make.document_number(), make.phone()
    key = make.applicant(name="司马光年", document_number=document, phone=phone)
    make.applicant(name="司徒小明")
    number = row(key).volunteer_no
    for text in (number, number.lower(), document, f" {document[:6]} {document[6:]}", phone, "司马"):
        assert [each.key for each in queries.persons(clerk, text=text).items] == [key], text
        assert queries.persons(stranger, text=text).items == []
    assert len(queries.persons(clerk, text="司").items) == 2
    for nothing in ("光年", "司%", "_马", make.document_number(), make.phone(), "511102AAAAAAAAAA"):
        assert queries.persons(clerk, text=nothing).items == [], nothing


def test_pages_follow_one_another_without_gap_or_repeat(clerk: Actor) -> None:
    keys = sorted(make.applicant() for _ in range(7))
    found: list[Key] = []
    cursor: str | None = None
    while True:
        page = queries.persons(clerk, limit=3, cursor=cursor)
        found += [each.key for each in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == keys


def test_who_supervises_sees_masks_and_who_reviews_sees_the_name(clerk: Actor) -> None:
    key = make.volunteer(name="张小三", document_number=make.document_number(123), phone=make.phone(1234))
    auditor = make.officer(Role.AUDITOR, make.CITY)
    masked, clear = queries.person(auditor, key), queries.person(clerk, key)
    assert (masked.name, masked.born_on, masked.political_status) == ("张*三", None, None)
    assert (masked.may_unmask, masked.actions) == (False, [])
    assert queries.persons(auditor).items[0].name == "张*三"
    assert (clear.name, clear.phone) == ("张小三", "120****1234")
    assert (clear.document_number or "").startswith("9901**********")
    assert (clear.may_unmask, clear.actions) == (True, [Action.SUSPEND, Action.RECORD_DEATH])
    assert queries.persons(clerk).items[0].name == "张小三"


def test_unmasking_is_for_a_purpose_and_the_person_sees_it(clerk: Actor) -> None:
    document = make.document_number()
    key = make.volunteer(document_number=document)
    seen = perform(
        clerk, usecases.unmask, volunteer=key, fields=["document_number"], purpose="核对身份证原件"
    )
    assert seen == {"document_number": document}
    person = make.actor_of_volunteer(key)
    (line,) = queries.unmaskings(person, key).items
    assert (line.by, line.fields, line.purpose) == ("李工", ["document_number"], "核对身份证原件")
    assert queries.unmaskings(make.officer(Role.AUDITOR, make.CITY), key).items == [line]
    with pytest.raises(Forbidden):
        queries.unmaskings(clerk, key)
    assert "volunteer.unmasked" in event_names(key)
    assert perform(person, usecases.unmask, volunteer=key, fields=["phone"], purpose="本人查看")


@pytest.mark.parametrize(
    ("fields", "purpose", "wrong"),
    [([], "核对", "fields"), (["born_on"], "核对", "fields"), (["phone"], " ", "purpose")],
)
def test_unmasking_without_purpose_or_field_shows_nothing(
    clerk: Actor, fields: list[str], purpose: str, wrong: str
) -> None:
    key = make.volunteer()
    with pytest.raises(Invalid) as refused:
        perform(clerk, usecases.unmask, volunteer=key, fields=fields, purpose=purpose)
    assert set(refused.value.fields) == {wrong}
    assert session().scalars(select(Unmasking)).all() == []


@pytest.mark.parametrize("role", [Role.AUTHORITY, Role.AUDITOR, Role.PARTY_ADMINISTRATOR])
def test_most_roles_may_not_unmask(role: Role) -> None:
    key = make.volunteer()
    with pytest.raises(Forbidden):
        DEEDS["unmask"](make.officer(role, make.NORTH), key)


def test_party_membership_counts_when_it_is_verified(clerk: Actor) -> None:
    administrator = make.officer(Role.PARTY_ADMINISTRATOR, make.NORTH)
    key = make.volunteer(political_status="01")
    assert queries.person(administrator, key).may_verify_party
    with pytest.raises(Forbidden):
        perform(clerk, usecases.verify_party_member, volunteer=key)
    for _ in range(2):
        perform(administrator, usecases.verify_party_member, volunteer=key)
    assert event_names(key).count("volunteer.party_verified") == 1
    assert row(key).party_verified_by == str(administrator.user)
    found = queries.standing(key)
    assert found
    assert found.party_member
    assert not queries.person(administrator, key).may_verify_party


@pytest.mark.parametrize(
    ("political_status", "registered", "code"),
    [
        ("02", True, "not-a-party-member"),
        ("13", True, "not-a-party-member"),
        ("01", False, "wrong-status"),
    ],
)
def test_who_is_no_registered_member_is_not_verified(
    political_status: str, registered: bool, code: str
) -> None:
    make_one = make.volunteer if registered else make.applicant
    key = make_one(political_status=political_status)
    with pytest.raises(TimebankError, match=code):
        perform(make.officer(Role.PARTY_ADMINISTRATOR), usecases.verify_party_member, volunteer=key)


def test_a_party_administrator_of_another_county_finds_nobody() -> None:
    key = make.volunteer(political_status="01")
    with pytest.raises(NotFound):
        perform(
            make.officer(Role.PARTY_ADMINISTRATOR, make.SOUTH), usecases.verify_party_member, volunteer=key
        )


def test_the_history_names_who_did_what(clerk: Actor, clock: FakeClock) -> None:
    key = make.applicant()
    clock.advance(hours=2)
    perform(clerk, usecases.approve, volunteer=key, method="in_person")
    lines = queries.history(clerk, key)
    assert [(line.name, line.by) for line in lines] == [
        ("volunteer.submitted", None),
        ("volunteer.identity_verified", "李工"),
        ("volunteer.registered", "李工"),
    ]
    assert queries.history(make.actor_of_volunteer(key), key) == lines


def test_standings_of_two_counties() -> None:
    keys = [make.volunteer(), make.applicant(region_code=make.SOUTH_COMMUNITY)]
    found = queries.standings([*keys, Key(511102, new_id(row(keys[0]).submitted_at))])
    assert set(found) == set(keys)
    assert queries.standing(Key(511111, keys[0].id)) is None
