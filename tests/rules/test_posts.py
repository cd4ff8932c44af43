"""What a post says of itself when it is changed, and who lacks something because of it."""

from __future__ import annotations

from typing import Any

import pytest

from timebank.kernel.errors import Invalid
from timebank.projects.rules import (
    Held,
    PostTerms,
    Prerequisites,
    checked_terms,
    is_about_proof,
    newly_missing,
)


def test_what_a_post_says_is_tidied() -> None:
    said = PostTerms("  登记  台 ", " \n", Prerequisites(trainings=(" 岗前  培训 ", "岗前 培训")))
    assert checked_terms(said, []) == PostTerms("登记 台", None, Prerequisites(trainings=("岗前 培训",)))


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"name": " "}, {"name": ["wrong-length 1 60"]}),
        ({"name": "台" * 61}, {"name": ["wrong-length 1 60"]}),
        ({"name": " 送 餐"}, {"name": ["post-twice"]}),
        ({"duty": "长" * 301}, {"duty": ["too-long 300"]}),
        ({"prerequisites": Prerequisites(age_from=0)}, {"age_from": ["out-of-range 1 120"]}),
        (
            {"name": "", "prerequisites": Prerequisites(skills=("juggling",), age_from=40, age_to=30)},
            {"name": ["wrong-length 1 60"], "skills": ["not-a-choice"]},
        ),
    ],
)
def test_everything_that_is_wrong_is_named(changed: dict[str, Any], wrong: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid) as told:
        checked_terms(PostTerms(**{"name": "登记台", **changed}), ["送 餐"])
    assert told.value.fields == wrong


HELD = Held(frozenset({"first_aid"}), frozenset({"岗前培训"}), age=16, party_member=False)


@pytest.mark.parametrize(
    ("before", "now", "lacking"),
    [
        ({}, {"skills": ("first_aid",), "trainings": ("岗前 培训",), "age_from": 16}, []),
        ({}, {"skills": ("first_aid", "law")}, ["missing-skill law"]),
        ({"skills": ("law",)}, {"skills": ("law",)}, []),
        ({"skills": ("law",)}, {"skills": ("law",), "trainings": ("消防",)}, ["missing-training 消防"]),
        ({"age_from": 17}, {"age_from": 18}, ["too-young 18"]),
        ({"age_from": 18}, {}, []),
        ({}, {"age_to": 15, "party_member": True}, ["too-old 15", "not-party-member"]),
    ],
)
def test_only_what_is_asked_anew_is_lacking(
    before: dict[str, Any], now: dict[str, Any], lacking: list[str]
) -> None:
    assert newly_missing(Prerequisites(**before), Prerequisites(**now), HELD) == lacking


@pytest.mark.parametrize(
    ("code", "is_proof"),
    [
        ("missing-skill law", True),
        ("missing-training 消防", True),
        ("too-young 18", False),
        ("too-old 60", False),
        ("not-party-member", False),
    ],
)
def test_age_and_party_are_no_proofs(code: str, is_proof: bool) -> None:
    assert is_about_proof(code) is is_proof
