"""Rules of what is said about a person: names, texts, masks, volunteer numbers, the policy in force."""

from __future__ import annotations

import unicodedata
from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta

from timebank.kernel.errors import Invalid
from timebank.volunteers.rules.documents import age_on

UNMASKABLE = ("document_number", "phone", "name", "address", "emergency", "guardian")
"""Which fields can be shown in clear for a purpose (domain.md §3, sensitivity 3, and phones)."""

NAME_SHORTEST, NAME_LONGEST = 2, 60
ADDRESS_LONGEST = 120
EMPLOYER_LONGEST = 100
REASON_LONGEST = 200
NATIONAL_NO_LONGEST = 32
PERSONAL_CODE_LENGTH = 10
NUMBER_LENGTH = 10


@dataclass(frozen=True, slots=True)
class RegistrationPolicy:
    """What the law and the office ask of registrations from a day on; a row with its source."""

    version: str
    valid_from: date
    adult_years: int
    """Below, a guardian consents (Regulation on Voluntary Service Art. 7, PIPL Art. 31)."""
    account_years: int
    """Below, there is no account of one's own: the guardian's acts."""
    most_categories: int
    reply_days: int
    """Calendar days in which the office answers a registration."""
    move_days: int
    correction_days: int
    cooling_off_days: int
    draft_days: int
    source: str

    def is_minor(self, born_on: date, day: date) -> bool:
        """Whether somebody needs a guardian's consent on a day."""
        return age_on(born_on, day) < self.adult_years

    def adult_since(self, day: date) -> date:
        """The latest birthday of those who are of age on a day."""
        year = day.year - self.adult_years
        leaps = (day.month, day.day) == (2, 29) and not isleap(year)
        return date(year, 2, 28) if leaps else day.replace(year=year)

    def may_have_account(self, born_on: date, day: date) -> bool:
        """Whether somebody signs in personally; else the guardian acts."""
        return age_on(born_on, day) >= self.account_years

    def reply_due(self, day: date) -> date:
        """Until when a registration sent in on `day` is answered."""
        return day + timedelta(days=self.reply_days)

    def move_due(self, day: date) -> date:
        """Until when a move asked for on `day` is decided."""
        return day + timedelta(days=self.move_days)

    def correction_due(self, day: date) -> date:
        """Until when a correction asked for on `day` is answered."""
        return day + timedelta(days=self.correction_days)

    def cooling_ends(self, day: date) -> date:
        """The last day on which an account asked to be closed on `day` can still be kept."""
        return day + timedelta(days=self.cooling_off_days)


def check_name(text: str) -> str:
    """A name of 2 to 60 letters of any script; dots, hyphens, apostrophes and single blanks between them."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    fits = NAME_SHORTEST <= len(name) <= NAME_LONGEST and name[0].isalpha()
    if not fits or not all(sign.isalpha() or sign in "·•.-' ’" for sign in name):
        raise Invalid("not-a-name", field="name")
    return name


def check_text(text: str | None, longest: int) -> str | None:
    """One line of at most `longest` characters, or nothing. Raises Invalid("too-long <longest>")."""
    line = " ".join((text or "").split())
    if len(line) > longest:
        raise Invalid(f"too-long {longest}")
    return line or None


def check_reason(text: str, field: str = "reason") -> str:
    """What the person is told when a clerk refuses, suspends or looks: 2 to 200 characters."""
    reason = text.strip()
    if not 2 <= len(reason) <= REASON_LONGEST:
        raise Invalid("reason-needed", field=field)
    return reason


def mask_name(name: str) -> str:
    """张*, 欧*娜, 阿*······尔: first and last letter stay, two-letter names keep the first."""
    if not name:
        return ""
    if len(name) <= 2:
        return name[:1] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_address(address: str) -> str:
    """乐山市中******: the first five signs stay."""
    return address[:5] + "*" * max(0, len(address) - 5)


def number_of(shard: int, random_part: str) -> str:
    """A volunteer number: county of registration and a random part; never made of the identity number."""
    return f"{shard:06d}{random_part}"
