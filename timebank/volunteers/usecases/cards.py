"""The personal card with its code: printed by a clerk, and issued anew when it was lost."""

from __future__ import annotations

from timebank.kernel import claims
from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.ids import Key, new_code
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.queries.internal import standings
from timebank.volunteers.rules import ASSISTED, ENDED, PERSONAL_CODE_LENGTH, check_choice
from timebank.volunteers.usecases.rows import held, locked, seal, unseal

LARGEST_SHEET = 200
"""Cards printed at once: twenty sheets."""


def reissue_personal_code(work: Work, *, volunteer: Key, channel: str = "window") -> None:
    """Replace the personal code of a lost card. The old one is nobody's from then on, also at the gate.

    Raises Conflict("wrong-status") for a registration that has ended.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_ASSIST)
    way = check_channel(channel)
    if row.status in ENDED:
        raise Conflict("wrong-status", status=row.status)
    if old := unseal(work, row, "personal_code"):
        claims.release(work, "personal-code", old)
    seal(work, row, "personal_code", new_personal_code(work, row.key))
    work.emit("volunteer.code_reissued", row.key, channel=way)


def note_cards(work: Work, *, volunteers: list[Key], channel: str = "window") -> None:
    """Keep that a clerk prints the cards of people of the own regions, 1 to 200 of them.

    Raises Invalid("nobody-chosen" | "too-many-chosen 200") and NotFound where one is not in reach.
    """
    work.allow(Permission.VOLUNTEER_ASSIST)
    chosen = sorted(set(volunteers))
    if not chosen:
        raise Invalid("nobody-chosen", field="volunteer")
    if len(chosen) > LARGEST_SHEET:
        raise Invalid(f"too-many-chosen {LARGEST_SHEET}", field="volunteer")
    way, people = check_channel(channel), standings(chosen)
    if len(people) < len(chosen):
        raise NotFound()
    for person in people.values():
        work.allow(Permission.VOLUNTEER_ASSIST, region=person.region_code)
    work.emit_each("volunteer.card_printed", [(key, {"channel": way}) for key in chosen])


def note_statement(work: Work, *, volunteer: Key, channel: str = "window") -> None:
    """Keep that a clerk prints the statement of service hours for somebody."""
    work.allow(Permission.VOLUNTEER_ASSIST)
    row = held(work, volunteer)
    work.allow(Permission.VOLUNTEER_ASSIST, region=row.region_code)
    work.emit("volunteer.statement_printed", row.key, channel=check_channel(channel))


def check_channel(channel: str) -> str:
    """By which way somebody asked the clerk. Internal. Raises Invalid("not-a-choice")."""
    return check_choice(channel, ASSISTED)


def new_personal_code(work: Work, volunteer: Key) -> str:
    """A code that nobody has, taken for a volunteer. Internal."""
    while True:
        code = new_code(PERSONAL_CODE_LENGTH)
        if claims.take(work, "personal-code", code, volunteer):
            return code
