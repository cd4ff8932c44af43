"""Unified social credit codes and filing numbers."""

from __future__ import annotations

import pytest

from timebank.kernel.errors import Invalid
from timebank.organizations import rules


def completed(code: str) -> str:
    return code[:17] + rules.credit_check_sign(code[:17])


def test_a_published_code_has_its_check_sign() -> None:
    assert completed("91350100M000100Y43") == "91350100M000100Y43"


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
