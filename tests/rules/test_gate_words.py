"""Every code a scan can be answered with has words for the person, what to do, and words for the desk."""

from __future__ import annotations

import pytest

from timebank.attendance.rules import REFUSALS, Direction, Presence
from timebank.attendance.usecases import REUSED
from timebank.web.gate.words import WORDS

OWN_PHONE_ONLY = {"expired-code", "replayed-code", "unknown"}
"""The desk reads personal codes: these three cannot occur there with a person."""


@pytest.mark.parametrize("code", [*REFUSALS, REUSED])
def test_every_refusal_has_its_words(code: str) -> None:
    assert code in WORDS["refusal"]
    assert code in WORDS["refusal_advice"]
    assert code in WORDS["refusal_desk"] or code in OWN_PHONE_ONLY


def test_every_direction_and_presence_has_its_word() -> None:
    assert set(WORDS["passage"]) == set(Direction)
    assert set(WORDS["presence"]) == set(Presence)
