"""Parents and children: consent, officers, no rings, and what is read from above."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_teams as make
from tests.support.crew import in_processes
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, NotFound, TimebankError
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.memberships.queries import members
from timebank.organizations import queries, usecases


@pytest.fixture
def regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def teams(regions: None) -> list[tuple[Key, Actor]]:
    return [make.founded() for _ in range(4)]


def parent(actor: Actor, key: Key) -> Key | None:
    card = queries.organization_detail(actor, key).parent
    return card.key if card else None


def test_the_parent_consents(teams: list[tuple[Key, Actor]]) -> None:
    (child, daughter), (above, mother), *_rest = teams
    assert perform(daughter, usecases.ask_parent, organization=child, parent=above) is False
    assert perform(daughter, usecases.ask_parent, organization=child, parent=above) is False
    assert parent(daughter, child) is None
    assert [card.key for card in queries.asking(mother, above)] == [child]
    perform(mother, usecases.accept_child, organization=child)
    assert parent(daughter, child) == above
    assert queries.asking(mother, above) == []
    assert [branch.card.key for branch in queries.tree(mother, above).children] == [child]
    assert [card.key for card in queries.public_children(above)] == [child]
    names = [line.name for line in queries.history(daughter, child)]
    assert names[-2:] == ["organization.parent_asked", "organization.parent_accepted"]
    assert queries.history(daughter, child)[-1].concerns == queries.team(above).name


def test_the_parent_declines_or_the_child_takes_it_back(teams: list[tuple[Key, Actor]]) -> None:
    (child, daughter), (above, mother), *_rest = teams
    perform(daughter, usecases.ask_parent, organization=child, parent=above)
    perform(mother, usecases.decline_child, organization=child)
    with pytest.raises(NotFound):
        perform(mother, usecases.accept_child, organization=child)
    perform(daughter, usecases.ask_parent, organization=child, parent=above)
    perform(daughter, usecases.leave_parent, organization=child)
    assert queries.asking(mother, above) == []
    assert parent(daughter, child) is None


def test_only_the_one_that_was_asked_answers(teams: list[tuple[Key, Actor]]) -> None:
    (child, daughter), (above, _mother), (_third, stranger), *_rest = teams
    perform(daughter, usecases.ask_parent, organization=child, parent=above)
    with pytest.raises(NotFound):
        perform(stranger, usecases.accept_child, organization=child)
    with pytest.raises(NotFound):
        perform(daughter, usecases.accept_child, organization=child)
    with pytest.raises(Forbidden):
        perform(make.person(), usecases.accept_child, organization=child)
    with pytest.raises(NotFound):
        perform(stranger, usecases.ask_parent, organization=child, parent=above)


def test_an_officer_of_the_childs_region_sets_it_at_once(teams: list[tuple[Key, Actor]]) -> None:
    (child, daughter), (above, _mother), *_rest = teams
    assert perform(make.reviewer(), usecases.ask_parent, organization=child, parent=above) is True
    assert parent(daughter, child) == above
    with pytest.raises(NotFound):
        perform(make.reviewer(people.SOUTH), usecases.ask_parent, organization=child, parent=above)
    perform(make.reviewer(), usecases.leave_parent, organization=child)
    perform(make.reviewer(), usecases.leave_parent, organization=child)
    assert parent(daughter, child) is None


def test_either_side_ends_the_tie(teams: list[tuple[Key, Actor]]) -> None:
    (child, daughter), (above, mother), (_third, stranger), *_rest = teams
    for actor in (daughter, mother):
        perform(SYSTEM, usecases.ask_parent, organization=child, parent=above)
        with pytest.raises(NotFound):
            perform(stranger, usecases.leave_parent, organization=child)
        perform(actor, usecases.leave_parent, organization=child)
        assert parent(daughter, child) is None


def test_no_ring_and_no_endless_chain(teams: list[tuple[Key, Actor]]) -> None:
    keys = [key for key, _actor in teams]
    for child, above in pairwise(keys):
        perform(SYSTEM, usecases.ask_parent, organization=child, parent=above)
    for above in keys[:-1]:
        with pytest.raises(Conflict, match="parent-ring"):
            perform(SYSTEM, usecases.ask_parent, organization=keys[-1], parent=above)
    with pytest.raises(Conflict, match="parent-ring"):
        perform(SYSTEM, usecases.ask_parent, organization=keys[0], parent=keys[0])
    chain = keys[-1]
    for _ in range(5):
        above = people.organization()
        perform(SYSTEM, usecases.ask_parent, organization=chain, parent=above)
        chain = above
    with pytest.raises(Conflict, match="parent-too-deep"):
        perform(SYSTEM, usecases.ask_parent, organization=people.organization(), parent=keys[0])


def test_nothing_stands_under_what_is_not_active(teams: list[tuple[Key, Actor]]) -> None:
    (child, _daughter), (above, _mother), *_rest = teams
    hidden, _founder = make.draft(make.person())
    with pytest.raises(NotFound):
        perform(SYSTEM, usecases.ask_parent, organization=child, parent=hidden)
    perform(make.reviewer(), usecases.suspend_organization, organization=above, reason="核实中")
    with pytest.raises(Conflict, match="organization-not-active"):
        perform(SYSTEM, usecases.ask_parent, organization=child, parent=above)
    perform(make.reviewer(), usecases.close_organization, organization=above, reason="已解散")
    with pytest.raises(Conflict, match="organization-closed"):
        perform(SYSTEM, usecases.ask_parent, organization=child, parent=above)


def test_who_stands_above_reads_what_stands_below(teams: list[tuple[Key, Actor]]) -> None:
    (low, _one), (middle, two), (top, three), (_other, stranger) = teams
    perform(SYSTEM, usecases.ask_parent, organization=low, parent=middle)
    perform(SYSTEM, usecases.ask_parent, organization=middle, parent=top)
    for actor in (two, three):
        assert queries.organization_detail(actor, low).key == low
        with pytest.raises(NotFound):
            members(actor, low)
        with pytest.raises(NotFound):
            queries.history(actor, low)
        with pytest.raises(NotFound):
            perform(actor, usecases.edit_organization, organization=low, introduction="改掉")
    for actor in (stranger, make.again(_one)):
        with pytest.raises(NotFound):
            queries.organization_detail(actor, top)
    tree = queries.tree(three, top)
    assert [branch.card.key for branch in tree.children] == [middle]
    assert [branch.card.key for branch in tree.children[0].children] == [low]
    assert [card.key for card in queries.above(low)] == [top, middle]


# --- raced ------------------------------------------------------------------------------------------

PROCESSES = 3


def _close_the_ring(keys: list[Key], number: int) -> str:
    """Each process puts one organisation under the next: together they would make a ring."""
    try:
        perform(
            SYSTEM,
            usecases.ask_parent,
            organization=keys[number],
            parent=keys[(number + 1) % len(keys)],
        )
    except TimebankError as refused:
        return refused.code
    return "set"


def test_processes_cannot_make_a_ring_together(app: Flask) -> None:
    with app.app_context():
        people.region_tree()
        rounds = [[people.organization() for _ in range(PROCESSES)] for _ in range(4)]
        session().rollback()
    for keys in rounds:
        answers = in_processes(app, PROCESSES, partial(_close_the_ring, keys))
        assert sorted(answers) == ["parent-ring"] + ["set"] * (PROCESSES - 1)
        with app.app_context():
            parents = {key: parent(SYSTEM, key) for key in keys}
            assert list(parents.values()).count(None) == 1
