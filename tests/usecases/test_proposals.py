"""What two officers decide together: a death, a mistake about it, two registrations of one person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as make
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.hours import usecases as hours_usecases
from timebank.hours.proof import reconcile
from timebank.hours.queries import service_records, statement
from timebank.identity.queries import actor_of, user_by_phone
from timebank.identity.usecases import sign_in
from timebank.kernel import claims
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.ledger.proof import verify
from timebank.ledger.queries import balances
from timebank.projects.queries import my_sign_ups
from timebank.recognition.models import StarStanding
from timebank.statistics.models import IndicatorCell
from timebank.statistics.usecases import compute_indicators
from timebank.volunteers import queries, usecases

pytestmark = pytest.mark.usefixtures("app_context", "tree")
NOTE = "派出所死亡证明第12号"


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def one(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.CITY, name="甲工")


@pytest.fixture
def two(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.CITY, name="乙工")


def confirm(actor: Actor, proposal: Key) -> None:
    perform(actor, hours_usecases.confirm_proposal, proposal=proposal)


def dead(one: Actor, two: Actor, key: Key) -> None:
    confirm(two, perform(one, usecases.propose_death, volunteer=key, note=NOTE))


# --- deaths -----------------------------------------------------------------------------------------


def test_a_death_needs_two_officers_and_freezes_the_account(one: Actor, two: Actor) -> None:
    event = projects.event()
    phone = make.phone()
    key, actor = lives.person(phone=phone)
    projects.signed_up(event.shift, key)
    token = perform(ANONYMOUS, sign_in, phone=phone, password=make.PASSWORD).token
    proposal = perform(one, usecases.propose_death, volunteer=key, note=NOTE)
    assert lives.row(key).status == "registered"
    with pytest.raises(Forbidden, match="maker-is-checker"):
        confirm(one, proposal)
    (card,) = queries.proposals_to_decide(two).items
    assert (card.kind, card.note, card.asked_by, card.may_decide) == ("death", NOTE, "甲工", True)
    assert not queries.proposals_to_decide(one).items[0].may_decide
    confirm(two, proposal)
    assert lives.row(key).status == "deceased"
    assert actor_of(token) is None
    with pytest.raises(Invalid, match="sign-in-failed"):
        perform(ANONYMOUS, sign_in, phone=phone, password=make.PASSWORD)
    lives.relayed()
    assert my_sign_ups(actor) == []
    assert {"death_proposed", "deceased"} <= set(lives.story(key))


def test_the_statement_stays_readable_at_the_window(clock: FakeClock, one: Actor, two: Actor) -> None:
    made = hours.confirmed(clock)
    key = made.volunteers[0].volunteer
    assert key
    dead(one, two, key)
    today = local_date(clock.now(), runtime().config.time_zone)
    assert statement(one, key, start=today, end=today).closing == 150
    assert lives.row(key).name


def test_a_mistake_is_undone_by_two_officers_within_some_days(
    clock: FakeClock, one: Actor, two: Actor
) -> None:
    phone = make.phone()
    key, _ = lives.person(phone=phone)
    dead(one, two, key)
    clock.advance(days=6)
    proposal = perform(two, usecases.propose_undo_death, volunteer=key, note="同名误录")
    with pytest.raises(Forbidden, match="maker-is-checker"):
        confirm(two, proposal)
    confirm(one, proposal)
    assert lives.row(key).status == "registered"
    assert perform(ANONYMOUS, sign_in, phone=phone, password=make.PASSWORD).token


def test_after_those_days_it_is_final(clock: FakeClock, one: Actor, two: Actor) -> None:
    key, _ = lives.person()
    dead(one, two, key)
    clock.advance(days=6)
    proposal = perform(two, usecases.propose_undo_death, volunteer=key, note="同名误录")
    clock.advance(days=2)
    with pytest.raises(Conflict, match="death-is-final"):
        confirm(one, proposal)
    perform(one, usecases.drop_proposal, proposal=proposal, reason="已过期限")
    with pytest.raises(Conflict, match="death-is-final"):
        perform(two, usecases.propose_undo_death, volunteer=key, note="同名误录")


def test_a_suspension_by_the_office_outlives_a_mistake(one: Actor, two: Actor, clock: FakeClock) -> None:
    key, actor = lives.person()
    perform(one, usecases.suspend, volunteer=key, reason="核查中")
    clock.advance(hours=1)
    dead(one, two, key)
    confirm(one, perform(two, usecases.propose_undo_death, volunteer=key, note="同名误录"))
    assert (lives.row(key).status, lives.row(key).status_reason) == ("suspended", "核查中")
    with pytest.raises(Forbidden, match="suspended-by-office"):
        perform(actor, usecases.reinstate, volunteer=key)


def test_a_proposal_is_dropped_by_either_and_made_again(one: Actor, two: Actor) -> None:
    key, _ = lives.person()
    for who, status in ((one, "withdrawn"), (two, "refused")):
        proposal = perform(one, usecases.propose_death, volunteer=key, note=NOTE)
        with pytest.raises(Conflict, match="proposal-open"):
            perform(two, usecases.propose_death, volunteer=key, note=NOTE)
        perform(who, usecases.drop_proposal, proposal=proposal, reason="材料不足")
        assert queries.proposal(one, proposal).status == status
        with pytest.raises(Conflict, match="already-decided"):
            confirm(two, proposal)
    assert lives.row(key).status == "registered"


@pytest.mark.parametrize("note", ["", "x", "长" * 201])
def test_a_death_without_proof_is_none(one: Actor, note: str) -> None:
    with pytest.raises(Invalid, match="reason-needed"):
        perform(one, usecases.propose_death, volunteer=make.volunteer(), note=note)


def test_confirming_many_times_at_once_is_once(one: Actor, two: Actor, app: Flask) -> None:
    key, _ = lives.person()
    proposal = perform(one, usecases.propose_death, volunteer=key, note=NOTE)

    def attempt() -> str:
        try:
            confirm(two, proposal)
        except Conflict as conflict:
            return conflict.code
        return "confirmed"

    assert sorted(in_threads(app, 4, attempt)) == ["already-decided"] * 3 + ["confirmed"]


# --- merges -----------------------------------------------------------------------------------------


def served(clock: FakeClock, home: int = make.NORTH_COMMUNITY, **person: object) -> tuple[Key, Actor]:
    """A volunteer with a confirmed record of 150 minutes."""
    clock.set(clock.now().replace(hour=2) + timedelta(days=1))
    key, actor = lives.person(region_code=home, **person)
    event = projects.event()
    projects.checked_in(event, key)
    clock.advance(minutes=180)
    assert projects.scan(actor, event, projects.Direction.OUT).verdict == "accepted"
    clock.advance(minutes=60)
    perform(event.organizer, hours_usecases.close_shift, shift=event.shift)
    perform(event.organizer, hours_usecases.submit_records, shift=event.shift)
    perform(make.officer(), hours_usecases.confirm_records, shift=event.shift)
    return key, actor


def merge(one: Actor, two: Actor, keep: Key, fold: Key) -> Key:
    proposal = perform(one, usecases.propose_merge, keep=keep, fold=fold, note="同一人重复注册")
    confirm(two, proposal)
    return proposal


@pytest.mark.parametrize("home", [make.NORTH_SECOND, make.SOUTH_COMMUNITY], ids=["county", "counties"])
def test_hours_and_credit_go_over_and_the_book_stays_sound(
    clock: FakeClock, one: Actor, two: Actor, home: int
) -> None:
    phone, document = make.phone(), make.document_number()
    keep, _ = served(clock)
    fold, actor = served(clock, home, phone=phone, document_number=document)
    both = balances(keep).service_minutes + balances(fold).service_minutes
    merge(one, two, keep, fold)
    assert (balances(keep).service_minutes, balances(keep).credit_minutes) == (both, both)
    assert (balances(fold).service_minutes, balances(fold).credit_minutes) == (0, 0)
    assert verify().sound
    assert reconcile().sound
    row = lives.row(fold)
    assert (row.status, row.merged_into_shard, row.merged_into_id) == ("merged", keep.shard, keep.id)
    assert claims.holder("document", document) is user_by_phone(phone) is None
    assert {"merge_proposed", "merged"} <= set(lives.story(fold))
    assert "absorbed" in lives.story(keep)
    assert queries.person(one, fold).merged_into == keep
    with pytest.raises(AssertionError):
        make.actor_of_user(actor.user)  # type: ignore[arg-type]


def test_days_of_service_stay_and_the_list_says_where_records_came_from(
    clock: FakeClock, one: Actor, two: Actor
) -> None:
    keep, _ = served(clock)
    fold, _ = served(clock, make.SOUTH_COMMUNITY)
    days = {record.occurred_on for key in (keep, fold) for record in service_records(one, key).items}
    clock.advance(days=30)
    merge(one, two, keep, fold)
    records = service_records(one, keep).items
    assert sorted((r.volunteer, r.from_merge) for r in records) == sorted([(keep, False), (fold, True)])
    today = local_date(clock.now(), runtime().config.time_zone)
    found = statement(one, keep, start=date(2026, 1, 1), end=today)
    assert {line.occurred_on for line in found.lines} == days
    assert [line.reason for line in found.lines] == ["service_record", "merge"]
    assert found.closing == 300


def test_stars_follow(clock: FakeClock, one: Actor, two: Actor) -> None:
    keep, _ = served(clock)
    fold, _ = served(clock)
    merge(one, two, keep, fold)
    lives.relayed()
    session().rollback()
    standings = {
        key: session().get_one(StarStanding, (key.shard, key.id), populate_existing=True).minutes
        for key in (keep, fold)
    }
    assert standings == {keep: 300, fold: 0}


@pytest.mark.parametrize("keeper_served", [True, False])
def test_statistics_count_one_person(clock: FakeClock, one: Actor, two: Actor, keeper_served: bool) -> None:
    keep = served(clock)[0] if keeper_served else lives.person()[0]
    fold, _ = served(clock, make.SOUTH_COMMUNITY, political_status="01")
    perform(SYSTEM, usecases.verify_party_member, volunteer=fold)
    today = local_date(clock.now(), runtime().config.time_zone)

    def counted(region: int) -> list[tuple[int, int]]:
        perform(SYSTEM, compute_indicators, on=today)
        cells = (
            session().get(IndicatorCell, (region, name, today.year), populate_existing=True)
            for name in ("registered_share", "resident_participation", "party_participation")
        )
        return [(cell.numerator, cell.excluded) if cell else (0, 0) for cell in cells]

    assert counted(make.CITY) == [(2, 0), (1 + keeper_served, 0), (1, 0)]
    merge(one, two, keep, fold)
    assert counted(make.CITY) == [(1, 0), (1, 0), (1, 0)]
    assert counted(make.NORTH) == [(1, 0), (1, 0), (1, 0)]
    assert counted(make.SOUTH) == [(0, 0), (0, 0), (0, 0)]
    assert lives.row(keep).party_verified_at is not None


def test_what_was_folded_before_follows_on(clock: FakeClock, one: Actor, two: Actor) -> None:
    last, middle, first = (served(clock)[0] for _ in range(3))
    merge(one, two, middle, first)
    merge(one, two, last, middle)
    assert balances(last).service_minutes == 450
    assert {record.volunteer for record in service_records(one, last).items} == {last, middle, first}
    assert verify().sound


def test_when_the_kept_one_closes_the_folded_name_goes_too(clock: FakeClock, one: Actor, two: Actor) -> None:
    keep, actor = lives.person(name="诸葛留存")
    fold, _ = lives.person(name="诸葛并入")
    merge(one, two, keep, fold)
    assert lives.row(fold).name == "诸葛并入"  # its records still read as they did
    perform(actor, usecases.ask_to_close, volunteer=keep, password=make.PASSWORD)
    clock.advance(days=8)
    today = local_date(clock.now(), runtime().config.time_zone)
    assert perform(SYSTEM, usecases.close_accounts, on=today) == {"closed": 1}
    assert "诸葛" not in lives.everything()


def test_merging_many_times_at_once_is_once(clock: FakeClock, one: Actor, two: Actor, app: Flask) -> None:
    keep, _ = served(clock)
    fold, _ = served(clock, make.SOUTH_COMMUNITY)
    proposal = perform(one, usecases.propose_merge, keep=keep, fold=fold, note="同一人重复注册")

    def attempt() -> str:
        try:
            confirm(two, proposal)
        except Conflict as conflict:
            return conflict.code
        return "merged"

    assert sorted(in_threads(app, 4, attempt)) == ["already-decided"] * 3 + ["merged"]
    session().rollback()
    assert balances(keep).service_minutes == 300
    assert verify().sound


def test_undecided_hours_are_decided_first(clock: FakeClock, one: Actor, two: Actor) -> None:
    made = hours.submitted(clock)
    fold, keep = made.volunteers[0].volunteer, make.volunteer()
    assert fold
    proposal = perform(one, usecases.propose_merge, keep=keep, fold=fold, note="同一人重复注册")
    with pytest.raises(Conflict, match="hours-open"):
        confirm(two, proposal)
    assert lives.row(fold).status == "registered"
    perform(made.reviewer, hours_usecases.confirm_records, shift=made.shift)
    confirm(two, proposal)


def test_both_officers_cover_both_regions(one: Actor) -> None:
    keep, fold = make.volunteer(), make.volunteer(region_code=make.SOUTH_COMMUNITY)
    proposal = perform(one, usecases.propose_merge, keep=keep, fold=fold, note="同一人重复注册")
    authority = make.officer(Role.AUTHORITY, make.CITY)
    for narrow in (make.officer(region=make.NORTH), make.officer(region=make.SOUTH)):
        with pytest.raises(NotFound):
            perform(narrow, usecases.propose_merge, keep=keep, fold=fold, note="同一人重复注册")
        with pytest.raises(NotFound):
            confirm(narrow, proposal)
        with pytest.raises(NotFound):
            queries.comparison(narrow, fold=fold, keep=keep)
    with pytest.raises(Forbidden):
        perform(authority, usecases.propose_death, volunteer=keep, note=NOTE)
    confirm(authority, proposal)
    assert lives.row(fold).status == "merged"


def test_who_cannot_be_merged(one: Actor, two: Actor) -> None:
    keep, waiting = make.volunteer(), make.applicant()
    with pytest.raises(Invalid, match="same-registration"):
        merge(one, two, keep, keep)
    with pytest.raises(Conflict, match="wrong-status"):
        merge(one, two, waiting, keep)
    merge(one, two, keep, waiting)
    with pytest.raises(Conflict, match="wrong-status"):
        merge(one, two, keep, waiting)


def test_an_officer_is_not_folded_while_in_office(one: Actor) -> None:
    phone = make.phone()
    officer = make.officer(Role.COMMUNITY_WORKER, make.SOUTH, phone_number=phone)
    application = usecases.registration.Application(**make.application(phone=phone))
    fold = perform(officer, usecases.register, application=application)
    with pytest.raises(Conflict, match="roles-first"):
        perform(one, usecases.propose_merge, keep=make.volunteer(), fold=fold, note="同一人重复注册")


def test_who_may_be_registered_twice_is_listed_where_one_may_merge(one: Actor) -> None:
    born = date(1970, 5, 5)
    pair = sorted(
        make.volunteer(name="司徒重复", document_number=make.document_number(n, born), region_code=home)
        for n, home in ((601, make.NORTH_COMMUNITY), (602, make.SOUTH_COMMUNITY))
    )
    make.volunteer(name="司徒重复", document_number=make.document_number(603, date(1971, 5, 5)))
    make.volunteer(name="司徒不同", document_number=make.document_number(604, born))
    (group,) = queries.duplicates(one)
    assert sorted(twin.key for twin in group) == pair
    assert queries.duplicates(make.officer(region=make.NORTH)) == []
    same = queries.comparison(one, fold=pair[0], keep=pair[1]).same
    assert (same["name"], same["born_on"], same["document_number"], same["phone"]) == (
        True,
        True,
        False,
        False,
    )
    with pytest.raises(Forbidden):
        queries.duplicates(make.officer(Role.AUDITOR, make.CITY))


DEEDS: dict[str, Callable[[Actor, Key, Key], object]] = {
    "propose": lambda actor, key, _: perform(actor, usecases.propose_death, volunteer=key, note=NOTE),
    "confirm": lambda actor, _, proposal: confirm(actor, proposal),
    "drop": lambda actor, _, proposal: perform(
        actor, usecases.drop_proposal, proposal=proposal, reason="理由"
    ),
    "read": lambda actor, _, proposal: queries.proposal(actor, proposal),
    "list": lambda actor, key, _: queries.proposals(actor, key),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_strangers_find_nothing_and_others_may_not(one: Actor, deed: str) -> None:
    key, actor = lives.person()
    proposal = perform(one, usecases.propose_death, volunteer=key, note=NOTE)
    with pytest.raises(NotFound):
        DEEDS[deed](make.officer(region=make.SOUTH), key, proposal)
    for who in (actor, ANONYMOUS, make.officer(Role.PARTY_ADMINISTRATOR)):
        with pytest.raises(TimebankError):
            DEEDS[deed](who, key, proposal)
    assert queries.proposal(one, proposal).status == "open"
