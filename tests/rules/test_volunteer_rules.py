"""Identity numbers, names, consents, states, masks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.kernel.errors import Conflict, Invalid
from timebank.volunteers import rules
from timebank.volunteers.rules import Action, Status
from timebank.volunteers.rules.application import checks_of_person

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
    document = rules.check_document("resident_id", text, TODAY, demo=False)
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
        rules.check_document("resident_id", text, TODAY, demo=False)
    assert refused.value.code == code
    assert refused.value.fields == {"document_number": [code]}


def test_numbers_of_nobody_are_for_demonstrations() -> None:
    assert rules.check_document("resident_id", numbered("99010119900307002"), TODAY, demo=True).sex == "2"


def test_born_today_is_a_valid_date() -> None:
    assert (
        rules.check_document("resident_id", numbered("11010520261121001"), TODAY, demo=False).born_on == TODAY
    )


@given(st.integers(0, 10**17 - 1), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: int, place: int, shift: int) -> None:
    first = f"{number:017}"
    wrong = first[:place] + str((int(first[place]) + shift) % 10) + first[place + 1 :]
    assert rules.check_sign(first) != rules.check_sign(wrong)


POLICY = rules.RegistrationPolicy("test", date(2020, 1, 1), 18, 14, 4, 10, 10, 15, 7, 30, "a test")


@pytest.mark.parametrize(
    ("born_on", "minor", "account"),
    [
        (date(2008, 11, 21), False, True),  # 18 today
        (date(2008, 11, 22), True, True),
        (date(2012, 11, 21), True, True),  # 14 today
        (date(2012, 11, 22), True, False),
        (date(1950, 1, 1), False, True),
    ],
)
def test_who_needs_a_guardian_and_who_may_sign_in(born_on: date, minor: bool, account: bool) -> None:
    assert POLICY.is_minor(born_on, TODAY) is minor
    assert POLICY.may_have_account(born_on, TODAY) is account


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


V, G, S, R = Status.VERIFYING, Status.AWAITING_GUARDIAN, Status.SUBMITTED, Status.REGISTERED
LIVING = "verifying awaiting_guardian submitted returned rejected registered suspended"
FIXED = {
    Action.GUARDIAN_CONSENT: {"awaiting_guardian": S},
    Action.COME_OF_AGE: {"awaiting_guardian": S},
    Action.APPROVE: {"submitted": R},
    Action.RETURN: dict.fromkeys(("verifying", "awaiting_guardian", "submitted"), Status.RETURNED),
    Action.REJECT: dict.fromkeys(
        ("verifying", "awaiting_guardian", "submitted", "returned"), Status.REJECTED
    ),
    Action.SUSPEND: {"registered": Status.SUSPENDED},
    Action.REINSTATE: {"suspended": R},
    Action.ASK_TO_CLOSE: dict.fromkeys(LIVING.split(), Status.CLOSING),
    Action.CLOSE: {"closing": Status.CLOSED},
    Action.RECORD_DEATH: dict.fromkeys((*LIVING.split(), "closing"), Status.DECEASED),
    Action.MERGE: dict.fromkeys(LIVING.split(), Status.MERGED),
}
COMPUTED = {
    Action.VERIFY_IDENTITY: {"verifying"},
    Action.RESUBMIT: {"returned", "rejected"},
    Action.KEEP: {"closing"},
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_every_step_from_every_state(status: Status, action: Action) -> None:
    if after := FIXED.get(action, {}).get(status):
        assert rules.next_status(status, action) is after
        assert action in rules.possible_actions(status)
        return
    if status in COMPUTED.get(action, ()):
        assert rules.next_status(status, action, S) is S
    with pytest.raises(Conflict, match="wrong-status"):
        rules.next_status(status, action)


@pytest.mark.parametrize(
    ("verified", "missing", "status"),
    [(False, False, V), (False, True, V), (True, True, G), (True, False, S)],
)
def test_identity_first_then_the_guardian_then_the_office(
    verified: bool, missing: bool, status: Status
) -> None:
    assert rules.entry_status(identity_verified=verified, guardian_missing=missing) is status


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
    said = rules.PersonSaid(
        name="1",
        region_code=0,
        political_status="99",
        skills=["flying"],
        categories=rules.CATEGORIES,
        education="11",
        emergency_name="张三",
        emergency_phone="110",
    )
    with pytest.raises(Invalid) as refused:
        rules.collected(checks_of_person(said, POLICY, demo=True))
    assert refused.value.fields == {
        "name": ["not-a-name"],
        "political_status": ["not-a-choice"],
        "skills": ["not-a-choice"],
        "categories": ["too-many-chosen 4"],
        "education": ["not-a-choice"],
        "emergency_phone": ["not-a-mobile-number"],
    }
