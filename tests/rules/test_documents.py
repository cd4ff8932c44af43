"""Document numbers kind by kind: which are right, what they say, and why the others are refused."""

from __future__ import annotations

from datetime import date

import pytest

from timebank.kernel.errors import Invalid
from timebank.volunteers.rules import (
    COUNTRIES,
    Document,
    DocumentType,
    RegistrationPolicy,
    Stated,
    age_on,
    asked_beside,
    check_document,
    check_sign,
    claim_values,
    mask_document,
)

TODAY = date(2026, 11, 21)
BORN = Stated(born_on=date(1990, 3, 7), sex="2")
KOREAN = Stated("kor", date(1990, 3, 7), "1")


def numbered(first_17: str) -> str:
    return first_17 + check_sign(first_17)


def ending_in_x(first_14: str) -> str:
    """A number whose check sign is X."""
    serials = (f"{first_14}{serial:03}" for serial in range(1000))
    return next(number for first in serials if (number := numbered(first)).endswith("X"))


WITH_X = ending_in_x("11010519491231")

GOOD = [
    # resident identity card: 18 signs, X small or large, full-width, with blanks and hyphens
    ("resident_id", "11010519491231002X", Stated(), ("CHN", date(1949, 12, 31), "2")),
    ("resident_id", "11010519491231002x", Stated(), ("CHN", date(1949, 12, 31), "2")),
    ("resident_id", "１１０１０５１９４９１２３１００２ｘ", Stated(), ("CHN", date(1949, 12, 31), "2")),
    ("resident_id", " 110105 1949-12-31 002x\u3000", Stated(), ("CHN", date(1949, 12, 31), "2")),
    ("resident_id", WITH_X.lower(), Stated(), ("CHN", date(1949, 12, 31), None)),
    ("resident_id", numbered("11010520261121001"), Stated(), ("CHN", TODAY, "1")),  # born today
    ("resident_id", numbered("11010520000229001"), Stated(), ("CHN", date(2000, 2, 29), "1")),
    ("resident_id", numbered("11010520240229002"), Stated(), ("CHN", date(2024, 2, 29), "2")),
    ("resident_id", numbered("11010518800101001"), Stated(), ("CHN", date(1880, 1, 1), "1")),
    # what is said beside it does not matter: the number tells
    (
        "resident_id",
        "11010519491231002X",
        Stated("USA", date(2000, 1, 1), "1"),
        ("CHN", date(1949, 12, 31), "2"),
    ),
    # residence permit: the same 18 signs, and the first two say from where
    ("residence_permit", "810000199001010019", Stated(), ("HKG", date(1990, 1, 1), "1")),
    ("residence_permit", numbered("82000019900101002"), Stated(), ("MAC", date(1990, 1, 1), "2")),
    ("residence_permit", numbered("83000019900101002"), Stated(), ("TWN", date(1990, 1, 1), "2")),
    # travel permit for Hong Kong and Macao: H or M and 8 digits, older ones 10
    ("home_return_permit", "H12345678", BORN, ("HKG", date(1990, 3, 7), "2")),
    ("home_return_permit", "m1234567801", BORN, ("MAC", date(1990, 3, 7), "2")),
    ("home_return_permit", "Ｈ１２３４ ５６７８", BORN, ("HKG", date(1990, 3, 7), "2")),
    # travel permit for Taiwan: 8 digits
    ("taiwan_permit", "12345678", BORN, ("TWN", date(1990, 3, 7), "2")),
    ("taiwan_permit", "１２３４５６７８", BORN, ("TWN", date(1990, 3, 7), "2")),
    # passports: 5 to 20 letters and digits
    ("passport", "m12345678", KOREAN, ("KOR", date(1990, 3, 7), "1")),
    ("passport", "E-1234 567", Stated("USA", TODAY, "9"), ("USA", TODAY, "9")),
    ("passport", "A1234", KOREAN, ("KOR", date(1990, 3, 7), "1")),
    # permanent residence card: 18 digits beginning with 9, or 15 signs on the older card
    ("permanent_residence", numbered("91123419900307001"), Stated("FRA"), ("FRA", date(1990, 3, 7), "1")),
    ("permanent_residence", "usa123456789012", BORN, ("USA", date(1990, 3, 7), "2")),
]


@pytest.mark.parametrize(("kind", "text", "stated", "told"), GOOD)
def test_a_right_number_tells_what_it_can(
    kind: str, text: str, stated: Stated, told: tuple[str, date, str | None]
) -> None:
    document = check_document(kind, text, TODAY, demo=False, stated=stated)
    country, born_on, sex = told
    assert (document.type, document.nationality, document.born_on) == (kind, country, born_on)
    assert sex in (None, document.sex)
    assert document.number.isascii()
    assert document.number == document.number.strip().upper()


FORM, CHECK, DATE, AREA, NOBODY = (
    {"document_number": f"document-{rest}"} for rest in ("form", "check", "date", "area", "of-nobody")
)
UNBORN = {"born_on": "birth-date-needed"}
WRONG = [
    # how it looks
    ("resident_id", "", Stated(), FORM),
    ("resident_id", "110105491231002", Stated(), FORM),
    ("resident_id", "1101051949123100", Stated(), FORM),
    ("resident_id", "11010519491231002XX", Stated(), FORM),
    ("resident_id", "1101051949123100X2", Stated(), FORM),
    ("resident_id", "一一0105194912310021", Stated(), FORM),
    ("home_return_permit", "H1234567", BORN, FORM),
    ("home_return_permit", "H123456789", BORN, FORM),
    ("home_return_permit", "T12345678", BORN, FORM),
    ("taiwan_permit", "1234567", BORN, FORM),
    ("taiwan_permit", "T2345678", BORN, FORM),
    ("passport", "A123", KOREAN, FORM),
    ("passport", "A" * 21, KOREAN, FORM),
    ("passport", "É12345678", KOREAN, FORM),
    (
        "permanent_residence",
        numbered("81123419900307001"),
        Stated("FRA"),
        FORM,
    ),
    ("permanent_residence", "US1234567890123", BORN, FORM),
    # the check sign
    ("resident_id", "110105194912310021", Stated(), CHECK),
    ("resident_id", "11010519491231020X", Stated(), CHECK),
    ("residence_permit", "810000199001010018", Stated(), CHECK),
    # the date inside
    (
        "resident_id",
        numbered("11010520261122001"),
        Stated(),
        DATE,
    ),  # tomorrow
    ("resident_id", numbered("11010519000229001"), Stated(), DATE),
    ("resident_id", numbered("11010520230229001"), Stated(), DATE),
    ("resident_id", numbered("11010518791231001"), Stated(), DATE),
    ("resident_id", numbered("11010519901301001"), Stated(), DATE),
    ("resident_id", numbered("11010519900431001"), Stated(), DATE),
    ("resident_id", numbered("11010519900100001"), Stated(), DATE),
    # the area
    ("resident_id", "810000199001010019", Stated(), AREA),
    ("resident_id", numbered("01010519900101001"), Stated(), AREA),
    ("residence_permit", "11010519491231002X", Stated(), AREA),
    ("resident_id", numbered("99010119900307001"), Stated(), NOBODY),
    # what has to be said beside it
    ("passport", "M12345678", BORN, {"nationality": "nationality-needed"}),
    ("passport", "M12345678", Stated("XYZ", date(1990, 3, 7), "1"), {"nationality": "nationality-needed"}),
    ("permanent_residence", numbered("91123419900307001"), Stated(), {"nationality": "nationality-needed"}),
    ("permanent_residence", "XYZ123456789012", BORN, {"nationality": "nationality-needed"}),
    ("passport", "M12345678", Stated("KOR"), {"born_on": "birth-date-needed", "sex": "required"}),
    ("taiwan_permit", "12345678", Stated(sex="1"), UNBORN),
    (
        "taiwan_permit",
        "12345678",
        Stated(born_on=date(2026, 11, 22), sex="1"),
        UNBORN,
    ),
    (
        "taiwan_permit",
        "12345678",
        Stated(born_on=date(1879, 12, 31), sex="1"),
        UNBORN,
    ),
    ("home_return_permit", "H12345678", Stated(born_on=TODAY, sex="3"), {"sex": "required"}),
    ("driving_licence", "11010519491231002X", Stated(), {"document_type": "not-a-choice"}),
]


@pytest.mark.parametrize(("kind", "text", "stated", "told"), WRONG)
def test_a_wrong_number_is_refused_with_its_reason(
    kind: str, text: str, stated: Stated, told: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        check_document(kind, text, TODAY, demo=False, stated=stated)
    assert refused.value.fields == {field: [code] for field, code in told.items()}


def test_numbers_of_nobody_are_for_demonstrations() -> None:
    number = numbered("99010119900307001")
    assert check_document("resident_id", number, TODAY, demo=True).number == number


@pytest.mark.parametrize(
    ("document", "claim"),
    [
        (Document(DocumentType.RESIDENT_ID, WITH_X, "CHN", TODAY, "1"), WITH_X),
        (Document(DocumentType.PASSPORT, "M12345678", "KOR", TODAY, "1"), "passport:KOR:M12345678"),
        (Document(DocumentType.TAIWAN_PERMIT, "12345678", "TWN", TODAY, "1"), "taiwan_permit:TWN:12345678"),
    ],
)
def test_what_exists_once(document: Document, claim: str) -> None:
    assert document.claim == claim


def test_two_countries_may_give_the_same_passport_number() -> None:
    ours, theirs = (
        check_document("passport", "M12345678", TODAY, demo=False, stated=Stated(country, TODAY, "1")).claim
        for country in ("KOR", "USA")
    )
    assert ours != theirs


def test_a_number_that_is_searched_for_is_found_however_it_is_typed() -> None:
    assert claim_values(" 11010519491231002x ") == ["11010519491231002X"]
    assert claim_values("h12345678") == [f"home_return_permit:{place}:H12345678" for place in ("HKG", "MAC")]
    assert claim_values("usa123456789012") == ["permanent_residence:USA:USA123456789012"]
    assert claim_values("M1234") == []


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "1101**********002X"),
        ("USA123456789012", "USA1*******9012"),
        ("H12345678", "H1*****78"),
        ("A1234", "A***4"),
    ],
)
def test_a_masked_number_shows_its_ends(number: str, masked: str) -> None:
    assert mask_document(number) == masked


def test_what_a_number_leaves_open() -> None:
    assert asked_beside("resident_id") == asked_beside("residence_permit") == ()
    assert asked_beside("taiwan_permit") == ("born_on", "sex")
    assert asked_beside("passport") == ("nationality", "born_on", "sex")


def test_countries_have_one_short_code_each() -> None:
    assert len(COUNTRIES) == len(set(COUNTRIES.values())) == 249


POLICY = RegistrationPolicy("t", date(2020, 1, 1), 18, 14, 4, 10, 10, 15, 7, 30, "test")


@pytest.mark.parametrize(
    ("born_on", "day", "grown"),
    [
        (date(2008, 11, 21), date(2026, 11, 20), False),
        (date(2008, 11, 21), date(2026, 11, 21), True),
        (date(2008, 2, 29), date(2026, 2, 28), False),  # 29 February completes a year on 1 March
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(2010, 2, 28), date(2028, 2, 29), True),
        (date(2010, 3, 1), date(2028, 2, 29), False),
        (date(2006, 3, 1), date(2024, 2, 29), False),
    ],
)
def test_who_is_of_age_on_a_day(born_on: date, day: date, grown: bool) -> None:
    assert POLICY.is_minor(born_on, day) is not grown
    assert (born_on <= POLICY.adult_since(day)) is grown
    assert (age_on(born_on, day) >= 18) is grown
