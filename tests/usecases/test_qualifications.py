"""Skills with proof, training and awards: entered, decided by somebody else, taken back, running out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_lives as lives
from tests.support import make_people as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.qualifications import queries, usecases
from timebank.qualifications.models import ProofFile, Qualification
from timebank.qualifications.rules import Kind, Outcome, Said
from timebank.volunteers import usecases as close
from timebank.volunteers.queries import history, standing

pytestmark = pytest.mark.usefixtures("tree")

PROOF = Said("救护员证", "区红十字会", number="51A-0007", skill="first_aid", valid_until=date(2027, 1, 31))
AWARD = Said("优秀志愿者", "市中区文明办", held_on=date(2026, 3, 5), level="county")
TRAINING = Said(
    "助老服务培训", "嘉州志愿服务队", held_on=date(2026, 10, 1), content="与老人沟通", minutes=120
)
PDF = b"%PDF-1.7 certificate"


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def clerk(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.NORTH_TOWN)


def own(key: Key) -> Actor:
    return make.actor_of_volunteer(key)


def proof(key: Key | None = None, file: bytes | None = PDF, **changes: object) -> Key:
    key = key or make.volunteer()
    said = replace(PROOF, **changes)  # type: ignore[arg-type]
    return perform(own(key), usecases.enter, volunteer=key, kind=Kind.SKILL, said=said, file=file)


def award(key: Key) -> Key:
    return perform(own(key), usecases.enter, volunteer=key, kind=Kind.AWARD, said=AWARD)


def row(key: Key) -> Qualification:
    return session().get_one(Qualification, (key.shard, key.id), populate_existing=True)


def holder(qualification: Key) -> Key:
    return Key(qualification.shard, row(qualification).volunteer_id)


def number_of(key: Key) -> str:
    found = standing(key)
    assert found
    return found.volunteer_no


def events(key: Key) -> list[str]:
    return list(
        session().scalars(select(Event.name).where(Event.shard_code == key.shard, Event.subject_id == key.id))
    )


def test_a_proof_is_sent_in_and_accepted_by_somebody_else(clerk: Actor) -> None:
    item = proof()
    (waiting,) = queries.waiting(clerk).items
    assert (waiting.key, waiting.number, waiting.may_decide, waiting.has_file) == (
        item,
        "51A-0007",
        True,
        True,
    )
    for _ in range(2):
        perform(clerk, usecases.accept, qualification=item)
    (card,) = queries.qualifications(own(holder(item)), holder(item))
    assert (card.status, card.skill, card.may_withdraw) == ("accepted", "first_aid", True)
    assert queries.waiting(clerk).items == []
    assert events(item).count("qualification.accepted") == 1


def test_number_and_file_are_encrypted_and_opening_is_on_record(clerk: Actor) -> None:
    item = proof()
    file = session().scalars(select(ProofFile)).one()
    assert "51A-0007" not in (row(item).number_sealed or "")
    assert "JVBERi" not in file.content_sealed
    assert perform(own(holder(item)), usecases.open_file, qualification=item).content == PDF
    assert "qualification.file_opened" not in events(item)
    opened = perform(clerk, usecases.open_file, qualification=item)
    assert (opened.content, opened.media_type) == (PDF, "application/pdf")
    assert events(item).count("qualification.file_opened") == 1
    for actor, refusal in (
        (make.officer(Role.COMMUNITY_WORKER, make.SOUTH), NotFound),
        (make.officer(Role.AUDITOR), Forbidden),
        (own(make.volunteer()), Forbidden),
        (ANONYMOUS, Unauthenticated),
    ):
        with pytest.raises(refusal):
            perform(actor, usecases.open_file, qualification=item)
    assert queries.qualification(make.officer(Role.AUDITOR), item).number == "51****07"


def test_a_refused_proof_tells_why(clerk: Actor) -> None:
    item = proof()
    perform(clerk, usecases.refuse, qualification=item, reason="照片看不清编号")
    assert queries.qualification(own(holder(item)), item).reason == "照片看不清编号"
    with pytest.raises(Conflict, match="wrong-qualification-status"):
        perform(clerk, usecases.accept, qualification=item)


def test_whoever_entered_it_does_not_decide(clerk: Actor) -> None:
    key = make.volunteer()
    item = perform(clerk, usecases.enter, volunteer=key, kind=Kind.AWARD, said=AWARD)
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(clerk, usecases.accept, qualification=item)
    assert not queries.qualification(clerk, item).may_decide
    perform(make.officer(Role.AUTHORITY), usecases.accept, qualification=item)


@pytest.mark.parametrize("make_item", [proof, award])
def test_nobody_decides_about_the_own(clerk: Actor, make_item: Callable[[Key], Key]) -> None:
    key = make.volunteer()
    item = make_item(key)
    with pytest.raises(Forbidden, match="own-registration"):
        perform(Actor(clerk.user, "李工", key, clerk.grants), usecases.accept, qualification=item)
    with pytest.raises(Forbidden):
        perform(own(key), usecases.accept, qualification=item)


def test_a_clerk_of_another_county_finds_nothing() -> None:
    item = proof()
    stranger = make.officer(Role.COMMUNITY_WORKER, make.SOUTH)
    for deed in (
        lambda: perform(stranger, usecases.accept, qualification=item),
        lambda: perform(stranger, usecases.refuse, qualification=item, reason="不清楚"),
        lambda: perform(stranger, usecases.withdraw, qualification=item),
        lambda: perform(stranger, usecases.enter, volunteer=holder(item), kind=Kind.AWARD, said=AWARD),
        lambda: queries.qualification(stranger, item),
        lambda: queries.qualifications(stranger, holder(item)),
    ):
        with pytest.raises((NotFound, Forbidden)):
            deed()
    assert queries.waiting(stranger).items == []
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, usecases.accept, qualification=item)
    with pytest.raises(Unauthenticated):
        queries.qualification(ANONYMOUS, item)


def test_many_acceptances_at_once_are_one(clerk: Actor, app: Flask) -> None:
    item = proof()
    in_threads(app, 5, lambda: perform(clerk, usecases.accept, qualification=item))
    session().rollback()
    assert events(item).count("qualification.accepted") == 1


def test_taking_back_deletes_file_and_number(clerk: Actor) -> None:
    item = proof()
    perform(clerk, usecases.accept, qualification=item)
    for _ in range(2):
        perform(own(holder(item)), usecases.withdraw, qualification=item)
    assert (row(item).status, row(item).number_sealed, row(item).file_id) == ("withdrawn", None, None)
    assert session().scalars(select(ProofFile)).all() == []
    with pytest.raises(NotFound):
        perform(own(holder(item)), usecases.open_file, qualification=item)


@pytest.mark.parametrize("file", [b"<html>", b"x" * 10])
def test_a_wrong_file_leaves_nothing(file: bytes) -> None:
    with pytest.raises(Invalid, match="not-a-proof-file"):
        proof(file=file)
    assert session().scalars(select(Qualification)).all() == []


def test_only_registered_people_and_nobody_else_enter_it() -> None:
    waiting, key = make.applicant(), make.volunteer()
    with pytest.raises(Conflict, match="wrong-status"):
        proof(waiting)
    with pytest.raises(Forbidden):
        perform(own(make.volunteer()), usecases.enter, volunteer=key, kind=Kind.SKILL, said=PROOF)
    with pytest.raises(Forbidden):
        perform(own(key), usecases.enter, volunteer=key, kind=Kind.TRAINING, said=TRAINING)


def test_certificates_run_out_and_the_person_sees_it(clerk: Actor, clock: FakeClock) -> None:
    item, lasting = proof(), proof(valid_until=None)
    for each in (item, lasting):
        perform(clerk, usecases.accept, qualification=each)
    clock.set(clock.now() + timedelta(days=50))
    assert queries.qualification(own(holder(item)), item).runs_out_soon
    assert perform(SYSTEM, usecases.expire_proofs, on=date(2027, 1, 31)) == {"expired": 0}
    assert perform(SYSTEM, usecases.expire_proofs, on=date(2027, 2, 1)) == {"expired": 1}
    assert perform(SYSTEM, usecases.expire_proofs, on=date(2027, 2, 1)) == {"expired": 0}
    assert (row(item).status, row(lasting).status) == ("expired", "accepted")
    names = [line.name for line in history(own(holder(item)), holder(item))]
    assert names.count("volunteer.proof_expired") == 1


def test_an_award_is_published_only_with_consent(clerk: Actor) -> None:
    silent = make.volunteer()
    agreeing = make.volunteer(consents=["privacy", "sensitive", "publication"])
    for key, may in ((silent, False), (agreeing, True)):
        item = award(key)
        assert not queries.qualification(clerk, item).may_publish
        perform(clerk, usecases.accept, qualification=item)
        assert queries.qualification(clerk, item).may_publish is may


# --- training ---------------------------------------------------------------------------------------


def test_an_organisation_records_and_another_confirms(clerk: Actor) -> None:
    team = make.organization()
    organizer, recorder = make.organizer(team), make.recorder(team)
    first, second = make.volunteer(), make.volunteer(region_code=make.SOUTH_COMMUNITY)
    numbers = [number_of(first), number_of(second).lower(), "511102AAAAAAAAAA", number_of(make.applicant())]
    lines = perform(organizer, usecases.record_trainings, numbers=numbers, said=TRAINING, organization=team)
    assert [line.outcome.value for line in lines] == ["recorded", "recorded", "not-found", "wrong-status"]
    again = perform(
        organizer, usecases.record_trainings, numbers=numbers[:1], said=TRAINING, organization=team
    )
    assert [line.outcome.value for line in again] == ["repeated"]
    items = [line.qualification for line in lines if line.qualification]
    assert perform(organizer, usecases.accept_each, qualifications=items) == [Outcome.MAKER] * 2
    assert [each.may_decide for each in queries.waiting(recorder).items] == [True, True]
    assert [each.key for each in queries.waiting(clerk).items] == items[:1]
    assert perform(recorder, usecases.accept_each, qualifications=items) == [Outcome.ACCEPTED] * 2
    (card,) = queries.qualifications(own(second), second)
    assert (card.title, card.minutes, card.status, card.may_withdraw) == (
        "助老服务培训",
        120,
        "accepted",
        False,
    )
    stranger = make.recorder(make.organization("另一支队伍"))
    with pytest.raises(NotFound):
        perform(stranger, usecases.record_trainings, numbers=numbers, said=TRAINING, organization=team)
    with pytest.raises(Forbidden):
        queries.qualification(stranger, items[0])


def test_a_community_records_its_own_people_at_once(clerk: Actor) -> None:
    key, foreign = make.volunteer(), make.volunteer(region_code=make.SOUTH_COMMUNITY)
    lines = perform(
        clerk, usecases.record_trainings, numbers=[number_of(key), number_of(foreign)], said=TRAINING
    )
    assert [line.outcome.value for line in lines] == ["recorded", "not-found"]
    (card,) = queries.qualifications(own(key), key)
    assert card.status == "accepted"
    with pytest.raises(Conflict, match="training-recorded"):
        perform(clerk, usecases.enter, volunteer=key, kind=Kind.TRAINING, said=TRAINING)
    with pytest.raises(Invalid) as refused:
        perform(clerk, usecases.record_trainings, numbers=[], said=TRAINING)
    assert set(refused.value.fields) == {"numbers"}


def test_two_lists_at_once_record_each_training_once(clerk: Actor, app: Flask) -> None:
    keys = [make.volunteer() for _ in range(3)]
    numbers = [number_of(key) for key in keys]

    def attempt() -> list[str]:
        try:
            lines = perform(clerk, usecases.record_trainings, numbers=numbers, said=TRAINING)
        except Conflict as refused:
            return [refused.code]
        return [line.outcome.value for line in lines]

    assert sorted(in_threads(app, 2, attempt)) == [["recorded"] * 3, ["repeated"] * 3]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.AUTHORITY, Role.PARTY_ADMINISTRATOR])
def test_no_other_role_records_training(role: Role) -> None:
    with pytest.raises(Forbidden):
        perform(make.officer(role), usecases.record_trainings, numbers=["1"], said=TRAINING)


def test_files_and_numbers_go_with_the_account_and_the_record_stays(clock: FakeClock) -> None:
    key, actor = lives.person()
    kept, gone = proof(), proof(key)
    perform(actor, close.ask_to_close, volunteer=key, password=make.PASSWORD)
    clock.advance(days=9)
    today = local_date(clock.now(), runtime().config.time_zone)
    assert perform(SYSTEM, close.close_accounts, on=today) == {"closed": 1}
    for _ in range(2):
        lives.relayed()
    session().rollback()
    assert (row(gone).title, row(gone).number_sealed, row(gone).file_id) == (PROOF.title, None, None)
    assert row(kept).number_sealed is not None
    assert [file.volunteer_id for file in session().scalars(select(ProofFile))] == [holder(kept).id]
