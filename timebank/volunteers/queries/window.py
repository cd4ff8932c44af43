"""What a clerk at the window needs: whether a document is registered, and what a printed card says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from timebank.kernel import claims
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.kernel.region_code import county_of
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries.cards import get, opened
from timebank.volunteers.queries.internal import clear_name
from timebank.volunteers.queries.lists import rows_of
from timebank.volunteers.rules import claim_values, passport_claim


@dataclass(frozen=True, slots=True)
class Registered:
    """Where a document is registered already; the person only where the clerk may act for them."""

    person: Key | None
    county: int
    """Six digits: where the person lives now."""


@dataclass(frozen=True, slots=True)
class CardFace:
    """What stands on a printed card; never the document number."""

    key: Key
    name: str
    volunteer_no: str
    region_code: int
    code: str


def registered_document(actor: Actor, number: str, nationality: str | None = None) -> Registered | None:
    """Whether somebody has registered with a document; outside one's regions only the county is told.

    A passport is found with its country (ISO 3166 alpha-3).
    """
    require(actor, Permission.VOLUNTEER_ASSIST)
    values = claim_values(number)
    if nationality:
        values.append(passport_claim(nationality.strip().upper(), number))
    holders = (claims.holder("document", value) for value in values)
    found = next((key for key in holders if key), None)
    if found is None:
        return None
    region = get(found).region_code
    in_reach = actor.can(Permission.VOLUNTEER_ASSIST, region=region)
    return Registered(found if in_reach else None, county_of(region))


def card_faces(actor: Actor, volunteers: Iterable[Key]) -> list[CardFace]:
    """The cards of people of one's own regions, in the order given. Raises NotFound where one is not."""
    require(actor, Permission.VOLUNTEER_ASSIST)
    chosen = list(dict.fromkeys(volunteers))
    rows = {row.key: row for row in rows_of(chosen)}
    if len(rows) < len(chosen):
        raise NotFound()
    return [_face(actor, rows[key]) for key in chosen]


def _face(actor: Actor, row: Volunteer) -> CardFace:
    require(actor, Permission.VOLUNTEER_ASSIST, region=row.region_code)
    code = opened(row, "personal_code")
    if code is None:  # identity was unlinked: there is nobody to give a card to
        raise NotFound()
    return CardFace(row.key, clear_name(row), row.volunteer_no, row.region_code, code)
