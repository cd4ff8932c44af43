"""Identity numbers, names, consents, states, masks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.kernel.errors import Conflict, Invalid
from timebank.volunteers import rules
from timebank.volunteers.rules import Action, Status

TODAY = date(2026, 11, 21)

GOOD = [
    # number, born on, sex
    ("11010519491231002X", date(1949, 12, 31), "2"),  # the standard's own example
    ("11010519491231002x", date(1949, 12, 31), "2"),
    (" 110105 19491231 002X ", date(1949, 12, 31), "2"),
    ("１１０１０５１９４９１２３１００２Ｘ", date(1949, 12, 31), "2"),
    ("440524188001010014", date(1880, 1, 1), "1"),  # the standard's second example
]


@pytest.mark.parametrize(("text", "born_on", "sex"), GOOD)
def test_a_valid_number_says_birth_and_sex(text: str, born_on: date, sex: str) -> None:
    document = rules.check_document(text, TODAY, demo=False)
    assert (document.born_on, document.sex) == (born_on, sex)
    assert document.number == document.number.strip().upper()


def numbered(first_17: str) -> str:
    return first_17 + rules.check_sign(first_17)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "document-form"),
        ("1101051949123100", "document-form"),
        ("110105194912310", "document-form"),  # the 15 digits of the first generation
        ("11010519491231002XX", "document-form"),
        ("1101051949123100ZX", "document-form"),
        ("X10105194912310021", "document-form"),
        ("①②③105194912310021", "document-check"),  # circled digits are digits, and then the sum is wrong
        ("110105194912310021", "document-check"),
        ("110105194912310020", "document-check"),
        ("11010519491231020X", "document-check"),  # two digits swapped
        (numbered("11010519490230001"), "document-date"),
        (numbered("11010519490229001"), "document-date"),  # no leap year
        (numbered("11010519491301001"), "document-date"),
        (numbered("11010500000101001"), "document-date"),
        (numbered("11010520261122001"), "document-date"),  # tomorrow
        (numbered("99010119900307001"), "document-of-nobody"),
    ],
)
def test_a_wrong_number_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_document(text, TODAY, demo=False)
    assert refused.value.code == code
    assert refused.value.fields == {"document_number": [code]}


def test_numbers_of_nobody_are_for_demonstrations() -> None:
    assert rules.check_document(numbered("99010119900307002"), TODAY, demo=True).sex == "2"


def test_born_today_is_a_valid_date() -> None:
    assert rules.check_document(numbered("11010520261121001"), TODAY, demo=False).born_on == TODAY


@given(st.integers(0, 10**17 - 1), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: int, place: int, shift: int) -> None:
    first = f"{number:017}"
    wrong = first[:place] + str((int(first[place]) + shift) % 10) + first[place + 1 :]
    assert rules.check_sign(first) != rules.check_sign(wrong)


@pytest.mark.parametrize(
    ("born_on", "adult"),
    [
        (date(2008, 11, 21), True),  # 18 today
        (date(2008, 11, 22), False),
        (date(2012, 2, 29), False),
        (date(1950, 1, 1), True),
    ],
)
def test_under_18_needs_a_guardian(born_on: date, adult: bool) -> None:
    number = numbered(f"110105{born_on:%Y%m%d}001")
    if adult:
        assert rules.check_adult_document(number, TODAY, demo=False).born_on == born_on
        return
    with pytest.raises(Invalid, match="guardian-required"):
        rules.check_adult_document(number, TODAY, demo=False)


def test_who_was_born_on_29_february_grows_older_on_1_march() -> None:
    born_on = date(2008, 2, 29)
    assert rules.age_on(born_on, date(2026, 2, 28)) == 17
    assert rules.age_on(born_on, date(2026, 3, 1)) == 18


@pytest.mark.parametrize("name", ["张三", "欧阳娜娜", "阿不都热依木·艾力", "Anna-Maria O'Neil", "𠮷田"])
def test_names_of_any_script(name: str) -> None:
    assert rules.check_name(f"  {name} ") == name


@pytest.mark.parametrize("name", ["", "张", "张三1", "<b>张三</b>", "··", "x" * 61, "张\n\x00三"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(Invalid, match="not-a-name"):
        rules.check_name(name)


def test_at_most_four_categories_each_once_in_the_tables_order() -> None:
    known = rules.CATEGORIES
    assert rules.check_codes([known[2], known[0], known[2]], known, 4) == [known[0], known[2]]
    with pytest.raises(Invalid, match="too-many-chosen 4"):
        rules.check_codes(known[:5], known, 4)
    with pytest.raises(Invalid, match="not-a-choice"):
        rules.check_codes(["flying"], known, 4)


@pytest.mark.parametrize("given_", [[], ["privacy"], ["sensitive"], ["publication", "privacy"]])
def test_two_consents_are_needed(given_: list[str]) -> None:
    with pytest.raises(Invalid, match="consent-missing"):
        rules.check_consents(given_)


def test_publication_is_free() -> None:
    assert rules.check_consents(["sensitive", "privacy"]) == ["privacy", "sensitive"]
    assert len(rules.check_consents(["sensitive", "privacy", "publication"])) == 3


POSSIBLE = {
    (Status.SUBMITTED, Action.APPROVE, Status.REGISTERED),
    (Status.SUBMITTED, Action.RETURN, Status.RETURNED),
    (Status.SUBMITTED, Action.REJECT, Status.REJECTED),
    (Status.RETURNED, Action.REJECT, Status.REJECTED),
    (Status.RETURNED, Action.RESUBMIT, Status.SUBMITTED),
    (Status.REJECTED, Action.RESUBMIT, Status.SUBMITTED),
    (Status.REGISTERED, Action.SUSPEND, Status.SUSPENDED),
    (Status.SUSPENDED, Action.REINSTATE, Status.REGISTERED),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_every_step_from_every_state(status: Status, action: Action) -> None:
    after = [to for before, step, to in POSSIBLE if (before, step) == (status, action)]
    if after:
        assert rules.next_status(status, action) is after[0]
        return
    with pytest.raises(Conflict, match="wrong-status"):
        rules.next_status(status, action)


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), ("张小三", "张*三"), ("欧阳娜娜", "欧**娜"), ("李", "李*")]
)
def test_names_are_masked(name: str, masked: str) -> None:
    assert rules.mask_name(name) == masked


def test_numbers_are_masked() -> None:
    assert rules.mask_document("990101199003071234") == "9901**********1234"


def test_a_volunteer_number_names_the_county_and_nothing_else() -> None:
    assert rules.number_of(511102, "ABCDEFGHJK") == "511102ABCDEFGHJK"


def test_all_wrong_fields_are_named_together() -> None:
    checks = rules.checks_of_person("1", "passport", "99", ["flying"], rules.CATEGORIES)
    with pytest.raises(Invalid) as refused:
        rules.collected(checks)
    assert refused.value.fields == {
        "name": ["not-a-name"],
        "document_type": ["not-a-choice"],
        "political_status": ["not-a-choice"],
        "skills": ["not-a-choice"],
        "categories": ["too-many-chosen 4"],
    }
