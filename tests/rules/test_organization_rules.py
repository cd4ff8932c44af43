"""Unified social credit codes, filing numbers, what an application states, states of an organisation."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from timebank.kernel.errors import Conflict, Invalid
from timebank.organizations import rules
from timebank.organizations.rules import Action, Status

TODAY = date(2026, 11, 21)
PUBLISHED = ["91350100M000100Y43", "9144030071526726XG", "91330100799655058B", "914403001922038216"]
"""Codes of organisations that print theirs on every letter."""
REGISTERED = {"51": "association", "52": "private institution", "53": "foundation", "59": "other"}
"""First two signs that civil affairs give out (domain.md §2.10)."""


def completed(code: str) -> str:
    return code[:17] + rules.credit_check_sign(code[:17])


@pytest.mark.parametrize("code", PUBLISHED)
def test_a_published_code_has_its_check_sign(code: str) -> None:
    assert completed(code) == code
    assert rules.check_credit_code(code, "organization") == code


@pytest.mark.parametrize("beginning", REGISTERED)
@pytest.mark.parametrize("middle", ["511102", "990101", "000000"])
def test_every_kind_that_civil_affairs_register_is_taken(beginning: str, middle: str) -> None:
    code = completed(f"{beginning}{middle}MJ0000017"[:17] + "0")
    assert rules.check_credit_code(code, "organization") == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "51990101MJ000000",
        "51990101MJ00000012",
        "51990101MJ00000012X",
        "5199O101MJ0000001A",
        "S1990101MJ0000001A",
        "5199010AMJ00000011",
        "五一九九零一零一",
    ],
)
def test_what_has_not_the_form_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="credit-code"):
        rules.check_credit_code(text, "organization")


def test_a_code_is_read_in_any_writing() -> None:
    code = completed("51990101MJ0000001")
    assert rules.check_credit_code(f" {code[:9].lower()} {code[9:]}", "organization") == code


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_sign_is_found(place: int) -> None:
    code = completed("51990101MJ0000001")
    wrong = "2" if code[place] != "2" else "3"
    with pytest.raises(Invalid, match="not-a-credit-code"):
        rules.check_credit_code(code[:place] + wrong + code[place + 1 :], "organization")


@pytest.mark.parametrize("sign", "IOZSV")
def test_some_letters_never_occur(sign: str) -> None:
    with pytest.raises(Invalid, match="not-a-credit-code"):
        rules.check_credit_code(f"51990101M{sign}00000011", "team")


def test_a_registered_organisation_needs_a_code_and_a_team_a_filing_number() -> None:
    with pytest.raises(Invalid, match="credit-code-needed"):
        rules.check_credit_code(None, "organization")
    with pytest.raises(Invalid, match="filing-number-needed"):
        rules.check_filing_number(" ", "team")
    assert rules.check_credit_code("", "team") is None
    assert rules.check_filing_number(" 泊水备 2026 003 ", "team") == "泊水备 2026 003"
    assert rules.check_filing_number(None, "committee") is None


def test_unknown_kinds_and_short_names_are_refused() -> None:
    with pytest.raises(Invalid, match="not-a-choice"):
        rules.check_kind("company")
    with pytest.raises(Invalid, match="wrong-length 2 100"):
        rules.check_organization_name("队")
    with pytest.raises(Invalid, match="too-long 40"):
        rules.check_filing_number("x" * 41, "team")


# --- what an application states ---------------------------------------------------------------------


def given(**changes: Any) -> dict[str, Any]:
    return {
        "name": "泊水邻里志愿队",
        "kind": "team",
        "region_code": 511102001001,
        "filing_no": "泊水备2026-1",
        "filing_authority": "泊水街道办事处",
        "supervisor": "泊水街道办事处",
        "head_name": "周小川",
        "head_phone": "120 0000 0001",
        "categories": ["elder_help", "neighbour_help"],
        **changes,
    }


def checked(complete: bool = True, **changes: Any) -> dict[str, Any]:
    return rules.checked_facts(given(**changes), TODAY, demo=True, complete=complete)


def test_facts_are_tidied() -> None:
    found = checked(name=" 泊水  邻里志愿队 ", introduction="  ", founded_on=TODAY)
    assert found["name"] == "泊水 邻里志愿队"
    assert found["head_phone"] == "12000000001"
    assert found["categories"] == ["neighbour_help", "elder_help"]
    assert (found["introduction"], found["founded_on"], found["credit_code"]) == (None, TODAY, None)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"supervisor": None}, {"supervisor": ["required"]}),
        ({"head_name": " ", "head_phone": None}, {"head_name": ["required"], "head_phone": ["required"]}),
        ({"categories": []}, {"categories": ["required"]}),
        ({"filing_authority": None}, {"filing_authority": ["required"]}),
        ({"head_phone": "123"}, {"head_phone": ["not-a-mobile-number"]}),
        ({"founded_on": date(2026, 11, 22)}, {"founded_on": ["date-in-future"]}),
        ({"categories": ["dancing"]}, {"categories": ["not-a-choice"]}),
        (
            {"categories": ["legal", "elder_care", "emergency", "schooling", "large_events"]},
            {"categories": ["too-many-chosen 4"]},
        ),
        ({"introduction": "长" * 501}, {"introduction": ["too-long 500"]}),
        (
            {"supervisor": "长" * 101, "name": "队"},
            {"supervisor": ["too-long 100"], "name": ["wrong-length 2 100"]},
        ),
    ],
)
def test_every_field_that_is_wrong_is_named(changes: dict[str, Any], wrong: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid) as refused:
        checked(**changes)
    assert refused.value.fields == wrong


def test_an_entry_from_the_register_may_lack_what_an_application_states() -> None:
    lacking = {name: None for name in ("supervisor", "head_name", "head_phone", "filing_authority")}
    found = checked(complete=False, categories=[], **lacking)
    assert {found[name] for name in lacking} == {None}


@pytest.mark.parametrize("text", ["", " ", "短", "长" * 201])
def test_a_reason_has_2_to_200_characters(text: str) -> None:
    with pytest.raises(Invalid, match="reason-needed"):
        rules.check_reason(text)


# --- states -----------------------------------------------------------------------------------------

POSSIBLE = {
    Status.DRAFT: {"edit": "draft", "submit": "submitted", "withdraw": "closed"},
    Status.SUBMITTED: {
        "approve": "active",
        "return": "returned",
        "reject": "rejected",
        "withdraw": "closed",
    },
    Status.RETURNED: {
        "edit": "returned",
        "submit": "submitted",
        "reject": "rejected",
        "withdraw": "closed",
    },
    Status.REJECTED: {},
    Status.ACTIVE: {"edit": "active", "suspend": "suspended", "close": "closed"},
    Status.SUSPENDED: {"edit": "suspended", "reinstate": "active", "close": "closed"},
    Status.CLOSED: {},
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_each_state_leads_only_where_the_table_says(status: Status, action: Action) -> None:
    expected = POSSIBLE[status].get(action)
    assert (action in rules.possible_actions(status)) == (expected is not None)
    if expected is not None:
        assert rules.next_status(status, action) == expected
        return
    with pytest.raises(Conflict, match="wrong-status"):
        rules.next_status(status, action)
