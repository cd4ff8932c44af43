"""Marks of records in words with their figures, and what measured the hours."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from timebank.hours.flags import HELD, Attention
from timebank.hours.queries import RecordCard
from timebank.web.kit.text import distance, hours
from timebank.web.kit.words import word

KILOMETRE = 1000
Told = dict[str, int]


def mark_told(card: RecordCard, mark: str) -> str:
    """One mark of a record as its reader may know it: with figures where they stand in the record."""
    figures = card.figures.get(mark)
    return _with_figures(Attention(mark), figures) if figures else word(mark, "attention")


def attendance_told(policy: str) -> str:
    """What measured the hours, with its version, of a name such as `shift_end 2026-1`."""
    name, _blank, version = policy.partition(" ")
    return str(_("%(rule)s (version %(version)s)", rule=word(name, "measured_by"), version=version))


def mark_choices(cards: list[RecordCard]) -> list[tuple[str, str, int]]:
    """The marks that records have, with how many have each: for a filter. All that are held come first."""
    counts = {mark: sum(mark in card.attention for card in cards) for mark in Attention}
    held = sum(card.is_held for card in cards)
    found = [(str(mark), word(mark, "attention"), number) for mark, number in counts.items() if number]
    return [("held", str(_("All that are held")), held), *found] if held else found


def has_mark(card: RecordCard, mark: str) -> bool:
    """Whether a record belongs into the list of one mark, or of all that hold records."""
    return card.is_held if mark == "held" else mark in card.attention


def _with_figures(mark: Attention, told: Told) -> str:
    if mark is Attention.IMPOSSIBLE_SPEED:
        return _travel(told)
    if mark is Attention.LONG_DAY:
        return str(_("%(hours)s that day, all shifts together", hours=hours(told["minutes"])))
    if mark is Attention.SHARED_DEVICE:
        return str(_("One phone scanned for %(people)s people", **told))
    if mark is Attention.FAR_FROM_VENUE:
        return str(_("Scanned %(distance)s from the venue", distance=distance(told["metres"])))
    if mark is Attention.MANY_DAYS:
        return str(_("At least %(days)s days in a row", **told))
    if mark is Attention.LATE_ENTRY:
        return str(_("Entered %(hours)s hours afterwards", **told))
    if mark is Attention.MANUAL_SHARE:
        return str(_("%(percent)s%% of the shift set by hand", **told))
    minutes = told["minutes"]
    if mark is Attention.OVERLAP:
        return str(
            ngettext(
                "%(num)s minute is in another record, too",
                "%(num)s minutes are in another record, too",
                minutes,
            )
        )
    if mark is Attention.NIGHT:
        return str(ngettext("%(num)s minute at night", "%(num)s minutes at night", minutes))
    return str(ngettext("Only %(num)s minute", "Only %(num)s minutes", minutes))


def _travel(told: Told) -> str:
    if "metres" not in told:
        return str(_("In another county %(minutes)s minutes before or after", **told))
    return str(
        _(
            "%(far)s km from another shift, %(minutes)s minutes apart",
            far=round(told["metres"] / KILOMETRE, 1),
            minutes=told["minutes"],
        )
    )


__all__ = ["HELD", "attendance_told", "has_mark", "mark_choices", "mark_told"]
