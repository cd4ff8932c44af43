"""What somebody agreed to, beside the wording that is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.volunteers.queries.cards import ConsentLine, person
from timebank.volunteers.queries.policies import ConsentWording, consent_wordings


@dataclass(frozen=True, slots=True)
class ConsentState:
    """How somebody stands to one text."""

    purpose: str
    version: str
    """Of the text in force."""
    needed: bool
    text_zh: str
    text_en: str
    state: str
    """`given`, `outdated` (an earlier text was agreed to), `withdrawn` or `open`."""
    given_version: str | None
    given_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def can_be_given(self) -> bool:
        """Whether the person can agree now; the guardian's consent has a page of its own."""
        return self.state != "given" and self.purpose != "guardian"

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether it can be taken back without closing the account."""
        return self.state in ("given", "outdated") and not self.needed and self.purpose != "guardian"


def consents(actor: Actor, volunteer: Key) -> list[ConsentState]:
    """Every text in force with the answer to it; the guardian's only where there is a guardian.

    Raises NotFound as `person` does.
    """
    card = person(actor, volunteer)
    return [
        _state(wording, [line for line in card.consents if line.purpose == purpose])
        for purpose, wording in consent_wordings().items()
        if purpose != "guardian" or card.guardian
    ]


def open_consents(actor: Actor, volunteer: Key) -> list[str]:
    """The needed consents that are missing, or were given to an earlier text. Raises NotFound."""
    return [each.purpose for each in consents(actor, volunteer) if each.needed and each.state != "given"]


def _state(wording: ConsentWording, lines: list[ConsentLine]) -> ConsentState:
    present = [line for line in lines if line.withdrawn_at is None]
    current = [line for line in present if line.version == wording.version]
    found = current or present or lines
    last = found[-1] if found else None
    state = "given" if current else "outdated" if present else "withdrawn" if lines else "open"
    return ConsentState(
        purpose=wording.purpose,
        version=wording.version,
        needed=wording.needed,
        text_zh=wording.text_zh,
        text_en=wording.text_en,
        state=state,
        given_version=last.version if last else None,
        given_at=last.given_at if last else None,
        withdrawn_at=last.withdrawn_at if last else None,
    )
