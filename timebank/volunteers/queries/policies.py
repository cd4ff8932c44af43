"""What the law and the office ask of registrations, and the wording people agree to: dated rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from timebank.kernel.clock import local_date
from timebank.kernel.dated import in_force
from timebank.kernel.db import runtime, session
from timebank.volunteers.models import ConsentText, RegistrationPolicyRow
from timebank.volunteers.rules import CONSENT_PURPOSES, RegistrationPolicy


@dataclass(frozen=True, slots=True)
class ConsentWording:
    """One text that people agree to, in both languages."""

    purpose: str
    version: str
    needed: bool
    """Nobody is registered without this consent."""
    text_zh: str
    text_en: str


def registration_policy(on: date | None = None) -> RegistrationPolicy:
    """The policy in force on a local day, today unless said otherwise."""
    row = in_force(RegistrationPolicyRow, on)
    names = RegistrationPolicy.__dataclass_fields__
    return RegistrationPolicy(**{name: getattr(row, name) for name in names})


def consent_wordings(on: date | None = None) -> dict[str, ConsentWording]:
    """The texts in force on a local day by purpose, in the order in which they are asked."""
    day = on or _today()
    rows = session().scalars(
        select(ConsentText).where(ConsentText.valid_from <= day).order_by(ConsentText.valid_from)
    )
    found = {
        row.purpose: ConsentWording(row.purpose, row.version, row.needed, row.text_zh, row.text_en)
        for row in rows
    }
    return {purpose: found[purpose] for purpose in CONSENT_PURPOSES if purpose in found}


def _today() -> date:
    services = runtime()
    return local_date(services.clock.now(), services.config.time_zone)
