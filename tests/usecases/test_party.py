"""Party organisations and the membership that they verify."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_party as make
from tests.support import make_people as people
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, Actor, Role
from timebank.kernel.work import perform
from timebank.party import queries, usecases
from timebank.party.models import PartyMembership, PartyPolicyRow
from timebank.party.rules import Belongs, Kind, Outcome
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries import ClaimState

pytestmark = pytest.mark.usefixtures("tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def secretary(tree: None) -> Actor:
    return make.administrator()


@pytest.fixture
def stranger(tree: None) -> Actor:
    return make.administrator(people.SOUTH)


def row(key: Key) -> Volunteer:
    return session().get_one(Volunteer, (key.shard, key.id), populate_existing=True)


def memberships(key: Key) -> list[tuple[str, str | None]]:
    session().rollback()
    rows = session().scalars(
        select(PartyMembership)
        .where(PartyMembership.shard_code == key.shard, PartyMembership.volunteer_id == key.id)
        .order_by(PartyMembership.id)
    )
    return [(each.status, each.reason) for each in rows]


# --- organisations ----------------------------------------------------------------------------------


def test_organisations_form_a_tree(secretary: Actor) -> None:
    committee = make.organization(people.NORTH_TOWN, kind=Kind.COMMITTEE, name="泊水街道党工委")
    branch = perform(
        secretary,
        usecases.record_organization,
        name=" 高墩子社区  党支部 ",
        kind=Kind.BRANCH,
        belongs=Belongs.COMMUNITY,
        region_code=people.NORTH_COMMUNITY,
        parent=committee,
    )
    card = queries.organization_detail(secretary, branch)
    assert (card.name, card.parent, [each.name for each in card.above]) == (
        "高墩子社区 党支部",
        committee,
        ["泊水街道党工委"],
    )
    assert [each.key for each in queries.organization_detail(secretary, committee).below] == [branch]
    (first, second) = queries.organizations(secretary).items
    assert {(first.key, first.parent_name), (second.key, second.parent_name)} == {
        (committee, None),
        (branch, "泊水街道党工委"),
    }


def test_a_ring_is_refused(secretary: Actor) -> None:
    top, low = (make.organization(people.NORTH, kind=Kind.COMMITTEE) for _ in range(2))
    perform(secretary, usecases.change_organization, organization=low, name="下级党委", parent=top)
    for child, parent in ((top, low), (top, top)):
        with pytest.raises(Invalid, match="parent-ring"):
            perform(
                secretary, usecases.change_organization, organization=child, name="上级党委", parent=parent
            )
    perform(secretary, usecases.change_organization, organization=low, name="下级党委", parent=None)
    perform(secretary, usecases.change_organization, organization=top, name="上级党委", parent=low)


def test_two_changes_at_once_close_no_ring(secretary: Actor, app: Flask) -> None:
    both = [make.organization(people.NORTH, kind=Kind.COMMITTEE) for _ in range(2)]
    turns = iter([(both[0], both[1]), (both[1], both[0])])

    def attempt() -> str:
        child, parent = next(turns)
        try:
            perform(
                secretary,
                usecases.change_organization,
                organization=child,
                name=f"{child.id}",
                parent=parent,
            )
        except Invalid as refused:
            return refused.code
        return "changed"

    assert sorted(in_threads(app, 2, attempt)) == ["changed", "parent-ring"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "一"}, "name"),
        ({"region_code": 511102001999}, "region_code"),
        ({"parent": "branch"}, "parent"),
        ({"parent": "nothing"}, "parent"),
    ],
)
def test_what_is_no_organisation(secretary: Actor, changes: dict[str, object], field: str) -> None:
    branch = make.organization()
    parents = {"branch": branch, "nothing": Key(511102, people.volunteer().id)}
    given = {"name": "第九党支部", "region_code": people.NORTH_COMMUNITY, **changes}
    if "parent" in given:
        given["parent"] = parents[str(given["parent"])]
    with pytest.raises(Invalid) as refused:
        perform(
            secretary,
            usecases.record_organization,
            kind=Kind.BRANCH,
            belongs=Belongs.COMMUNITY,
            **given,  # type: ignore[arg-type]
        )
    assert set(refused.value.fields) == {field}


def test_a_name_stands_once_at_a_place(secretary: Actor) -> None:
    first = make.organization(name="高墩子社区党支部")
    make.organization(people.NORTH_SECOND, name="高墩子社区党支部")
    with pytest.raises(Conflict, match="party-organization-recorded"):
        make.organization(name="高墩子社区党支部")
    perform(secretary, usecases.dissolve_organization, organization=first)
    make.organization(name="高墩子社区党支部")


def test_who_has_members_is_not_dissolved(secretary: Actor) -> None:
    committee = make.organization(kind=Kind.COMMITTEE)
    branch = make.organization(parent=committee)
    key = make.member(branch)
    for organization in (committee, branch):
        with pytest.raises(Conflict, match="has-members"):
            perform(secretary, usecases.dissolve_organization, organization=organization)
    perform(secretary, usecases.withdraw_member, volunteer=key, reason="组织关系已转出")
    for organization in (branch, branch, committee):
        perform(secretary, usecases.dissolve_organization, organization=organization)
    with pytest.raises(Conflict, match="dissolved"):
        perform(secretary, usecases.verify_member, volunteer=key, organization=branch)
    assert [each.key for each in queries.organizations(secretary, dissolved=True).items] == sorted(
        [branch, committee]
    )


# --- one person -------------------------------------------------------------------------------------


def test_a_verification_records_where_the_membership_is_kept(secretary: Actor) -> None:
    branch, key = make.organization(name="高墩子社区党支部"), make.claimant()
    assert perform(secretary, usecases.verify_member, volunteer=key, organization=branch) is Outcome.VERIFIED
    assert perform(secretary, usecases.verify_member, volunteer=key, organization=branch) is Outcome.REPEATED
    assert row(key).party_verified_by == str(secretary.user)
    card = queries.party_card(secretary, key)
    assert card.present
    assert card.present.organization
    assert (card.present.organization.name, card.may_verify, card.may_withdraw) == (
        "高墩子社区党支部",
        False,
        True,
    )
    assert queries.party_card(people.actor_of_volunteer(key), key).verified_at is not None


def test_the_place_can_be_recorded_later_but_not_changed_by_verifying(secretary: Actor) -> None:
    key, first, second = make.claimant(), make.organization(), make.organization()
    perform(secretary, usecases.verify_member, volunteer=key)
    assert queries.party_card(secretary, key).may_verify
    assert perform(secretary, usecases.verify_member, volunteer=key, organization=first) is Outcome.RECORDED
    with pytest.raises(Conflict, match="member-elsewhere"):
        perform(secretary, usecases.verify_member, volunteer=key, organization=second)
    assert memberships(key) == [("verified", None)]


def test_a_refused_claim_can_be_made_again(secretary: Actor, clock: FakeClock) -> None:
    key, branch = make.claimant(), make.organization(name="铁牛门社区党支部")
    perform(secretary, usecases.refuse_claim, volunteer=key, reason="本支部没有这名党员")
    perform_again = queries.party_card(people.actor_of_volunteer(key), key)
    assert (perform_again.history[0].reason, perform_again.may_claim) == ("本支部没有这名党员", True)
    assert queries.claims(secretary).items == []
    assert [each.key for each in queries.claims(secretary, state=ClaimState.DECLINED).items] == [key]
    clock.advance(minutes=1)
    perform(people.actor_of_volunteer(key), usecases.claim_membership, volunteer=key, organization=branch)
    (claim,) = queries.claims(secretary).items
    assert (claim.key, claim.organization_name) == (key, "铁牛门社区党支部")
    perform(secretary, usecases.verify_member, volunteer=key)
    assert memberships(key) == [("refused", "本支部没有这名党员"), ("verified", None)]
    card = queries.party_card(secretary, key)
    assert card.present
    assert card.present.organization
    assert card.present.organization.name == "铁牛门社区党支部"


def test_a_withdrawn_membership_ends_the_report_and_leaves_the_list(secretary: Actor) -> None:
    key = make.in_service()
    report = make.reported(key)
    perform(secretary, usecases.withdraw_member, volunteer=key, reason="组织关系已转出本区")
    assert (row(key).party_verified_at, memberships(key)) == (None, [("ended", "组织关系已转出本区")])
    assert queries.report(people.actor_of_volunteer(key), report).status == "ended"
    assert queries.claims(secretary).items == []
    with pytest.raises(Conflict, match="party-not-verified"):
        perform(secretary, usecases.withdraw_member, volunteer=key, reason="组织关系已转出本区")


@pytest.mark.parametrize(("status", "code"), [("02", "not-a-party-member"), ("13", "not-a-party-member")])
def test_who_is_no_member_is_not_verified(secretary: Actor, status: str, code: str) -> None:
    key = people.volunteer(political_status=status)
    for attempt in ATTEMPTS.values():
        with pytest.raises(Conflict):
            attempt(secretary, key)
    with pytest.raises(Conflict, match=code):
        perform(people.actor_of_volunteer(key), usecases.claim_membership, volunteer=key)


def test_probationary_members_count_when_the_policy_says_so(secretary: Actor) -> None:
    old = session().scalars(select(PartyPolicyRow)).one()
    key = people.volunteer(political_status="02")
    assert queries.claims(secretary).items == []
    session().add(
        PartyPolicyRow(
            version="later",
            valid_from=old.valid_from.replace(year=2025),
            counts_probationary=True,
            source="答复",
        )
    )
    session().commit()
    assert [each.key for each in queries.claims(secretary).items] == [key]
    perform(secretary, usecases.verify_member, volunteer=key)
    assert row(key).party_verified_at is not None


ATTEMPTS: dict[str, Callable[[Actor, Key], object]] = {
    "verify": lambda actor, key: perform(actor, usecases.verify_member, volunteer=key),
    "refuse": lambda actor, key: perform(actor, usecases.refuse_claim, volunteer=key, reason="没有这名党员"),
    "withdraw": lambda actor, key: perform(actor, usecases.withdraw_member, volunteer=key, reason="已转出"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nobody_decides_about_themselves(attempt: str) -> None:
    phone = people.phone()
    officer = make.administrator(phone_number=phone)
    key = make.member() if attempt == "withdraw" else make.claimant()
    own = Actor(officer.user, officer.name, key, officer.grants)
    with pytest.raises(Forbidden, match="own-registration"):
        ATTEMPTS[attempt](own, key)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_only_the_party_administrator_of_the_region_decides(attempt: str, stranger: Actor) -> None:
    key = make.member() if attempt == "withdraw" else make.claimant()
    with pytest.raises(NotFound):
        ATTEMPTS[attempt](stranger, key)
    with pytest.raises(Unauthenticated):
        ATTEMPTS[attempt](ANONYMOUS, key)
    for role in (Role.COMMUNITY_WORKER, Role.AUTHORITY, Role.AUDITOR):
        with pytest.raises(Forbidden):
            ATTEMPTS[attempt](people.officer(role), key)
    assert memberships(key) == ([("verified", None)] if attempt == "withdraw" else [])


def test_an_organisation_of_another_county_is_not_there(secretary: Actor, stranger: Actor) -> None:
    key, south = make.claimant(), make.organization(people.SOUTH_COMMUNITY)
    with pytest.raises(NotFound):
        perform(secretary, usecases.verify_member, volunteer=key, organization=south)
    with pytest.raises(NotFound):
        queries.organization_detail(secretary, south)
    assert row(key).party_verified_at is None
    city = make.administrator(people.CITY)
    assert perform(city, usecases.verify_member, volunteer=key, organization=south) is Outcome.VERIFIED
    with pytest.raises(NotFound):
        queries.party_card(stranger, key)


def test_many_at_once_verify_once(secretary: Actor, app: Flask) -> None:
    key, branch = make.claimant(), make.organization()

    def attempt() -> Outcome:
        return perform(secretary, usecases.verify_member, volunteer=key, organization=branch)

    found = in_threads(app, 5, attempt)
    assert sorted(found) == sorted([Outcome.VERIFIED] + [Outcome.REPEATED] * 4)
    assert memberships(key) == [("verified", None)]


def test_who_supervises_reads_masks(secretary: Actor) -> None:
    key = make.member(name="张小三")
    masked = queries.party_card(people.officer(Role.AUDITOR), key)
    assert (masked.name, masked.political_status, masked.may_verify) == ("张*三", None, False)
    with pytest.raises(Forbidden):
        queries.claims(people.officer(Role.AUDITOR))
    with pytest.raises(Forbidden):
        queries.party_card(people.actor_of_volunteer(people.volunteer()), key)


# --- many people ------------------------------------------------------------------------------------


def test_a_list_of_claims_is_verified_at_once(secretary: Actor) -> None:
    branch = make.organization()
    keys = [make.claimant() for _ in range(3)]
    known = make.member(branch)
    elsewhere = make.member(make.organization())
    none = people.volunteer()
    foreign = make.claimant(region_code=people.SOUTH_COMMUNITY)
    lines = perform(
        secretary,
        usecases.decide_each,
        volunteers=[*keys, known, elsewhere, none, foreign],
        organization=branch,
    )
    assert [line.outcome.value for line in lines] == [
        *["verified"] * 3,
        "repeated",
        "member-elsewhere",
        "not-a-party-member",
        "not-found",
    ]
    assert [line.volunteer for line in lines][-1] is None
    assert queries.claims(secretary).items == []
    assert queries.claim_numbers(secretary)[ClaimState.VERIFIED] == 5


def test_a_list_of_claims_is_refused_at_once(secretary: Actor) -> None:
    keys = [make.claimant(), make.member()]
    lines = perform(secretary, usecases.decide_each, volunteers=keys, reason="经核查不是本支部党员")
    assert [line.outcome.value for line in lines] == ["declined", "party-verified"]
    with pytest.raises(Invalid, match="reason-needed"):
        perform(secretary, usecases.decide_each, volunteers=keys, reason=" ")
    with pytest.raises(Invalid, match="required"):
        perform(secretary, usecases.decide_each, volunteers=keys)


def test_every_line_of_a_file_is_answered(secretary: Actor) -> None:
    branch, document = make.organization(), people.document_number()
    by_document = make.claimant(document_number=document)
    by_number = make.claimant()
    foreign = make.claimant(region_code=people.SOUTH_COMMUNITY)
    numbers = [
        document,
        row(by_number).volunteer_no.lower(),
        row(foreign).volunteer_no,
        "511102AAAAAAAAAA",
        "x",
    ]
    lines = perform(secretary, usecases.verify_numbers, numbers=[*numbers, document], organization=branch)
    assert [(line.number, line.volunteer, line.outcome.value) for line in lines] == [
        (1, by_document, "verified"),
        (2, by_number, "verified"),
        (3, None, "not-found"),
        (4, None, "not-found"),
        (5, None, "not-found"),
        (6, by_document, "verified"),
    ]


def test_two_lists_at_once_verify_each_once(secretary: Actor, app: Flask) -> None:
    branch = make.organization()
    keys = [make.claimant() for _ in range(4)]
    orders = iter([keys, keys[::-1]])

    def attempt() -> list[str]:
        lines = perform(secretary, usecases.decide_each, volunteers=next(orders), organization=branch)
        return [line.outcome.value for line in lines]

    assert sorted(in_threads(app, 2, attempt)) == [["repeated"] * 4, ["verified"] * 4]
    assert [memberships(key) for key in keys] == [[("verified", None)]] * 4


@pytest.mark.parametrize("role", [Role.COMMUNITY_WORKER, Role.AUDITOR])
def test_no_other_role_verifies_lists(role: Role) -> None:
    branch = make.organization()
    with pytest.raises(TimebankError):
        perform(people.officer(role), usecases.verify_numbers, numbers=["1"], organization=branch)
